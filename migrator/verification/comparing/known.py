"""Differences that every migration brings: each has a name, so that none is taken for noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from migrator.verification.replay.model import Prepared

from .model import Known
from .reading import CALL_ENDS, FAILED, REFUSED, Reading, items, renamed
from .schemas import always_present

# What is said of each rule in the reports; docs/verify.md has the same names.
RULES = {
    "store": "Responses keeps answers unless told not to",
    "strict": "Responses makes schemas strict unless told not to",
    "parameters": "Responses wants the parameters of a function, empty ones too",
    "parallel": "a legacy answer holds one call at most",
    "usage": "the last event of a stream always has the token counts",
    "dropped": "your settings allow to leave these out",
    "finish": "with a tool choice by name servers differ in how an answer ends",
    "phase": "`output_text` has what the model said on its way as well",
    "messages": "the answer has several messages, which `output_text` joins",
    "reasoning": "reasoning items have no counterpart in chat",
    "incomplete": "the server has its own word for why an answer was cut",
    "failure": "where chat answers an error, Responses answers 200 with another status",
    "param": "an error names the parameter as Responses spells it",
    "model": "the endpoints name different versions of the model",
}

_Found = Iterator[str]


def known_differences(
    prepared: Prepared,
    chat: Sequence[Reading],
    responses: Sequence[Reading],
    dropped: Iterable[str] = (),
) -> tuple[Known, ...]:
    """Return the systematic differences that a sample shows, in the order of `RULES`."""
    found = {
        **_of_requests(prepared.sample.body, prepared.responses or {}),
        "dropped": ", ".join(sorted(set(dropped) & set(prepared.sample.body))),
        **{rule: next(find(chat, responses), "") for rule, find in _OF_ANSWERS.items()},
    }
    views = [[reading.view for reading in side if reading.view] for side in (chat, responses)]
    enforced = sorted({name for each in responses for name in _made_strict(prepared, each)})
    if enforced:
        found["strict"] = f"the server made {', '.join(enforced)} strict all the same"
    present = always_present(prepared.sample.body, *views)
    if present:
        found["strict"] = f"optional arguments are always present now: {', '.join(present)}"
    return tuple(Known(rule, found[rule]) for rule in RULES if found.get(rule))


def _of_requests(chat: dict[str, Any], responses: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    if chat.get("store") is None and responses.get("store") is False:
        found["store"] = "`store=False` is written out"
    loose = sum(tool.get("strict") is False for tool in responses.get("tools") or ())
    written = loose - sum(
        (tool.get("function") or {}).get("strict") is False for tool in chat.get("tools") or ()
    )
    if written:
        found["strict"] = f"`strict=False` is written out for {written} of the tools"
    bare = [function.get("name") for function in _functions(chat) if not function.get("parameters")]
    if bare:
        found["parameters"] = f"written out for {', '.join(map(str, bare))}"
    if chat.get("functions"):
        found["parallel"] = "`parallel_tool_calls=False` is written out"
    asked = (chat.get("stream_options") or {}).get("include_usage")
    if chat.get("stream") and not asked:
        found["usage"] = "the program did not ask for it"
    return found


def _made_strict(prepared: Prepared, reading: Reading) -> Iterator[str]:
    """Yield tools that were sent with `strict` false and came back with true."""
    sent = (prepared.responses or {}).get("tools") or ()
    loose = {tool.get("name") for tool in sent if tool.get("strict") is False}
    echoed = (reading.final or {}).get("tools")
    for tool in echoed if isinstance(echoed, list) else ():
        if isinstance(tool, dict) and tool.get("strict") is True and tool.get("name") in loose:
            yield str(tool["name"])


def _functions(chat: dict[str, Any]) -> list[dict[str, Any]]:
    tools = [tool for tool in chat.get("tools") or () if tool.get("type") == "function"]
    return [tool.get("function") or {} for tool in tools] + list(chat.get("functions") or ())


def _finish(chat: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    """Yield where a forced call ends in "stop" on one side and in "tool_calls" on the other."""
    ends = [{reading.state for reading in side if _called(reading)} for side in (chat, responses)]
    if ends[0] and ends[1] and ends[0] != ends[1] and ends[0] | ends[1] <= CALL_ENDS:
        one, other = (" or ".join(sorted(map(str, side))) for side in ends)
        yield f"`{one}` on chat, `{other}` on Responses"


def _called(reading: Reading) -> bool:
    view = reading.view
    return view is not None and bool(view.tool_calls or view.function_call)


def _phase(_: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    for reading in responses:
        phases = [item.get("phase") for item in items(reading, "message")]
        if "commentary" in phases:
            yield f"{phases.count('commentary')} of {len(phases)} messages are commentary"


def _messages(_: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    for reading in responses:
        count = len(items(reading, "message"))
        if count > 1:
            yield f"{count} messages"


def _reasoning(_: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    for reading in responses:
        count = len(items(reading, "reasoning"))
        if count:
            yield f"{count} in an answer"


def _incomplete(_: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    for reading in responses:
        details = (reading.final or {}).get("incomplete_details")
        reason = details.get("reason") if isinstance(details, dict) else None
        if reason not in (None, "max_output_tokens", "content_filter"):
            yield f"`{reason}`"


def _failure(chat: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    if any(each.state == FAILED and (each.status or 0) >= 400 for each in chat):
        for reading in responses:
            if reading.state == FAILED and (reading.status or 0) < 400:
                yield reading.why


def _param(chat: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    for one, other in zip(chat, responses, strict=False):
        refused = one.state == other.state == REFUSED
        if refused and one.param != other.param and renamed(one.param) == renamed(other.param):
            yield f"`{one.param}` on chat, `{other.param}` on Responses"


def _model(chat: Sequence[Reading], responses: Sequence[Reading]) -> _Found:
    names = [
        {str(reading.view.model) for reading in side if reading.view} for side in (chat, responses)
    ]
    if names[0] and names[1] and not names[0] & names[1]:
        one, other = (", ".join(sorted(side)) for side in names)
        yield f"`{one}` on chat, `{other}` on Responses"


_OF_ANSWERS: dict[str, Callable[[Sequence[Reading], Sequence[Reading]], _Found]] = {
    "finish": _finish,
    "phase": _phase,
    "messages": _messages,
    "reasoning": _reasoning,
    "incomplete": _incomplete,
    "failure": _failure,
    "param": _param,
    "model": _model,
}
