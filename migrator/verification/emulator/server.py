"""Runs the emulator on 127.0.0.1, in a thread of this process."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import uvicorn

from .app import application
from .journal import Entry
from .service import Options, Service

_HOST = "127.0.0.1"
_PATIENCE = 10.0


class EmulatorError(RuntimeError):
    """The server could not be started."""


class Emulator:
    """An API server for the ``with`` statement.

    ::

        with Emulator() as emulator:
            client = OpenAI(base_url=emulator.base_url, api_key="test")

    ``journal`` lists every request so far, in order. ``port=0`` takes a free port.
    ``journal_file`` receives one JSON line per request as it is answered. See
    :class:`~.service.Options` for the rest.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        journal_file: Path | str | None = None,
        eager_tools: bool = False,
        ignored_settings: Iterable[str] = (),
        models: Iterable[str] | None = None,
    ) -> None:
        self.journal: list[Entry] = []
        options = Options(
            eager_tools=eager_tools,
            ignored_settings=frozenset(ignored_settings),
            models=None if models is None else frozenset(models),
        )
        self._service = Service(options, self._record)
        self._port = port
        self._file = Path(journal_file) if journal_file is not None else None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port the server listens on, once started."""
        return self._port

    @property
    def root_url(self) -> str:
        """The URL without a path: what ``azure_endpoint`` takes."""
        return f"http://{_HOST}:{self._port}"

    @property
    def base_url(self) -> str:
        """What ``OpenAI(base_url=...)`` and ``OPENAI_BASE_URL`` take."""
        return f"{self.root_url}/v1"

    def environment(self) -> dict[str, str]:
        """Return the variables that point a program's OpenAI clients to this server."""
        return {
            "OPENAI_BASE_URL": self.base_url,
            "OPENAI_API_BASE": self.base_url,
            "OPENAI_API_KEY": "sk-emulator",
            "AZURE_OPENAI_ENDPOINT": self.root_url,
            "AZURE_OPENAI_API_KEY": "emulator",
            "NO_PROXY": _HOST,
            "no_proxy": _HOST,
        }

    def start(self) -> Emulator:
        """Start listening and return; raise :class:`EmulatorError` if the port is taken."""
        listener = _listener(self._port)
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(
            application(self._service),
            log_level="critical",
            access_log=False,
            lifespan="off",
            http="h11",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([listener],), name="emulator", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _PATIENCE
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise EmulatorError(f"the emulator did not start on {self.root_url}")
            time.sleep(0.002)
        return self

    def stop(self) -> None:
        """Stop the server and its thread; harmless if it is not running."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_PATIENCE)
        self._server = self._thread = None

    def reset(self) -> None:
        """Forget all state and the journal, so that runs can be compared."""
        self.journal.clear()
        self._service.reset()

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _record(self, entry: Entry) -> None:
        self.journal.append(entry)
        if self._file is not None:
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(entry.to_json(), ensure_ascii=False) + "\n")


def _listener(port: int) -> socket.socket:
    # asyncio sets TCP_NODELAY only where the protocol is named; without it a call takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
    except OSError as error:
        listener.close()
        raise EmulatorError(f"cannot listen on {_HOST}:{port}: {error.strerror}") from error
    return listener
