"""Questions for git; where it is missing or refuses, the answer is ``None`` or no."""

from __future__ import annotations

import os


def work_tree(folder: str) -> str | None:
    """Return the root of the git work tree that the absolute ``folder`` lies in."""
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder


def git(folder: str, *arguments: str) -> list[str] | None:
    """Return the NUL-separated output of a git command, ``None`` if it failed."""
    import subprocess

    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False)
    except OSError:
        return None
    if done.returncode != 0:
        return None
    return [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]


def ignored(folder: str) -> bool:
    """Return whether git ignores ``folder``."""
    return git(folder, "check-ignore", "-q", ".") is not None


def uncommitted(folder: str) -> list[str]:
    """Return the tracked files with uncommitted changes in the work tree around ``folder``."""
    if work_tree(folder) is None:
        return []
    status = git(folder, "status", "--porcelain", "-z", "--untracked-files=no", "--no-renames")
    return [entry[3:] for entry in status or []]
