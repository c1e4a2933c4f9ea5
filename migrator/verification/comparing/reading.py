"""One answer as a chat program would see it, whichever endpoint gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from migrator.verification.convert import (
    ChatView,
    GenerationFailed,
    chat_deltas,
    chunk_deltas,
    collect,
    view_completion,
    view_response,
)
from migrator.verification.replay.model import Exchange, Side
from migrator.verification.samples.sample import Answer, JsonObject

from .schemas import (
    NOT_JUDGED,
    Validity,
    calls_validity,
    format_validity,
    functions_called,
    wants_json,
)
from .text import canonical, spelt

# An answer that never came says nothing about the endpoint.
_ACCIDENTS = ("rate-limited", "unreachable", "lost")
FAILED = "failed"
REFUSED = "refused"
CALL_ENDS = frozenset({"stop", "tool_calls", "function_call"})
# The API's words for where an error sits; what is renamed in the request is renamed there too.
_RENAMED = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text",
    "reasoning_effort": "reasoning",
    "functions": "tools",
    "function_call": "tool_choice",
}


@dataclass(frozen=True)
class Reading:
    """What came of one draw.

    ``state`` is chat's finish reason, ``refused`` (a 4xx) or ``failed``; ``None`` if there was no
    answer at all, which is nobody's fault.  ``view`` is there for complete answers only.
    ``final`` is the whole Response or completion, where one was sent in one piece.
    """

    side: Side
    draw: int
    state: str | None
    status: int | None = None
    code: str | None = None
    param: str | None = None
    why: str = ""
    view: ChatView | None = None
    final: JsonObject | None = None
    calls: Validity = NOT_JUDGED
    format: Validity = NOT_JUDGED
    exchange: Exchange | None = field(default=None, compare=False, repr=False)

    @property
    def usable(self) -> bool:
        """Whether the draw says anything about the endpoint."""
        return self.state is not None

    @property
    def accepted(self) -> bool:
        """Whether the request was taken, whatever became of it."""
        return self.state != REFUSED

    def signature(self, *, forced: bool = False, counted: bool = True) -> dict[str, Any]:
        """Return all that a program can branch on, by name.

        ``forced``: the request names the tool to call, where servers differ in the finish reason.
        ``counted``: the program asks for token counts.
        """
        found: dict[str, Any] = {"state": self.state}
        if not self.accepted:
            found.update(status=self.status, code=self.code, param=renamed(self.param))
        if self.view is None:
            return found
        found["calls"] = sorted(name for name, _ in _called(self.view))
        if forced and found["calls"] and self.state in CALL_ENDS:
            found["state"] = "tool_calls"
        found["refusal"] = self.view.refusal is not None
        found["text"] = bool(self.view.content)
        if self.calls.valid is not None:
            found["arguments valid"] = self.calls.valid
        if self.format.valid is not None:
            found["format valid"] = self.format.valid
        if counted:
            found["usage"] = self.view.usage is not None
        return found


def renamed(param: str | None) -> str | None:
    """Return where an error sits, in the words of Responses and no deeper than the parameter."""
    if param is None:
        return None
    name = param.partition(".")[0].partition("[")[0]
    return _RENAMED.get(name, name)


def said(reading: Reading, request: Mapping[str, Any]) -> str:
    """Return the words of a complete answer, calls included, JSON in one spelling.

    What a model says on its way to the answer (`phase`) is left out: chat has no such thing.
    """
    view = reading.view
    if view is None:
        return ""
    text = (_answer_itself(reading) or view.content) or ""
    parts = [canonical(text) if wants_json(request) else text, view.refusal or ""]
    parts += sorted(f"{name} {canonical(arguments)}" for name, arguments in _called(view))
    return "\n".join(part for part in parts if part)


def _answer_itself(reading: Reading) -> str:
    """Return the text without commentary, empty where there is none."""
    messages = items(reading, "message")
    if not any(message.get("phase") == "commentary" for message in messages):
        return ""
    contents = [each.get("content") for each in messages if each.get("phase") != "commentary"]
    parts = [part for content in contents if isinstance(content, list) for part in content]
    texts = [
        part.get("text")
        for part in parts
        if isinstance(part, dict) and part.get("type") == "output_text"
    ]
    return "".join(text for text in texts if isinstance(text, str))


def asks_for_usage(request: Mapping[str, Any]) -> bool:
    """Return whether a chat answer has token counts; the replay of a stream asks regardless."""
    options = request.get("stream_options")
    return not request.get("stream") or bool(
        isinstance(options, Mapping) and options.get("include_usage")
    )


def items(reading: Reading, kind: str) -> list[JsonObject]:
    """Return the output items of a Response that are of one kind."""
    output = (reading.final or {}).get("output")
    found = output if isinstance(output, list) else []
    return [item for item in found if isinstance(item, dict) and item.get("type") == kind]


def names_a_tool(request: Mapping[str, Any]) -> bool:
    """Return whether a chat request says which tool must be called."""
    choice = request.get("tool_choice") or request.get("function_call")
    return isinstance(choice, Mapping)


def said_exactly(reading: Reading) -> str:
    """Return the words of an answer as they are, to the byte."""
    view = reading.view
    return "" if view is None else spelt([view.content or "", view.refusal or "", _called(view)])


def _called(view: ChatView) -> list[tuple[str, str]]:
    custom = [
        (each.name, each.arguments) for each in view.tool_calls or () if each.kind == "custom"
    ]
    return functions_called(view) + custom


def read(exchange: Exchange, request: Mapping[str, Any]) -> Reading:
    """Return what came of an exchange; ``request`` is the chat request."""
    failure, answer = exchange.failure, exchange.answer
    base: dict[str, Any] = {"side": exchange.side, "draw": exchange.draw, "exchange": exchange}
    status = answer.status if answer else None
    if failure is not None:
        kind = failure.kind
        state = None if kind in (*_ACCIDENTS, "unconvertible") else FAILED
        if kind == "refused":
            state = REFUSED
        why = f"{kind}: {failure.message}"
        return Reading(
            **base, state=state, status=status, code=failure.code, param=failure.param, why=why
        )
    if answer is None:
        return Reading(**base, state=None, why="no answer")
    return _read(answer, request, {**base, "status": status})


def read_recorded(answer: Answer, request: Mapping[str, Any]) -> Reading:
    """Return what the chat answer of a sample says."""
    return _read(answer, request, {"side": "chat", "draw": 0, "status": answer.status})


def _read(answer: Answer, request: Mapping[str, Any], base: dict[str, Any]) -> Reading:
    side: Side = base["side"]
    if not answer.ok:
        return _error(answer, base)
    final = _final(answer, side)
    try:
        view = _checked(_view(answer, side, legacy=bool(request.get("functions"))))
    except GenerationFailed as failed:
        why = f"{failed.status}: {failed.message}"
        return Reading(**base, state=FAILED, code=failed.code, why=why, final=final)
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError) as error:
        return Reading(**base, state=FAILED, why=f"malformed: {error}", final=final)
    return Reading(
        **base,
        state=view.finish_reason,
        view=view,
        final=final,
        calls=calls_validity(request, view),
        format=format_validity(request, view),
    )


def _error(answer: Answer, base: dict[str, Any]) -> Reading:
    error = (answer.body or {}).get("error")
    known = error if isinstance(error, Mapping) else {}
    return Reading(
        **base,
        state=FAILED if answer.status >= 500 else REFUSED,
        code=known.get("code"),
        param=known.get("param"),
        why=str(known.get("message") or f"status {answer.status}"),
    )


def _view(answer: Answer, side: Side, *, legacy: bool) -> ChatView:
    if answer.events is not None:
        if side == "chat":
            return collect(chunk_deltas(answer.events))
        return collect(chat_deltas(answer.events, functions=legacy))
    if answer.body is None:
        raise ValueError("no answer that can be read")
    if side == "chat":
        return view_completion(answer.body)
    return view_response(answer.body, functions=legacy)


def _checked(view: ChatView) -> ChatView:
    """Return a view whose fields are what they should be; raise ``ValueError``.

    Servers leave out token counts, or answer what is no answer though it can be read.
    """
    texts = (view.content, view.refusal)
    calls = [*(view.tool_calls or ()), *([view.function_call] if view.function_call else ())]
    words = [word for call in calls for word in (call.name, call.arguments)]
    if not isinstance(view.finish_reason, str) or not all(isinstance(word, str) for word in words):
        raise ValueError("no finish reason, or a call without name or arguments")
    if not all(text is None or isinstance(text, str) for text in texts):
        raise ValueError("the text is none")
    counted = view.usage is not None and all(
        type(count) is int for count in (view.usage.prompt_tokens, view.usage.completion_tokens)
    )
    return view if counted else replace(view, usage=None)


def _final(answer: Answer, side: Side) -> JsonObject | None:
    if answer.events is None:
        return answer.body
    if side == "chat":
        return None
    ends = (each["response"] for each in answer.events if isinstance(each.get("response"), dict))
    return next(iter(list(ends)[-1:]), None)
