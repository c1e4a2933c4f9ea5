"""Canonical conversation -> reply: the model of the emulator.

The reply depends on the conversation only, so both endpoints give the same text, calls and
token counts for the same meaning, and any lost or changed message shows in the text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from .canonical import (
    Call,
    Conversation,
    CustomTool,
    FunctionTool,
    Message,
    Tool,
    canonical_json,
)
from .dice import sentence, token
from .directives import Directives, WantedCall, directives_of
from .instances import instance
from .models import is_reasoning_model

Finish = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True)
class ToolCall:
    """A call the model makes; ``arguments`` is JSON text, or free text of a custom tool."""

    id: str
    kind: Literal["function", "custom"]
    name: str
    arguments: str


@dataclass(frozen=True)
class Usage:
    """Token counts, the same on both endpoints."""

    input: int
    output: int
    reasoning: int

    @property
    def total(self) -> int:
        """Input and output together."""
        return self.input + self.output


@dataclass(frozen=True)
class Reply:
    """One answer; ``failure`` names how it breaks off: ``failed``, ``error`` or ``drop``."""

    seed: str
    text: str | None
    usage: Usage
    refusal: str | None = None
    calls: tuple[ToolCall, ...] = ()
    finish: Finish = "stop"
    failure: str | None = None
    citations: tuple[str, ...] = ()
    reasoning: str | None = None


def reply_to(conversation: Conversation, variant: int = 0, eager_tools: bool = False) -> Reply:
    """Return the answer to ``conversation``; ``variant`` numbers the choices of ``n > 1``.

    ``eager_tools`` calls the first offered tool where a model would be free to.
    Raises :class:`~.directives.DirectiveError` for a malformed directive.
    """
    wanted = directives_of(conversation)
    seed = conversation.digest if variant == 0 else token(conversation.digest, str(variant), 64)
    calls = _calls(conversation, wanted, eager_tools, seed)
    text = None if calls or wanted.refusal is not None else _text(conversation, wanted, seed)
    cut_calls, cut_text, cut_refusal, finish = _cut(
        calls, text, wanted.refusal, wanted.cut, conversation
    )
    thinking = is_reasoning_model(conversation.settings.model)
    silent = conversation.settings.reasoning_effort == "none"
    return Reply(
        seed=seed,
        text=cut_text,
        usage=_usage(conversation, cut_calls, cut_text, cut_refusal, thinking and not silent),
        refusal=cut_refusal,
        calls=cut_calls,
        finish=finish,
        failure=wanted.failure,
        citations=wanted.citations if cut_text else (),
        reasoning=sentence(f"{seed}/thought") if thinking else None,
    )


def pieces(text: str) -> list[str]:
    """Return ``text`` in the pieces it is streamed and counted in; they join to ``text``."""
    return re.findall(r"\s*\S{1,12}\s*?(?=\s|$)|\s*\S{1,12}|\s+", text)


def _text(conversation: Conversation, wanted: Directives, seed: str) -> str:
    if wanted.say is not None:
        text = wanted.say
    elif conversation.format.type == "json_object":
        text = json.dumps({"answer": sentence(seed)})
    elif conversation.format.type == "json_schema":
        text = json.dumps(instance(conversation.format.schema or {}, seed))
    else:
        text = sentence(seed)
    stops = conversation.settings.extra.get("stop") or []
    ends = [text.find(stop) for stop in stops if stop and stop in text]
    return text[: min(ends)] if ends else text


def _calls(
    conversation: Conversation, wanted: Directives, eager_tools: bool, seed: str
) -> tuple[ToolCall, ...]:
    callable_tools = _callable_tools(conversation)
    rounds = _turns_to_make(conversation, wanted, eager_tools, callable_tools)
    done = _calls_answered(conversation)
    if not conversation.settings.parallel_tool_calls:
        rounds = [(call,) for turn in rounds for call in turn]
    if done >= len(rounds):
        return ()
    chosen = [(call, callable_tools[call.name]) for call in rounds[done]]
    return tuple(_call(call, tool, seed, i) for i, (call, tool) in enumerate(chosen))


def _turns_to_make(
    conversation: Conversation, wanted: Directives, eager: bool, tools: dict[str, Tool]
) -> list[tuple[WantedCall, ...]]:
    turns = [tuple(call for call in turn if call.name in tools) for turn in wanted.calls]
    turns = [turn for turn in turns if turn]
    if turns or not tools:
        return turns
    choice = conversation.settings.tool_choice
    mode = choice if isinstance(choice, str) else choice.get("mode", "required")
    free = not wanted.calls and wanted.say is None and wanted.refusal is None
    if mode == "required" or (eager and free):
        return [(WantedCall(next(iter(tools))),)]
    return []


def _callable_tools(conversation: Conversation) -> dict[str, Tool]:
    tools: dict[str, Tool] = {
        tool.name: tool
        for tool in conversation.tools
        if isinstance(tool, (FunctionTool, CustomTool))
    }
    choice = conversation.settings.tool_choice
    if choice == "none":
        return {}
    if isinstance(choice, dict) and choice.get("type") in ("function", "custom"):
        return {name: tool for name, tool in tools.items() if name == choice.get("name")}
    if isinstance(choice, dict) and choice.get("type") == "allowed_tools":
        allowed = {tool.get("name") for tool in choice["tools"]}
        return {name: tool for name, tool in tools.items() if name in allowed}
    return tools


def _calls_answered(conversation: Conversation) -> int:
    """Return how many rounds of calls were answered since the last user message."""
    rounds = 0
    in_calls = False
    for turn in conversation.turns:
        if isinstance(turn, Message) and turn.role == "user":
            rounds = 0
        rounds += isinstance(turn, Call) and not in_calls
        in_calls = isinstance(turn, Call)
    return rounds


def _call(wanted: WantedCall, tool: Tool, seed: str, index: int) -> ToolCall:
    id_ = f"call_{token(seed, f'call-{index}')}"
    if isinstance(tool, FunctionTool):
        given: Any = wanted.arguments
        if given is None:
            given = instance(tool.parameters, f"{seed}/{index}", only_required=not tool.strict)
        return ToolCall(id_, "function", tool.name, json.dumps(given))
    text = wanted.arguments if isinstance(wanted.arguments, str) else sentence(f"{seed}/{index}")
    return ToolCall(id_, "custom", wanted.name, text)


def _cut(
    calls: tuple[ToolCall, ...],
    text: str | None,
    refusal: str | None,
    cut: str | None,
    conversation: Conversation,
) -> tuple[tuple[ToolCall, ...], str | None, str | None, Finish]:
    if cut is not None:
        finish: Finish = "length" if cut == "length" else "content_filter"
        if calls:
            last = calls[-1]
            half = last.arguments[: len(last.arguments) // 2]
            return (*calls[:-1], ToolCall(last.id, last.kind, last.name, half)), None, None, finish
        return (), _half(text), _half(refusal), finish
    limit = conversation.settings.max_tokens
    if text is not None and limit is not None and len(pieces(text)) > limit:
        return (), "".join(pieces(text)[:limit]), None, "length"
    return calls, text, refusal, "stop"


def _half(text: str | None) -> str | None:
    if text is None:
        return None
    parts = pieces(text)
    return "".join(parts[: len(parts) // 2])


def _usage(
    conversation: Conversation,
    calls: tuple[ToolCall, ...],
    text: str | None,
    refusal: str | None,
    thinking: bool,
) -> Usage:
    body = conversation.to_json()
    prompt = canonical_json([body["turns"], body.get("tools"), body["format"]])
    said = len(pieces(text or "")) + len(pieces(refusal or ""))
    said += sum(4 + len(call.arguments) // 4 for call in calls)
    reasoning = 16 if thinking else 0
    return Usage(input=len(prompt) // 4, output=said + reasoning, reasoning=reasoning)
