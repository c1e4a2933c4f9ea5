"""Questions a file leaves open, and the files of the project that answer them.

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
from migrator.planning.homes import Home, holds, loads_modules, name_in, reads
from migrator.planning.model import FilePlan, Splice
from migrator.planning.verdicts import decide

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from migrator.config import Settings
    from migrator.planning.linking import Cluster

    # Who asks, what, and the file that other files would have to name.
    Question = tuple[object, Mention, str]

# How far below its root a project is searched: a loose script may lie in a home folder.
_DEEP, _SHALLOW = 64, 2
# From this many words on, splitting a file into its words beats a search for each.
_MANY = 40
_WORDS = bytes(
    code if chr(code).isalnum() or code == 95 or code > 127 else 32 for code in range(256)
)
# Larger files are data.
_LARGEST = 10_000_000
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


class Asking:
    """Questions about one project, put to each of its files in one pass."""

    def __init__(self, root: str, marked: bool, asked: list[tuple[object, Mention]]) -> None:
        self.root = root
        self.depth = _DEEP if marked else _SHALLOW
        self.homes: dict[str, Home] = {}
        self.open: list[Question] = []
        known: dict[str, str] = {}
        for asker, mention in asked:
            path = mention.reason.place.path
            full = known.get(path) or known.setdefault(path, os.path.abspath(path))
            if full not in self.homes:
                self.homes[full] = Home(full)
            self.open.append((asker, mention, full))

    def run(self) -> None:
        """Ask every file."""
        index = self._index()
        words = list(index)
        for path in _python_files(self.root, self.depth):
            data = self._read(path)
            if data is None:
                continue
            self.look_at(path, data)
            if loads_modules(data):
                self._file(path, data, index, index.keys())
            elif len(words) > _MANY or any(word in data for word in words):
                self._file(path, data, index, index.keys() & set(data.translate(_WORDS).split()))

    def look_at(self, path: str, data: bytes) -> None:
        """See a file of the project, whatever the questions are."""

    def names(self, home: str, path: str) -> None:
        """Hear that the file at ``path`` names the module of a question without needles."""

    def hit(self, question: Question, path: str, data: bytes) -> bool:
        """Hear that ``path`` holds what was asked for; return whether that was all."""
        raise NotImplementedError

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

    def _file(
        self, path: str, data: bytes, index: dict[bytes, list[Question]], words: Iterable[bytes]
    ) -> None:
        """Find what the file at ``path`` answers of the questions under ``words``."""
        named: dict[str, bool] = {}
        loads = loads_modules(data)

        def names(home: str) -> bool:
            if home not in named:
                named[home] = self.homes[home].named_in(data)
            return named[home]

        held: dict[bytes, bool] = {}

        def has(needle: bytes) -> bool:
            if needle not in held:
                held[needle] = holds(data, needle)
            return held[needle]

        for word in list(words):
            rest: list[Question] = []
            for question in index[word]:
                _, mention, home = question
                if path == home:
                    rest.append(question)
                elif not mention.needles:
                    rest.append(question)
                    if names(home):
                        self.names(home, path)
                elif (
                    not all(has(needle) for needle in mention.needles)
                    or not (
                        mention.anywhere
                        or names(home)
                        or (mention.linked and self._imports(home, path))
                        or (loads and self.homes[home].loaded_in(data) and _by_name(mention, data))
                    )
                    or not self.hit(question, path, data)
                ):
                    rest.append(question)
            index[word] = rest

    def _read(self, path: str) -> bytes | None:
        """Return the bytes of a regular file of bearable size, else None."""
        try:
            return read(path, _LARGEST, lambda data: False)
        except Unreadable:
            return None

    def _imports(self, home: str, path: str) -> bool:
        """Return whether the module that asks names the file at ``path``."""
        return Home(path).named_in(self._read(home) or b"")


class Answers(Asking):
    """Adds the files that hold an answer to the cluster that asks."""

    def __init__(self, root: str, marked: bool, asked: list[tuple[object, Mention]]) -> None:
        super().__init__(root, marked, asked)
        self._double = ""

    def look_at(self, path: str, data: bytes) -> None:
        """Note whether the file that is asked next holds test doubles."""
        self._double = path if is_double(data) else ""

    def names(self, home: str, path: str) -> None:
        """Have test doubles of a module analysed together with it."""
        if path == self._double:
            for asker, mention, asking in self.open:
                if not mention.needles and asking == home:
                    self.hit((asker, mention, asking), path, b"")

    def hit(self, question: Question, path: str, data: bytes) -> bool:
        """Have the cluster take the file in."""
        cluster: Cluster = question[0]  # type: ignore[assignment]
        if path not in cluster.paths:
            cluster.waiting[path] = None
        return False


class Search(Asking):
    """Applies the answers to the plans that ask.

    A question without needles asks for test doubles: a file that names the module and either
    replaces chat results itself or imports, or inherits by ``conftest.py``, a file that does.
    """

    def __init__(
        self, root: str, marked: bool, asked: list[tuple[FilePlan, Mention]], settings: Settings
    ) -> None:
        super().__init__(root, marked, list(asked))
        self.settings = settings
        self.naming: dict[str, list[str]] = {}
        self.doubles: list[str] = []

    def run(self) -> None:
        """Answer everything."""
        self.open = [item for item in self.open if not self._recorded(*item)]
        super().run()
        for plan, mention, home in self.open:
            if not mention.needles:
                self._replaced(plan, mention, home)

    def look_at(self, path: str, data: bytes) -> None:
        """Note the files with test doubles."""
        if is_double(data):
            self.doubles.append(path)

    def names(self, home: str, path: str) -> None:
        """Note who names a module that asks for test doubles."""
        known = self.naming.setdefault(home, [])
        if path not in known:
            known.append(path)

    def hit(self, question: Question, path: str, data: bytes) -> bool:
        """Apply an answer, unless the file was analysed together with the asking one."""
        plan, mention, _ = question
        assert isinstance(plan, FilePlan)
        if mention.reason.code == "CC503" and path in plan.covered:
            return False
        if mention.seen and path in plan.members and _followed(plan, mention, path, data):
            return False
        self._apply(plan, mention, path)
        return True

    def _replaced(self, plan: object, mention: Mention, home: str) -> None:
        assert isinstance(plan, FilePlan)
        doubles = [path for path in self.doubles if path not in plan.covered]
        for path in self.naming.get(home, ()):
            if path in doubles:
                self._apply(plan, mention, path)
                return
        others = [(double, Home(double)) for double in doubles if double != home]
        for path in self.naming.get(home, ()):
            data = self._read(path) or b""
            for double, there in others:
                shared = os.path.basename(double) == "conftest.py" and path.startswith(
                    os.path.dirname(double) + os.sep
                )
                if shared or there.named_in(data):
                    self._apply(plan, mention, double)
                    return

    def _recorded(self, plan: object, mention: Mention, home: str) -> bool:
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

    def _apply(self, plan: object, mention: Mention, path: str) -> None:
        assert isinstance(plan, FilePlan)
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
        shown = os.path.relpath(path, os.path.dirname(os.path.abspath(mention.reason.place.path)))
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


def _by_name(mention: Mention, data: bytes) -> bool:
    """Return whether a file that finds modules by name may take what is asked for from one."""
    name = mention.needles[0]
    # What a loader takes from a module is its functions; variables of scripts are not.
    return mention.owner is not None and name.replace(b"_", b"a").isalnum() and reads(data, name)


def _followed(plan: FilePlan, mention: Mention, path: str, data: bytes) -> bool:
    """Return whether analysis sees every use of a name that ``data`` could make of it."""
    if b"import *" in data:
        return False
    data = _without_exports(data)
    name = name_in(mention.needles[-1])
    derived = mention.needles[0].startswith(b"<")
    if (derived or not mention.anywhere) and (path, name) in plan.unclear:
        return False
    if derived or mention.needles[0].startswith(b"def "):
        return True
    return not any(
        before + name + after in data for before in (b'"', b"'", b".") for after in (b'"', b"'")
    )


def _without_exports(data: bytes) -> bytes:
    """Return ``data`` without the list of names it exports, where there is one."""
    start = data.find(b"__all__")
    while start >= 0:
        opened = min((at for at in (data.find(b"[", start), data.find(b"(", start)) if at >= 0),
                     default=-1)  # fmt: skip
        end = data.find(b"]" if data[opened : opened + 1] == b"[" else b")", opened)
        if opened < 0 or end < 0:
            return data
        data = data[:start] + data[end:]
        start = data.find(b"__all__")
    return data


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
