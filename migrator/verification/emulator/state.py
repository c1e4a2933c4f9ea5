"""What the server remembers: responses, conversations, their items, stored chat completions.

Rests on the guide "Conversation state" and on measurements: an unknown ``previous_response_id``
is a 400, an unknown conversation, prompt or response a 404; instructions and tools are not
remembered.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from .canonical import JsonObject
from .dice import token
from .errors import ApiError, missing_parameter, not_found, previous_response_not_found
from .from_responses import input_items

_ITEM_PREFIX = {
    "message": "msg",
    "function_call": "fc",
    "function_call_output": "fco",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco",
    "reasoning": "rs",
}


@dataclass
class StoredResponse:
    """A kept response: the public object, its input and everything before it."""

    response: JsonObject
    input: list[JsonObject]
    history: list[JsonObject]

    @property
    def chain(self) -> list[JsonObject]:
        """The items a follow-up continues."""
        return [*self.history, *self.input, *self.response["output"]]


@dataclass
class StoredConversation:
    """A conversation and its items."""

    body: JsonObject
    items: list[JsonObject] = field(default_factory=list)


class State:
    """Everything kept between requests; one per emulator."""

    def __init__(self) -> None:
        self.responses: dict[str, StoredResponse] = {}
        self.conversations: dict[str, StoredConversation] = {}
        self.chats: dict[str, tuple[JsonObject, list[JsonObject]]] = {}
        self._items: dict[str, JsonObject] = {}
        self._after_reasoning: dict[str, str] = {}
        self._numbers = itertools.count(1)

    def history_of(self, body: JsonObject) -> list[JsonObject]:
        """Return the remembered items a request continues; raise the API's errors."""
        previous, conversation = body.get("previous_response_id"), body.get("conversation")
        if previous is not None and conversation is not None:
            raise ApiError(
                "Mutually exclusive parameters: ''. Ensure you are only providing one of:"
                " 'pre..._id' or 'conversation'.",
                code="mutually_exclusive_parameters",
            )
        if conversation is not None:
            return list(self.conversation(conversation).items)
        if body.get("prompt") is not None:
            raise not_found("Prompt", body["prompt"]["id"])
        if previous is not None:
            if previous not in self.responses:
                raise previous_response_not_found(previous)
            return self.responses[previous].chain
        return []

    def conversation(self, reference: Any) -> StoredConversation:
        """Return a conversation by id or ``{"id"}``; raise a 404."""
        id_ = reference["id"] if isinstance(reference, dict) else reference
        if id_ not in self.conversations:
            raise not_found("Conversation", id_)
        return self.conversations[id_]

    def resolved_input(self, body: JsonObject, missing_status: int = 404) -> list[JsonObject]:
        """Return the input items with references replaced by what they name; raise if unknown."""
        resolved: list[JsonObject] = []
        for index, item in enumerate(input_items(body)):
            kind = item.get("type")
            if kind == "item_reference" or set(item) == {"id"}:
                resolved.append(self._referred(item["id"], body, missing_status))
                continue
            if kind == "reasoning" and not item.get("encrypted_content"):
                if not item.get("id"):
                    raise missing_parameter(f"input[{index}].id")
                self._referred(item["id"], body, missing_status)
            resolved.append(item)
        self._check_reasoning_kept(resolved)
        return resolved

    def with_ids(self, items: list[JsonObject]) -> list[JsonObject]:
        """Return ``items`` as they are listed later: every one has an id and parts."""
        return [self._listed(item) for item in items]

    def keep(self, stored: StoredResponse, conversation: Any, store: bool) -> None:
        """Remember a finished response where the request asked for it."""
        if store:
            self.responses[stored.response["id"]] = stored
        if conversation is not None:
            self.conversation(conversation).items += stored.input + stored.response["output"]
        if store or conversation is not None:
            self.remember([*stored.input, *stored.response["output"]])

    def remember(self, items: list[JsonObject]) -> None:
        """Make items known by id, and which ones followed a reasoning item."""
        previous: JsonObject = {}
        for item in items:
            self._items[item["id"]] = item
            if previous.get("type") == "reasoning":
                self._after_reasoning[item["id"]] = previous["id"]
            previous = item

    def response(self, id_: str) -> StoredResponse:
        """Return a kept response; raise a 404."""
        if id_ not in self.responses:
            raise not_found("Response", id_)
        return self.responses[id_]

    def new_conversation(self, body: JsonObject) -> StoredConversation:
        """Create a conversation from a ``POST /conversations`` body."""
        id_ = f"conv_{token('conversation', str(next(self._numbers)), 48)}"
        public = {
            "id": id_,
            "object": "conversation",
            "created_at": 1_760_000_000,
            "metadata": body.get("metadata") or {},
        }
        stored = StoredConversation(public, self.with_ids(body.get("items") or []))
        self.remember(stored.items)
        self.conversations[id_] = stored
        return stored

    def _referred(self, id_: str, body: JsonObject, status: int) -> JsonObject:
        if id_ not in self._items:
            hint = ""
            if body.get("store") is False:
                hint = (
                    " Items are not persisted when `store` is set to false. Try again with `store`"
                    " set to true, or remove this item from your input."
                )
            raise ApiError(f"Item with id '{id_}' not found.{hint}", status=status, param="input")
        return self._items[id_]

    def _check_reasoning_kept(self, items: list[JsonObject]) -> None:
        """Raise if a stored item came back without the reasoning item it followed."""
        present = {item.get("id") for item in items}
        for item in items:
            needed = self._after_reasoning.get(item.get("id") or "")
            if needed is not None and needed not in present:
                kind = item.get("type", "message")
                raise ApiError(
                    f"Item '{item['id']}' of type '{kind}' was provided without its required"
                    f" 'reasoning' item: '{needed}'.",
                    param="input",
                )

    def _listed(self, item: JsonObject) -> JsonObject:
        kind = item.get("type", "message")
        body: JsonObject = {**item, "type": kind}
        if not body.get("id"):
            prefix = _ITEM_PREFIX.get(kind, "item")
            body["id"] = f"{prefix}_{token('item', str(next(self._numbers)), 48)}"
        if kind == "message":
            body["status"] = item.get("status", "completed")
            if isinstance(item["content"], str):
                part = "output_text" if item["role"] == "assistant" else "input_text"
                text: JsonObject = {"type": part, "text": item["content"]}
                body["content"] = [{**text, "annotations": []} if part == "output_text" else text]
        return body
