"""Type errors that a rewrite brings in: mypy over the changed files, before and after.

The packages' own dependencies are not installed, so what they export is unknown to mypy; the
`openai` package must be, since it is what the rewritten code is written against.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from ecosystem_run import Failure, Fixed

# A file and an error code; with the message, one error.
Key = tuple[str, str]
Errors = Counter[tuple[str, str, str]]

_CONFIG = """\
[mypy]
python_version = {version}
follow_imports = silent
ignore_missing_imports = True
check_untyped_defs = True
disable_error_code = import-untyped, import-not-found, annotation-unchecked, unused-ignore
"""
_LINE = re.compile(r"\bline \d+")
_LONGEST = 1200


class TypeChecker:
    """Mypy with one cache for all projects, so that `openai` is analysed once."""

    def __init__(self, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self._config = cache / "mypy.ini"
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        self._config.write_text(_CONFIG.format(version=version), encoding="utf-8")
        self._cache = cache / "mypy"

    def compare(self, tree: Path, fixed: Mapping[str, Fixed]) -> tuple[list[Failure], list[str]]:
        """Return the new errors of each mode, and notes on what only reads differently.

        ``tree`` holds the files as they were; its changed files are overwritten.
        """
        names = sorted({name for mode in fixed.values() for name in mode.after})
        if not names:
            return [], []
        originals = {name: (tree / name).read_bytes() for name in names}
        before, unknown = self.errors(tree, names)
        failures, notes = [], [f"{name}: mypy can't check it" for name in sorted(unknown)]
        seen: list[dict[str, bytes]] = []
        for mode, done in fixed.items():
            if done.after in seen or not done.after:
                continue
            seen.append(done.after)
            for name in names:
                (tree / name).write_bytes(done.after.get(name, originals[name]))
            after, lost = self.errors(tree, names)
            for name in sorted(lost - unknown):
                failures.append(Failure("types", name, f"({mode}) mypy can't check it any more"))
            usable = [name for name in names if name not in unknown | lost]
            new, changed = compared(before, after, usable)
            failures += [Failure("types", name, f"({mode}) {text}") for name, text in new]
            notes += [f"{name}: ({mode}) {text}" for name, text in changed]
        return failures, notes

    def errors(self, tree: Path, names: Iterable[str]) -> tuple[Errors, set[str]]:
        """Return the errors in the files ``names``, and the files mypy gave up on."""
        found: Errors = Counter()
        unknown: set[str] = set()
        for batch in batches(tree, names):
            errors = self._run(tree, batch)
            if errors is not None:
                found += errors
                continue
            for name in batch:
                errors = self._run(tree, [name]) if len(batch) > 1 else None
                if errors is None:
                    unknown.add(name)
                else:
                    found += errors
        return found, unknown

    def _run(self, tree: Path, names: list[str]) -> Errors | None:
        # Isolated: what lies in the folder must not be imported, let alone run.
        command = [
            sys.executable, "-I", "-m", "mypy", "--config-file", str(self._config.resolve()),
            "--cache-dir", str(self._cache.resolve()), "--output", "json", "--", *names,
        ]  # fmt: skip
        try:
            done = subprocess.run(
                command, cwd=tree, capture_output=True, text=True, check=False, timeout=_LONGEST
            )
        except subprocess.TimeoutExpired:
            return None
        return parsed(done.stdout, names) if done.returncode in (0, 1) else None


def parsed(output: str, names: Iterable[str]) -> Errors:
    """Return the errors of mypy's JSON lines that lie in the files ``names``."""
    wanted = set(names)
    found: Errors = Counter()
    for line in output.splitlines():
        if not line.startswith("{"):
            continue
        error = json.loads(line)
        if error["severity"] == "error" and error["file"] in wanted:
            message = _LINE.sub("line N", error["message"])
            found[error["file"], error["code"] or "", message] += 1
    return found


def compared(
    before: Errors, after: Errors, names: Iterable[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the new errors, and those that took the place of another one.

    A rewritten expression that was wrong before may be wrong in other words afterwards: where a
    file has no more errors of a code than it had, none of them is new.
    """
    wanted = set(names)
    new: list[tuple[str, str]] = []
    changed: list[tuple[str, str]] = []
    more = _by_code(after)
    more.subtract(_by_code(before))
    for (name, code, message), count in sorted((after - before).items()):
        if name not in wanted:
            continue
        for _ in range(count):
            (new if more[name, code] > 0 else changed).append((name, f"{message} [{code}]"))
    return new, changed


def _by_code(errors: Errors) -> Counter[Key]:
    found: Counter[Key] = Counter()
    for (name, code, _), count in errors.items():
        found[name, code] += count
    return found


def batches(tree: Path, names: Iterable[str]) -> list[list[str]]:
    """Split files into lists in which no two have the same module name."""
    found: list[tuple[set[str], list[str]]] = []
    for name in names:
        module = module_name(tree, name)
        for modules, batch in found:
            if module not in modules:
                modules.add(module)
                batch.append(name)
                break
        else:
            found.append(({module}, [name]))
    return [batch for _, batch in found]


def module_name(tree: Path, name: str) -> str:
    """Return the module that mypy takes a file for: up to the first folder that is no package."""
    path = tree / name
    parts = [] if path.stem == "__init__" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder != tree.parent:
        parts.append(folder.name)
        folder = folder.parent
    return ".".join(reversed(parts))
