"""Stands between a program and a server, hands everything on unchanged, and takes notes."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from migrator.verification.emulator import Entry
from migrator.verification.httplib import http

from .errors import CannotRun
from .exchanges import Exchange, journal_of
from .serving import HOST, answers, listener

_PATIENCE = 10.0
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# Of one connection only, or made anew by the next sender.
_HOP = frozenset(
    {"host", "connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade",
     "proxy-authorization", "proxy-authenticate", "content-length", "accept-encoding"}
)  # fmt: skip


class PassThrough:
    """A recording server in front of ``base_url``; for the ``with`` statement.

    ``base_url`` is what clients would be given (``http://localhost:8321/v1``).  Keys and all
    other headers go on as they came; nothing is written down but bodies, and those in memory.
    """

    def __init__(self, base_url: str, port: int = 0) -> None:
        self.base_url = base_url.rstrip("/")
        self._target = urlsplit(self.base_url)
        self._exchanges: list[Exchange] = []
        self._broken: str | None = None
        self._port = port
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._client: Any = None

    def __enter__(self) -> PassThrough:
        if self._target.scheme not in ("http", "https") or not self._target.hostname:
            raise CannotRun(f"--base-url {self.base_url}: not an http or https URL")
        self._check_reachable()
        config = uvicorn.Config(
            Starlette(
                routes=[Route("/{path:path}", self._pass_on, methods=_METHODS)],
                lifespan=self._lifespan,
            ),
            log_level="critical",
            access_log=False,
            http="h11",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        bound = listener(self._port)
        self._port = bound.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, args=([bound],), name="pass-through", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _PATIENCE
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise CannotRun(f"no server could be started on {HOST}:{self._port}")
            time.sleep(0.002)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(_PATIENCE)

    def environment(self) -> dict[str, str]:
        """Return the variables that point a program here; the keys stay the program's own."""
        root = f"http://{HOST}:{self._port}"
        return {
            "OPENAI_BASE_URL": f"{root}/v1",
            "OPENAI_API_BASE": f"{root}/v1",
            "AZURE_OPENAI_ENDPOINT": root,
            "NO_PROXY": HOST,
            "no_proxy": HOST,
        }

    @property
    def exchanges(self) -> Sequence[Exchange]:
        """What was passed on since `reset`, in the order of the requests."""
        return tuple(self._exchanges)

    def entries(self) -> Sequence[Entry]:
        """Return what was passed on since `reset`."""
        return tuple(journal_of(self._exchanges))

    def reset(self) -> None:
        """Forget what was passed on; the server behind keeps what it keeps."""
        self._exchanges = []
        self._broken = None

    def check(self) -> None:
        """Raise `CannotRun` if the server behind was lost."""
        if self._broken is not None:
            raise CannotRun(f"the server at {self.base_url} was lost: {self._broken}")
        self._check_reachable()

    def _check_reachable(self) -> None:
        port = self._target.port or (443 if self._target.scheme == "https" else 80)
        if not answers(self._target.hostname or "", port):
            raise CannotRun(f"nothing answers at {self.base_url}; start the server first")

    @asynccontextmanager
    async def _lifespan(self, application: Starlette) -> AsyncIterator[None]:
        library = http()
        timeout = library.Timeout(600.0, connect=10.0)
        async with library.AsyncClient(timeout=timeout) as client:
            self._client = client
            yield

    async def _pass_on(self, request: Request) -> Response:
        exchange = Exchange(request.method, request.url.path, await request.body())
        exchange.query = request.url.query
        self._exchanges.append(exchange)
        headers = [(k, v) for k, v in request.headers.raw if k.decode().lower() not in _HOP]
        try:
            made = self._client.build_request(
                request.method,
                self._address(request),
                headers=[*headers, (b"accept-encoding", b"identity")],
                content=exchange.sent,
            )
            answer = await self._client.send(made, stream=True)
        except http().HTTPError as error:
            return self._lost(error)
        exchange.status = answer.status_code
        exchange.headers = dict(answer.headers)
        return StreamingResponse(
            self._relayed(answer, exchange),
            status_code=answer.status_code,
            headers={k: v for k, v in answer.headers.items() if k.lower() not in _HOP},
            background=BackgroundTask(answer.aclose),
        )

    async def _relayed(self, answer: Any, exchange: Exchange) -> AsyncIterator[bytes]:
        try:
            async for piece in answer.aiter_raw():
                exchange.got += piece
                yield piece
            exchange.whole = True
        except http().HTTPError as error:
            self._lost(error)
            raise

    def _lost(self, error: Exception) -> Response:
        self._broken = self._broken or (str(error) or type(error).__name__)
        body = {"error": {"message": self._broken, "type": "server_error", "code": "upstream"}}
        return JSONResponse(body, status_code=502, headers={"x-should-retry": "false"})

    def _address(self, request: Request) -> str:
        path, query = request.url.path, request.url.query
        if path == "/v1" or path.startswith("/v1/"):
            address = self.base_url + path[3:]
        else:
            address = f"{self._target.scheme}://{self._target.netloc}{path}"
        return f"{address}?{query}" if query else address
