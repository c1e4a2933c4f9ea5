"""The server that a program meets in both runs: the emulator, or another one being listened to."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Protocol

from migrator.verification.emulator import Emulator, EmulatorError, Entry

from .errors import CannotRun

HOST = "127.0.0.1"
_OTHER_PORT = "pass another --port, or none for a free one"
_PATIENCE = 3.0


class Server(Protocol):
    """What a program run needs of a server."""

    def __enter__(self) -> Server:
        """Start; raise `CannotRun`."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        ...

    def environment(self) -> dict[str, str]:
        """Return the variables that point a program's clients here."""
        ...

    def entries(self) -> Sequence[Entry]:
        """Return what arrived since `reset`, in order."""
        ...

    def reset(self) -> None:
        """Forget what happened, so that the next run meets the same server."""
        ...

    def check(self) -> None:
        """Raise `CannotRun` if the server is gone, or failed of itself."""
        ...


class Emulated:
    """The emulator, which answers by meaning and needs neither key nor network."""

    def __init__(self, port: int = 0, ignored: Iterable[str] = ()) -> None:
        self._emulator = Emulator(port, ignored_settings=ignored)

    def __enter__(self) -> Emulated:
        try:
            self._emulator.start()
        except EmulatorError as error:
            raise CannotRun(f"{error}; {_OTHER_PORT}") from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._emulator.stop()

    def environment(self) -> dict[str, str]:
        """Return the emulator's variables."""
        return self._emulator.environment()

    def entries(self) -> Sequence[Entry]:
        """Return the emulator's journal."""
        return tuple(self._emulator.journal)

    def reset(self) -> None:
        """Forget all state and the journal."""
        self._emulator.reset()

    def check(self) -> None:
        """Raise `CannotRun` if nothing listens any more, or the emulator has a defect."""
        if not answers(HOST, self._emulator.port):
            raise CannotRun(f"the emulator on port {self._emulator.port} stopped during the run")
        for entry in self._emulator.journal:
            fault = (entry.error or {}).get("error")
            if isinstance(fault, dict) and fault.get("code") == "emulator_fault":
                raise CannotRun(f"{fault.get('message')}; please report it")


def answers(host: str, port: int) -> bool:
    """Return whether something listens there."""
    try:
        socket.create_connection((host, port), timeout=_PATIENCE).close()
    except OSError:
        return False
    return True


def listener(port: int) -> socket.socket:
    """Return a bound socket on the loopback interface; raise `CannotRun` if the port is taken."""
    # asyncio sets TCP_NODELAY only where the protocol is named; without it a call takes 40 ms.
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError as error:
        found.close()
        raise CannotRun(
            f"cannot listen on {HOST}:{port}: {error.strerror}; {_OTHER_PORT}"
        ) from None
    return found
