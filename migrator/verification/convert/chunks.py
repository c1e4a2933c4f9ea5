"""Chat chunks → deltas, and deltas → the finished view."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .errors import GenerationFailed
from .fields import annotation_of, each, field, logprobs_of, usage_of_completion
from .view import ChatDelta, ChatView, FunctionCall, ToolCall, ToolCallDelta


def chunk_deltas(chunks: Iterable[Any]) -> Iterator[ChatDelta]:
    """Yield the deltas of a stream of chat chunks with one choice.

    A legacy ``function_call`` is the tool call of index 0.  A chunk that says nothing is left
    out.
    """
    for chunk in chunks:
        base = (field(chunk, "id"), field(chunk, "model"), field(chunk, "created"))
        for choice in each(chunk, "choices"):
            for fields in _fields(choice):
                yield ChatDelta(*base, **fields)
        usage = usage_of_completion(field(chunk, "usage"))
        if usage is not None:
            yield ChatDelta(*base, usage=usage)


def _fields(choice: Any) -> Iterator[dict[str, Any]]:
    delta = field(choice, "delta")
    plain = {name: field(delta, name) for name in ("role", "content", "refusal")}
    said = {name: value for name, value in plain.items() if value is not None}
    scores = logprobs_of(each(field(choice, "logprobs"), "content"))
    if said or scores:
        yield {**said, "logprobs": scores or None}
    legacy = field(delta, "function_call")
    if legacy is not None:
        yield {"tool_call": _fragment(0, None, "function", legacy)}
    for call in each(delta, "tool_calls"):
        kind = "custom" if field(call, "custom") is not None else "function"
        inner = field(call, kind)
        yield {"tool_call": _fragment(field(call, "index"), field(call, "id"), kind, inner)}
    for value in each(delta, "annotations"):
        found = annotation_of(value)
        if found is not None:
            yield {"annotation": found}
    if field(choice, "finish_reason") is not None:
        yield {"finish_reason": field(choice, "finish_reason")}


def _fragment(index: int, id_: str | None, kind: Any, inner: Any) -> ToolCallDelta:
    name = field(inner, "name")
    text = field(inner, "arguments" if kind == "function" else "input") or ""
    return ToolCallDelta(index, text, id_, kind if name is not None else None, name)


def collect(deltas: Iterable[ChatDelta]) -> ChatView:
    """Return the view of a whole stream; raise `GenerationFailed` if it has no end."""
    found = list(deltas)
    finish = next((d.finish_reason for d in found if d.finish_reason is not None), None)
    if finish is None:
        raise GenerationFailed("ended", "the stream broke off before the answer was complete")
    calls = _calls(found)
    legacy = calls[0] if calls and not calls[0].id else None
    content = [d.content for d in found if d.content is not None]
    refusal = [d.refusal for d in found if d.refusal is not None]
    scores = [score for d in found for score in d.logprobs or ()]
    text = "".join(content) or (None if calls or refusal else "")
    return ChatView(
        id=found[0].id,
        model=found[0].model,
        created=found[0].created,
        content=text,
        finish_reason=finish,
        refusal="".join(refusal) if refusal else None,
        tool_calls=None if legacy else tuple(calls) or None,
        function_call=FunctionCall(legacy.name, legacy.arguments) if legacy else None,
        usage=next((d.usage for d in found if d.usage is not None), None),
        logprobs=tuple(scores) or None,
        annotations=tuple(d.annotation for d in found if d.annotation is not None),
    )


def _calls(deltas: list[ChatDelta]) -> list[ToolCall]:
    parts: dict[int, list[ToolCallDelta]] = {}
    for delta in deltas:
        if delta.tool_call is not None:
            parts.setdefault(delta.tool_call.index, []).append(delta.tool_call)
    return [
        ToolCall(
            id=next((part.id for part in call if part.id), ""),
            kind=next((part.kind for part in call if part.kind), "function"),
            name=next((part.name for part in call if part.name), ""),
            arguments="".join(part.arguments for part in call),
        )
        for _, call in sorted(parts.items())
    ]
