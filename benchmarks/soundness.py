"""Filtered findings equal unfiltered findings: the byte filter hides nothing.

    python -m benchmarks.soundness DIR [DIR …]
    python -m benchmarks.soundness --generated 400

Checks every folder twice, as it is and with a filter that lets every file through, and compares
the findings one by one.  Ends with 1 if any differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import trees

_ROOT = Path(__file__).resolve().parent.parent
# The folder that is checked may hold a `types.py`, so it must not be where Python looks.
_PATH = f"import sys; sys.path[0] = {str(_ROOT)!r}\n"
# Replaced before anything else of migrator is imported, so that everyone gets the replacement.
_UNFILTERED = """\
from migrator import prefilter
prefilter.has_needle = prefilter.worth_parsing = lambda data: True
"""
_RUN = """\
from migrator import entry
sys.exit(entry.run(sys.argv[1:]))
"""
# Files nobody would have parsed may be broken, or hold ignores of other tools' codes.
_OF_PARSING = ("CC901", "CC902")


class Failed(Exception):
    """A run that gave no document."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="*", type=Path, metavar="DIR")
    parser.add_argument("--generated", type=int, default=0, metavar="N", help="also N made files")
    options = parser.parse_args(arguments)
    if not options.folders and not options.generated:
        parser.error("name a folder, or pass --generated")
    with tempfile.TemporaryDirectory(prefix="soundness-") as scratch:
        folders = list(options.folders)
        if options.generated:
            folders.append(Path(scratch))
            trees.generate(folders[-1], options.generated, 10)
        different = 0
        for folder in folders:
            different += _compare(folder)
    return int(different > 0)


def _compare(folder: Path) -> int:
    """Print what differs for one folder and return how much."""
    filtered, unfiltered = findings(folder, True), findings(folder, False)
    for sign, lines in (
        ("hidden by the filter", unfiltered - filtered),
        ("seen only with the filter", filtered - unfiltered),
    ):
        for line in sorted(lines):
            print(f"{sign}: {folder.name}: {line}")
    same = "the same" if filtered == unfiltered else "DIFFERENT"
    print(f"{folder.name}: {len(filtered)} findings filtered, {len(unfiltered)} not: {same}")
    return len(filtered ^ unfiltered)


def findings(folder: Path, filtered: bool) -> set[str]:
    """Return one line for each finding and problem below ``folder``; raises `Failed`."""
    program = _PATH + ("" if filtered else _UNFILTERED) + _RUN
    arguments = ["check", "--output-format", "json", "--exit-zero", "."]
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        return set(_lines(json.loads(done.stdout)))
    except ValueError:
        raise Failed(f"exit status {done.returncode}: {done.stderr[-500:]}") from None


def _lines(document: dict[str, Any]) -> Iterator[str]:
    for entry in document["findings"]:
        place, reasons = entry["place"], {reason["code"] for reason in entry["reasons"]}
        verdict = f"{entry['verdict']} {' '.join(sorted(reasons))}".strip()
        yield f"{place['path']}:{place['line']}:{place['column']}: {entry['code']} {verdict}"
    for entry in document["problems"]:
        if entry["code"] not in _OF_PARSING:
            place = entry["place"]
            yield f"{place['path']}:{place['line']}: {entry['code']} {entry['message']}"


if __name__ == "__main__":
    sys.exit(main())
