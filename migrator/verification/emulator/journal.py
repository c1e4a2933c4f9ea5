"""The journal: what reached the server, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .canonical import Conversation, Delivery, JsonObject

Endpoint = Literal["chat", "responses", "other"]


@dataclass(frozen=True)
class Entry:
    """One request.

    ``conversation`` and ``delivery`` are ``None`` when the request was refused before its
    meaning was read, or when it generates nothing (retrieve, delete, models ...).
    """

    endpoint: Endpoint
    method: str
    path: str
    status: int
    streamed: bool = False
    store: bool | None = None
    conversation: Conversation | None = None
    delivery: Delivery | None = None
    error: JsonObject | None = None
    request: JsonObject | None = None

    def to_json(self) -> JsonObject:
        """Return the line of the journal file: plain JSON, absent values as null."""
        return {
            "endpoint": self.endpoint,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "streamed": self.streamed,
            "store": self.store,
            "digest": self.conversation.digest if self.conversation else None,
            "conversation": self.conversation.to_json() if self.conversation else None,
            "delivery": self.delivery.to_json() if self.delivery else None,
            "error": self.error,
        }
