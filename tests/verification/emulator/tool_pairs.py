"""Pairs of equal meaning: tools, calls and their outputs."""

from __future__ import annotations

from typing import Any, NamedTuple

HI = [{"role": "user", "content": "hi"}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["c", "f"]}},
    "required": ["city"],
}
STRICT = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


def nested(name: str = "get_weather", **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": WEATHER, **more}}


def flat(name: str = "get_weather", strict: bool = False, **more: Any) -> dict[str, Any]:
    base = {"type": "function", "name": name, "parameters": WEATHER, "strict": strict}
    return {**base, **more}


def call(id_: str, arguments: str = '{"city": "Paris"}', name: str = "get_weather") -> Any:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def item(id_: str, arguments: str = '{"city": "Paris"}', name: str = "get_weather") -> Any:
    return {"type": "function_call", "call_id": id_, "name": name, "arguments": arguments}


class Pair(NamedTuple):
    chat: dict[str, Any]
    responses: dict[str, Any]
    since: tuple[int, int] = (1, 66)
    model: str = "gpt-4o"


LOOP = [
    {"role": "user", "content": "weather?"},
    {"role": "assistant", "content": None, "tool_calls": [call("call_a"), call("call_b")]},
    {"role": "tool", "tool_call_id": "call_a", "content": "sunny"},
    {"role": "tool", "tool_call_id": "call_b", "content": "rain"},
]
LOOP_ITEMS = [
    {"role": "user", "content": "weather?"},
    item("other_1"),
    item("other_2"),
    {"type": "function_call_output", "call_id": "other_1", "output": "sunny"},
    {"type": "function_call_output", "call_id": "other_2", "output": "rain"},
]

TOOL_PAIRS: dict[str, Pair] = {
    "tool loop": Pair(
        {"messages": LOOP, "tools": [nested()]}, {"input": LOOP_ITEMS, "tools": [flat()]}
    ),
    "tool loop with text and other spelling": Pair(
        {
            "messages": [
                LOOP[0],
                {
                    "role": "assistant",
                    "content": "let me see",
                    "tool_calls": [call("x", '{"city":"Paris", "unit":"c"}')],
                },
                {"role": "tool", "tool_call_id": "x", "content": [{"type": "text", "text": "ok"}]},
            ],
            "tools": [nested()],
        },
        {
            "input": [
                LOOP[0],
                {"role": "assistant", "content": "let me see"},
                item("y", '{"unit": "c", "city": "Paris"}'),
                {
                    "type": "function_call_output",
                    "call_id": "y",
                    "output": [{"type": "input_text", "text": "ok"}],
                },
            ],
            "tools": [flat()],
        },
        since=(2, 0),
    ),
    "empty content beside calls": Pair(
        {
            "messages": [
                LOOP[0],
                {"role": "assistant", "content": "", "tool_calls": [call("x")]},
                {"role": "tool", "tool_call_id": "x", "content": "ok"},
            ]
        },
        {
            "input": [
                LOOP[0],
                item("y"),
                {"type": "function_call_output", "call_id": "y", "output": "ok"},
            ]
        },
    ),
    "legacy function messages": Pair(
        {
            "messages": [
                LOOP[0],
                {
                    "role": "assistant",
                    "content": None,
                    "function_call": {"name": "get_weather", "arguments": "{}"},
                },
                {"role": "function", "name": "get_weather", "content": "ok"},
            ],
            "functions": [{"name": "get_weather", "parameters": WEATHER}],
            "function_call": "auto",
        },
        {
            "input": [
                LOOP[0],
                item("y", "{}"),
                {"type": "function_call_output", "call_id": "y", "output": "ok"},
            ],
            "tools": [flat()],
            "parallel_tool_calls": False,
            "tool_choice": "auto",
        },
    ),
    "forced call, non-strict": Pair(
        {"messages": HI, "tools": [nested()], "tool_choice": "required"},
        {"input": HI, "tools": [flat()], "tool_choice": "required"},
    ),
    "strict tool": Pair(
        {
            "messages": HI,
            "tools": [nested(parameters=STRICT, strict=True)],
            "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        },
        {
            "input": HI,
            "tools": [flat(parameters=STRICT, strict=True)],
            "tool_choice": {"type": "function", "name": "get_weather"},
        },
    ),
    "two calls at once": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:a,b]]"}],
            "tools": [nested("a"), nested("b")],
        },
        {"input": "[[call:a,b]]", "tools": [flat("a"), flat("b")]},
    ),
    "one call at a time": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:a,b]]"}],
            "tools": [nested("a"), nested("b")],
            "parallel_tool_calls": False,
        },
        {
            "input": "[[call:a,b]]",
            "tools": [flat("a"), flat("b")],
            "parallel_tool_calls": False,
        },
    ),
    "tool without parameters": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:now]]"}],
            "tools": [{"type": "function", "function": {"name": "now"}}],
        },
        {
            "input": "[[call:now]]",
            "tools": [{"type": "function", "name": "now", "parameters": None, "strict": False}],
        },
    ),
    "allowed tools": Pair(
        {
            "messages": HI,
            "tools": [nested("a"), nested("b")],
            "tool_choice": {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "b"}}],
                },
            },
        },
        {
            "input": HI,
            "tools": [flat("a"), flat("b")],
            "tool_choice": {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "b"}],
            },
        },
        since=(2, 0),
    ),
    "custom tool": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:sql]]"}],
            "tools": [
                {
                    "type": "custom",
                    "custom": {
                        "name": "sql",
                        "format": {
                            "type": "grammar",
                            "grammar": {"definition": "x", "syntax": "lark"},
                        },
                    },
                }
            ],
        },
        {
            "input": "[[call:sql]]",
            "tools": [
                {
                    "type": "custom",
                    "name": "sql",
                    "format": {"type": "grammar", "definition": "x", "syntax": "lark"},
                }
            ],
        },
        since=(2, 0),
    ),
    "custom tool loop": Pair(
        {
            "messages": [
                *HI,
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "c",
                            "type": "custom",
                            "custom": {"name": "sql", "input": "select 1"},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "c", "content": "1"},
            ]
        },
        {
            "input": [
                *HI,
                {"type": "custom_tool_call", "call_id": "d", "name": "sql", "input": "select 1"},
                {"type": "custom_tool_call_output", "call_id": "d", "output": "1"},
            ]
        },
        since=(2, 0),
    ),
    "truncated call": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:a]] [[truncate]]"}],
            "tools": [nested("a")],
        },
        {"input": "[[call:a]] [[truncate]]", "tools": [flat("a")]},
    ),
}
