"""Every refusal of ``/chat/completions`` has the API's status, code, param and sentence."""

from __future__ import annotations

import openai
import pytest
from refusals import BAD_STRICT, CALLS, NESTED, TOOL, Fault, M, check

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
    "tool_calls null do not stand for content": Fault(
        {"messages": [*M, {"role": "assistant", "tool_calls": None}]},
        "messages.[1].content",
        None,
        "Invalid value for 'content': expected a string, got null.",
    ),
    "tool_calls object": Fault(
        {"messages": [*M, {"role": "assistant", "content": "x", "tool_calls": {}}]},
        "messages[1].tool_calls",
        "invalid_type",
        "Invalid type for 'messages[1].tool_calls': expected an array of objects, but got an object"
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


@pytest.mark.parametrize("name", CHAT)
def test_chat_refuses(name: str, client: openai.OpenAI) -> None:
    check(client, "/chat/completions", CHAT[name])
