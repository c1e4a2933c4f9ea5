"""The routes that generate nothing: stored responses, conversations, stored chats, models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .canonical import JsonObject
from .errors import ApiError, not_found
from .service import Answer
from .state import State
from .streams import response_events
from .to_chat import CREATED

StoredHandler = Callable[[State, JsonObject, JsonObject], JsonObject | Answer]
_DEFAULT_LIMIT = 20
_MODELS = ("gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "o4-mini")


def get_response(state: State, query: JsonObject, body: JsonObject) -> JsonObject | Answer:
    """``GET /responses/{id}``; with ``stream=true`` its events after ``starting_after``."""
    found = state.response(query["id"]).response
    if str(query.get("stream", "")).lower() != "true":
        return found
    after = int(query.get("starting_after", -1))
    events = (event for event in response_events(found, None) if event["sequence_number"] > after)
    return Answer(events=events)


def delete_response(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``DELETE /responses/{id}``: a chain through it is broken from now on."""
    state.response(query["id"])
    del state.responses[query["id"]]
    return {"id": query["id"], "object": "response", "deleted": True}


def cancel_response(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``POST /responses/{id}/cancel``: background responses only."""
    stored = state.response(query["id"])
    if not stored.response["background"]:
        raise ApiError("Cannot cancel a synchronous response.")
    stored.response = {**stored.response, "status": "cancelled", "output": [], "usage": None}
    return stored.response


def list_input_items(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /responses/{id}/input_items``: newest first unless asked otherwise."""
    return _page(state.response(query["id"]).input, query, "desc")


def create_conversation(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``POST /conversations``."""
    return state.new_conversation(body).body


def get_conversation(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /conversations/{id}``."""
    return state.conversation(query["id"]).body


def update_conversation(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``POST /conversations/{id}``: replaces the metadata."""
    stored = state.conversation(query["id"])
    stored.body = {**stored.body, "metadata": body.get("metadata") or {}}
    return stored.body


def delete_conversation(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``DELETE /conversations/{id}``."""
    state.conversation(query["id"])
    del state.conversations[query["id"]]
    return {"id": query["id"], "object": "conversation.deleted", "deleted": True}


def list_conversation_items(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /conversations/{id}/items``: newest first unless asked otherwise."""
    return _page(state.conversation(query["id"]).items, query, "desc")


def add_conversation_items(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``POST /conversations/{id}/items``."""
    added = state.with_ids(body.get("items") or [])
    state.conversation(query["id"]).items += added
    state.remember(added)
    return _page(added, {}, "asc")


def get_chat(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /chat/completions/{id}``: only what was created with ``store: true``."""
    return _chat(state, query)[0]


def update_chat(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``POST /chat/completions/{id}``: replaces the metadata."""
    kept, messages = _chat(state, query)
    changed = {**kept, "metadata": body.get("metadata") or {}}
    state.chats[query["id"]] = (changed, messages)
    return changed


def delete_chat(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``DELETE /chat/completions/{id}``."""
    _chat(state, query)
    del state.chats[query["id"]]
    return {"id": query["id"], "object": "chat.completion.deleted", "deleted": True}


def list_chats(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /chat/completions``, by model and metadata."""
    wanted = {key[9:-1]: value for key, value in query.items() if key.startswith("metadata[")}
    found = [
        kept
        for kept, _ in state.chats.values()
        if query.get("model") in (None, kept["model"])
        and wanted.items() <= kept["metadata"].items()
    ]
    return _page(found, query, "asc")


def list_chat_messages(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /chat/completions/{id}/messages``."""
    kept, messages = _chat(state, query)
    listed = [{**message, "id": f"{kept['id']}-{i}"} for i, message in enumerate(messages)]
    return _page(listed, query, "asc")


def list_models(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /models``."""
    return {"object": "list", "data": [_model(name) for name in _MODELS]}


def get_model(state: State, query: JsonObject, body: JsonObject) -> JsonObject:
    """``GET /models/{id}``: any name exists."""
    return _model(query["id"])


def _model(name: str) -> JsonObject:
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "emulator"}


def _chat(state: State, query: JsonObject) -> tuple[JsonObject, list[JsonObject]]:
    if query["id"] not in state.chats:
        raise not_found("Chat completion", query["id"])
    return state.chats[query["id"]]


def _page(items: list[Any], query: JsonObject, order: str) -> JsonObject:
    listed = list(items)
    if query.get("order", order) == "desc":
        listed.reverse()
    if "after" in query:
        ids = [item["id"] for item in listed]
        listed = listed[ids.index(query["after"]) + 1 :] if query["after"] in ids else []
    limit = int(query.get("limit", _DEFAULT_LIMIT))
    page = listed[:limit]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(listed) > limit,
    }


STORED_ROUTES: tuple[tuple[str, str, StoredHandler], ...] = (
    ("GET", "/responses/{id}", get_response),
    ("DELETE", "/responses/{id}", delete_response),
    ("POST", "/responses/{id}/cancel", cancel_response),
    ("GET", "/responses/{id}/input_items", list_input_items),
    ("POST", "/conversations", create_conversation),
    ("GET", "/conversations/{id}", get_conversation),
    ("POST", "/conversations/{id}", update_conversation),
    ("DELETE", "/conversations/{id}", delete_conversation),
    ("GET", "/conversations/{id}/items", list_conversation_items),
    ("POST", "/conversations/{id}/items", add_conversation_items),
    ("GET", "/chat/completions", list_chats),
    ("GET", "/chat/completions/{id}", get_chat),
    ("POST", "/chat/completions/{id}", update_chat),
    ("DELETE", "/chat/completions/{id}", delete_chat),
    ("GET", "/chat/completions/{id}/messages", list_chat_messages),
    ("GET", "/models", list_models),
    ("GET", "/models/{id:path}", get_model),
)
