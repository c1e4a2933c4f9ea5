"""Conversations with every kind of answer; the marks are the emulator's directives."""

from __future__ import annotations

from typing import Any

from .chat_requests import LOOSE, SCHEMA


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}


def tool(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": LOOSE}}


SQL = {"type": "custom", "custom": {"name": "sql"}}
TOOLS = [tool("look"), tool("find"), SQL]
FUNCTIONS = [{"name": "look", "parameters": LOOSE}]
NAMED = {"type": "function", "function": {"name": "look"}}
FORMAT = {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA, "strict": True}}

CONVERSATIONS: dict[str, dict[str, Any]] = {
    "text": asked("hi"),
    "empty text": asked("[[empty]]"),
    "unicode": asked("[[say:naïve – 東京 🌍\n\nend ]]"),
    "reasoning model": asked("hi", model="o3", reasoning_effort="low"),
    "truncated": asked("[[truncate]]"),
    "token limit": asked("[[say:" + "word " * 40 + "]]", max_tokens=16),
    "filtered": asked("[[filter]]"),
    "refusal": asked("[[refuse]]"),
    "refusal of a format": asked("[[refuse:No.]]", response_format=FORMAT),
    "truncated refusal": asked("[[refuse:I won't do any of that.]][[truncate]]"),
    "citation": asked("[[say:see there]][[cite:https://x.test/]]"),
    "json": asked("json, please", response_format={"type": "json_object"}),
    "schema": asked("hi", response_format=FORMAT),
    "log probabilities": asked("hi", logprobs=True, top_logprobs=2),
    "call": asked('[[call:look{"city":"Paris"}]]', tools=TOOLS),
    "two calls": asked('[[call:look,find{"city": "Köln"}]]', tools=TOOLS),
    "same tool twice": asked('[[call:look{"city":"a"},look{"city":"b"}]]', tools=TOOLS),
    "custom call": asked('[[call:sql"select 1"]]', tools=TOOLS),
    "mixed calls": asked('[[call:look,sql"x",find]]', tools=TOOLS),
    "truncated call": asked('[[call:look{"city":"Paris"}]][[truncate]]', tools=TOOLS),
    "call while thinking": asked("[[call:look,find]]", tools=TOOLS, model="o3"),
    "one call at a time": asked("[[call:look,find]]", tools=TOOLS, parallel_tool_calls=False),
    "required call": asked("hi", tools=TOOLS, tool_choice="required"),
    "named call": asked("[[call:look]]", tools=TOOLS, tool_choice=NAMED),
    "legacy call": asked("[[call:look]]", functions=FUNCTIONS),
    "named legacy call": asked(
        "[[call:look]]", functions=FUNCTIONS, function_call={"name": "look"}
    ),
    "legacy text": asked("hi", functions=FUNCTIONS),
}
