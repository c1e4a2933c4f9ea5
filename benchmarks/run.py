"""Measure migrator side by side with its peers and print a table of ratios.

    python -m benchmarks.run                         on a generated tree
    python -m benchmarks.run --tree DIR --tree DIR   on the Python files of real projects
    python -m benchmarks.run --suite hook --turns 9

Needs migrator in the environment of this Python; ruff, rg (PyPI `ripgrep`) and ast-grep (PyPI
`ast-grep-cli`) are used where they are found.  For start-up figures install migrator regularly,
not editable, into a fresh environment.  Goals are aims: the status is 0 whether met or not.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import Launcher
from benchmarks.rows import Row, table
from benchmarks.suites import SUITES, Bench


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    migrator = options.migrator or _tool("migrator")
    if migrator is None:
        print("benchmarks: no `migrator` found; install it or pass --migrator", file=sys.stderr)
        return 2
    tools = {name: _tool(name) for name in ("ruff", "rg", "ast-grep")}
    for name in [name for name, path in tools.items() if path is None]:
        _say(f"{name} not found: left out")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as scratch, Launcher() as launcher:
        bench = Bench(
            launcher,
            str(Path(migrator).absolute()),
            tools,
            Path(scratch).resolve(),
            [folder.resolve() for folder in options.tree or ()],
            options.files,
            options.turns,
            _say,
        )
        for name in options.suite or SUITES:
            _say(f"{name} …")
            rows += SUITES[name](bench)
    text = table(sorted(rows, key=lambda row: row.letter))
    print(text)
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {options.turns} turns")
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--tree", type=Path, action="append", metavar="DIR", help="real projects; repeat")
    add("--files", type=int, default=10_000, metavar="N", help="size of the generated tree")
    add("--turns", type=int, default=5, metavar="N", help="turns of the tree suite")
    add("--suite", choices=SUITES, action="append", help="only these; repeat")
    add("--migrator", metavar="COMMAND", help="the command to measure")
    add("--markdown", type=Path, metavar="FILE", help="write the table there too")
    return parser


def _tool(name: str) -> str | None:
    beside = shutil.which(name, path=os.path.dirname(sys.executable))
    return beside or shutil.which(name)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
