"""Requests that are right, and requests that a wrong migration would send, on both endpoints."""

from __future__ import annotations

from dataclasses import dataclass

from .requests import CALL, CITY, HI, PIXEL, WEATHER, Body, assistant, user

FLAT = {"type": "function", "name": "get_weather", "parameters": CITY, "strict": False}
CALLED = {"type": "function_call", "call_id": "c1", "name": "get_weather", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "x"}

_UNKNOWN = "llama-stack hands unknown parameters to the engine, which takes or ignores them"
_CRASH = "llama-stack hands unknown parameters on and fails over this one"
_SHAPES = "llama-stack accepts any key in an item, and any part under any role"
_NOT_THERE = "llama-stack has no such tool"
_PAIRS = "a schema can't say that two items belong together"
_CHAT = "llama-stack does not check the names of chat parameters"


@dataclass(frozen=True)
class Case:
    """One request; ``right`` is what the API would say, ``unlike`` why the third party doesn't.

    ``schema`` says why the API description doesn't.
    """

    name: str
    endpoint: str
    body: Body
    right: bool
    unlike: str = ""
    schema: str = ""


def _given(body: Body) -> Body:
    return body if "input" in body or "messages" in body else {"input": "x", **body}


def good(name: str, body: Body, unlike: str = "") -> Case:
    return Case(name, "responses", _given(body), True, unlike)


def bad(name: str, body: Body, unlike: str = "", schema: str = "") -> Case:
    return Case(name, "responses", _given(body), False, unlike, schema)


def good_chat(name: str, body: Body, unlike: str = "") -> Case:
    return Case(name, "chat/completions", {"messages": [HI], **body}, True, unlike)


def bad_chat(name: str, body: Body, unlike: str = "") -> Case:
    return Case(name, "chat/completions", {"messages": [HI], **body}, False, unlike)


def _parts(role: str, *parts: Body) -> Body:
    return {"input": [HI, {"role": role, "content": list(parts)}]}


