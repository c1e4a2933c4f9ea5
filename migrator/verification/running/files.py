"""Which files a program wrote, and what they hold."""

from __future__ import annotations

import fnmatch
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

# What tools leave behind, which says nothing of the program.
_CACHES = frozenset({"__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".git"})


@dataclass(frozen=True)
class Written:
    """One file after a run: ``digest`` is ``None`` for a deleted one; ``path`` has its bytes."""

    digest: str | None
    path: Path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Written) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file below ``folder`` by its relative name, caches aside."""
    found: dict[str, str] = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in _CACHES]
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in (*files, *links):
            path = Path(parent, name)
            if not name.endswith(".pyc"):
                found[path.relative_to(folder).as_posix()] = _digest(path)
    return found


def written(
    earlier: dict[str, str], folder: Path, *, leave_out: Iterable[str] = ()
) -> dict[str, Written]:
    """Return what is new, changed or gone below ``folder`` since it had the digests ``earlier``.

    ``leave_out`` are patterns of names that don't count.
    """
    now = digests(folder)
    patterns = tuple(leave_out)
    return {
        name: Written(now.get(name), folder / name)
        for name in sorted({*earlier, *now})
        if now.get(name) != earlier.get(name)
        and not any(fnmatch.fnmatch(name, pattern) for pattern in patterns)
    }


def _digest(path: Path) -> str:
    if path.is_symlink():
        return "link to " + os.readlink(path)
    if not path.is_file():
        return "special"
    try:
        found = hashlib.sha256()
        with path.open("rb") as stream:
            while piece := stream.read(1 << 20):
                found.update(piece)
        return found.hexdigest()
    except OSError as error:
        return f"unreadable: {error.strerror}"
