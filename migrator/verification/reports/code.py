"""What ``fix`` does at the call sites of samples: the hunks of its diff that touch them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from migrator.checking.fixing import changes
from migrator.checking.run import check_paths
from migrator.config import Resolver
from migrator.planning.model import BLOCKED, KEEP, SUGGEST, Finding
from migrator.reporting.diff import difference

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+")


@dataclass(frozen=True)
class Code:
    """The rewrite of one call site: lines of a diff, and what has to be known about it."""

    lines: tuple[str, ...] = ()
    note: str = ""


def code_of(sites: Iterable[str], folder: Path, resolver: Resolver) -> dict[str, Code]:
    """Return what `fix` does at sites (``file:line``, relative to ``folder``); writes nothing.

    Files that are not there, or outside the folder, are left out.
    """
    places: dict[str, list[tuple[str, int]]] = {}
    for site in sites:
        name, _, number = site.rpartition(":")
        if number.isdigit() and _inside(folder, name):
            places.setdefault(name, []).append((site, int(number)))
    if not places:
        return {}
    found: dict[str, Code] = {}
    outcome = check_paths([str(folder / name) for name in places], resolver, frames=False)
    by_path = {_relative(each.target.full, folder): each for each in outcome.files}
    diffs: dict[str, str] = {}
    for done in changes(outcome, unsafe=True):
        name = _relative(done.file.target.full, folder)
        diffs[name] = difference(name, done.before, done.after).decode("utf-8", "replace")
    for name, wanted in places.items():
        findings = by_path[name].plan.findings if name in by_path else []
        for site, line in wanted:
            code = _code(diffs.get(name, ""), line, findings)
            if code is not None:
                found[site] = code
    return found


def _inside(folder: Path, name: str) -> bool:
    path = (folder / name).resolve()
    return (
        path.is_file() and path.suffix in (".py", ".pyi") and path.is_relative_to(folder.resolve())
    )


def _relative(path: str, folder: Path) -> str:
    return os.path.relpath(path, folder).replace(os.sep, "/")


def _code(diff: str, line: int, findings: Iterable[Finding]) -> Code | None:
    here = [each for each in findings if each.place.line == line]
    call = next((each for each in here if each.verdict != KEEP), None)
    if call is None:
        return None
    reasons = "; ".join(f"{each.code} {each.message}" for each in call.reasons)
    if call.verdict == BLOCKED:
        return Code(note=f"`fix` leaves this call: {reasons}")
    note = f"only with --unsafe-fixes: {reasons}" if call.verdict == SUGGEST else ""
    return Code(tuple(_hunks(diff, line)), note)


def _hunks(diff: str, line: int) -> list[str]:
    """Return the hunk that holds a line of the old file, and the small ones of its imports."""
    hunks: list[list[str]] = []
    for each in diff.splitlines():
        if each.startswith("@@ "):
            hunks.append([])
        if hunks:
            hunks[-1].append(each)
    return next((hunk for hunk in hunks if _holds(hunk[0], line)), [])


def _holds(head: str, line: int) -> bool:
    match = _HUNK.match(head)
    if match is None:
        return False
    start = int(match[1])
    return start <= line < start + int(match[2] or 1)
