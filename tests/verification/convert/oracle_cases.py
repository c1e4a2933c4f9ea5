"""Chat requests that other converters are asked about."""

from __future__ import annotations

from typing import Any

Request = dict[str, Any]

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
USER = {"role": "user", "content": "hi"}
SYSTEM = {"role": "system", "content": "Be brief."}


def asked(*messages: Request, **more: Any) -> Request:
    return {"model": "gpt-4.1", "messages": list(messages), **more}


def function(**more: Any) -> Request:
    inner = {"name": "get_weather", "description": "w", "parameters": SCHEMA, **more}
    return {"type": "function", "function": inner}


def call(id_: str, arguments: str = '{"city":"Paris"}') -> Request:
    inner = {"name": "get_weather", "arguments": arguments}
    return {"id": id_, "type": "function", "function": inner}


def called(*calls: Request, content: str | None = None) -> Request:
    return {"role": "assistant", "content": content, "tool_calls": list(calls)}


def result(id_: str, content: Any = "sunny") -> Request:
    return {"role": "tool", "tool_call_id": id_, "content": content}


def text(value: str) -> Request:
    return {"type": "text", "text": value}


def image(**more: str) -> Request:
    return {"type": "image_url", "image_url": {"url": "https://x.test/a.png", **more}}


TOOLS = [function(strict=True)]
CUSTOM = {"type": "custom", "custom": {"name": "sql", "description": "s"}}
GRAMMAR = {
    "type": "custom",
    "custom": {
        "name": "sql",
        "format": {"type": "grammar", "grammar": {"definition": "x", "syntax": "lark"}},
    },
}
CUSTOM_CALL = {"id": "call_c", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}


def schema_format(**more: Any) -> Request:
    return {"type": "json_schema", "json_schema": {"name": "w", "schema": SCHEMA, **more}}


CASES: dict[str, Request] = {
    "user": asked(USER),
    "system": asked(SYSTEM, USER),
    "developer": asked({"role": "developer", "content": "Be brief."}, USER),
    "two systems": asked(SYSTEM, {"role": "system", "content": "In French."}, USER),
    "late system": asked(USER, {"role": "assistant", "content": "yes?"}, SYSTEM, USER),
    "system parts": asked({"role": "system", "content": [text("Be brief.")]}, USER),
    "turns": asked(USER, {"role": "assistant", "content": "yes?"}, USER),
    "text parts": asked({"role": "user", "content": [text("a"), text("b")]}),
    "assistant parts": asked(USER, {"role": "assistant", "content": [text("a")]}, USER),
    "assistant refusal": asked(
        USER, {"role": "assistant", "content": None, "refusal": "I won't."}, USER
    ),
    "image": asked({"role": "user", "content": [text("what?"), image()]}),
    "image detail": asked({"role": "user", "content": [image(detail="low")]}),
    "file id": asked(
        {"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}
    ),
    "file data": asked(
        {
            "role": "user",
            "content": [
                {
                    "type": "file",
                    "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
                }
            ],
        }
    ),
    "tool loop": asked(USER, called(call("call_1")), result("call_1"), tools=TOOLS),
    "tool loop with text": asked(
        USER, called(call("call_1"), content="let me see"), result("call_1"), tools=TOOLS
    ),
    "two calls": asked(
        USER,
        called(call("call_1"), call("call_2")),
        result("call_1"),
        result("call_2", "rain"),
        USER,
        tools=TOOLS,
    ),
    "tool result parts": asked(
        USER, called(call("call_1")), result("call_1", [text("sun"), text("ny")]), tools=TOOLS
    ),
    "custom call": asked(USER, called(CUSTOM_CALL), result("call_c", "1"), tools=[CUSTOM]),
    "strict tool": asked(USER, tools=TOOLS),
    "tool": asked(USER, tools=[function()]),
    "loose tool": asked(USER, tools=[function(strict=False)]),
    "tool without parameters": asked(
        USER, tools=[{"type": "function", "function": {"name": "now"}}]
    ),
    "custom tool": asked(USER, tools=[CUSTOM]),
    "grammar tool": asked(USER, tools=[GRAMMAR]),
    "tool choice": asked(USER, tools=TOOLS, tool_choice="required", parallel_tool_calls=False),
    "named tool": asked(
        USER, tools=TOOLS, tool_choice={"type": "function", "function": {"name": "get_weather"}}
    ),
    "schema": asked(USER, response_format=schema_format(strict=True)),
    "loose schema": asked(USER, response_format=schema_format()),
    "described schema": asked(USER, response_format=schema_format(description="d", strict=True)),
    "json object": asked(
        {"role": "user", "content": "json, please"}, response_format={"type": "json_object"}
    ),
    "sampling": asked(USER, temperature=0, top_p=0.9, max_completion_tokens=64),
    "max tokens": asked(USER, max_tokens=64),
    "reasoning": asked(USER, model="o3", reasoning_effort="low"),
    "verbosity": asked(USER, model="gpt-5", verbosity="low"),
    "labels": asked(USER, user="u1", metadata={"a": "b"}, store=True, service_tier="flex"),
    "log probabilities": asked(USER, logprobs=True, top_logprobs=2),
    "functions": asked(
        USER,
        functions=[{"name": "get_weather", "description": "w", "parameters": SCHEMA}],
        function_call={"name": "get_weather"},
    ),
    "usage of a stream": asked(USER, stream=True, stream_options={"include_usage": True}),
}
