"""Questions a file leaves open: does the rest of the project use, or replace, what changes?

The project of a file is the folder of the nearest marker (``pyproject.toml``, ``setup.py``,
``setup.cfg``, ``.git``), else the parent of its outermost package.  It does not depend on which
files are checked, so neither does a verdict.  Files are searched as bytes, once, and only when a
question is open.
"""

from __future__ import annotations

import os

from migrator.analysis.doubles import interception
from migrator.analysis.facts import Mention, Reason
from migrator.planning.model import FilePlan, Group
from migrator.planning.verdicts import decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.config import Settings

# How far below its root a project is searched: a loose script may lie in a home folder.
_DEEP, _SHALLOW = 64, 2
_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_SKIPPED = {
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", "site-packages", ".eggs", "build", "dist",
}  # fmt: skip
_DOUBLES = (b"return_value", b"side_effect", b"monkeypatch", b"patch(", b"Mock", b"respx",
            b"SimpleNamespace", b"httpx_mock", b"requests_mock", b"add_response")  # fmt: skip


def root_of(path: str) -> tuple[str, bool]:
    """Return the folder of the project that ``path`` belongs to, and whether a marker says so."""
    folder = os.path.dirname(os.path.abspath(path))
    current = folder
    while True:
        if any(os.path.exists(os.path.join(current, marker)) for marker in _MARKERS):
            return current, True
        above = os.path.dirname(current)
        if above == current:
            break
        current = above
    current = folder
    while os.path.exists(os.path.join(current, "__init__.py")):
        current = os.path.dirname(current)
    return current, False


def settle(plans: list[FilePlan], settings: Settings) -> None:
    """Answer the open questions of ``plans`` and set the verdicts that depend on them."""
    roots: dict[tuple[str, bool], list[tuple[FilePlan, Mention]]] = {}
    for plan in plans:
        root = root_of(plan.path) if plan.mentions else ("", False)
        for mention in plan.mentions:
            roots.setdefault(root, []).append((plan, mention))
    for root in sorted(roots):
        _Search(*root, roots[root], settings).run()


class _Search:
    """All questions of one project, answered in one pass over its files."""

    def __init__(
        self,
        root: str,
        marked: bool,
        asked: list[tuple[FilePlan, Mention]],
        settings: Settings,
    ) -> None:
        self.root = root
        self.depth = _DEEP if marked else _SHALLOW
        self.settings = settings
        paths = {plan.path: os.path.abspath(plan.path) for plan, _ in asked}
        self.homes = {path: _Home(path) for path in paths.values()}
        self.open = [(plan, mention, paths[plan.path]) for plan, mention in asked]

    def run(self) -> None:
        self.open = [item for item in self.open if not self._recorded(*item)]
        for path in _python_files(self.root, self.depth):
            if not self.open:
                return
            data = _read(path)
            if data is None:
                continue
            doubles = b"ompletion" in data and any(word in data for word in _DOUBLES)
            rest = []
            for plan, mention, home in self.open:
                if path != home and self._answers(data, mention, home, doubles):
                    self._apply(plan, mention, path)
                else:
                    rest.append((plan, mention, home))
            self.open = rest

    def _recorded(self, plan: FilePlan, mention: Mention, home: str) -> bool:
        """Apply the question about test doubles where a ``conftest.py`` above intercepts HTTP."""
        if mention.needles or not os.path.basename(home).startswith(("test", "conftest")):
            return False
        folder = os.path.dirname(home)
        while folder.startswith(self.root):
            path = os.path.join(folder, "conftest.py")
            data = _read(path)
            if path != home and data is not None and interception(data) is not None:
                self._apply(plan, mention, path)
                return True
            folder, above = os.path.dirname(folder), folder
            if folder == above:
                break
        return False

    def _answers(self, data: bytes, mention: Mention, home: str, doubles: bool) -> bool:
        if not mention.needles:
            return doubles and self.homes[home].named_in(data)
        if not all(_holds(data, needle) for needle in mention.needles):
            return False
        # Methods are reached through objects, which need no import of their module.
        return mention.needles[0].startswith(b".") or self.homes[home].named_in(data)

    def _apply(self, plan: FilePlan, mention: Mention, path: str) -> None:
        group = next(group for group in plan.groups if group.id == mention.group)
        shown = os.path.relpath(path, os.path.dirname(os.path.abspath(plan.path)))
        reason = mention.reason
        message = f"{reason.message} {shown.replace(os.sep, '/')}"
        _block(group, Reason(reason.code, message, reason.place, reason.effect), self.settings)


def _block(group: Group, reason: Reason, settings: Settings) -> None:
    for finding in group.findings:
        known = {(r.code, r.message) for r in finding.reasons}
        if (reason.code, reason.message) not in known:
            finding.reasons.append(reason)
    decide(group, settings)
    group.edits = []


def _holds(data: bytes, needle: bytes) -> bool:
    """Return whether ``needle`` stands in ``data`` as a word of its own."""
    at = data.find(needle)
    while at >= 0:
        before, after = data[at - 1 : at], data[at + len(needle) : at + len(needle) + 1]
        if not (before.isalnum() or before == b"_" or after.isalnum() or after == b"_"):
            return True
        if needle[:1] == b"." and not (after.isalnum() or after == b"_"):
            return True
        at = data.find(needle, at + 1)
    return False


class _Home:
    """How other files name the module that a question is about."""

    __slots__ = ("stem", "absolute", "package")

    def __init__(self, path: str) -> None:
        folder, name = os.path.split(path)
        stem = name[:-3] if name.endswith(".py") else name
        self.absolute = not os.path.exists(os.path.join(folder, "__init__.py"))
        self.package = stem == "__init__"
        if self.package:
            folder, stem = os.path.split(folder)
            self.absolute = not os.path.exists(os.path.join(folder, "__init__.py"))
        self.stem = stem.encode()

    def named_in(self, data: bytes) -> bool:
        """Return whether ``data`` imports the module or names it in a dotted path."""
        if self.stem not in data:
            # A package is imported from inside without its name.
            return self.package and b"from . import" in data
        return any(self._in_line(line) for line in data.splitlines() if self.stem in line)

    def _in_line(self, line: bytes) -> bool:
        text = line.strip()
        if text.rstrip(b",") == self.stem:
            return True
        for mark in (b".", b'"', b"'"):
            for end in (b".", b'"', b"'"):
                if mark + self.stem + end in line and (mark == b"." or self.absolute):
                    return True
        if not text.startswith((b"from ", b"import ")) or not _holds(text, self.stem):
            return False
        words = text.split()
        first = words[1].split(b".")[0].rstrip(b",") if len(words) > 1 else b""
        return self.absolute or first != self.stem or text.count(self.stem) > 1


def _python_files(root: str, depth: int) -> Iterator[str]:
    """Yield the Python files below ``root``; other projects inside an unmarked one are left out."""
    stack = [(root, 0)]
    while stack:
        folder, level = stack.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if entry.name.endswith(".py") and entry.is_file():
                yield entry.path
            elif (
                level < depth
                and entry.is_dir(follow_symlinks=False)
                and entry.name not in _SKIPPED
                and not _foreign(entry.path, depth)
            ):
                stack.append((entry.path, level + 1))


def _foreign(folder: str, depth: int) -> bool:
    """Return whether a folder is an environment or, below a loose script, another project."""
    markers = ("pyvenv.cfg",) if depth == _DEEP else ("pyvenv.cfg", *_MARKERS)
    return any(os.path.exists(os.path.join(folder, marker)) for marker in markers)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
