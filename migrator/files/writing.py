"""Bytes out: a file is replaced in one step or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile

from migrator.files.reading import Unreadable


def replace(path: str, data: bytes) -> None:
    """Put ``data`` into the file ``path``, following links, with its mode and owner kept.

    The new file is complete on disk before it takes the old one's place.  Raises
    `migrator.files.reading.Unreadable` and leaves the old file as it was.
    """
    real = os.path.realpath(path)
    try:
        status = os.stat(real)
        if not os.access(real, os.W_OK):
            raise PermissionError(13, "Permission denied")
        handle, temporary = tempfile.mkstemp(prefix=".migrator-", dir=os.path.dirname(real))
    except OSError as error:
        raise _unwritable(error) from None
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, status.st_mode & 0o7777)
        _keep_owner(temporary, status)
        os.replace(temporary, real)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise _unwritable(error) from None
        raise


def _keep_owner(temporary: str, status: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(temporary, status.st_uid, status.st_gid)


def _unwritable(error: OSError) -> Unreadable:
    return Unreadable(f"can't be written: {error.strerror}", "change its mode, or exclude it")
