"""What requests to a server of which we see only the traffic mean, history included."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrator.verification.emulator import (
    Entry,
    conversation_from_chat,
    conversation_from_responses,
)
from migrator.verification.emulator.canonical import Conversation, Delivery, JsonObject
from migrator.verification.emulator.errors import ApiError
from migrator.verification.emulator.from_chat import delivery_from_chat
from migrator.verification.emulator.from_responses import delivery_from_responses
from migrator.verification.emulator.state import State, StoredConversation, StoredResponse

_CHAT, _RESPONSES, _CONVERSATIONS = "/chat/completions", "/responses", "/conversations"
# Of a request that was not taken, the meaning is nobody's; other failures come later.
_NOT_TAKEN = frozenset({400, 404, 422})
# What the readers raise for a request that the API would have refused.
_MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError)


@dataclass
class Exchange:
    """One request and its answer, which grows while it is passed on, and then is ``whole``."""

    method: str
    path: str
    sent: bytes
    status: int = 0
    got: bytearray = field(default_factory=bytearray)
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    whole: bool = False


def journal_of(exchanges: Iterable[Exchange]) -> list[Entry]:
    """Return what finished exchanges, in the order of their requests, mean.

    Not to be asked while they are under way: a program may continue an answer before its last
    bytes have passed.
    """
    reader = _Reader()
    for exchange in exchanges:
        reader.add(exchange)
    return reader.journal


class _Reader:
    """Reads exchanges in order; remembers what a later request may continue."""

    def __init__(self) -> None:
        self.journal: list[Entry] = []
        self._state = State()

    def add(self, exchange: Exchange) -> None:
        method, path, status = exchange.method, exchange.path, exchange.status
        body, got = _json(exchange.sent), bytes(exchange.got)
        # The paths of Azure deployments end the same way.
        if method == "POST" and path.endswith(_CHAT):
            self._chat(path, body, status)
        elif method == "POST" and path.endswith(_RESPONSES):
            self._responses(path, body, status, got)
        else:
            if method == "POST" and path.endswith(_CONVERSATIONS) and status < 300:
                self._conversation(body, _json(got))
            self.journal.append(Entry("other", method, path, status, error=_error(status, got)))

    def _chat(self, path: str, body: JsonObject, status: int) -> None:
        talk: Conversation | None = None
        delivery: Delivery | None = None
        try:
            talk = conversation_from_chat(body, _deployment(path))
            delivery = delivery_from_chat(body)
        except _MALFORMED:
            pass
        self.journal.append(
            Entry("chat", "POST", path, status, bool(body.get("stream")), bool(body.get("store")),
                  None if status in _NOT_TAKEN else talk, delivery, request=body)
        )  # fmt: skip

    def _responses(self, path: str, body: JsonObject, status: int, got: bytes) -> None:
        talk: Conversation | None = None
        delivery: Delivery | None = None
        store = body.get("store") is not False
        try:
            history = self._state.history_of(body)
            given = self._state.resolved_input(body)
            talk = conversation_from_responses({**body, "input": given}, history)
            delivery = delivery_from_responses(body)
            answer = _answer(got)
            if answer is not None:
                stored = StoredResponse(answer, self._state.with_ids(given), history)
                self._state.keep(stored, body.get("conversation"), store)
        except (ApiError, *_MALFORMED):
            pass
        self.journal.append(
            Entry("responses", "POST", path, status, bool(body.get("stream")), store,
                  None if status in _NOT_TAKEN else talk, delivery, request=body)
        )  # fmt: skip

    def _conversation(self, body: JsonObject, answer: JsonObject) -> None:
        items = self._state.with_ids(body.get("items") or [])
        if isinstance(answer.get("id"), str):
            self._state.conversations[answer["id"]] = StoredConversation(answer, items)


def _deployment(path: str) -> str | None:
    """Return the deployment that a dated Azure path names."""
    _, found, rest = path.partition("/openai/deployments/")
    return rest.removesuffix(_CHAT) if found else None


def _answer(got: bytes) -> JsonObject | None:
    """Return the response object that an answer, streamed or not, ends with."""
    whole = _json(got)
    if whole:
        return whole if _is_response(whole) else None
    finals = [event.get("response") for event in _events(got)]
    return next((each for each in reversed(finals) if _is_response(each)), None)


def _is_response(value: Any) -> bool:
    return isinstance(value, dict) and "id" in value and isinstance(value.get("output"), list)


def _events(got: bytes) -> Iterator[JsonObject]:
    for line in got.splitlines():
        if line.startswith(b"data:"):
            yield _json(line[5:])


def _json(data: bytes) -> JsonObject:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _error(status: int, got: bytes) -> JsonObject | None:
    return _json(got) if status >= 400 else None
