r"""Directives: marks in the last user message that force what the emulator answers.

Grammar (anywhere in the text of the last ``user`` message, any number of directives)::

    directive = "[[" name [ ":" argument ] "]]"

    [[say:TEXT]]          answer exactly TEXT (for a JSON format too: give the JSON you want)
    [[empty]]             answer the empty text
    [[call:CALLS]]        call tools; CALLS = turn (";" turn)*, turn = tool ("," tool)*,
                          tool = NAME [ JSON ], JSON = the arguments (a custom tool: a JSON string)
                          "a,b" are called together, ";" waits for the outputs before going on
    [[refuse]] [[refuse:TEXT]]
                          a refusal instead of an answer
    [[truncate]]          stop half-way, as when the token limit is hit
    [[filter]]            stop half-way, as when the content filter steps in
    [[fail]]              the model fails: Responses status "failed", chat HTTP 500;
                          in a stream after some of the answer
    [[fail:error]]        same, but a Responses stream ends in an "error" event
    [[fail:drop]]         same, but a stream's connection is cut
    [[error:STATUS]] [[error:STATUS:CODE]] [[error:STATUS:CODE x2]] [[error:STATUS x2]]
                          an HTTP error; "x2": only for the first two requests of this meaning
    [[cite:URL]]          a URL citation over the whole text
    [[delay:SECONDS]]     wait before answering

A tool that the request does not offer, or may not call (``tool_choice``), is not called: the
answer is text then, so that a lost tool shows. With ``parallel_tool_calls`` off the calls of one
turn are made one after another. When all turns of CALLS are answered, the reply is text.
Unknown names and malformed arguments raise :class:`DirectiveError`, answered with HTTP 400 and
code ``emulator_directive``: a misspelt directive must not pass for a prompt.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from .canonical import Conversation, Message, Text

_DIRECTIVE = re.compile(r"\[\[(?P<name>[a-z]+)(?=:|\]\])")
_ERROR = re.compile(r"(?P<status>[1-5]\d\d)(?::(?P<code>[\w.-]+))?(?:\s+x(?P<times>\d+))?")
_TOOL_NAME = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*")
_FAILURES = ("failed", "error", "drop")


class DirectiveError(ValueError):
    """A directive nobody defined, or one with a malformed argument."""


@dataclass(frozen=True)
class WantedCall:
    """One tool to call; ``arguments`` is the JSON value given, if any."""

    name: str
    arguments: Any = None


@dataclass(frozen=True)
class WantedError:
    """An HTTP error to answer with; ``times`` limits it to the first requests."""

    status: int
    code: str | None = None
    times: int | None = None


@dataclass(frozen=True)
class Directives:
    """Everything the last user message asks of the emulator."""

    say: str | None = None
    calls: tuple[tuple[WantedCall, ...], ...] = ()
    refusal: str | None = None
    cut: str | None = None
    failure: str | None = None
    error: WantedError | None = None
    citations: tuple[str, ...] = field(default=())
    delay: float = 0.0


def directives_of(conversation: Conversation) -> Directives:
    """Return the directives of the last user message; raise :class:`DirectiveError`."""
    for turn in reversed(conversation.turns):
        if isinstance(turn, Message) and turn.role == "user":
            texts = [part.text for part in turn.parts if isinstance(part, Text)]
            return parse_directives("\n".join(texts))
    return Directives()


def parse_directives(text: str) -> Directives:
    """Return the directives found in ``text``; raise :class:`DirectiveError`."""
    found: dict[str, Any] = {}
    position = 0
    while match := _DIRECTIVE.search(text, position):
        name, argument, position = _split(text, match)
        for key, value in _read(name, argument).items():
            found[key] = (found[key] + value) if key in found and key == "citations" else value
    return Directives(**found)


def _split(text: str, match: re.Match[str]) -> tuple[str, str | None, int]:
    name = match["name"]
    if text.startswith("]]", match.end()):
        return name, None, match.end() + 2
    start = match.end() + 1
    end = _end_of_calls(text, start) if name == "call" else text.find("]]", start)
    if end < 0:
        raise DirectiveError(f"directive [[{name}: is not closed by ]]")
    return name, text[start:end], end + 2


def _end_of_calls(text: str, start: int) -> int:
    """Return where the ``]]`` after the calls is; JSON arguments may hold ``]]`` themselves."""
    position = start
    while position < len(text) and not text.startswith("]]", position):
        if text[position] in '{["':
            try:
                _, position = json.JSONDecoder().raw_decode(text, position)
            except ValueError:
                raise DirectiveError("malformed JSON in [[call:...]]") from None
        else:
            position += 1
    return position if position < len(text) else -1


def _read(name: str, argument: str | None) -> dict[str, Any]:
    if name == "say" and argument is not None:
        return {"say": argument}
    if name == "empty" and argument is None:
        return {"say": ""}
    if name == "call" and argument:
        return {"calls": _calls(argument)}
    if name == "refuse":
        return {"refusal": argument or "I'm sorry, but I can't help with that."}
    if name in ("truncate", "filter") and argument is None:
        return {"cut": "length" if name == "truncate" else "content_filter"}
    if name == "fail" and (argument or "failed") in _FAILURES:
        return {"failure": argument or "failed"}
    if name == "error" and argument:
        return {"error": _error(argument)}
    if name == "cite" and argument:
        return {"citations": (argument,)}
    if name == "delay" and argument:
        return {"delay": _seconds(argument)}
    raise DirectiveError(f"unknown directive [[{name}{':' + argument if argument else ''}]]")


def _calls(argument: str) -> tuple[tuple[WantedCall, ...], ...]:
    turns: list[tuple[WantedCall, ...]] = []
    current: list[WantedCall] = []
    position = 0
    while True:
        match = _TOOL_NAME.match(argument, position)
        if match is None:
            raise DirectiveError(f"[[call:{argument}]] lacks a tool name at {position}")
        position = match.end()
        given: Any = None
        if argument[position : position + 1] in ("{", "[", '"'):
            given, position = json.JSONDecoder().raw_decode(argument, position)
        current.append(WantedCall(match[1], given))
        separator = argument[position:].lstrip()[:1]
        position = len(argument) - len(argument[position:].lstrip()) + 1
        if separator != ",":
            turns.append(tuple(current))
            current = []
        if not separator:
            return tuple(turns)
        if separator not in ",;":
            raise DirectiveError(f"[[call:{argument}]]: expected ',' or ';' before {separator!r}")


def _error(argument: str) -> WantedError:
    match = _ERROR.fullmatch(argument.strip())
    if match is None:
        raise DirectiveError(f"[[error:{argument}]]: expected STATUS[:CODE][ xTIMES]")
    times = match["times"]
    return WantedError(int(match["status"]), match["code"], int(times) if times else None)


def _seconds(argument: str) -> float:
    try:
        return float(argument)
    except ValueError:
        raise DirectiveError(f"[[delay:{argument}]]: not a number") from None
