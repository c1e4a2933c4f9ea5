"""Chat requests of every kind that programs send; each is converted and sent to both endpoints.

All ask for temperature 0 and few tokens: two answers can only be compared where one model gives
one answer to one prompt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]

CITY = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CLOSED = {**CITY, "additionalProperties": False}
WEATHER = {"type": "function", "function": {"name": "get_weather", "parameters": CITY}}
DESCRIBED = {
    "type": "function",
    "function": {
        "name": "find_city", "description": "Find a city.", "parameters": CLOSED, "strict": True,
    },
}  # fmt: skip
CALL = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city": "Paris"}'},
}
SECOND = {
    "id": "call_2",
    "type": "function",
    "function": {"name": "get_weather", "arguments": '{"city":"Oslo"}'},
}
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
    "WjR9awAAAABJRU5ErkJggg=="
)


def user(content: Any) -> Body:
    return {"role": "user", "content": content}


def system(content: Any) -> Body:
    return {"role": "system", "content": content}


def assistant(content: Any, **more: Any) -> Body:
    return {"role": "assistant", "content": content, **more}


def tool(call_id: str, content: Any) -> Body:
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def text(content: str) -> Body:
    return {"type": "text", "text": content}


def schema(**more: Any) -> Body:
    return {"type": "json_schema", "json_schema": {"name": "place", "schema": CLOSED, **more}}


@dataclass(frozen=True)
class Kind:
    """One kind of request.

    ``unlike`` says why the third party's two endpoints answer it differently, ``refused`` why it
    takes it on neither; ``finish`` why only the finish reason differs.  ``emulated`` replaces fields for the emulator, whose models differ.
    """

    name: str
    body: Body
    unlike: str = ""
    refused: str = ""
    finish: str = ""
    emulated: Body = field(default_factory=dict)


def kind(
    name: str,
    *messages: Body,
    unlike: str = "",
    refused: str = "",
    finish: str = "",
    emulated: Body | None = None,
    **more: Any,
) -> Kind:
    # A call takes this model more tokens than a text.
    cap = 120 if more.get("tools") or more.get("functions") else 24
    body = {"messages": list(messages), "temperature": 0, "max_tokens": cap, **more}
    return Kind(name, body, unlike, refused, finish, emulated or {})


_ONE_EACH = "llama-stack makes an assistant message of every output item; Chat has one for all"
HI = user("Say hi")
KINDS = [
    kind("user", HI),
    kind("non-ascii text", user("Grüße, 世界 👋\n\ttab")),
    kind("empty text", user("")),
    kind("system and user", system("Be terse."), HI),
    kind("developer", {"role": "developer", "content": "Be terse."}, HI),
    kind("two system messages", system("A"), system("B"), HI),
    kind("system message at the end", HI, system("Be terse.")),
    kind("text parts", user([text("Say"), text("hi")])),
    kind("system message of parts", system([text("Be terse.")]), HI),
    kind("turns", HI, assistant("hi"), user("again")),
    kind("assistant text parts", HI, assistant([text("hi")]), user("again")),
    kind("assistant speaks last", HI, assistant("hi there"),
         unlike="llama.cpp lets its chat endpoint go on with the last message and repeats it"),
    kind("tools", HI, tools=[WEATHER]),
    kind("tools and system", system("Be terse."), HI, tools=[WEATHER]),
    kind("two tools, one strict", HI, tools=[WEATHER, DESCRIBED]),
    kind("tool without parameters", HI, tools=[{"type": "function", "function": {"name": "now"}}],
         unlike="Responses requires `parameters`; the converter writes the empty object that the"
                " API documents for a missing one, and the prompt shows it"),
    kind("tool choice required", HI, tools=[WEATHER], tool_choice="required"),
    kind("tool choice none", HI, tools=[WEATHER], tool_choice="none"),
    kind("tool choice by name", HI, tools=[WEATHER, DESCRIBED],
         tool_choice={"type": "function", "function": {"name": "find_city"}},
         finish="OpenAI ends a call that was asked for by name with `stop`, and so does the"
                " converter; llama.cpp with `tool_calls`"),
    kind("one call at a time", HI, tools=[WEATHER], parallel_tool_calls=False),
    kind("tool loop", HI, assistant(None, tool_calls=[CALL]), tool("call_1", "sunny"),
         tools=[WEATHER]),
    kind("two calls, two outputs", HI, assistant(None, tool_calls=[CALL, SECOND]),
         tool("call_1", "sunny"), tool("call_2", "rain"), tools=[WEATHER], unlike=_ONE_EACH),
    kind("call with text", HI, assistant("Let me see.", tool_calls=[CALL]),
         tool("call_1", "sunny"), tools=[WEATHER], unlike=_ONE_EACH),
    kind("tool output of parts", HI, assistant(None, tool_calls=[CALL]),
         tool("call_1", [text("sunny")]), tools=[WEATHER]),
    kind("loop that goes on", HI, assistant(None, tool_calls=[CALL]), tool("call_1", "sunny"),
         assistant("Sunny."), user("And Oslo?"), tools=[WEATHER]),
    kind("JSON schema", HI, response_format=schema(strict=True)),
    kind("JSON schema, not strict", HI, response_format=schema()),
    kind("JSON object", user("Say hi in JSON"), response_format={"type": "json_object"}),
    kind("top_p", HI, top_p=0.5),
    kind("max_completion_tokens", HI, max_tokens=None, max_completion_tokens=20),
    kind("longest answer", HI, max_tokens=200),
    kind("metadata and user", HI, metadata={"a": "b"}, user="u-1"),
    kind("stored", HI, store=True),
    kind("legacy functions", HI, functions=[WEATHER["function"]],
         unlike="llama-stack drops `functions` from chat requests without a word"),
    kind("image", user([text("What?"), {"type": "image_url", "image_url": {"url": PIXEL}}]),
         refused="a model of text only"),
    kind("file", user([text("What?"), {"type": "file", "file": {"file_id": "file-1"}}]),
         refused="has no such file"),
    kind("logprobs", HI, logprobs=True, top_logprobs=2),
    kind("reasoning effort", HI, reasoning_effort="low",
         emulated={"model": "gpt-5", "temperature": None, "max_tokens": None,
                   "max_completion_tokens": 24}),
    kind("custom tool", HI, tools=[{"type": "custom", "custom": {"name": "sql"}}],
         refused="function tools only"),
]  # fmt: skip
