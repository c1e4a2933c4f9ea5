"""Run `migrator` over a scratch copy of one project and note what happened."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import warnings
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ecosystem_measure import Measured, measure
from ecosystem_packages import Project

from migrator.prefilter import worth_parsing

# Findings that stand for a call; the others are imports, test doubles and mentions.
CALLS = ("CC101", "CC102", "CC103", "CC104", "CC105", "CC106")
VERDICTS = ("rewrite", "suggest", "blocked", "keep")
MODES = {
    "default": ("--unsafe-fixes",),
    "unknown-hosts": ("--unsafe-fixes", "--config", 'unknown-hosts = "rewrite"'),
}
_COPIED = (".py", ".pyi", ".pyw")
_ALSO_COPIED = ("pyproject.toml", ".gitignore")
_REFUSED = "CC905"


@dataclass
class Failure:
    """Something that must not happen: `crash`, `invalid`, `unstable`, `refused` or `types`."""

    kind: str
    where: str
    what: str


@dataclass
class Fixed:
    """What one mode of `fix` made of a project."""

    applied: int = 0
    cpu: float = 0.0
    wall: float = 0.0
    peak: float = 0.0
    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)


@dataclass
class Result:
    """Everything that is reported about one project."""

    label: str
    files: int = 0
    candidates: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    check: Measured | None = None
    fixed: dict[str, Fixed] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def calls(self) -> list[dict[str, Any]]:
        """Return the findings that stand for a call."""
        return [finding for finding in self.findings if finding["code"] in CALLS]

    def verdicts(self) -> Counter[str]:
        """Return how many calls have which verdict."""
        return Counter(finding["verdict"] for finding in self.calls())

    def reasons(self) -> Counter[str]:
        """Return how many calls that `fix` leaves alone have which reason."""
        left = [each for each in self.calls() if each["verdict"] in ("suggest", "blocked")]
        return Counter(code for each in left for code in {r["code"] for r in each["reasons"]})


def copied(project: Project, into: Path) -> None:
    """Copy what `migrator` looks at; links are left out."""
    for folder, folders, names in os.walk(project.folder):
        folders[:] = [name for name in folders if name != ".git"]
        target = into / os.path.relpath(folder, project.folder)
        for name in names:
            source = os.path.join(folder, name)
            if not name.endswith(_COPIED) and name not in _ALSO_COPIED:
                continue
            if os.path.islink(source) or not os.path.isfile(source):
                continue
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target / name)


def candidates(folder: Path) -> dict[str, bytes]:
    """Return the bytes of the files below ``folder`` that are worth parsing."""
    found = {}
    for path in sorted(folder.rglob("*.py*")):
        if path.suffix in _COPIED and path.is_file():
            data = path.read_bytes()
            if worth_parsing(data):
                found[path.relative_to(folder).as_posix()] = data
    return found


def stamps(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Return what changes when a file is written: inode, size, time."""
    found = {}
    for path in folder.rglob("*.py*"):
        with contextlib.suppress(OSError):
            status = path.stat()
            found[path.relative_to(folder).as_posix()] = (
                status.st_ino,
                status.st_size,
                status.st_mtime_ns,
            )
    return found


def examine(migrator: str, project: Project, scratch: Path) -> Result:
    """Check and fix scratch copies of a project; ``scratch`` must be an empty folder."""
    result = Result(project.label)
    tree = scratch / "original"
    tree.mkdir()
    copied(project, tree)
    result.candidates = len(candidates(tree))
    checked = measure([migrator, "check", "--output-format", "json", "--exit-zero", "."], tree)
    result.check = checked
    document = _document(result, "check", checked)
    if document is not None:
        result.files = document["summary"]["files"]
        result.findings = document["findings"]
        result.problems = document["problems"]
    for mode, options in MODES.items():
        copy = scratch / mode
        shutil.copytree(tree, copy)
        result.fixed[mode] = _fix(migrator, mode, options, copy, result)
        shutil.rmtree(copy)
    return result


def _fix(migrator: str, mode: str, options: tuple[str, ...], tree: Path, result: Result) -> Fixed:
    """Fix twice; the second run must change nothing."""
    command = [migrator, "fix", "--allow-dirty", "--output-format", "json", *options, "."]
    original, known = candidates(tree), stamps(tree)
    done = Fixed()
    run = measure(command, tree)
    done.cpu, done.wall, done.peak = run.cpu, run.wall, run.peak
    document = _document(result, f"fix ({mode})", run)
    done.applied = document["summary"]["applied"] if document is not None else 0
    written = stamps(tree)
    for name in _differing(known, written):
        _compare(result, done, name, original.get(name), tree / name)
    _document(result, f"second fix ({mode})", measure(command, tree))
    for name in _differing(written, stamps(tree)):
        if (tree / name).read_bytes() != done.after.get(name):
            what = f"a second fix ({mode}) changes the file again"
            result.failures.append(Failure("unstable", name, what))
    return done


def _differing(
    one: dict[str, tuple[int, int, int]], two: dict[str, tuple[int, int, int]]
) -> list[str]:
    return sorted(name for name in one.keys() | two.keys() if one.get(name) != two.get(name))


def _compare(result: Result, done: Fixed, name: str, before: bytes | None, path: Path) -> None:
    """Note a changed file, and whether it still compiles."""
    if before is None or not path.is_file():
        result.failures.append(Failure("crash", name, "is no candidate, but was touched"))
        return
    after = path.read_bytes()
    if after == before:
        return
    done.before[name], done.after[name] = before, after
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(after, name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        result.failures.append(Failure("invalid", name, f"does not compile after fix: {error}"))


def _document(result: Result, step: str, run: Measured) -> dict[str, Any] | None:
    """Return the JSON that a run printed; crashes and refusals are noted."""
    try:
        document: dict[str, Any] = json.loads(run.out)
    except ValueError:
        lines = run.err.strip().splitlines() or [f"exit status {run.status}, no output"]
        result.failures.append(Failure("crash", step, lines[-1]))
        return None
    if run.status not in (0, 1, 2) or "Traceback" in run.err:
        result.failures.append(Failure("crash", step, f"exit status {run.status}"))
    for problem in document["problems"]:
        if problem["code"] == _REFUSED:
            kind = "crash" if "internal error" in problem["message"] else "refused"
            where = f"{problem['place']['path']}:{problem['place']['line']}"
            failure = Failure(kind, where, f"{step}: {problem['message']}")
            result.failures.append(failure)
    return document