CASES = [
    good("input string", {"input": "x"}),
    good("input list", {"input": [HI]}),
    good("typed message", {"input": [{"type": "message", **HI}]}),
    good("input_text part", _parts("user", {"type": "input_text", "text": "x"})),
    good("output_text part", _parts("assistant", {"type": "output_text", "text": "x"})),
    good("input_image part", _parts("user", {
        "type": "input_image", "image_url": PIXEL, "detail": "auto",
    }), "a model of text only"),
    good("input_file part", _parts("user", {"type": "input_file", "file_id": "file-1"}),
         "has no such file"),
    good("call and output", {"input": [HI, CALLED, RESULT]}),
    good("flat tool", {"tools": [FLAT]}),
    good("flat tool choice", {
        "tools": [FLAT], "tool_choice": {"type": "function", "name": "get_weather"},
    }),
    good("web search", {"tools": [{"type": "web_search"}]}, _NOT_THERE),
    good("code interpreter", {
        "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}],
    }, _NOT_THERE),
    good("text.format", {"text": {"format": {"type": "json_schema", "name": "w", "schema": CITY}}}),
    good("limits", {"max_output_tokens": 16, "temperature": 0, "top_p": 1, "store": False}),
    good("labels", {"metadata": {"a": "b"}, "user": "u"}),
    good("automatic truncation", {"truncation": "auto"}, "says that it supports `disabled` only"),
    good("logprobs", {"include": ["message.output_text.logprobs"], "top_logprobs": 2}),
    good("instructions", {"instructions": "y", "parallel_tool_calls": False}),

    bad("`messages`", {"messages": [HI]}),
    *(bad(f"`{name}`", {name: value}, _UNKNOWN) for name, value in {
        "n": 1, "stop": "x", "seed": 1, "max_tokens": 50, "logit_bias": {}, "functions": [],
        "function_call": "auto", "verbosity": "low", "modalities": ["text"], "prediction": {},
        "audio": {}, "web_search_options": {},
    }.items()),
    *(bad(f"`{name}`", {name: value}, _CRASH) for name, value in {
        "max_completion_tokens": 50, "response_format": {"type": "text"}, "logprobs": True,
        "reasoning_effort": "low",
    }.items()),
    bad("`stream_options.include_usage`", {
        "stream_options": {"include_usage": True}, "stream": True,
    }),
    bad("`reasoning` as a string", {"reasoning": "low"}),
    bad("`truncation` as a boolean", {"truncation": True}),
    bad("15 tokens", {"max_output_tokens": 15}),
    bad("temperature 3", {"temperature": 3}),
    bad("message outside a list", {"input": HI}),
    bad("role `tool`", {"input": [{"role": "tool", "tool_call_id": "c", "content": "x"}]}),
    bad("role `function`", {"input": [{"role": "function", "name": "f", "content": "x"}]}),
    bad("`name` in a message", {"input": [{**HI, "name": "bob"}]}, _SHAPES),
    bad("`tool_calls` in a message", {"input": [HI, assistant("x", tool_calls=[CALL])]}, _SHAPES),
    bad("`refusal: null` in a message", {"input": [HI, assistant("x", refusal=None)]}, _SHAPES),
    bad("message without content", {"input": [{"role": "user"}]}),
    bad("`text` part", _parts("user", {"type": "text", "text": "x"})),
    bad("`image_url` part", _parts("user", {"type": "image_url", "image_url": {"url": "u"}})),
    bad("image as an object", _parts("user", {
        "type": "input_image", "image_url": {"url": "u"}, "detail": "auto",
    })),
    bad("`output_text` of a user", _parts("user", {"type": "output_text", "text": "x"}), _SHAPES),
    bad("`input_text` of an assistant", _parts("assistant", {"type": "input_text", "text": "x"}),
        _SHAPES),
    bad("arguments as an object", {"input": [HI, {**CALLED, "arguments": {}}, RESULT]}),
    bad("call without id", {"input": [HI, {k: v for k, v in CALLED.items() if k != "call_id"}]}),
    bad("output as an object", {"input": [HI, CALLED, {**RESULT, "output": {"a": 1}}]}),
    bad("`tool_call_id`", {"input": [HI, CALLED, {**RESULT, "tool_call_id": "c1"}]}, _SHAPES),
    bad("output without its call", {"input": [HI, RESULT]}, schema=_PAIRS),
    bad("call without its output", {"input": [CALLED, HI]}, "llama-stack does not miss it",
        _PAIRS),
    bad("nested tool", {"tools": [WEATHER]}),
    bad("nested tool choice", {
        "tools": [FLAT], "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    }),
    bad("tool choice by bare name", {"tools": [FLAT], "tool_choice": "get_weather"}),
    bad("nested text.format", {"text": {"format": {
        "type": "json_schema", "json_schema": {"name": "w", "schema": CITY},
    }}}, "llama-stack fails over it"),
    bad("format one level too high", {"text": {"type": "json_object"}}, _SHAPES),

    good_chat("messages", {}),
    good_chat("nested tool", {"tools": [WEATHER]}),
    good_chat("two answers", {"n": 2}, "llama.cpp gives one"),
    good_chat("usage in a stream", {"stream": True, "stream_options": {"include_usage": True}}),
    bad_chat("`input`", {"messages": None, "input": "x"}),
    *(bad_chat(f"`{name}`", {name: value}, _CHAT) for name, value in {
        "max_output_tokens": 50, "instructions": "x", "text": {"format": {"type": "text"}},
        "previous_response_id": "resp_1", "reasoning": {"effort": "low"},
    }.items()),
    bad_chat("`input_text` part", {"messages": [user([{"type": "input_text", "text": "x"}])]}),
    bad_chat("flat tool", {"tools": [FLAT]}),
    bad_chat("call as a message", {"messages": [CALLED]}),
    bad_chat("no messages", {"messages": []}),
]  # fmt: skip
