"""What `convert_request` makes of single parameters and messages, and what it refuses."""

from __future__ import annotations

import pickle
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessage

from migrator._tables import API, CODES
from migrator.config import Settings
from migrator.verification.convert import (
    GenerationFailed,
    Options,
    Unconvertible,
    convert_messages,
    convert_request,
)
from migrator.verification.convert import request as implementation

from .chat_requests import LOOSE, SCHEMA

HI = {"role": "user", "content": "hi"}
NOTHING = {"type": "object", "properties": {}}


def asked(**more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [HI], **more}


def converted(options: Options | None = None, /, **more: Any) -> dict[str, Any]:
    """Return what the parameters became, without what every request has."""
    result = convert_request(asked(**more), options or Options())
    base = {"model": "gpt-4o", "input": [HI], "store": False}
    return {key: value for key, value in result.items() if base.get(key, ...) != value}


def function(**more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": "f", **more}}


def flat(**more: Any) -> dict[str, Any]:
    return {"type": "function", "name": "f", "parameters": NOTHING, "strict": False, **more}


def call(id_: str = "call_1", name: str = "f") -> dict[str, Any]:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": "{}"}}


def legacy(name: str = "f") -> dict[str, Any]:
    inner = {"name": name, "arguments": "{}"}
    return {"role": "assistant", "content": None, "function_call": inner}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"temperature": None, "seed": None, "max_tokens": None}, {"temperature": None, "max_output_tokens": None}),
        ({"max_tokens": None, "max_completion_tokens": 64}, {"max_output_tokens": 64}),
        ({"max_completion_tokens": 64, "max_tokens": None}, {"max_output_tokens": 64}),
        ({"top_p": 1}, {}),
        ({"n": 1, "stop": [], "logit_bias": {}, "presence_penalty": 0.0}, {}),
        ({"store": None}, {}),
        ({"store": True}, {"store": True}),
        ({"reasoning_effort": None, "verbosity": "low"}, {"text": {"verbosity": "low"}}),
        ({"temperature": openai.omit, "seed": openai.NOT_GIVEN}, {}),
        ({"logprobs": True, "top_logprobs": 0}, {"include": ["message.output_text.logprobs"], "top_logprobs": 0}),
        ({"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
        ({"stream_options": {"include_obfuscation": False, "include_usage": True}}, {"stream_options": {"include_obfuscation": False}}),
        ({"tools": [function()]}, {"tools": [flat()]}),
        ({"tools": [function(strict=None, description=None, parameters=LOOSE)]}, {"tools": [flat(parameters=LOOSE)]}),
        ({"tools": [function(strict=True, parameters=SCHEMA)]}, {"tools": [flat(strict=True, parameters=SCHEMA)]}),
        ({"tools": None, "tool_choice": None}, {}),
        ({"functions": [{"name": "f"}], "function_call": "auto"}, {"tools": [flat()], "tool_choice": "auto", "parallel_tool_calls": False}),
        ({"functions": [{"name": "f"}], "function_call": {"name": "f"}}, {"tools": [flat()], "tool_choice": {"type": "function", "name": "f"}, "parallel_tool_calls": False}),
        ({"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}}, {"text": {"format": {"type": "json_schema", "name": "a", "schema": SCHEMA, "strict": False}}}),
    ],
)  # fmt: skip
def test_parameters(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert converted(**given) == expected


@pytest.mark.parametrize(
    ("code", "path", "given"),
    [
        ("CC201", "n", {"n": 2}),
        ("CC202", "stop", {"stop": "\n"}),
        ("CC203", "seed", {"seed": 7}),
        ("CC204", "logit_bias", {"logit_bias": {"1": 2}}),
        ("CC205", "presence_penalty", {"presence_penalty": 0.1}),
        ("CC205", "frequency_penalty", {"frequency_penalty": -1}),
        ("CC206", "modalities", {"modalities": ["text", "audio"]}),
        ("CC206", "audio", {"audio": {"voice": "alloy", "format": "wav"}}),
        ("CC207", "prediction", {"prediction": {"type": "content", "content": "x"}}),
        ("CC208", "web_search_options", {"web_search_options": {}}),
        ("CC209", "top_k", {"top_k": 1}),
        ("CC211", "extra_body", {"extra_body": {"top_k": 1}}),
        ("CC212", "max_tokens", {"max_tokens": 15}),
        ("CC212", "max_completion_tokens", {"max_tokens": 20, "max_completion_tokens": 20}),
        ("CC213", "model", {"model": None}),
        ("CC215", "stream_options.else", {"stream_options": {"else": 1}}),
        ("CC216", "tools[0].type", {"tools": [{"type": "web_search"}]}),
        ("CC216", "tools[0].name", {"tools": [flat()]}),
        ("CC216", "tools[0].function", {"tools": [{"type": "function"}]}),
        ("CC216", "tools[0].name", {"tools": [function() | {"name": "f"}]}),
        ("CC216", "tools[0].function.name", {"tools": [{"type": "function", "function": {}}]}),
        ("CC216", "tools", {"tools": "all"}),
        ("CC216", "tool_choice", {"tool_choice": "any"}),
        ("CC217", "functions", {"tools": [function()], "functions": [{"name": "f"}]}),
        ("CC217", "functions[0].strict", {"functions": [{"name": "f", "strict": True}]}),
        ("CC217", "function_call", {"function_call": "f"}),
        ("CC218", "response_format", {"response_format": dict}),
        ("CC218", "response_format.type", {"response_format": {"type": "grammar"}}),
        ("CC218", "response_format.json_schema.schema", {"response_format": {"type": "json_schema", "json_schema": {"name": "a"}}}),
        ("CC219", "top_logprobs", {"top_logprobs": 2}),
        ("CC219", "logprobs", {"logprobs": 5}),
        ("CC220", "engine", {"engine": "davinci"}),
        ("CC228", "model", {"model": "gpt-4o-audio-preview"}),
        ("CC239", "messages", {"messages": []}),
    ],
)  # fmt: skip
def test_refused_parameters(code: str, path: str, given: dict[str, Any]) -> None:
    with pytest.raises(Unconvertible) as caught:
        convert_request(asked(**given))
    assert (caught.value.code, caught.value.path) == (code, path)
    assert str(caught.value).startswith(f"{code} {path}: ")


def test_dropping_is_allowed_by_name() -> None:
    options = Options(drop=frozenset({"seed", "stop", "engine"}))
    assert converted(options, seed=7, stop=["a"]) == {}
    with pytest.raises(Unconvertible):
        converted(options, engine="davinci")


def test_options_of_settings() -> None:
    table = {"store": "api-default", "drop": ["seed"], "system": "instructions"}
    options = Options.of(Settings().updated(table, "test"))
    assert options == Options("api-default", frozenset({"seed"}), "instructions")
    assert "store" not in convert_request(asked(), options)


@pytest.mark.parametrize(
    ("messages", "more", "hoisted"),
    [
        ([{"role": "system", "content": "s"}, HI], {}, True),
        ([{"role": "developer", "content": "s"}, HI], {}, False),
        ([{"role": "system", "content": "s"}], {}, False),
        ([{"role": "system", "content": ""}, HI], {}, False),
        ([HI, {"role": "system", "content": "s"}], {}, False),
        ([{"role": "system", "content": "s"}, HI, {"role": "system", "content": "t"}], {}, False),
        ([{"role": "system", "content": [{"type": "text", "text": "s"}]}, HI], {}, False),
        ([{"role": "system", "content": "json"}, HI], {"response_format": {"type": "json_object"}}, False),
    ],
)  # fmt: skip
def test_instructions(messages: list[Any], more: dict[str, Any], hoisted: bool) -> None:
    given = {"model": "gpt-4o", "messages": messages, **more}
    result = convert_request(given, Options(system="instructions"))
    if hoisted:
        assert (result["instructions"], result["input"]) == ("s", [HI])
    else:
        assert "instructions" not in result
        assert len(result["input"]) == len(messages)


# -- messages -------------------------------------------------------------------------------


def test_turns_with_calls() -> None:
    custom = {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}}
    messages = [
        {"role": "assistant", "content": "let me see", "tool_calls": [call(), custom]},
        {"role": "tool", "tool_call_id": "call_2", "content": "b"},
        {"role": "tool", "tool_call_id": "call_1", "content": [{"type": "text", "text": "a"}]},
    ]
    assert convert_messages(messages) == [
        {"role": "assistant", "content": "let me see"},
        {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"},
        {"type": "custom_tool_call", "call_id": "call_2", "name": "g", "input": "x"},
        {"type": "custom_tool_call_output", "call_id": "call_2", "output": "b"},
        {"type": "function_call_output", "call_id": "call_1", "output": [{"type": "input_text", "text": "a"}]},
    ]  # fmt: skip


def test_legacy_calls_get_ids_of_their_own() -> None:
    messages = [
        {"role": "assistant", "content": "", "tool_calls": [call("call_1")]},
        {"role": "tool", "tool_call_id": "call_1", "content": "1"},
        legacy(),
        {"role": "function", "name": "f", "content": None},
        legacy(),
        {"role": "function", "name": "f", "content": "3"},
    ]
    items = convert_messages(messages)
    assert [item["call_id"] for item in items] == ["call_1"] * 2 + ["call_2"] * 2 + ["call_3"] * 2
    assert [item.get("output") for item in items] == [None, "1", None, "", None, "3"]


def test_objects_and_dumps_of_the_sdk() -> None:
    message = ChatCompletionMessage.model_validate(
        {"role": "assistant", "content": None, "tool_calls": [call()], "annotations": []}
    )
    for given in (message, message.model_dump(), message.to_dict()):
        assert convert_messages([given])[0]["type"] == "function_call"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"role": "assistant", "content": ""}, {"role": "assistant", "content": ""}),
        (
            {"role": "assistant", "content": "Well.", "refusal": "No."},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Well."}, {"type": "refusal", "refusal": "No."}]},
        ),
        (
            {"role": "user", "content": [{"type": "image_url", "image_url": "https://x.test/"}]},
            {"role": "user", "content": [{"type": "input_image", "image_url": "https://x.test/", "detail": "auto"}]},
        ),
        (
            {"role": "user", "content": [{"type": "text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}}]},
            {"role": "user", "content": [{"type": "input_text", "text": "a", "prompt_cache_breakpoint": {"mode": "explicit"}}]},
        ),
    ],
)  # fmt: skip
def test_messages(message: dict[str, Any], expected: dict[str, Any]) -> None:
    assert convert_messages([message]) == [expected]


@pytest.mark.parametrize(
    ("code", "path", "messages"),
    [
        ("CC206", "messages[0].audio", [{"role": "assistant", "audio": {"id": "a"}}]),
        ("CC206", "messages[0].content[0].type", [{"role": "user", "content": [{"type": "input_audio", "input_audio": {}}]}]),
        ("CC230", "messages", "hi"),
        ("CC231", "messages[1].name", [HI, {**HI, "name": "bob"}]),
        ("CC232", "messages[0].content[0].type", [{"role": "system", "content": [{"type": "image_url"}]}]),
        ("CC232", "messages[0].content[0]", [{"role": "user", "content": ["hi"]}]),
        ("CC232", "messages[0].content[0].prompt_cache_breakpoint", [{"role": "assistant", "content": [{"type": "text", "text": "a", "prompt_cache_breakpoint": {}}]}]),
        ("CC232", "messages[0].content[0]", [{"role": "user", "content": [{"type": "file", "file": {}}]}]),
        ("CC233", "messages[0].tool_call_id", [{"role": "tool", "tool_call_id": "x", "content": "a"}]),
        ("CC233", "messages[0]", [{"role": "function", "name": "f", "content": "a"}]),
        ("CC233", "messages[1]", [legacy("f"), {"role": "function", "name": "g", "content": "a"}]),
        ("CC234", "messages", [legacy()]),
        ("CC234", "messages[1]", [legacy(), HI]),
        ("CC234", "messages[0].tool_calls[0].id", [{"role": "assistant", "tool_calls": [call() | {"id": None}]}]),
        ("CC234", "messages[0].tool_calls", [{**HI, "tool_calls": [call()]}]),
        ("CC235", "messages[0]", ["hi"]),
        ("CC237", "messages[0].role", [{"role": "model", "content": "a"}]),
        ("CC238", "messages[0].content", [{"role": "user", "content": None}]),
        ("CC238", "messages[0].content", [{"role": "assistant"}]),
        ("CC238", "messages[0].reasoning_content", [{"role": "assistant", "content": "a", "reasoning_content": "b"}]),
    ],
)  # fmt: skip
def test_refused_messages(code: str, path: str, messages: Any) -> None:
    with pytest.raises(Unconvertible) as caught:
        convert_messages(messages)
    assert (caught.value.code, caught.value.path) == (code, path)


# -- tables ---------------------------------------------------------------------------------


def test_every_action_and_reshaping_is_implemented() -> None:
    conversion = implementation._Conversion(asked(), Options())
    rows = API["parameters"]["chat"]
    reshaped = API["reshaped"]["chat"]
    actions = {row["action"] for name, row in rows.items() if name not in reshaped}
    assert actions <= set(conversion._actions())
    assert {row["by"] for row in reshaped.values()} == set(conversion._reshapings())
    assert set(reshaped) <= set(rows)


def test_every_code_of_the_tables_is_a_reason() -> None:
    sections = [API[name] for name in ("messages", "parts", "tools")]
    rows = [row for tables in sections for table in tables.values() for row in table.values()]
    assert all(CODES[row["code"]]["role"] == "reason" for row in rows if "code" in row)
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize(
    "error", [Unconvertible("CC203", "seed", "no"), GenerationFailed("a", "b", "c")]
)
def test_errors_survive_processes(error: Exception) -> None:
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), vars(copy)) == (type(error), vars(error))
