"""Every refusal of ``input`` has the API's status, code, param and sentence."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from refusals import CALLS, Fault, M, check

MOVED = (
    "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'."
    " Try again with the new parameter. See the API documentation for more information:"
    " https://platform.openai.com/docs/api-reference/responses/create."
)
ROLES = "'assistant', 'system', 'developer', and 'user'."
PARTS = "'input_text', 'input_image', 'input_file', 'output_text', and 'refusal'."


def user(content: Any, **more: Any) -> dict[str, Any]:
    return {"input": [{"role": "user", "content": content, **more}]}


ITEMS: dict[str, Fault] = {
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
}


@pytest.mark.parametrize("name", ITEMS)
def test_input_is_refused(name: str, client: openai.OpenAI) -> None:
    check(client, "/responses", ITEMS[name])
