"""Every refusal of ``/responses`` has the API's status, code, param and sentence."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from refusals import BAD_STRICT, NESTED, TOOL, Fault, check

MOVED = (
    "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'."
    " Try again with the new parameter. See the API documentation for more information:"
    " https://platform.openai.com/docs/api-reference/responses/create."
)


def user(content: Any, **more: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": content, **more}]}


RESPONSES: dict[str, Fault] = {
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


@pytest.mark.parametrize("name", RESPONSES)
def test_responses_refuses(name: str, client: openai.OpenAI) -> None:
    check(client, "/responses", RESPONSES[name])
