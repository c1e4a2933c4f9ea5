"""Finished objects -> the chunks and events a stream would have carried.

Rests on the API reference, "Streaming events": chat chunks end in ``data: [DONE]``; Responses
events are named, numbered from 0 and end after the terminal event. Both replay a finished object,
so a stream and a plain answer can't disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .canonical import JsonObject
from .reply import pieces
from .to_responses import FAILURE_MESSAGE

_ARGUMENT_PIECE = 8


class Dropped(Exception):
    """The connection is to be cut here."""


def chat_chunks(completion: JsonObject, body: JsonObject, failure: str | None) -> Iterator[Any]:
    """Yield the chunks of ``completion``; raise :class:`Dropped` where the connection breaks."""
    include_usage = bool((body.get("stream_options") or {}).get("include_usage"))
    base = {
        "id": completion["id"],
        "object": "chat.completion.chunk",
        "created": completion["created"],
        "model": completion["model"],
        "service_tier": completion["service_tier"],
        "system_fingerprint": completion["system_fingerprint"],
    }
    tail: JsonObject = {"usage": None} if include_usage else {}
    chunks = [
        {**base, "choices": [choice], **tail}
        for finished in completion["choices"]
        for choice in _choice_deltas(finished)
    ]
    if failure is None:
        yield from chunks
        if include_usage:
            yield {**base, "choices": [], "usage": completion["usage"]}
        return
    yield from chunks[: len(chunks) // 2]
    if failure == "drop":
        raise Dropped
    error = {"message": FAILURE_MESSAGE, "type": "server_error", "param": None, "code": None}
    yield {"error": error}


def _choice_deltas(choice: JsonObject) -> Iterator[JsonObject]:
    message = choice["message"]
    logprobs = choice["logprobs"]

    def delta(body: JsonObject, scores: Any = None, finish: str | None = None) -> JsonObject:
        return {
            "index": choice["index"],
            "delta": body,
            "logprobs": scores,
            "finish_reason": finish,
        }

    first: JsonObject = {"role": "assistant", "content": None, "refusal": None}
    if message["content"] is not None:
        first["content"] = ""
    yield delta(first)
    for number, piece in enumerate(pieces(message["content"] or "")):
        scores = None
        if logprobs is not None:
            scores = {"content": [logprobs["content"][number]], "refusal": None}
        yield delta({"content": piece}, scores)
    for piece in pieces(message["refusal"] or ""):
        yield delta({"refusal": piece})
    if message.get("annotations"):
        yield delta({"annotations": message["annotations"]})
    for fragment in _call_fragments(message):
        yield delta(fragment)
    yield delta({}, finish=choice["finish_reason"])


def _call_fragments(message: JsonObject) -> Iterator[JsonObject]:
    legacy = message.get("function_call")
    if legacy:
        yield {"function_call": {"name": legacy["name"], "arguments": ""}}
        for piece in _chopped(legacy["arguments"]):
            yield {"function_call": {"arguments": piece}}
    for index, call in enumerate(message.get("tool_calls") or []):
        kind = call["type"]
        key = "arguments" if kind == "function" else "input"
        start = {"id": call["id"], "type": kind, kind: {"name": call[kind]["name"], key: ""}}
        yield {"tool_calls": [{"index": index, **start}]}
        for piece in _chopped(call[kind][key]):
            yield {"tool_calls": [{"index": index, kind: {key: piece}}]}


def response_events(response: JsonObject, failure: str | None) -> Iterator[JsonObject]:
    """Yield the events of ``response``; raise :class:`Dropped` where the connection breaks.

    With ``failure`` set, ``response`` is what would have been said; half of it is streamed.
    """
    events = list(_events(response))
    if failure is not None:
        head, said = events[:2], events[2:-1]
        events = [*head, *said[: len(said) // 2]]
        if failure == "failed":
            events.append({"type": "response.failed", "response": failed(response)})
        elif failure == "error":
            error = {"code": "server_error", "message": FAILURE_MESSAGE, "param": None}
            events.append({"type": "error", **error})
    for number, event in enumerate(events):
        yield {**event, "sequence_number": number}
    if failure == "drop":
        raise Dropped


def failed(response: JsonObject) -> JsonObject:
    """Return ``response`` as it ends when the model fails."""
    return {
        **response,
        "status": "failed",
        "completed_at": None,
        "error": {"code": "server_error", "message": FAILURE_MESSAGE},
        "incomplete_details": None,
        "output": [],
        "usage": None,
    }


def _events(response: JsonObject) -> Iterator[JsonObject]:
    running = {
        **response,
        "status": "in_progress",
        "completed_at": None,
        "incomplete_details": None,
        "output": [],
        "usage": None,
    }
    yield {"type": "response.created", "response": running}
    yield {"type": "response.in_progress", "response": running}
    for index, item in enumerate(response["output"]):
        yield from _item_events(item, index)
    yield {"type": f"response.{response['status']}", "response": response}


def _item_events(item: JsonObject, index: int) -> Iterator[JsonObject]:
    kind = item["type"]
    place: JsonObject = {"item_id": item["id"], "output_index": index}
    if kind == "message":
        start: JsonObject = {**item, "status": "in_progress", "content": []}
        inner: Iterable[JsonObject] = _message_events(item, place)
    elif kind == "reasoning":
        start = {key: value for key, value in item.items() if key != "encrypted_content"}
        start["summary"] = []
        inner = _summary_events(item, place)
    elif kind == "function_call":
        start = {**item, "status": "in_progress", "arguments": ""}
        inner = _argument_events("function_call_arguments", "arguments", item, place)
    else:
        start = {**item, "status": "in_progress", "input": ""}
        inner = _argument_events("custom_tool_call_input", "input", item, place)
    yield {"type": "response.output_item.added", "output_index": index, "item": start}
    yield from inner
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def _message_events(item: JsonObject, place: JsonObject) -> Iterator[JsonObject]:
    for number, part in enumerate(item["content"]):
        where = {**place, "content_index": number}
        key = "text" if part["type"] == "output_text" else "refusal"
        start = {**part, key: ""}
        if key == "text":
            start |= {"annotations": [], "logprobs": []}
        yield {"type": "response.content_part.added", **where, "part": start}
        yield from _text_events(part, where) if key == "text" else _refusal_events(part, where)
        yield {"type": "response.content_part.done", **where, "part": part}


def _text_events(part: JsonObject, where: JsonObject) -> Iterator[JsonObject]:
    scores = part.get("logprobs") or []
    for number, piece in enumerate(pieces(part["text"])):
        own = scores[number : number + 1]
        yield {"type": "response.output_text.delta", **where, "delta": piece, "logprobs": own}
    for number, annotation in enumerate(part["annotations"]):
        yield {
            "type": "response.output_text.annotation.added",
            **where,
            "annotation_index": number,
            "annotation": annotation,
        }
    yield {"type": "response.output_text.done", **where, "text": part["text"], "logprobs": scores}


def _refusal_events(part: JsonObject, where: JsonObject) -> Iterator[JsonObject]:
    for piece in pieces(part["refusal"]):
        yield {"type": "response.refusal.delta", **where, "delta": piece}
    yield {"type": "response.refusal.done", **where, "refusal": part["refusal"]}


def _summary_events(item: JsonObject, place: JsonObject) -> Iterator[JsonObject]:
    for number, part in enumerate(item["summary"]):
        where = {**place, "summary_index": number}
        prefix = "response.reasoning_summary"
        yield {"type": f"{prefix}_part.added", **where, "part": {**part, "text": ""}}
        for piece in pieces(part["text"]):
            yield {"type": f"{prefix}_text.delta", **where, "delta": piece}
        yield {"type": f"{prefix}_text.done", **where, "text": part["text"]}
        yield {"type": f"{prefix}_part.done", **where, "part": part}


def _argument_events(
    name: str, key: str, item: JsonObject, place: JsonObject
) -> Iterator[JsonObject]:
    for piece in _chopped(item[key]):
        yield {"type": f"response.{name}.delta", **place, "delta": piece}
    yield {"type": f"response.{name}.done", **place, key: item[key]}


def _chopped(text: str) -> list[str]:
    return [text[i : i + _ARGUMENT_PIECE] for i in range(0, len(text), _ARGUMENT_PIECE)]
