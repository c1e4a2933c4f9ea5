"""A Response → the fields chat programs read, by ``rules/api/results.toml`` and ``finish.toml``."""

from __future__ import annotations

from typing import Any, Literal, cast

from migrator._tables import API

from .errors import GenerationFailed
from .fields import annotation_of, each, field, logprobs_of, usage_of_response
from .view import Annotation, ChatView, FinishReason, FunctionCall, ToolCall

_STATUS = API["finish"]["status"]
_REASON = API["finish"]["reason"]
_CALL = API["finish"]["call"]
_FIELDS = API["results"]["completion"]


def view_response(response: Any, *, functions: bool = False) -> ChatView:
    """Return what a chat program would read from a `Response` (the SDK's object or its JSON).

    ``functions``: the request had legacy ``functions``, so a call is ``function_call``.

    Content is the text of all messages.  Where there is none, it is ``None`` if the model called
    tools or refused, and ``""`` otherwise (everything spent on reasoning, an empty answer).
    Raises `GenerationFailed` unless the response is completed or incomplete.
    """
    finish = finish_reason(response, functions=functions)
    calls = tuple(_call(item) for item in each(response, "output") if _is_call(item))
    texts = _parts(response, "output_text")
    text = "".join(field(part, "text") for part in texts)
    refusals = [field(part, "refusal") for part in _parts(response, "refusal")]
    said_otherwise = bool(calls or refusals)
    scores = logprobs_of(score for part in texts for score in each(part, "logprobs"))
    first = FunctionCall(calls[0].name, calls[0].arguments) if calls else None
    return ChatView(
        id=field(response, _FIELDS["id"]["to"]),
        model=field(response, _FIELDS["model"]["to"]),
        created=int(field(response, "created_at")),
        content=text or (None if said_otherwise else ""),
        finish_reason=finish,
        refusal="".join(refusals) if refusals else None,
        tool_calls=(calls or None) if not functions else None,
        function_call=first if functions else None,
        usage=usage_of_response(field(response, _FIELDS["usage"]["to"])),
        logprobs=scores or None,
        annotations=_annotations(texts),
        parsed=_parsed(response, texts),
        service_tier=field(response, _FIELDS["service_tier"]["to"]),
    )


def finish_reason(response: Any, *, functions: bool = False) -> FinishReason:
    """Return why an answer ended, in chat's words; raise `GenerationFailed`.

    An incomplete answer comes first, so that a truncated call never looks executable.  A call
    of the one tool that ``tool_choice`` names is "stop", as on Chat Completions.
    """
    status = field(response, "status")
    if status not in _STATUS:
        raise _failure(response, status)
    if status == "incomplete":
        reason = field(field(response, "incomplete_details"), "reason")
        return _word(_REASON.get(reason, _STATUS[status])["finish"])
    if not any(_is_call(item) for item in each(response, "output")):
        return _word(_STATUS[status]["finish"])
    if field(field(response, "tool_choice"), "type") in ("function", "custom"):
        return "stop"
    return "function_call" if functions else "tool_calls"


def _word(text: str) -> FinishReason:
    return cast("FinishReason", text)


def _failure(response: Any, status: Any) -> GenerationFailed:
    error = field(response, "error")
    message = field(error, "message") or f"the response is {status}"
    return GenerationFailed(str(status), message, field(error, "code"))


def _is_call(item: Any) -> bool:
    return field(item, "type") in _CALL


def _call(item: Any) -> ToolCall:
    row = _CALL[field(item, "type")]
    return ToolCall(
        id=field(item, "call_id"),
        kind=cast("Literal['function', 'custom']", row["kind"]),
        name=field(item, "name"),
        arguments=field(item, row["arguments"]),
        parsed_arguments=field(item, "parsed_arguments"),
    )


def _parts(response: Any, kind: str) -> list[Any]:
    return [
        part
        for item in each(response, "output")
        if field(item, "type") == "message"
        for part in each(item, "content")
        if field(part, "type") == kind
    ]


def _annotations(texts: list[Any]) -> tuple[Annotation, ...]:
    """Return the URL citations; their places count within a part, chat's within the content."""
    result: list[Annotation] = []
    start = 0
    for part in texts:
        found = (annotation_of(each_, start) for each_ in each(part, "annotations"))
        result += [annotation for annotation in found if annotation is not None]
        start += len(field(part, "text"))
    return tuple(result)


def _parsed(response: Any, texts: list[Any]) -> Any:
    """Return ``output_parsed``, or the first part a helper has parsed."""
    found = field(response, "output_parsed")
    if found is not None:
        return found
    return next((p for part in texts if (p := field(part, "parsed")) is not None), None)
