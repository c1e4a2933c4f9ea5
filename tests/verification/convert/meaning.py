"""Requests reduced to what they mean, and the differences between two of them.

Independent of the emulator's own reduction on purpose: this one judges other converters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

Request = dict[str, Any]
ABSENT = "absent"


def differences(ours: Any, theirs: Any) -> dict[str, tuple[str, str]]:
    """Return what differs: path → (ours, theirs)."""
    left, right = dict(leaves(ours)), dict(leaves(theirs))
    return {
        path: (left.get(path, ABSENT), right.get(path, ABSENT))
        for path in [*left, *(path for path in right if path not in left)]
        if left.get(path, ABSENT) != right.get(path, ABSENT)
    }


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every scalar (and empty container) of ``value`` with its path."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for index, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{index}]")
    else:
        yield path, json.dumps(value)


def of_request(request: Request) -> Request:
    """Return a Responses request with one spelling for what has several."""
    result = {key: value for key, value in request.items() if key not in ("input", "instructions")}
    if result.get("stream") is False:
        del result["stream"]
    given = request["input"]
    items = [{"role": "user", "content": given}] if isinstance(given, str) else list(given)
    if request.get("instructions"):
        items = [{"role": "system", "content": request["instructions"]}, *items]
    return {**result, "input": [_item(item) for item in items]}


def _item(item: Request) -> Request:
    kind = item.get("type", "message")
    kept = {key: value for key, value in item.items() if key not in ("id", "status", "type")}
    if kind == "message":
        said = "output_text" if item["role"] == "assistant" else "input_text"
        return {**kept, "content": _parts(item["content"], said)}
    if kind == "function_call":
        return {"type": kind, **kept, "arguments": _json(item["arguments"])}
    if kind.endswith("_output"):
        parts = _parts(item["output"], "input_text")
        # A list of texts says what the joined text says.
        return {"type": kind, **kept, "output": "".join(part["text"] for part in parts)}
    return {"type": kind, **kept}


def _parts(content: Any, said: str) -> list[Request]:
    if isinstance(content, str):
        return [{"type": said, "text": content}]
    return [_part(part) for part in content]


def _part(part: Request) -> Request:
    kept = {key: value for key, value in part.items() if (key, value) != ("annotations", [])}
    return {"detail": "auto", **kept} if part["type"] == "input_image" else kept


def of_messages(messages: list[Request]) -> list[Request]:
    """Return chat messages with one spelling for what has several."""
    return [_message(message) for message in messages]


def _message(message: Request) -> Request:
    kept = {key: value for key, value in message.items() if value is not None}
    if isinstance(kept.get("content"), list):
        parts = [_chat_part(part) for part in kept["content"]]
        texts = all(part["type"] == "text" for part in parts)
        kept["content"] = "".join(part["text"] for part in parts) if texts else parts
    for call in kept.get("tool_calls", []):
        if call["type"] == "function":
            call = call["function"]
            call["arguments"] = json.dumps(_json(call["arguments"]))
    return kept


def _chat_part(part: Request) -> Request:
    if part["type"] != "image_url":
        return part
    return {**part, "image_url": {"detail": "auto", **part["image_url"]}}


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
