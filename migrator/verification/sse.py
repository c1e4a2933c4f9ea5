"""Server-sent events: bytes in pieces → the JSON of each event."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

DONE = object()


class NotJson(ValueError):
    """The data of an event is no JSON object; the message quotes it."""


class EventStream:
    """Reads one stream; `feed` yields the JSON objects that are complete, or `DONE`."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> Iterator[Any]:
        """Yield the events that ``piece`` completes; raise `NotJson`."""
        lines = (self._rest + piece).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            yield from self._line(line.rstrip(b"\r"))

    def close(self) -> Iterator[Any]:
        """Yield what the end of the stream completes; raise `NotJson`."""
        rest, self._rest = self._rest, b""
        yield from self._line(rest)
        yield from self._line(b"")

    def _line(self, line: bytes) -> Iterator[Any]:
        if line.startswith(b"data:"):
            self._data.append(line[5:].removeprefix(b" "))
        elif not line and self._data:
            data, self._data = b"\n".join(self._data), []
            yield _event(data)


def _event(data: bytes) -> Any:
    if data.strip() == b"[DONE]":
        return DONE
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise NotJson(f"an event is no JSON object: {data[:80].decode('utf-8', 'replace')!r}")
    return value
