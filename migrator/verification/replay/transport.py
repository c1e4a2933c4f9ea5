"""One request over HTTP and whatever comes back; decides nothing about sending it again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrator.verification.httplib import http
from migrator.verification.samples.sample import Answer, JsonObject
from migrator.verification.sse import DONE, EventStream, NotJson

from .model import Failure, Side
from .target import Target

KEPT_HEADERS = frozenset(
    {"x-request-id", "openai-processing-ms", "openai-version", "openai-model", "retry-after",
     "retry-after-ms", "x-should-retry", "content-type", "apim-request-id", "x-ms-region"}
)  # fmt: skip
_ENDS = ("response.completed", "response.incomplete", "response.failed", "response.cancelled")
_MOST_TEXT = 2000


@dataclass
class Attempt:
    """What one sending of a request came to."""

    answer: Answer | None = None
    failure: Failure | None = None
    first_token: float | None = None
    seconds: float = 0.0


@dataclass
class _Reading:
    """A stream while it is read."""

    side: Side
    events: list[JsonObject] = field(default_factory=list)
    first_token: float | None = None
    ended: bool = False


class Transport:
    """Sends requests to a target; for ``async with``."""

    def __init__(
        self, target: Target, timeout: float, clock: Callable[[], float], connections: int = 100
    ) -> None:
        self._target = target
        self._clock = clock
        library = http()
        self._client = library.AsyncClient(
            timeout=library.Timeout(timeout, connect=min(timeout, 10.0), pool=None),
            # A kept connection may be gone when it is used again, and then nobody knows whether
            # the request was served; so every request has its own.
            limits=library.Limits(max_connections=connections, max_keepalive_connections=0),
            follow_redirects=False,
            headers={"user-agent": "responses-migrator", **target.headers},
            # Nothing on this machine is behind a proxy.
            trust_env=not target.local,
        )

    async def __aenter__(self) -> Transport:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def send(self, side: Side, body: JsonObject) -> Attempt:
        """Post one request; what goes wrong is in the result."""
        library = http()
        attempt = Attempt()
        reading = _Reading(side)
        started = self._clock()
        try:
            await self._exchange(side, body, attempt, reading, started)
        except (library.ConnectError, library.ConnectTimeout, library.UnsupportedProtocol) as error:
            attempt.failure = Failure("unreachable", _said(error))
        except library.TimeoutException as error:
            attempt.failure = _cut(attempt, reading, f"no answer in time ({_said(error)})")
        except library.HTTPError as error:
            attempt.failure = _cut(attempt, reading, _said(error))
        except NotJson as error:
            attempt.failure = Failure("malformed", str(error))
        attempt.seconds = self._clock() - started
        attempt.first_token = reading.first_token
        if reading.events and attempt.answer is not None:
            attempt.answer = Answer(
                attempt.answer.status, None, tuple(reading.events), attempt.answer.headers
            )
        return attempt

    async def _exchange(
        self, side: Side, body: JsonObject, attempt: Attempt, reading: _Reading, started: float
    ) -> None:
        url = self._target.url(side, body)
        async with self._client.stream("POST", url, json=body) as got:
            headers = kept(got.headers)
            attempt.answer = Answer(got.status_code, headers=headers)
            streamed = "text/event-stream" in got.headers.get("content-type", "")
            if got.status_code < 400 and streamed and body.get("stream") is True:
                await self._stream(got, reading, started)
                attempt.failure = _end(reading)
                return
            data = await got.aread()
        attempt.answer, attempt.failure = plain(got.status_code, data, headers, side)
        if attempt.failure is None and body.get("stream") is True:
            attempt.failure = Failure("malformed", "a stream was asked for; plain JSON came")

    async def _stream(self, got: Any, reading: _Reading, started: float) -> None:
        stream = EventStream()
        async for piece in got.aiter_bytes():
            for event in stream.feed(piece):
                self._event(event, reading, started)
        for event in stream.close():
            self._event(event, reading, started)

    def _event(self, event: Any, reading: _Reading, started: float) -> None:
        if event is DONE:
            reading.ended = True
            return
        reading.events.append(event)
        if reading.first_token is None and _says_something(event, reading.side):
            reading.first_token = self._clock() - started
        reading.ended = reading.ended or _is_end(event, reading.side)


def plain(
    status: int, data: bytes, headers: Mapping[str, str], side: Side
) -> tuple[Answer, Failure | None]:
    """Return an answer that is no stream, and what is wrong with it."""
    try:
        body = json.loads(data)
    except (ValueError, RecursionError):
        body = None
    answer = Answer(status, body if isinstance(body, dict) else None, None, headers)
    if status >= 300:
        return answer, refusal(status, answer.body, data)
    if answer.body is None:
        shown = data[:80].decode("utf-8", "replace")
        return answer, Failure("malformed", f"the answer is no JSON object: {shown!r}")
    needed = "choices" if side == "chat" else "output"
    if not isinstance(answer.body.get(needed), list):
        return answer, Failure("malformed", f"the answer has no list of `{needed}`")
    return answer, None


def refusal(status: int, body: JsonObject | None, data: bytes = b"") -> Failure:
    """Return what an answer of status 300 or more means."""
    error = (body or {}).get("error")
    fault: JsonObject = error if isinstance(error, dict) else {}
    said = fault.get("message") or (error if isinstance(error, str) else None)
    text = said or data[:_MOST_TEXT].decode("utf-8", "replace").strip() or f"HTTP {status}"
    kind: Any = "refused"
    if status == 429:
        kind = "rate-limited"
    elif status in (504, 524):
        # The gateway gave up; whether the model did is not known.
        kind = "lost"
    elif status in (408, 409) or status >= 500:
        kind = "server"
    return Failure(kind, str(text)[:_MOST_TEXT], *(_text(fault.get(name)) for name in _FIELDS))


_FIELDS = ("code", "param", "type")


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that are worth keeping, by lower-case names."""
    found = ((name.lower(), value) for name, value in headers.items())
    return {n: v for n, v in found if n in KEPT_HEADERS}


def _cut(attempt: Attempt, reading: _Reading, message: str) -> Failure:
    """Return the failure of a connection that ended before the answer did."""
    if attempt.answer is None or not reading.events:
        return Failure("lost", message)
    return Failure("broken", f"the stream broke off: {message}")


def _end(reading: _Reading) -> Failure | None:
    last = reading.events[-1] if reading.events else {}
    error = last.get("error") if reading.side == "chat" else last
    if isinstance(error, dict) and (reading.side == "chat" or last.get("type") == "error"):
        nested = error.get("error")
        inner: JsonObject = nested if isinstance(nested, dict) else error
        said = _text(inner.get("message")) or "the stream ended in an error"
        return Failure("broken", said, *(_text(inner.get(name)) for name in _FIELDS[:2]))
    if not reading.ended:
        return Failure("broken", "the stream ended before the answer was complete")
    return None


def _is_end(event: JsonObject, side: Side) -> bool:
    if side == "responses":
        return event.get("type") in _ENDS
    choices = event.get("choices")
    return any(
        isinstance(choice, dict) and choice.get("finish_reason") is not None
        for choice in (choices if isinstance(choices, list) else ())
    )


def _says_something(event: JsonObject, side: Side) -> bool:
    """Return whether an event brings a piece of text or of a tool call."""
    if side == "responses":
        return str(event.get("type", "")).endswith(".delta")
    choices = event.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        delta = choice.get("delta") if isinstance(choice, dict) else None
        if isinstance(delta, dict) and any(v for k, v in delta.items() if k != "role"):
            return True
    return False


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
