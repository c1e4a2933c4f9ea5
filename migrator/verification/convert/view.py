"""What chat programs read from an answer, whichever endpoint gave it: plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

FinishReason = Literal["stop", "length", "tool_calls", "function_call", "content_filter"]


@dataclass(frozen=True)
class ToolCall:
    """``message.tool_calls[i]``; ``id`` is what the tool's output is paired with.

    ``arguments`` is the JSON text of a function call as the model wrote it, or the free text of
    a custom call. ``parsed_arguments`` is what a parsing helper made of it.
    """

    id: str
    kind: Literal["function", "custom"]
    name: str
    arguments: str
    parsed_arguments: Any = None


@dataclass(frozen=True)
class FunctionCall:
    """``message.function_call`` of a request with legacy ``functions``."""

    name: str
    arguments: str


@dataclass(frozen=True)
class Usage:
    """``usage`` and the details that both endpoints report; absent details are ``None``."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True)
class TopLogprob:
    """One alternative of a token."""

    token: str
    logprob: float
    bytes: tuple[int, ...] | None = None


@dataclass(frozen=True)
class TokenLogprob:
    """One entry of ``logprobs.content``."""

    token: str
    logprob: float
    bytes: tuple[int, ...] | None = None
    top_logprobs: tuple[TopLogprob, ...] = ()


@dataclass(frozen=True)
class Annotation:
    """``message.annotations[i].url_citation``; indexes count from the start of ``content``."""

    url: str
    title: str
    start_index: int
    end_index: int


@dataclass(frozen=True)
class ChatView:
    """The fields of a chat completion with one choice.

    ``content`` is ``None`` where the model called tools or refused without a word of text;
    ``tool_calls`` is ``None``, never empty, where there are none; so is ``logprobs`` where none
    were asked for. ``parsed`` is the object of a ``parse`` helper.
    """

    id: str
    model: str
    created: int
    content: str | None
    finish_reason: FinishReason
    refusal: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None
    function_call: FunctionCall | None = None
    usage: Usage | None = None
    logprobs: tuple[TokenLogprob, ...] | None = None
    annotations: tuple[Annotation, ...] = ()
    parsed: Any = None
    service_tier: str | None = None


@dataclass(frozen=True)
class ToolCallDelta:
    """``delta.tool_calls[i]``: the first fragment of a call has its id, kind and name."""

    index: int
    arguments: str = ""
    id: str | None = None
    kind: Literal["function", "custom"] | None = None
    name: str | None = None


@dataclass(frozen=True)
class ChatDelta:
    """One chunk of a stream; a field that says nothing is ``None``.

    ``usage`` comes alone in the last delta, after the one with ``finish_reason``.
    """

    id: str
    model: str
    created: int
    role: str | None = None
    content: str | None = None
    refusal: str | None = None
    tool_call: ToolCallDelta | None = None
    annotation: Annotation | None = None
    logprobs: tuple[TokenLogprob, ...] | None = None
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
