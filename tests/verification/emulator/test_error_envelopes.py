"""Every refusal has the status, code, param and sentence of the API (api-mapping section 10)."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from typing import Any, NamedTuple

import openai
import pytest

from migrator.verification.emulator import Emulator

TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
NESTED = {"type": "function", "function": {"name": "f"}}
M: list[dict[str, Any]] = [{"role": "user", "content": "ping"}]
CALLS = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
BAD_STRICT = {"type": "object", "properties": {"a": {"type": "string"}}}
MOVED = (
    "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'."
    " Try again with the new parameter. See the API documentation for more information:"
    " https://platform.openai.com/docs/api-reference/responses/create."
)
ROLES = "'assistant', 'system', 'developer', and 'user'."
PARTS = "'input_text', 'input_image', 'input_file', 'output_text', and 'refusal'."


class Fault(NamedTuple):
    body: dict[str, Any]
    param: str | None
    code: str | None
    message: str
    status: int = 400
    since: tuple[int, int] = (1, 66)


def user(content: Any, **more: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": content, **more}]}


RESPONSES: dict[str, Fault] = {
    "messages": Fault({"messages": M}, None, "unsupported_parameter", MOVED),
    "unknown": Fault(
        {"input": "x", "zzz": 1}, "zzz", "unknown_parameter", "Unknown parameter: 'zzz'."
    ),
    "stop": Fault(
        {"input": "x", "stop": ["a"]},
        "stop",
        "unknown_parameter",
        "Unknown parameter: 'stop'. Did you mean 'store'?",
    ),
    "n": Fault({"input": "x", "n": 2}, "n", "unknown_parameter", "Unknown parameter: 'n'."),
    "seed": Fault(
        {"input": "x", "seed": 1}, "seed", "unknown_parameter", "Unknown parameter: 'seed'."
    ),
    "max_tokens": Fault(
        {"input": "x", "max_tokens": 16},
        "max_tokens",
        "unknown_parameter",
        "Unknown parameter: 'max_tokens'.",
    ),
    "response_format": Fault(
        {"input": "x", "response_format": {"type": "text"}},
        "response_format",
        "unknown_parameter",
        "Unknown parameter: 'response_format'.",
    ),
    "model missing": Fault(
        {"input": "x", "model": ...},
        "model",
        "missing_required_parameter",
        "Missing required parameter: 'model'.",
    ),
    "model null": Fault(
        {"input": "x", "model": None},
        "model",
        "invalid_type",
        "Invalid type for 'model': expected a string, but got an object instead.",
    ),
    "model empty": Fault(
        {"input": "x", "model": ""},
        "model",
        "model_not_found",
        "The requested model '' does not exist.",
    ),
    "input missing": Fault(
        {}, "input", "missing_required_parameter", "Missing required parameter: 'input'."
    ),
    "input empty, instructions given": Fault(
        {"input": [], "instructions": "x"},
        None,
        "missing_required_parameter",
        "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be"
        " provided.",
    ),
    "input object": Fault(
        {"input": {"a": 1}},
        "input",
        "invalid_type",
        "Invalid type for 'input': expected one of a string or array of input items, but got an"
        " object instead.",
    ),
    "input of strings": Fault(
        {"input": ["x"]},
        "input[0]",
        "invalid_type",
        "Invalid type for 'input[0]': expected an input item, but got a string instead.",
    ),
    "nested list": Fault(
        {"input": [[M[0]]]},
        "input[0]",
        "invalid_type",
        "Invalid type for 'input[0]': expected an input item, but got an array instead.",
    ),
    "message name": Fault(
        user("x", name="bob"),
        "input[0].name",
        "unknown_parameter",
        "Unknown parameter: 'input[0].name'.",
    ),
    "message tool_calls": Fault(
        {"input": [{"role": "assistant", "content": "x", "tool_calls": CALLS}]},
        "input[0].tool_calls",
        "unknown_parameter",
        "Unknown parameter: 'input[0].tool_calls'.",
    ),
    "phase on user": Fault(
        user("x", phase="commentary"),
        "input[0].phase",
        "unknown_parameter",
        "Unknown parameter: 'input[0].phase'.",
    ),
    "role tool": Fault(
        {"input": [{"role": "tool", "tool_call_id": "c", "content": "x"}]},
        "input[0]",
        "invalid_value",
        f"Invalid value: 'tool'. Supported values are: {ROLES}",
    ),
    "result without type": Fault(
        {"input": [{"call_id": "c", "name": "f", "result": "x"}]},
        "input[0]",
        "invalid_value",
        f"Invalid value: ''. Supported values are: {ROLES}",
    ),
    "content missing": Fault(
        {"input": [{"role": "user"}]},
        "input[0].content",
        "missing_required_parameter",
        "Missing required parameter: 'input[0].content'.",
    ),
    "content null": Fault(
        user(None),
        "input[0].content",
        "invalid_type",
        "Invalid type for 'input[0].content': expected one of an array of objects or string, but"
        " got null instead.",
    ),
    "part text": Fault(
        user([{"type": "text", "text": "x"}]),
        "input[0].content[0].type",
        "invalid_value",
        f"Invalid value: 'text'. Supported values are: {PARTS}",
    ),
    "part image_url": Fault(
        user([{"type": "image_url", "image_url": {"url": "x"}}]),
        "input[0].content[0].type",
        "invalid_value",
        f"Invalid value: 'image_url'. Supported values are: {PARTS}",
    ),
    "nested image": Fault(
        user([{"type": "input_image", "image_url": {"url": "x"}}]),
        "input[0].content[0].image_url",
        "invalid_type",
        "Invalid type for 'input[0].content[0].image_url': expected a string, but got an object"
        " instead.",
    ),
    "user output_text": Fault(
        user([{"type": "output_text", "text": "x"}]),
        "input[0].content[0]",
        "invalid_value",
        "Invalid value: 'output_text'. Supported values are: 'input_text', 'input_image', and"
        " 'input_file'.",
    ),
    "assistant input_text": Fault(
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        "input[0].content[0]",
        "invalid_value",
        "Invalid value: 'input_text'. Supported values are: 'output_text' and 'refusal'.",
    ),
    "arguments object": Fault(
        {"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": {}}]},
        "input[0].arguments",
        "invalid_type",
        "Invalid type for 'input[0].arguments': expected a string, but got an object instead.",
    ),
    "call_id missing": Fault(
        {"input": [{"type": "function_call_output", "output": "x"}]},
        "input[0].call_id",
        "missing_required_parameter",
        "Missing required parameter: 'input[0].call_id'.",
    ),
    "tool_call_id": Fault(
        {
            "input": [
                {"type": "function_call_output", "call_id": "c", "tool_call_id": "c", "output": "x"}
            ]
        },
        "input[0].tool_call_id",
        "unknown_parameter",
        "Unknown parameter: 'input[0].tool_call_id'.",
    ),
    "id of a call": Fault(
        {
            "input": [
                {
                    "type": "function_call",
                    "id": "call_1",
                    "call_id": "c",
                    "name": "f",
                    "arguments": "{}",
                }
            ]
        },
        "input[0].id",
        "invalid_value",
        "Invalid 'input[0].id': 'call_1'. Expected an ID that begins with 'fc'.",
    ),
    "call_id too long": Fault(
        {"input": [{"type": "function_call_output", "call_id": "c" * 65, "output": "x"}]},
        "input[0].call_id",
        "string_above_max_length",
        "Invalid 'input[0].call_id': string too long. Expected a string with maximum length 64, but"
        " got a string with length 65 instead.",
    ),
    "output without call": Fault(
        {"input": [{"type": "function_call_output", "call_id": "c9", "output": "x"}]},
        "input",
        None,
        "No tool call found for function call output with call_id c9.",
    ),
    "call without output": Fault(
        {
            "input": [
                {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
                M[0],
            ]
        },
        "input",
        None,
        "No tool output found for function call c1.",
    ),
    "nested tool": Fault(
        {"input": "x", "tools": [NESTED]},
        "tools[0].name",
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].name'.",
    ),
    "tool without type": Fault(
        {"input": "x", "tools": [{"name": "f"}]},
        "tools[0].type",
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].type'.",
    ),
    "tools string": Fault(
        {"input": "x", "tools": "f"},
        "tools",
        "invalid_type",
        "Invalid type for 'tools': expected an array of tools, but got a string instead.",
    ),
    "nested tool_choice": Fault(
        {
            "input": "x",
            "tools": [TOOL],
            "tool_choice": {"type": "function", "function": {"name": "f"}},
        },
        "tool_choice.name",
        "missing_required_parameter",
        "Missing required parameter: 'tool_choice.name'.",
    ),
    "tool_choice word": Fault(
        {"input": "x", "tools": [TOOL], "tool_choice": "bogus"},
        "tool_choice",
        "invalid_value",
        "Invalid value: 'bogus'. Supported values are: 'none', 'auto', and 'required'.",
    ),
    "tool_choice of another tool": Fault(
        {"input": "x", "tools": [TOOL], "tool_choice": {"type": "function", "name": "g"}},
        "tool_choice",
        None,
        "Tool choice 'function' not found in 'tools' parameter.",
    ),
    "strict without form": Fault(
        {"input": "x", "tools": [{**TOOL, "parameters": BAD_STRICT, "strict": True}]},
        "tools[0].parameters",
        "invalid_function_parameters",
        "Invalid schema for function 'f': In context=(), 'additionalProperties' is required to be"
        " supplied and to be false.",
    ),
    "tool name": Fault(
        {"input": "x", "tools": [{**TOOL, "name": "get weather"}]},
        "tools[0].name",
        "invalid_value",
        "Invalid 'tools[0].name': string does not match pattern. Expected a string that matches the"
        " pattern '^[a-zA-Z0-9_-]+$'.",
    ),
    "strict format of an array": Fault(
        {
            "input": "x",
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": "w",
                    "schema": {"type": "array", "items": {}},
                    "strict": True,
                }
            },
        },
        "text.format.schema",
        "invalid_json_schema",
        "Invalid schema for response_format 'w': schema must be a JSON Schema of 'type: \"object\"',"
        " got 'type: \"array\"'.",
    ),
    "format not flattened": Fault(
        {"input": "x", "text": {"format": {"type": "json_schema", "json_schema": {"name": "w"}}}},
        "text.format.name",
        "missing_required_parameter",
        "Missing required parameter: 'text.format.name'.",
        since=(2, 0),
    ),
    "format one level up": Fault(
        {"input": "x", "text": {"type": "json_object"}},
        "text.type",
        "unknown_parameter",
        "Unknown parameter: 'text.type'.",
    ),
    "text string": Fault(
        {"input": "x", "text": "json"},
        "text",
        "invalid_type",
        "Invalid type for 'text': expected an object, but got a string instead.",
    ),
    "strict format without form": Fault(
        {
            "input": "x",
            "text": {
                "format": {"type": "json_schema", "name": "w", "schema": BAD_STRICT, "strict": True}
            },
        },
        "text.format.schema",
        "invalid_json_schema",
        "Invalid schema for response_format 'w': In context=(), 'additionalProperties' is required"
        " to be supplied and to be false.",
    ),
    "json word": Fault(
        {"input": "x", "instructions": "json", "text": {"format": {"type": "json_object"}}},
        "input",
        None,
        "Response input messages must contain the word 'json' in some form to use 'text.format' of"
        " type 'json_object'.",
    ),
    "max_output_tokens": Fault(
        {"input": "x", "max_output_tokens": 15},
        "max_output_tokens",
        "integer_below_min_value",
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got"
        " 15 instead.",
    ),
    "temperature range": Fault(
        {"input": "x", "temperature": 2.5},
        "temperature",
        "decimal_above_max_value",
        "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 2.5"
        " instead.",
    ),
    "temperature string": Fault(
        {"input": "x", "temperature": "hot"},
        "temperature",
        "invalid_type",
        "Invalid type for 'temperature': expected a decimal, but got a string instead.",
    ),
    "stream_options": Fault(
        {"input": "x", "stream": True, "stream_options": {"include_usage": True}},
        "stream_options.include_usage",
        "unknown_parameter",
        "Unknown parameter: 'stream_options.include_usage'.",
        since=(2, 0),
    ),
    "reasoning string": Fault(
        {"input": "x", "reasoning": "low"},
        "reasoning",
        "invalid_type",
        "Invalid type for 'reasoning': expected an object, but got a string instead.",
    ),
    "reasoning.encrypted_content": Fault(
        {"input": "x", "reasoning": {"encrypted_content": "x"}},
        "reasoning.encrypted_content",
        "unknown_parameter",
        "Unknown parameter: 'reasoning.encrypted_content'.",
    ),
    "truncation": Fault(
        {"input": "x", "truncation": "bogus"},
        "truncation",
        "invalid_value",
        "Invalid value: 'bogus'. Supported values are: 'auto' and 'disabled'.",
    ),
    "include": Fault(
        {"input": "x", "include": ["logprobs"]},
        "include[0]",
        "invalid_value",
        "Invalid value: 'logprobs'. Supported values are: ",
    ),
    "metadata pairs": Fault(
        {"input": "x", "metadata": {f"k{i}": "v" for i in range(17)}},
        "metadata",
        "object_above_max_properties",
        "Invalid 'metadata': too many properties. Expected an object with at most 16 properties,"
        " but got an object with 17 properties instead.",
    ),
    "effort without reasoning": Fault(
        {"input": "x", "reasoning": {"effort": "low"}},
        "reasoning.effort",
        "unsupported_parameter",
        "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
    ),
    "temperature with reasoning": Fault(
        {"input": "x", "model": "gpt-5", "temperature": 0.5},
        "temperature",
        None,
        "Unsupported parameter: 'temperature' is not supported with this model.",
    ),
    "top_p=1 with reasoning": Fault(
        {"input": "x", "model": "o4-mini", "top_p": 1},
        "top_p",
        None,
        "Unsupported parameter: 'top_p' is not supported with this model.",
    ),
    "chat-only model": Fault(
        {"input": "x", "model": "gpt-4o-search-preview"},
        "model",
        "unsupported_model",
        "The requested model 'gpt-4o-search-preview' is not supported with the Responses API.",
    ),
    "order: unknown key before item": Fault(
        {**user("x", bogus=1), "zzz": 1}, "zzz", "unknown_parameter", "Unknown parameter: 'zzz'."
    ),
    "order: input before truncation": Fault(
        {"input": 7, "truncation": "bogus"},
        "input",
        "invalid_type",
        "Invalid type for 'input': expected one of a string or array of input items, but got an"
        " integer instead.",
    ),
    "order: schema before state": Fault(
        {"input": "x", "previous_response_id": "resp_x", "truncation": "bogus"},
        "truncation",
        "invalid_value",
        "Invalid value: 'bogus'. Supported values are: 'auto' and 'disabled'.",
    ),
    "order: state before capability": Fault(
        {"input": "x", "model": "gpt-5", "previous_response_id": "resp_x", "temperature": 0.5},
        "previous_response_id",
        "previous_response_not_found",
        "Previous response with id 'resp_x' not found.",
    ),
}

CHAT: dict[str, Fault] = {
    "input": Fault({"input": "x"}, "input", "unknown_parameter", "Unknown parameter: 'input'."),
    "max_output_tokens": Fault(
        {"messages": M, "max_output_tokens": 16},
        "max_output_tokens",
        "unknown_parameter",
        "Unknown parameter: 'max_output_tokens'.",
    ),
    "messages missing": Fault(
        {}, "messages", "missing_required_parameter", "Missing required parameter: 'messages'."
    ),
    "messages empty": Fault(
        {"messages": []},
        "messages",
        "empty_array",
        "Invalid 'messages': empty array. Expected an array with minimum length 1, but got an empty"
        " array instead.",
    ),
    "messages string": Fault(
        {"messages": "x"},
        "messages",
        "invalid_type",
        "Invalid type for 'messages': expected an array of objects, but got a string instead.",
    ),
    "developer content missing": Fault(
        {"messages": [{"role": "developer"}, *M]},
        "messages[0].content",
        "missing_required_parameter",
        "Missing required parameter: 'messages[0].content'.",
    ),
    "content object": Fault(
        {"messages": [{"role": "user", "content": {"a": 1}}]},
        "messages[0].content",
        "invalid_type",
        "Invalid type for 'messages[0].content': expected one of a string or array of objects, but"
        " got an object instead.",
    ),
    "metadata string": Fault(
        {"messages": M, "metadata": "x"},
        "metadata",
        "invalid_type",
        "Invalid type for 'metadata': expected a metadata object, but got a string instead.",
    ),
    "role": Fault(
        {"messages": [{"role": "bot", "content": "x"}]},
        "messages[0].role",
        "invalid_value",
        "Invalid value: 'bot'. Supported values are: ",
    ),
    "part input_text": Fault(
        {"messages": [{"role": "user", "content": [{"type": "input_text", "text": "x"}]}]},
        "messages[0].content[0].type",
        "invalid_value",
        "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', and"
        " 'file'.",
        since=(1, 70),
    ),
    "content null": Fault(
        {"messages": [{"role": "user", "content": None}]},
        "messages.[0].content",
        None,
        "Invalid value for 'content': expected a string, got null.",
    ),
    "assistant without anything": Fault(
        {"messages": [*M, {"role": "assistant", "content": None}]},
        "messages.[1].content",
        None,
        "Invalid value for 'content': expected a string, got null.",
    ),
    "tool_calls null": Fault(
        {"messages": [*M, {"role": "assistant", "content": "x", "tool_calls": None}]},
        "messages[1].tool_calls",
        "invalid_type",
        "Invalid type for 'messages[1].tool_calls': expected an array of objects, but got null"
        " instead.",
    ),
    "tool_calls empty": Fault(
        {"messages": [*M, {"role": "assistant", "content": "x", "tool_calls": []}]},
        "messages[1].tool_calls",
        "empty_array",
        "Invalid 'messages[1].tool_calls': empty array. Expected an array with minimum length 1,"
        " but got an empty array instead.",
    ),
    "tool without call": Fault(
        {"messages": [*M, {"role": "tool", "tool_call_id": "c", "content": "x"}]},
        "messages.[1].role",
        None,
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message"
        " with 'tool_calls'.",
    ),
    "call without tool": Fault(
        {"messages": [*M, {"role": "assistant", "content": None, "tool_calls": CALLS}, *M]},
        "messages.[2].role",
        None,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to"
        " each 'tool_call_id'. The following tool_call_ids did not have response messages: c1",
    ),
    "flat tool": Fault(
        {"messages": M, "tools": [TOOL]},
        "tools[0].function",
        "missing_required_parameter",
        "Missing required parameter: 'tools[0].function'.",
    ),
    "tools empty": Fault(
        {"messages": M, "tools": []},
        "tools",
        "empty_array",
        "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty"
        " array instead.",
    ),
    "tool_choice alone": Fault(
        {"messages": M, "tool_choice": "auto"},
        "tool_choice",
        None,
        "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are"
        " specified.",
    ),
    "flat tool_choice": Fault(
        {"messages": M, "tools": [NESTED], "tool_choice": {"type": "function", "name": "f"}},
        "tool_choice.function",
        "missing_required_parameter",
        "Missing required parameter: 'tool_choice.function'.",
    ),
    "top_logprobs alone": Fault(
        {"messages": M, "top_logprobs": 2},
        "top_logprobs",
        None,
        "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
    ),
    "stream_options alone": Fault(
        {"messages": M, "stream_options": {"include_usage": True}},
        "stream_options",
        None,
        "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ),
    "json word": Fault(
        {"messages": M, "response_format": {"type": "json_object"}},
        "messages",
        None,
        "'messages' must contain the word 'json' in some form, to use 'response_format' of type"
        " 'json_object'.",
    ),
    "strict format without form": Fault(
        {
            "messages": M,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "w", "schema": BAD_STRICT, "strict": True},
            },
        },
        "response_format",
        None,
        "Invalid schema for response_format 'w': In context=(), 'additionalProperties' is required"
        " to be supplied and to be false.",
    ),
    "max_tokens with reasoning": Fault(
        {"messages": M, "model": "o4-mini", "max_tokens": 5},
        "max_tokens",
        "unsupported_parameter",
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use"
        " 'max_completion_tokens' instead.",
    ),
    "temperature with reasoning": Fault(
        {"messages": M, "model": "gpt-5", "temperature": 0.2},
        "temperature",
        "unsupported_value",
        "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default"
        " (1) value is supported.",
    ),
    "responses-only model": Fault(
        {"messages": M, "model": "o3-pro"},
        "model",
        None,
        "This model is only supported in v1/responses and not in v1/chat/completions.",
        status=404,
    ),
}


def refused(client: openai.OpenAI, path: str, body: dict[str, Any]) -> openai.APIStatusError:
    full = {"model": "gpt-4o", **body}
    sent = {key: value for key, value in full.items() if value is not ...}
    with pytest.raises(openai.APIStatusError) as caught:
        client.post(path, cast_to=object, body=sent)
    return caught.value


def check(client: openai.OpenAI, path: str, fault: Fault) -> None:
    have = tuple(int(part) for part in openai.__version__.split(".")[:2])
    if have < fault.since:
        pytest.skip(f"openai {openai.__version__} does not know this shape")
    error = refused(client, path, fault.body)
    assert isinstance(error.body, dict)
    assert error.body["message"].startswith(fault.message)
    assert len(error.body["message"]) == len(fault.message) or fault.message.endswith(" ")
    assert (error.status_code, error.param, error.code) == (fault.status, fault.param, fault.code)
    assert error.body["type"] == "invalid_request_error"
    assert set(error.body) == {"message", "type", "param", "code"}


@pytest.mark.parametrize("name", RESPONSES)
def test_responses_refuses(name: str, client: openai.OpenAI) -> None:
    check(client, "/responses", RESPONSES[name])


@pytest.mark.parametrize("name", CHAT)
def test_chat_refuses(name: str, client: openai.OpenAI) -> None:
    check(client, "/chat/completions", CHAT[name])


def test_null_means_omitted_at_the_top_level(client: openai.OpenAI) -> None:
    fields = (
        "temperature",
        "store",
        "tools",
        "text",
        "user",
        "metadata",
        "instructions",
        "reasoning",
    )
    plain = client.responses.create(model="gpt-4o", input="hi")
    nulls = client.responses.create(model="gpt-4o", input="hi", extra_body=dict.fromkeys(fields))
    assert nulls.output_text == plain.output_text


def test_missing_and_wrong_keys(emulator: Emulator) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        openai.OpenAI(base_url=emulator.base_url, api_key="invalid-key").responses.create(
            model="gpt-4o", input="hi"
        )
    assert caught.value.code == "invalid_api_key"


def test_unknown_path_and_refused_requests_are_in_the_journal(
    emulator: Emulator, client: openai.OpenAI
) -> None:
    with pytest.raises(openai.NotFoundError, match="Invalid URL \\(POST /v1/nope\\)"):
        client.post("/nope", cast_to=object, body={})
    refused(client, "/responses", {"input": "x", "n": 2})
    first, second = emulator.journal
    assert (first.endpoint, first.path, first.status) == ("other", "/v1/nope", 404)
    assert (second.endpoint, second.status, second.conversation) == ("responses", 400, None)
    assert second.error is not None and second.error["error"]["param"] == "n"
    assert second.request == {"model": "gpt-4o", "input": "x", "n": 2}


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_unparsable_body_is_refused(content: bytes, emulator: Emulator) -> None:
    headers = {"authorization": "Bearer x", "content-type": "application/json"}
    url = f"{emulator.base_url}/responses"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(url, content, headers))
    assert caught.value.code == 400
    message = json.loads(caught.value.read())["error"]["message"]
    assert message.startswith("We could not parse the JSON body of your request.")


def test_models_can_be_limited() -> None:
    with Emulator(models=["gpt-4o"]) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="test", max_retries=0)
        assert client.responses.create(model="gpt-4o", input="hi").output_text
        with pytest.raises(openai.NotFoundError) as caught:
            client.chat.completions.create(model="gpt-9", messages=M)  # type: ignore[arg-type]
        assert caught.value.code == "model_not_found"
