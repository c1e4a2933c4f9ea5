"""A chat completion → the same view, so that the answers of both endpoints can be compared."""

from __future__ import annotations

from typing import Any

from .fields import annotation_of, each, field, logprobs_of, usage_of_completion
from .view import ChatView, FunctionCall, ToolCall


def view_completion(completion: Any) -> ChatView:
    """Return the view of a `ChatCompletion` (the SDK's object or its JSON) with one choice.

    Raises ``ValueError`` for any other number of choices.
    """
    choices = list(each(completion, "choices"))
    if len(choices) != 1:
        raise ValueError(f"expected one choice, not {len(choices)}")
    message = field(choices[0], "message")
    legacy = field(message, "function_call")
    logprobs = field(choices[0], "logprobs")
    annotations = (annotation_of(value) for value in each(message, "annotations"))
    return ChatView(
        id=field(completion, "id"),
        model=field(completion, "model"),
        created=field(completion, "created"),
        content=field(message, "content"),
        finish_reason=field(choices[0], "finish_reason"),
        refusal=field(message, "refusal"),
        tool_calls=tuple(_call(call) for call in each(message, "tool_calls")) or None,
        function_call=legacy and FunctionCall(field(legacy, "name"), field(legacy, "arguments")),
        usage=usage_of_completion(field(completion, "usage")),
        logprobs=logprobs_of(each(logprobs, "content")) or None,
        annotations=tuple(each_ for each_ in annotations if each_ is not None),
        parsed=field(message, "parsed"),
        service_tier=field(completion, "service_tier"),
    )


def _call(call: Any) -> ToolCall:
    kind = field(call, "type")
    inner = field(call, kind)
    return ToolCall(
        id=field(call, "id"),
        kind=kind,
        name=field(inner, "name"),
        arguments=field(inner, "arguments" if kind == "function" else "input"),
        parsed_arguments=field(inner, "parsed_arguments"),
    )
