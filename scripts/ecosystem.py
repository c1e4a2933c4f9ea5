"""Run migrator over other people's code: check, fix, fix again, compile, compare type errors.

    python scripts/ecosystem.py --small              a few small packages, for every change
    python scripts/ecosystem.py                      all pinned packages
    python scripts/ecosystem.py --packages LIST      another list of pins
    python scripts/ecosystem.py --folder DIR         every subfolder of DIR is a project

Needs migrator, mypy and openai in the environment of this Python.  Packages are downloaded by
pip at their pinned hashes and never installed.  Everything happens in scratch copies.  Ends
with 1 if anything crashed, was refused by migrator's own checks, came out as invalid Python,
changed in a second run or got new type errors.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ecosystem_packages import PackageError, Project, fetched, projects_in, read_pins
from ecosystem_report import (
    as_json,
    change_table,
    failure_lines,
    note_lines,
    reason_table,
    sample,
    table,
    write_diffs,
)
from ecosystem_run import Result, examine
from ecosystem_types import TypeChecker

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "scripts" / "ecosystem-packages.txt"
CACHE = ROOT / ".ecosystem"
# Wheels, so that nothing of theirs runs; together they use every stage.
SMALL = ("markitdown", "vanna", "llm", "embedchain")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    options = _parser().parse_args(arguments)
    migrator = options.migrator or _installed()
    if migrator is None:
        return _complain("no `migrator` beside this Python; install it or pass --migrator")
    lacking = [] if options.no_types else _lacking()
    if lacking:
        return _complain(f"{' and '.join(lacking)} not installed; install or pass --no-types")
    projects, missing = _projects(options)
    checker = None if options.no_types else TypeChecker(options.cache)
    results = []
    for number, project in enumerate(projects, 1):
        print(f"{number}/{len(projects)} {project.label}", file=sys.stderr, flush=True)
        results.append(_examined(migrator, project, checker))
        for line in failure_lines(results[-1:]):
            print("  " + line, file=sys.stderr, flush=True)
    _report(results, projects, missing, options)
    return int(bool(missing or failure_lines(results) or not results))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--packages", type=Path, metavar="LIST", help="pins to use instead of the repository's")
    add("--small", action="store_true", help=f"only {', '.join(SMALL)}")
    add("--folder", type=Path, metavar="DIR", action="append", help="folder of checkouts; repeat")
    add("--only", metavar="NAME", action="append", help="only projects whose name has NAME in it")
    add("--cache", type=Path, default=CACHE, metavar="DIR", help="downloads and mypy's cache")
    add("--migrator", metavar="COMMAND", help="the command to run (default: beside this Python)")
    add("--no-types", action="store_true", help="leave the type checker out")
    add("--markdown", type=Path, metavar="FILE", help="write the tables there too")
    add("--json", type=Path, metavar="FILE", help="write all numbers there")
    add("--before", type=Path, metavar="FILE", help="numbers of an earlier run to compare with")
    add("--diffs", type=Path, metavar="DIR", help="write what fix changed there")
    add("--sample", type=int, default=0, metavar="N", help="print N random blocked calls")
    add("--seed", type=int, default=0, metavar="S", help="which ones")
    return parser


def _complain(message: str) -> int:
    print(f"ecosystem: {message}", file=sys.stderr)
    return 2


def _installed() -> str | None:
    return shutil.which("migrator", path=os.path.dirname(sys.executable))


def _lacking() -> list[str]:
    return [name for name in ("mypy", "openai") if importlib.util.find_spec(name) is None]


def _projects(options: argparse.Namespace) -> tuple[list[Project], list[str]]:
    """Return the projects asked for, and a line for each that can't be had."""
    found: list[Project] = []
    missing: list[str] = []
    for folder in options.folder or ():
        found += projects_in(folder.resolve())
    if options.packages or not options.folder:
        for pin in read_pins(options.packages or PINS):
            if options.small and pin.name not in SMALL:
                continue
            if not _wanted(pin.label, options.only):
                continue
            try:
                found.append(fetched(pin, options.cache.resolve() / "packages"))
            except (PackageError, OSError) as error:
                missing.append(str(error))
                print(f"ecosystem: {error}", file=sys.stderr)
    return [each for each in found if _wanted(each.label, options.only)], missing


def _wanted(label: str, only: Sequence[str] | None) -> bool:
    return not only or any(name in label for name in only)


def _examined(migrator: str, project: Project, checker: TypeChecker | None) -> Result:
    with tempfile.TemporaryDirectory(prefix="ecosystem-") as temporary:
        scratch = Path(temporary).resolve()
        result = examine(migrator, project, scratch)
        if checker is not None:
            failures, result.notes = checker.compare(scratch / "original", result.fixed)
            result.failures += failures
    if result.check is not None:
        result.check = replace(result.check, out="")  # it is long, and there are many
    return result


def _report(
    results: list[Result],
    projects: list[Project],
    missing: list[str],
    options: argparse.Namespace,
) -> None:
    text = f"{table(results)}\n{reason_table(results)}"
    if options.before:
        text += f"\n{change_table(results, json.loads(options.before.read_text(encoding='utf-8')))}"
    print(text)
    for title, lines in (("Notes", note_lines(results)), ("Failures", failure_lines(results))):
        print(f"{title}: {len(lines) or 'none'}", *lines, sep="\n  ")
    for line in missing:
        print(f"Missing: {line}")
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")
    if options.json:
        options.json.write_text(as_json(results) + "\n", encoding="utf-8")
    if options.diffs:
        write_diffs(results, options.diffs)
    for line in sample(results, projects, options.sample, options.seed):
        print(line)


if __name__ == "__main__":
    sys.exit(main())
