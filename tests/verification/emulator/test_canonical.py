"""The canonical conversation: every change of meaning shows, no change of spelling does."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.verification.emulator.canonical import Conversation
from migrator.verification.emulator.from_chat import conversation_from_chat
from migrator.verification.emulator.from_responses import conversation_from_responses
from migrator.verification.emulator.instances import instance
from migrator.verification.emulator.reply import pieces, reply_to

SCHEMA = {
    "type": "object",
    "properties": {"x": {"type": "string"}},
    "required": ["x"],
    "additionalProperties": False,
}
BASE: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {"role": "system", "content": "S"},
        {"role": "user", "content": [{"type": "text", "text": "a"},
                                     {"type": "image_url", "image_url": {"url": "u"}}]},
        {
            "role": "assistant",
            "content": "t",
            "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x":"1"}'}},
                {"id": "2", "type": "function", "function": {"name": "f", "arguments": '{"x":"2"}'}},
            ],
        },
        {"role": "tool", "tool_call_id": "1", "content": "r1"},
        {"role": "tool", "tool_call_id": "2", "content": "r2"},
        {"role": "user", "content": "b"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": SCHEMA}}],
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "w", "schema": SCHEMA, "strict": True},
    },
}  # fmt: skip
ABSENT = object()
CHANGES: dict[str, tuple[tuple[Any, ...], Any]] = {
    "system text": (("messages", 0, "content"), "S2"),
    "system role": (("messages", 0, "role"), "developer"),
    "system lost": (("messages", 0), ABSENT),
    "user text": (("messages", 1, "content", 0, "text"), "a "),
    "image url": (("messages", 1, "content", 1, "image_url", "url"), "u2"),
    "image detail": (("messages", 1, "content", 1, "image_url", "detail"), "low"),
    "image lost": (("messages", 1, "content", 1), ABSENT),
    "assistant text": (("messages", 2, "content"), "t2"),
    "assistant text lost": (("messages", 2, "content"), None),
    "call arguments": (("messages", 2, "tool_calls", 0, "function", "arguments"), '{"x":"3"}'),
    "call name": (("messages", 2, "tool_calls", 0, "function", "name"), "g"),
    "outputs swapped": (("messages", 3, "tool_call_id"), "2"),
    "output text": (("messages", 3, "content"), "r3"),
    "last message lost": (("messages", 5), ABSENT),
    "message name": (("messages", 5, "name"), "bob"),
    "model": (("model",), "gpt-4.1"),
    "tool lost": (("tools",), ABSENT),
    "tool description": (("tools", 0, "function", "description"), "d"),
    "tool strictness": (("tools", 0, "function", "strict"), True),
    "tool schema": (("tools", 0, "function", "parameters", "properties", "y"), {}),
    "tool choice": (("tool_choice",), "required"),
    "one call at a time": (("parallel_tool_calls",), False),
    "format lost": (("response_format",), ABSENT),
    "format name": (("response_format", "json_schema", "name"), "v"),
    "format strictness": (("response_format", "json_schema", "strict"), False),
    "format schema": (("response_format", "json_schema", "schema", "title"), "T"),
    "temperature": (("temperature",), 0),
    "top_p": (("top_p",), 0.9),
    "max_tokens": (("max_tokens",), 999),
    "effort": (("reasoning_effort",), "low"),
    "verbosity": (("verbosity",), "high"),
    "logprobs": (("logprobs",), True),
    "seed": (("seed",), 7),
    "stop": (("stop",), "x"),
    "presence": (("presence_penalty",), 0.5),
    "logit_bias": (("logit_bias",), {"5": 1}),
}


def changed(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    body = copy.deepcopy(BASE)
    place: Any = body
    for step in path[:-1]:
        place = place[step]
    if value is ABSENT:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return body


@pytest.mark.parametrize("name", CHANGES)
def test_every_change_shows_in_the_text(name: str) -> None:
    body = changed(*CHANGES[name])
    plain = {key: value for key, value in body.items() if key != "tool_choice"}
    before = conversation_from_chat(BASE)
    after = conversation_from_chat(body)
    assert before.digest != after.digest
    said = reply_to(conversation_from_chat({**plain, "response_format": None})).text
    if name.startswith(("format", "tool choice")):
        return  # the text without these is the same by construction
    assert said != reply_to(conversation_from_chat({**BASE, "response_format": None})).text


def test_spelling_does_not_show() -> None:
    body = changed(("messages", 2, "tool_calls", 0, "function", "arguments"), '{ "x" : "1" }')
    for old, new in (("1", "call_abc"), ("2", "call_def")):
        text = json.dumps(body).replace(f'"id": "{old}"', f'"id": "{new}"')
        body = json.loads(text.replace(f'"tool_call_id": "{old}"', f'"tool_call_id": "{new}"'))
    assert conversation_from_chat(body) == conversation_from_chat(BASE)


def test_ignored_settings() -> None:
    seeded = conversation_from_chat({**BASE, "seed": 7, "temperature": 0})
    ignored = frozenset({"seed", "temperature"})
    assert seeded.without(ignored) == conversation_from_chat(BASE)
    assert seeded.without(frozenset({"seed"})) != conversation_from_chat(BASE)


texts = st.text(max_size=20)
turns = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["system", "developer", "user", "assistant"]), texts),
        st.tuples(st.just("call"), st.dictionaries(texts, st.integers(), max_size=2)),
    ),
    min_size=1,
    max_size=6,
)


def as_chat(history: list[tuple[str, Any]]) -> Conversation:
    messages: list[dict[str, Any]] = []
    for number, (kind, value) in enumerate(history):
        if kind != "call":
            messages.append({"role": kind, "content": value})
            continue
        function = {"name": "f", "arguments": json.dumps(value)}
        call = {"id": f"c{number}", "type": "function", "function": function}
        messages.append({"role": "assistant", "content": "", "tool_calls": [call]})
        messages.append({"role": "tool", "tool_call_id": f"c{number}", "content": "out"})
    return conversation_from_chat({"model": "m", "messages": messages})


def as_responses(history: list[tuple[str, Any]], split: int) -> Conversation:
    items: list[dict[str, Any]] = []
    for number, (kind, value) in enumerate(history):
        if kind != "call":
            items.append({"role": kind, "content": value})
            continue
        arguments = json.dumps(value, indent=2)
        call = {"type": "function_call", "call_id": f"x{number}", "name": "f"}
        items.append({**call, "arguments": arguments})
        items.append({"type": "function_call_output", "call_id": f"x{number}", "output": "out"})
    return conversation_from_responses({"model": "m", "input": items[split:]}, items[:split])


@settings(max_examples=80, deadline=None)
@given(turns, st.integers(min_value=0, max_value=8))
def test_same_history_same_meaning(history: list[tuple[str, Any]], split: int) -> None:
    """However the server came to know the items: sent or remembered."""
    chat, responses = as_chat(history), as_responses(history, split)
    if all(not (kind == "assistant" and not text) for kind, text in history):
        assert chat == responses


@settings(max_examples=60, deadline=None)
@given(turns, turns)
def test_other_history_other_meaning(
    one: list[tuple[str, Any]], two: list[tuple[str, Any]]
) -> None:
    assert (as_chat(one).digest == as_chat(two).digest) == (one == two)


@given(st.text())
def test_pieces_join_to_the_text(text: str) -> None:
    assert "".join(pieces(text)) == text


def schemas() -> st.SearchStrategy[dict[str, Any]]:
    leaf: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
        {"type": "string"},
        {"type": "string", "enum": ["a", "b"]},
        {"type": "string", "format": "date-time"},
        {"type": "string", "minLength": 30, "maxLength": 35},
        {"type": "integer", "minimum": 5, "maximum": 9},
        {"type": "integer", "multipleOf": 7},
        {"type": "number", "exclusiveMinimum": 2, "exclusiveMaximum": 9},
        {"type": "integer", "maximum": -3},
        {"type": "boolean"},
        {"type": "null"},
        {"type": ["string", "null"]},
        {"const": 5},
    ])  # fmt: skip
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.builds(lambda item: {"type": "array", "items": item, "minItems": 1}, inner),
            st.builds(lambda left, right: {"anyOf": [left, right]}, inner, inner),
            st.builds(
                lambda properties: {
                    "type": "object",
                    "properties": properties,
                    "required": list(properties),
                    "additionalProperties": False,
                },
                st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
            ),
        ),
        max_leaves=6,
    )


@settings(max_examples=150, deadline=None)
@given(schemas(), texts, st.booleans())
def test_instances_are_valid(schema: dict[str, Any], seed: str, only_required: bool) -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    value = instance(schema, seed, only_required)
    assert jsonschema_rs.is_valid(schema, value)
    assert instance(schema, seed, only_required) == value


def test_recursive_schema_ends() -> None:
    jsonschema_rs = pytest.importorskip("jsonschema_rs")
    node = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
            "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        },
        "required": ["name", "children", "next"],
        "additionalProperties": False,
    }
    schema = {"$ref": "#/$defs/node", "$defs": {"node": node}}
    for seed in map(str, range(20)):
        assert jsonschema_rs.is_valid(schema, instance(schema, seed))
