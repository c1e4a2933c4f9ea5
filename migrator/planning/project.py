"""Questions a file leaves open: does the rest of the project use, or replace, what changes?

The project of a file is the folder of the nearest marker (``pyproject.toml``, ``setup.py``,
``setup.cfg``, ``.git``), else the parent of its outermost package.  It does not depend on which
files are checked, so neither does a verdict.  Files are searched as bytes, once, and only when a
question is open.
"""

from __future__ import annotations

import os

from migrator.analysis.doubles import interception, is_double
from migrator.analysis.facts import Mention, Reason
from migrator.files.reading import Unreadable, read
from migrator.planning.homes import Home, holds
from migrator.planning.model import FilePlan, Splice
from migrator.planning.typeimports import decide_imports
from migrator.planning.verdicts import decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.config import Settings

    Question = tuple[FilePlan, Mention, str]

# How far below its root a project is searched: a loose script may lie in a home folder.
_DEEP, _SHALLOW = 64, 2
# From this many words on, splitting a file into its words beats a search for each.
_MANY = 40
_WORDS = bytes(
    code if chr(code).isalnum() or code == 95 or code > 127 else 32 for code in range(256)
)
_MARKERS = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_SKIPPED = {
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "node_modules", "__pycache__",
    ".mypy_cache", ".ruff_cache", ".pytest_cache", "site-packages", ".eggs", "build", "dist",
}  # fmt: skip


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
    for plan in plans:
        if plan.imports:
            decide_imports(plan)


class _Search:
    """All questions of one project, answered in one pass over its files.

    A question without needles asks for test doubles: a file that names the module and either
    replaces chat results itself or imports, or inherits by ``conftest.py``, a file that does.
    """

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
        self.homes = {path: Home(path) for path in paths.values()}
        self.open: list[Question] = [(plan, mention, paths[plan.path]) for plan, mention in asked]
        self.naming: dict[str, list[str]] = {}
        self.doubles: list[str] = []

    def run(self) -> None:
        """Answer everything."""
        self.open = [item for item in self.open if not self._recorded(*item)]
        index = self._index()
        words = list(index)
        for path in _python_files(self.root, self.depth):
            data = self._read(path)
            if data is None:
                continue
            if is_double(data):
                self.doubles.append(path)
            if len(words) > _MANY or any(word in data for word in words):
                self._file(path, data, index)
        for plan, mention, home in self.open:
            if not mention.needles:
                self._replaced(plan, mention, home)

    def _index(self) -> dict[bytes, list[Question]]:
        """Return the questions by a word that every file with an answer holds."""
        result: dict[bytes, list[Question]] = {}
        for question in self.open:
            _, mention, home = question
            # A file that has to name the module is found by that, which few files do.
            free = mention.needles and (mention.anywhere or mention.linked)
            needle = mention.needles[0] if free else self.homes[home].word
            words = needle.translate(_WORDS).split()
            if words:
                result.setdefault(max(words, key=len), []).append(question)
        return result

    def _file(self, path: str, data: bytes, index: dict[bytes, list[Question]]) -> None:
        """Answer what the file at ``path`` answers."""
        named: dict[str, bool] = {}

        def names(home: str) -> bool:
            if home not in named:
                named[home] = self.homes[home].named_in(data)
            return named[home]

        held: dict[bytes, bool] = {}

        def has(needle: bytes) -> bool:
            if needle not in held:
                held[needle] = holds(data, needle)
            return held[needle]

        for word in index.keys() & set(data.translate(_WORDS).split()):
            rest: list[Question] = []
            for question in index[word]:
                plan, mention, home = question
                if path == home:
                    rest.append(question)
                elif not mention.needles:
                    rest.append(question)
                    if names(home) and path not in self.naming.setdefault(home, []):
                        self.naming[home].append(path)
                elif all(has(needle) for needle in mention.needles) and (
                    mention.anywhere
                    or names(home)
                    or (mention.linked and self._imports(home, path))
                ):
                    self._apply(plan, mention, path)
                else:
                    rest.append(question)
            index[word] = rest

    def _read(self, path: str) -> bytes | None:
        """Return the bytes of a regular file of bearable size, else None."""
        try:
            return read(path, self.settings.max_file_size, lambda data: False)
        except Unreadable:
            return None

    def _imports(self, home: str, path: str) -> bool:
        """Return whether the module that asks names the file at ``path``."""
        return Home(path).named_in(self._read(home) or b"")

    def _replaced(self, plan: FilePlan, mention: Mention, home: str) -> None:
        for path in self.naming.get(home, ()):
            if path in self.doubles:
                self._apply(plan, mention, path)
                return
        others = [(double, Home(double)) for double in self.doubles if double != home]
        for path in self.naming.get(home, ()):
            data = self._read(path) or b""
            for double, there in others:
                shared = os.path.basename(double) == "conftest.py" and path.startswith(
                    os.path.dirname(double) + os.sep
                )
                if shared or there.named_in(data):
                    self._apply(plan, mention, double)
                    return

    def _recorded(self, plan: FilePlan, mention: Mention, home: str) -> bool:
        """Apply the question about test doubles where a ``conftest.py`` above intercepts HTTP."""
        if mention.needles or not os.path.basename(home).startswith(("test", "conftest")):
            return False
        folder = os.path.dirname(home)
        while folder.startswith(self.root):
            path = os.path.join(folder, "conftest.py")
            data = self._read(path)
            if path != home and data is not None and interception(data) is not None:
                self._apply(plan, mention, path)
                return True
            folder, below = os.path.dirname(folder), folder
            if folder == below:
                break
        return False

    def _apply(self, plan: FilePlan, mention: Mention, path: str) -> None:
        group = next(group for group in plan.groups if group.id == mention.group)
        if mention.remedy:
            known = {(e.start, e.end, e.text) for e in group.edits if isinstance(e, Splice)}
            if group.edits and not known.issuperset(mention.remedy):
                group.edits.extend(Splice(*edit) for edit in mention.remedy)
            return
        if mention.swap is not None:
            old, new = mention.swap
            if any(edit in old for edit in group.edits):
                group.edits = [edit for edit in group.edits if edit not in old] + new
            return
        shown = os.path.relpath(path, os.path.dirname(os.path.abspath(plan.path)))
        asked = mention.reason
        message = f"{asked.message} {shown.replace(os.sep, '/')}"
        if mention.kept is not None:
            group.keep_list(mention.kept, Reason(asked.code, message, asked.place, "note"))
            return
        for finding in group.findings:
            if not any((r.code, r.message) == (asked.code, message) for r in finding.reasons):
                reason = Reason(asked.code, message, asked.place, asked.effect)
                finding.reasons.append(reason)
        decide(group, self.settings)
        group.edits = []
        group.kept = []


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
            if entry.name.endswith(".py") and not entry.is_dir(follow_symlinks=False):
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
