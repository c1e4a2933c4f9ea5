"""Which Python files lie below a folder: git's answer inside a repository, a walk elsewhere."""

from __future__ import annotations

import os

from migrator.files.git import git, ignored, work_tree
from migrator.files.patterns import Excluder
from migrator.files.reading import explained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pathspec import GitIgnoreSpec

    from migrator.config import Settings
    from migrator.files.reading import Unreadable

    SettingsFor = Callable[[str], Settings]
    Complaint = Callable[[str, Unreadable], None]

SUFFIXES = (".py", ".pyi", ".pyw")
_PATHSPECS = tuple("*" + suffix for suffix in SUFFIXES)


class Excluders:
    """One `Excluder` per settings object."""

    def __init__(self, settings_for: SettingsFor) -> None:
        self._settings_for = settings_for
        self._known: dict[int, tuple[Settings, Excluder]] = {}

    def for_folder(self, folder: str) -> Excluder:
        """Return what excludes the entries of an absolute ``folder``."""
        settings = self._settings_for(folder)
        entry = self._known.get(id(settings))
        if entry is None:
            patterns = settings.exclude + settings.extend_exclude
            entry = (settings, Excluder(patterns, settings.root))
            self._known[id(settings)] = entry
        return entry[1]


def discover(top: str, settings_for: SettingsFor, complain: Complaint) -> list[str]:
    """Return the absolute paths of the Python files below the folder ``top``, sorted.

    Ignored and excluded files are left out; folders that can't be listed are told to
    ``complain``.
    """
    top = os.path.abspath(top)
    if not os.access(top, os.R_OK | os.X_OK):
        complain(top, explained(top, PermissionError(13, "Permission denied")))
        return []
    excluders = Excluders(settings_for)
    gitignore = settings_for(top).respect_gitignore
    listed = _listed_by_git(top) if gitignore else None
    if listed is None:
        found = list(_walk(top, excluders, complain, gitignore))
    else:
        found = list(_not_excluded(listed, top, excluders, complain))
    return sorted(found)


def _listed_by_git(top: str) -> list[str] | None:
    """Return git's relative names below ``top``, or ``None`` where git does not decide."""
    root = work_tree(top)
    if root is None:
        return None
    names = git(top, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *_PATHSPECS)
    if names is None:
        return None
    if os.path.exists(os.path.join(root, ".gitmodules")):
        names += git(top, "ls-files", "-z", "--recurse-submodules", *_PATHSPECS) or []
    # An ignored folder was named on purpose, so it is searched all the same.
    return list(dict.fromkeys(names)) if names or not ignored(top) else None


def _not_excluded(
    names: list[str], top: str, excluders: Excluders, complain: Complaint
) -> Iterator[str]:
    verdicts: dict[str, bool] = {"": False}

    def folder_is_out(folder: str) -> bool:
        verdict = verdicts.get(folder)
        if verdict is None:
            parent, _, name = folder.rpartition("/")
            full = os.path.join(top, folder)
            verdict = folder_is_out(parent) or excluders.for_folder(os.path.dirname(full)).excludes(
                full, name
            )
            if not verdict and not os.access(full, os.R_OK | os.X_OK) and os.path.isdir(full):
                complain(full, explained(full, PermissionError(13, "Permission denied")))
                verdict = True
            verdicts[folder] = verdict
        return verdict

    for relative in names:
        folder, _, name = relative.rpartition("/")
        if folder_is_out(folder):
            continue
        full = os.path.join(top, relative)
        if not excluders.for_folder(os.path.dirname(full)).excludes(full, name):
            yield full


def _walk(top: str, excluders: Excluders, complain: Complaint, gitignore: bool) -> Iterator[str]:
    """Yield the Python files below ``top``; linked folders are not entered."""
    pending: list[tuple[str, tuple[_IgnoreFile, ...]]] = [(top, ())]
    while pending:
        folder, specs = pending.pop()
        try:
            with os.scandir(folder) as listing:
                entries = list(listing)
        except OSError as error:
            complain(folder, explained(folder, error))
            continue
        if gitignore and any(entry.name == ".gitignore" for entry in entries):
            specs = (*specs, *_ignore_file(folder))
        excluder = excluders.for_folder(folder)
        for entry in entries:
            is_folder = entry.is_dir(follow_symlinks=False)
            if not is_folder and not entry.name.endswith(SUFFIXES):
                continue
            if excluder.excludes(entry.path, entry.name):
                continue
            if specs and _ignored_by(specs, entry.path, is_folder):
                continue
            if not is_folder:
                if not (entry.is_symlink() and os.path.isdir(entry.path)):
                    yield entry.path
            elif not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):
                pending.append((entry.path, specs))


class _IgnoreFile:
    """The patterns of one ``.gitignore``; most paths match none, which one expression tells."""

    __slots__ = ("folder", "spec", "any")

    def __init__(self, folder: str, spec: GitIgnoreSpec) -> None:
        import re

        self.folder = folder
        self.spec = spec
        # Group names may stand only once in an expression.
        texts = [
            re.sub(r"\(\?P<\w+>", "(?:", item.regex.pattern)
            for item in spec.patterns
            if item.include is not None and item.regex is not None
        ]
        self.any = re.compile("|".join(f"(?:{text})" for text in texts)) if texts else None

    def verdict(self, path: str, is_folder: bool) -> bool | None:
        """Return whether the file says anything of ``path``, and what."""
        relative = path[len(self.folder) :].replace(os.sep, "/").lstrip("/") + "/" * is_folder
        if self.any is None or self.any.match(relative) is None:
            return None
        return self.spec.check_file(relative).include


def _ignore_file(folder: str) -> Iterator[_IgnoreFile]:
    import pathspec

    try:
        with open(os.path.join(folder, ".gitignore"), encoding="utf-8", errors="replace") as lines:
            yield _IgnoreFile(folder, pathspec.GitIgnoreSpec.from_lines(lines))
    except (OSError, ValueError):
        return


def _ignored_by(specs: tuple[_IgnoreFile, ...], path: str, is_folder: bool) -> bool:
    """Return the verdict of the closest ``.gitignore`` that has one."""
    for spec in reversed(specs):
        verdict = spec.verdict(path, is_folder)
        if verdict is not None:
            return verdict
    return False
