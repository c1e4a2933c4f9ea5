"""Names and bytes of files; every file is opened once.  On the hook's path."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# Not to wait for the other end of a named pipe.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_CHUNK = 1 << 20
# Longer than any needle, so that none is missed where two chunks meet.
_OVERLAP = 64


class Unreadable(Exception):
    """A path that gives no bytes; ``what`` is wrong, and what to ``do``."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what}; {do}")


class Missing(Unreadable):
    """Nothing has this name."""


class TooLarge(Exception):
    """The file is over the limit and may hold something to report."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def read(path: str, limit: int, wanted: Callable[[bytes], bool]) -> bytes:
    """Return the bytes of a regular file.

    A file over ``limit`` bytes is only searched, piece by piece: it counts as empty when no
    piece is ``wanted``.  Raises `Unreadable` and `TooLarge`.
    """
    try:
        descriptor = os.open(path, _FLAGS)
    except (OSError, ValueError) as error:
        raise explained(path, error) from None
    try:
        status = os.fstat(descriptor)
        if status.st_mode & 0o170000 != 0o100000:
            raise Unreadable("not a regular file", "pass files or folders")
        size = status.st_size
        if size > limit:
            if _search(descriptor, wanted):
                raise TooLarge(size)
            return b""
        data = os.read(descriptor, size + 1)
        if len(data) == size:
            return data
        pieces = [data]
        while data:
            data = os.read(descriptor, _CHUNK)
            pieces.append(data)
        return b"".join(pieces)
    except OSError as error:
        raise explained(path, error) from None
    finally:
        os.close(descriptor)


def _search(descriptor: int, wanted: Callable[[bytes], bool]) -> bool:
    tail = b""
    while piece := os.read(descriptor, _CHUNK):
        if wanted(tail + piece):
            return True
        tail = piece[-_OVERLAP:]
    return False


def explained(path: str, error: OSError | ValueError) -> Unreadable:
    """Return what went wrong when ``path`` was opened, in words a person can act on."""
    import errno

    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOENT, errno.ENOTDIR):
        if os.path.islink(path):
            return Unreadable("broken symbolic link", "remove it, or exclude it")
        return Missing("no such file or folder", "check the spelling")
    if number in (errno.EACCES, errno.EPERM):
        return Unreadable("can't be read: permission denied", "change its mode, or exclude it")
    if number == errno.ELOOP:
        return Unreadable("symbolic links that lead to each other", "remove them, or exclude them")
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return Unreadable(f"can't be read: {reason}", "check the path, or exclude it")


def shown_path(path: str) -> str:
    """Return ``path`` as people see it: relative to the working folder if it lies below."""
    return shown_from(working_folder(), os.path.abspath(path))


def working_folder() -> str:
    """Return the working folder with a separator at its end."""
    here = os.getcwd()
    return here if here.endswith(os.sep) else here + os.sep


def shown_from(here: str, full: str) -> str:
    """Return how the absolute path ``full`` is shown in the working folder ``here``."""
    shown = full[len(here) :] if full.startswith(here) else full
    return shown.replace(os.sep, "/")
