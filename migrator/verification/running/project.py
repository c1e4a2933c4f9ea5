"""The user's project, which is only ever read: which files it has, and copies of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.files.git import git, ignored, work_tree

from .errors import CannotRun

_LISTING = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
_NOT_COPIED = frozenset(
    {".git", ".hg", ".svn", "__pycache__", "node_modules",
     ".mypy_cache", ".pytest_cache", ".ruff_cache", ".tox", ".nox"}
)  # fmt: skip


@dataclass(frozen=True)
class Project:
    """A folder with the relative names of the files that belong to it.

    ``inside`` is where below ``root`` the command was typed; the copy is entered there too.
    """

    root: Path
    inside: Path
    names: tuple[str, ...]

    def copy_to(self, folder: Path) -> None:
        """Copy the files to ``folder``, times and modes included; raise `CannotRun`."""
        made: set[Path] = set()
        try:
            for name in self.names:
                target = folder / name
                if target.parent not in made:
                    target.parent.mkdir(parents=True, exist_ok=True)
                    made.add(target.parent)
                _copy(self.root / name, target, self.root)
            (folder / self.inside).mkdir(parents=True, exist_ok=True)
        except (OSError, shutil.Error) as error:
            raise CannotRun(f"the project can't be copied to {folder.parent}: {error}") from None

    def state(self) -> dict[str, tuple[int, int]]:
        """Return size and time of every file: equal states mean that nobody wrote to it."""
        found = {}
        for name in self.names:
            try:
                status = os.stat(self.root / name, follow_symlinks=False)
            except OSError:
                continue
            found[name] = (status.st_size, status.st_mtime_ns)
        return found


def find_project(folder: Path, include: tuple[str, ...] = ()) -> Project:
    """Return the project around ``folder``: its git work tree, or else the folder itself.

    Of a work tree, what git tracks and what it does not ignore; of a plain folder everything
    but environments and caches.  ``include`` names more files or folders, relative to
    ``folder``, that git ignores but the program needs.  Raises `CannotRun`.
    """
    folder = folder.resolve()
    tree = work_tree(str(folder))
    root = Path(tree) if tree and not ignored(str(folder)) else folder
    names = dict.fromkeys(_listed(root))
    for extra in include:
        names.update(dict.fromkeys(_included(root, folder / extra)))
    return Project(root, folder.relative_to(root), tuple(names))


def _included(root: Path, path: Path) -> Iterator[str]:
    path = Path(os.path.abspath(path))
    if not path.is_relative_to(root) or not path.exists():
        raise CannotRun(f"--include {path}: no such file or folder below {root}")
    found = path.rglob("*") if path.is_dir() else [path]
    yield from (each.relative_to(root).as_posix() for each in found if not _is_folder(each))


def _listed(root: Path) -> Iterator[str]:
    names = git(str(root), *_LISTING) if (root / ".git").exists() else None
    if names is None:
        yield from _walked(root)
        return
    for name in names:
        path = root / name
        if _is_folder(path):  # a submodule, or another repository inside this one
            yield from (f"{name.rstrip('/')}/{inner}" for inner in _listed(path))
        elif path.exists() or path.is_symlink():
            yield name


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        below = Path(folder).relative_to(root)
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NOT_COPIED
            and name not in links
            and not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
        )
        yield from ((below / name).as_posix() for name in sorted([*files, *links]))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _copy(source: Path, target: Path, root: Path) -> None:
    """Copy one file; a link stays a link unless what it leads to could be reached through it."""
    if source.is_symlink():
        to = Path(os.readlink(source))
        if not to.is_absolute() and source.resolve().is_relative_to(root.resolve()):
            target.symlink_to(to)
            return
        if source.is_dir():
            shutil.copytree(source, target, symlinks=False, dirs_exist_ok=True)
            return
    if source.is_file():  # no sockets or pipes
        shutil.copy2(source, target)
