"""What ``POST /v1/chat/completions`` refuses.

Rests on the API reference and on measurements, see :mod:`.errors`.
"""

from __future__ import annotations

from typing import Any

from .canonical import JsonObject
from .capabilities import check_chat_model
from .errors import ApiError, empty_array, missing_parameter, wrong_type
from .models import is_reasoning_model
from .validation import (
    check_allowed_tools,
    check_fields,
    check_format_schema,
    check_function_schema,
    check_known,
    check_metadata,
    check_model,
    check_name,
    check_range,
    check_tool_choice_known,
)
from .wire import CHAT_PARAMS, CHECKER

_CONTENT_STANDS_FOR = ("tool_calls", "function_call", "refusal", "audio")


def check_chat(body: JsonObject, model: str | None = None) -> None:
    """Raise :class:`~.errors.ApiError` if the API would refuse ``body``.

    ``model`` is the Azure deployment of the URL, which stands in for the body's model.
    """
    fields = CHECKER.fields(CHAT_PARAMS)
    if model is None:
        check_model(body)
    check_known(body, fields)
    if "messages" not in body:
        raise missing_parameter("messages")
    _check_messages_shape(body["messages"])
    check_fields(body, fields, ("messages",))
    _check_numbers(body)
    check_metadata(body)
    _check_tools(body)
    _check_format(body)
    named = model or body["model"]
    check_chat_model(body, named)
    _check_roles(body["messages"], named)
    _check_contents(body["messages"])
    _check_pairing(body["messages"])


def _check_messages_shape(messages: Any) -> None:
    if not isinstance(messages, list):
        raise wrong_type("messages", "an array of objects", messages)
    if not messages:
        raise empty_array("messages")
    for index, message in enumerate(messages):
        calls = message.get("tool_calls") if isinstance(message, dict) else None
        if isinstance(calls, list) and not calls and message.get("role") == "assistant":
            raise empty_array(f"messages[{index}].tool_calls")


def _check_numbers(body: JsonObject) -> None:
    if body.get("stop") == []:
        raise empty_array("stop")
    check_range(body, "n", 1, 128)
    check_range(body, "temperature", 0, 2)
    check_range(body, "top_p", 0, 1)
    check_range(body, "presence_penalty", -2, 2)
    check_range(body, "frequency_penalty", -2, 2)
    check_range(body, "top_logprobs", 0, 20)
    check_range(body, "max_tokens", 1)
    check_range(body, "max_completion_tokens", 1)
    if body.get("max_tokens") is not None and body.get("max_completion_tokens") is not None:
        raise ApiError(
            "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
            param="max_tokens",
            code="invalid_parameter_combination",
        )
    if body.get("top_logprobs") is not None and not body.get("logprobs"):
        raise ApiError(
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            param="top_logprobs",
        )
    if body.get("stream_options") is not None and not body.get("stream"):
        raise ApiError(
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )


def _check_tools(body: JsonObject) -> None:
    for name in ("tools", "functions"):
        if body.get(name) == []:
            raise empty_array(name)
    if not body.get("tools"):
        for name in ("tool_choice", "parallel_tool_calls"):
            if body.get(name) is not None and body.get(name) != "none":
                raise ApiError(
                    f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are"
                    " specified.",
                    param=name,
                )
    for i, tool in enumerate(body.get("tools") or []):
        if tool["type"] == "function":
            inner = tool["function"]
            check_name(inner["name"], f"tools[{i}].function.name")
            path = f"tools[{i}].function.parameters"
            check_function_schema(inner["name"], inner.get("parameters"), inner.get("strict"), path)
    for i, function in enumerate(body.get("functions") or []):
        check_name(function["name"], f"functions[{i}].name")
        path = f"functions[{i}].parameters"
        check_function_schema(function["name"], function.get("parameters"), None, path)
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        path = "tool_choice.allowed_tools.tools"
        check_allowed_tools(choice["allowed_tools"]["tools"], path, nested=True)
    elif isinstance(choice, dict) and choice["type"] in choice and "name" in choice[choice["type"]]:
        offered = [tool[tool["type"]]["name"] for tool in body.get("tools") or []]
        check_tool_choice_known(choice, choice[choice["type"]]["name"], offered)


def _check_format(body: JsonObject) -> None:
    given = body.get("response_format") or {"type": "text"}
    if given["type"] == "json_schema":
        inner = given["json_schema"]
        check_name(inner["name"], "response_format.json_schema.name")
        check_format_schema(
            inner["name"], inner.get("schema"), inner.get("strict"), "response_format", None
        )
    if given["type"] == "json_object" and "json" not in _all_text(body["messages"]).lower():
        raise ApiError(
            "'messages' must contain the word 'json' in some form, to use 'response_format' of"
            " type 'json_object'.",
            param="messages",
        )


def _check_roles(messages: list[JsonObject], model: str) -> None:
    for index, message in enumerate(messages):
        if message["role"] == "function" and is_reasoning_model(model):
            raise ApiError(
                f"Unsupported value: 'messages[{index}].role' does not support 'function' with"
                " this model.",
                param=f"messages[{index}].role",
                code="unsupported_value",
            )


def _check_contents(messages: list[JsonObject]) -> None:
    for index, message in enumerate(messages):
        if message.get("content") is not None:
            continue
        stands_in = message["role"] == "assistant" and any(
            message.get(name) is not None for name in _CONTENT_STANDS_FOR
        )
        if not stands_in and message["role"] != "function":
            raise ApiError(
                "Invalid value for 'content': expected a string, got null.",
                param=f"messages.[{index}].content",
            )


def _check_pairing(messages: list[JsonObject]) -> None:
    open_ids: list[str] = []
    answerable: set[str] = set()
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in answerable:
                raise ApiError(
                    "Invalid parameter: messages with role 'tool' must be a response to a"
                    " preceeding message with 'tool_calls'.",
                    param=f"messages.[{index}].role",
                )
            if message["tool_call_id"] in open_ids:
                open_ids.remove(message["tool_call_id"])
            continue
        if open_ids:
            raise _unanswered(open_ids, index)
        calls = (message.get("tool_calls") or []) if message["role"] == "assistant" else []
        open_ids = [call["id"] for call in calls]
        answerable = set(open_ids)
    if open_ids:
        raise _unanswered(open_ids, len(messages))


def _unanswered(open_ids: list[str], index: int) -> ApiError:
    return ApiError(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to"
        " each 'tool_call_id'. The following tool_call_ids did not have response messages:"
        f" {', '.join(open_ids)}",
        param=f"messages.[{index}].role",
    )


def _all_text(messages: list[JsonObject]) -> str:
    found: list[str] = []
    for message in messages:
        content = message.get("content")
        if isinstance(content, str):
            found.append(content)
        elif content:
            found += [part["text"] for part in content if part.get("type") == "text"]
    return "\n".join(found)
