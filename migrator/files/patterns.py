"""Which paths an ``exclude`` list names; plain names by set look-up, globs only if there are any.

A pattern without a slash matches any one component of a path; with a slash it matches the path
from the settings' root, and everything below it.  ``*`` also matches ``/``, as in ruff.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_MAGIC = ("*", "?", "[")


def _is_glob(pattern: str) -> bool:
    return any(sign in pattern for sign in _MAGIC)


class Excluder:
    """Answers whether a path is excluded; ``root`` is what slashed patterns start from."""

    __slots__ = ("_names", "_name_globs", "_paths", "_path_globs")

    def __init__(self, patterns: Sequence[str], root: str) -> None:
        self._names: set[str] = set()
        self._name_globs: list[str] = []
        self._paths: list[str] = []
        self._path_globs: list[str] = []
        for pattern in patterns:
            trimmed = pattern.rstrip("/")
            if "/" in trimmed:
                full = os.path.normpath(os.path.join(root, trimmed))
                (self._path_globs if _is_glob(full) else self._paths).append(full)
            elif _is_glob(trimmed):
                self._name_globs.append(trimmed)
            else:
                self._names.add(trimmed)

    def excludes(self, full: str, name: str) -> bool:
        """Return whether the file or folder ``full``, whose last component is ``name``, is out."""
        if name in self._names:
            return True
        if not (self._name_globs or self._paths or self._path_globs):
            return False
        return self._by_glob(full, name)

    def _by_glob(self, full: str, name: str) -> bool:
        if any(full == path or full.startswith(path + os.sep) for path in self._paths):
            return True
        if not (self._name_globs or self._path_globs):
            return False
        from fnmatch import fnmatchcase

        return any(fnmatchcase(name, glob) for glob in self._name_globs) or any(
            fnmatchcase(full, glob) for glob in self._path_globs
        )

    def excludes_below(self, full: str, top: str) -> bool:
        """Return whether ``full`` or any folder between it and ``top`` is excluded."""
        while len(full) > len(top):
            parent, name = os.path.split(full)
            if self.excludes(full, name):
                return True
            if parent == full:
                break
            full = parent
        return False


def matches(pattern: str, full: str, root: str) -> bool:
    """Return whether a ``per-file-ignores`` pattern names the file ``full``.

    The pattern is tried on the file's name and on its path from ``root``; a leading ``!``
    turns the answer round.
    """
    if pattern.startswith("!"):
        return not matches(pattern[1:], full, root)
    from fnmatch import fnmatchcase

    absolute = os.path.normpath(os.path.join(root, pattern))
    return fnmatchcase(os.path.basename(full), pattern) or fnmatchcase(full, absolute)
