"""The emulator's verdicts against the API description made strict.

``strict_requests.json`` holds the request bodies of OpenAI's public API description with
``additionalProperties: false`` everywhere. Where the two differ, the row says why.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openai
import pytest

jsonschema_rs = pytest.importorskip("jsonschema_rs")
pytestmark = pytest.mark.skipif(
    openai.VERSION < "3", reason="the description is of the same age as openai 3"
)

SPEC = json.loads(
    (Path(__file__).parents[1] / "data" / "strict_requests.json").read_text(encoding="utf-8")
)
M: list[dict[str, Any]] = [{"role": "user", "content": "hi"}]
P = {"type": "object", "properties": {"c": {"type": "string"}}}
FT = {"type": "function", "name": "f", "parameters": P, "strict": False}
NT = {"type": "function", "function": {"name": "f", "parameters": P}}
CALL = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
FC = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
FCO = {"type": "function_call_output", "call_id": "c1", "output": "x"}
OUT_MESSAGE = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "status": "completed",
    "content": [{"type": "output_text", "text": "x", "annotations": []}],
}

RESPONSES_VALID: list[dict[str, Any]] = [
    {"input": "x"},
    {"input": M},
    {"input": [{"type": "message", **M[0]}]},
    {"input": [{"role": "developer", "content": "x"}, *M]},
    {"input": [*M, {"role": "assistant", "content": "x"}, *M]},
    {"input": [*M, {"role": "assistant", "content": [{"type": "output_text", "text": "x"}]}, *M]},
    {"input": [*M, OUT_MESSAGE, *M]},
    {"input": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "f"}]}]},
    {
        "input": [
            {
                "role": "user",
                "content": [{"type": "input_image", "image_url": "https://x", "detail": "low"}],
            }
        ]
    },
    {"input": [*M, FC, FCO]},
    {"input": [*M, FC, {**FCO, "output": [{"type": "input_text", "text": "x"}]}]},
    {"input": "x", "tools": [FT]},
    {"input": "x", "tools": [FT], "tool_choice": {"type": "function", "name": "f"}},
    {"input": "x", "tools": [{"type": "web_search"}]},
    {"input": "x", "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
    {"input": "x", "tools": [{"type": "file_search", "vector_store_ids": ["vs_1"]}]},
    {"input": "x", "tools": [{"type": "custom", "name": "sql"}]},
    {"input": "x", "text": {"format": {"type": "text"}, "verbosity": "low"}},
    {"input": "json", "text": {"format": {"type": "json_object"}}},
    {"input": "x", "text": {"format": {"type": "json_schema", "name": "w", "schema": P}}},
    {"input": "x", "reasoning": {"effort": "low", "summary": "auto"}, "model": "gpt-5"},
    {"input": "x", "max_output_tokens": 16, "temperature": 0, "top_p": 1, "store": False},
    {"input": "x", "metadata": {"a": "b"}, "user": "u", "truncation": "auto"},
    {"input": "x", "include": ["message.output_text.logprobs"], "top_logprobs": 3},
    {"input": "x", "instructions": "y", "parallel_tool_calls": False},
    {"input": "x", "stream_options": {"include_obfuscation": False}, "stream": True},
]
RESPONSES_INVALID: list[dict[str, Any]] = [
    *({"input": "x", key: value} for key, value in {
        "n": 1, "stop": "x", "seed": 1, "max_tokens": 50, "max_completion_tokens": 50,
        "response_format": {"type": "text"}, "logprobs": True, "logit_bias": {}, "functions": [],
        "function_call": "auto", "reasoning_effort": "low", "verbosity": "low",
        "modalities": ["text"], "prediction": {}, "audio": {}, "web_search_options": {},
    }.items()),
    {"messages": M},
    {"input": {"role": "user", "content": "x"}},
    {"input": [["x"]]},
    {"input": ["x"]},
    {"input": [{"role": "tool", "tool_call_id": "c", "content": "x"}]},
    {"input": [{"role": "function", "name": "f", "content": "x"}]},
    {"input": [{"role": "user", "content": "x", "name": "bob"}]},
    {"input": [{"role": "assistant", "content": "x", "tool_calls": [CALL]}]},
    {"input": [{"role": "assistant", "content": "x", "refusal": None}]},
    {"input": [{"role": "user"}]},
    {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]},
    {"input": [{"role": "user", "content": ["x"]}]},
    {"input": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "u"}}]}]},
    {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": {"url": "u"}}]}]},
    {"input": [{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]},
    {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
    {"input": [{**FC, "arguments": {}}, FCO]},
    {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
    {"input": [FC, {**FCO, "output": {"a": 1}}]},
    {"input": [FC, {**FCO, "output": None}]},
    {"input": [FC, {**FCO, "tool_call_id": "c1"}]},
    {"input": "x", "tools": [NT]},
    {"input": "x", "tools": [{"type": "code_interpreter"}]},
    {"input": "x", "tools": [{"type": "retrieval"}]},
    {"input": "x", "tools": [FT], "tool_choice": {"type": "function", "function": {"name": "f"}}},
    {"input": "x", "tools": [FT], "tool_choice": "f"},
    {"input": "x", "text": {"format": {"type": "json_schema", "json_schema": {"name": "w"}}}},
    {"input": "x", "text": {"type": "json_object"}},
    {"input": "x", "reasoning": "low"},
    {"input": "x", "reasoning": {"effort": "huge"}},
    {"input": "x", "max_output_tokens": 15},
    {"input": "x", "temperature": 3},
    {"input": "x", "top_logprobs": 21},
    {"input": "x", "truncation": True},
    {"input": "x", "include": ["logprobs"]},
    {"input": "x", "stream_options": {"include_usage": True}, "stream": True},
]  # fmt: skip
CHAT_VALID: list[dict[str, Any]] = [
    {"messages": M},
    {"messages": [{"role": "system", "content": "x", "name": "bob"}, *M]},
    {"messages": [*M, {"role": "assistant", "content": "x", "refusal": None}, *M]},
    {"messages": [*M, {"role": "assistant", "content": None, "tool_calls": [CALL]},
                  {"role": "tool", "tool_call_id": "c1", "content": "x"}]},
    {"messages": [{"role": "user", "content": [{"type": "text", "text": "x"},
                  {"type": "image_url", "image_url": {"url": "https://x", "detail": "low"}}]}]},
    {"messages": M, "tools": [NT], "tool_choice": {"type": "function", "function": {"name": "f"}}},
    {"messages": M, "n": 2, "stop": ["x"], "seed": 1, "logit_bias": {"5": 1}},
    {"messages": M, "max_tokens": 1, "temperature": 2, "top_p": 0},
    {"messages": M, "logprobs": True, "top_logprobs": 1},
    {"messages": M, "stream": True, "stream_options": {"include_usage": True}},
    {"messages": M, "functions": [{"name": "f", "parameters": P}], "function_call": {"name": "f"}},
    {"messages": M, "response_format": {"type": "json_schema",
                                        "json_schema": {"name": "w", "schema": P}}},
    {"messages": M, "modalities": ["text"], "store": True, "metadata": {"a": "b"}},
]  # fmt: skip
CHAT_INVALID: list[dict[str, Any]] = [
    {"input": "x"},
    {"messages": M, "max_output_tokens": 50},
    {"messages": M, "instructions": "x"},
    {"messages": M, "text": {"format": {"type": "text"}}},
    {"messages": M, "previous_response_id": "resp_1"},
    {"messages": []},
    {"messages": [{"role": "bot", "content": "x"}]},
    {"messages": [{"role": "user"}]},
    {"messages": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]},
    {"messages": [*M, {"role": "tool", "content": "x"}]},
    {"messages": [*M, {"role": "assistant", "content": "x", "tool_calls": [FC]}]},
    {"messages": [FC]},
    {"messages": M, "tools": [FT]},
    {"messages": M, "tools": [NT], "tool_choice": {"type": "function", "name": "f"}},
    {"messages": M, "response_format": {"type": "json_schema", "name": "w", "schema": P}},
    {"messages": M, "temperature": 2.5},
    {"messages": M, "n": 0},
    {"messages": M, "reasoning": {"effort": "low"}},
]  # fmt: skip

# The API refuses what the description allows, or the other way round.
STRICTER_THAN_THE_DESCRIPTION: list[tuple[str, dict[str, Any], str]] = [
    ("responses", {"input": []}, "an empty input is refused"),
    ("responses", {"input": [FC, *M]}, "a call needs its output"),
    ("responses", {"input": [FCO]}, "an output needs its call"),
    ("responses", {"input": "x", "model": "gpt-5", "temperature": 0.5}, "depends on the model"),
    ("chat", {"messages": [*M, {"role": "tool", "tool_call_id": "c", "content": "x"}]}, "pairing"),
    ("chat", {"messages": M, "tool_choice": "auto"}, "only with tools"),
]
LOOSER_THAN_THE_DESCRIPTION: list[tuple[str, dict[str, Any], str]] = [
    ("responses", {"input": "x", "tools": None}, "null means omitted (measured)"),
    (
        "responses",
        {"input": "x", "tools": [{"type": "function", "name": "f"}]},
        "documented default",
    ),
    (
        "responses",
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "u"}]}]},
        "detail has a default",
    ),
    (
        "chat",
        {"messages": [{"role": "user", "content": []}]},
        "an empty list is content (measured)",
    ),
    ("responses", {"input": [{"role": "user", "content": "x", "id": "msg_1"}]}, "measured"),
    (
        "chat",
        {"messages": [*M, {"role": "assistant", "content": "x", "annotations": []}, *M]},
        "the API's own messages come back with annotations",
    ),
    (
        "chat",
        {"messages": [*M, {"role": "assistant", "content": "x", "tool_calls": None}, *M]},
        "and dumped ones with null tool_calls (measured)",
    ),
]


@pytest.fixture(scope="module")
def description() -> dict[str, Any]:
    components = {"components": SPEC["components"]}
    return {
        kind: jsonschema_rs.Draft202012Validator({**SPEC[kind], **components})
        for kind in ("responses", "chat")
    }


def accepted(client: openai.OpenAI, kind: str, body: dict[str, Any]) -> bool:
    path = "/responses" if kind == "responses" else "/chat/completions"
    try:
        client.post(path, cast_to=object, body={"model": "gpt-4o", **body})
    except openai.BadRequestError:
        return False
    return True


@pytest.mark.parametrize(
    ("kind", "bodies", "valid"),
    [
        ("responses", RESPONSES_VALID, True),
        ("responses", RESPONSES_INVALID, False),
        ("chat", CHAT_VALID, True),
        ("chat", CHAT_INVALID, False),
    ],
)
def test_same_verdict(
    kind: str,
    bodies: list[dict[str, Any]],
    valid: bool,
    client: openai.OpenAI,
    description: dict[str, Any],
) -> None:
    for body in bodies:
        by_description = description[kind].is_valid({"model": "gpt-4o", **body})
        assert (by_description, accepted(client, kind, body)) == (valid, valid), body


@pytest.mark.parametrize(("kind", "body", "why"), STRICTER_THAN_THE_DESCRIPTION)
def test_stricter(
    kind: str, body: dict[str, Any], why: str, client: openai.OpenAI, description: dict[str, Any]
) -> None:
    assert description[kind].is_valid({"model": "gpt-4o", **body}), why
    assert not accepted(client, kind, body), why


@pytest.mark.parametrize(("kind", "body", "why"), LOOSER_THAN_THE_DESCRIPTION)
def test_looser(
    kind: str, body: dict[str, Any], why: str, client: openai.OpenAI, description: dict[str, Any]
) -> None:
    assert not description[kind].is_valid({"model": "gpt-4o", **body}), why
    assert accepted(client, kind, body), why
