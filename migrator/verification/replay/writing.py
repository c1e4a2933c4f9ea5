"""Appends to a journal: one run at a time, each line whole, and room kept for what is under way.

A request is noted before it leaves, and again when it is known not to have been paid for; so
after a crash it is known which answers were lost, and none of them is paid for twice unasked.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from migrator.verification.samples.files import line_of
from migrator.verification.samples.sample import JsonObject

from .journal import Contents, JournalError, parse
from .model import Exchange, Header, Prepared

# Deleted when the disk is full, so that the answers under way still find room.
_BALLAST = 4_000_000


class JournalFull(Exception):
    """A line could not be written where it belongs; ``where`` is the file that has it instead."""

    def __init__(self, message: str, where: str | None) -> None:
        super().__init__(message)
        self.where = where


class Journal:
    """A journal file that is being written; for the ``with`` statement."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self.before: Contents | None = None
        self._file = -1
        self._end = 0
        self._ballast = self.path.with_name(self.path.name + ".reserve")
        self._overflow: str | None = None

    def __enter__(self) -> Journal:
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise JournalError(f"{self.path}: can't be written: {error.strerror}") from None
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise JournalError(f"{self.path}: no regular file")
            _lock(self._file, self.path)
            self._load()
            self._reserve()
        except BaseException:
            os.close(self._file)
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            os.unlink(self._ballast)
        with contextlib.suppress(OSError):
            os.fsync(self._file)
        os.close(self._file)

    def begin(self, header: Header, prepared: Iterable[Prepared]) -> None:
        """Write what the run is about; raise `JournalError`."""
        lines = [header.to_json(), *(each.to_json() for each in prepared)]
        try:
            self._append("".join(map(line_of, lines)).encode())
        except OSError as error:
            raise JournalError(f"{self.path}: can't be written: {error.strerror}") from None

    def sent(self, key: str) -> None:
        """Note that a request is about to leave; raise `JournalFull`, and then it must not."""
        self._note({"kind": "sent", "key": key})

    def unpaid(self, key: str, why: str) -> None:
        """Note that a request that left was not served, so that it may leave again."""
        self._keep({"kind": "unpaid", "key": key, "why": why})

    def add(self, exchange: Exchange) -> None:
        """Keep what came back."""
        self._keep(exchange.to_json())

    def _note(self, value: JsonObject) -> None:
        try:
            self._append(line_of(value).encode())
        except OSError as error:
            raise JournalFull(str(error.strerror), None) from None

    def _keep(self, value: JsonObject) -> None:
        """Write a line that must not be lost: into the room set aside, else into another file.

        Raises `JournalFull` in both cases: it is written, and there should be no more of them.
        """
        line = line_of(value).encode()
        try:
            self._append(line)
            return
        except OSError as error:
            why = str(error.strerror)
        with contextlib.suppress(OSError):
            os.unlink(self._ballast)
        where = None
        try:
            self._append(line)
        except OSError:
            where = self._elsewhere(line)
        raise JournalFull(why, where)

    def _append(self, data: bytes) -> None:
        """Write all of ``data`` or nothing."""
        try:
            done = 0
            while done < len(data):
                done += os.write(self._file, data[done:])
        except OSError:
            os.ftruncate(self._file, self._end)
            os.lseek(self._file, self._end, os.SEEK_SET)
            raise
        self._end += len(data)

    def _elsewhere(self, line: bytes) -> str | None:
        """Put a line into a file of another folder; return its name."""
        try:
            if self._overflow is None:
                handle, self._overflow = tempfile.mkstemp(".jsonl", "migrator-answers-")
                os.close(handle)
            with open(self._overflow, "ab") as out:
                out.write(line)
        except OSError:
            return None
        return self._overflow

    def _load(self) -> None:
        """Read what earlier runs left; a last line that is not whole goes."""
        size = os.fstat(self._file).st_size
        data = b""
        while len(data) < size:
            piece = os.read(self._file, size - len(data))
            if not piece:
                break
            data += piece
        whole = data[: data.rfind(b"\n") + 1]
        if whole:
            self.before = parse(whole, str(self.path))
        elif data:
            raise JournalError(f"{self.path}: no journal")
        self._end = len(whole)
        os.ftruncate(self._file, self._end)
        os.lseek(self._file, self._end, os.SEEK_SET)

    def _reserve(self) -> None:
        try:
            with open(self._ballast, "wb") as out:
                out.write(b"\0" * _BALLAST)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.unlink(self._ballast)
            message = f"{self.path}: no room for what may come back: {error.strerror}"
            raise JournalError(message) from None


def _lock(file: int, path: Path) -> None:
    """Take the journal for this process; the lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise JournalError(f"{path}: another run is writing this journal") from None
