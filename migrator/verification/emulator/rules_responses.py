"""What ``POST /v1/responses`` refuses (API reference and measurements, see :mod:`.errors`).

Three stages, in the API's order: :func:`check_responses` (the body alone), then the server's
state (:mod:`.state`), then :func:`check_items` (what the whole conversation must satisfy) and
the model's capabilities.
"""

from __future__ import annotations

from typing import Any

from .canonical import JsonObject
from .errors import ApiError, missing_parameter, moved_parameter, wrong_type
from .input_items import check_input
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
from .wire import CHECKER, RESPONSES_PARAMS

MINIMUM_OUTPUT_TOKENS = 16
# Measured order in which type faults are reported; the rest follows in the SDK's order.
_ORDER = (
    "previous_response_id", "prompt", "moderation", "include", "tools", "tool_choice", "metadata",
    "text", "temperature", "top_p", "presence_penalty", "frequency_penalty",
    "parallel_tool_calls", "stream", "stream_options", "background", "max_output_tokens",
    "max_tool_calls", "reasoning", "user", "safety_identifier", "prompt_cache_options",
    "prompt_cache_key", "prompt_cache_retention", "truncation", "instructions", "store",
    "service_tier", "top_logprobs", "context_management",
)  # fmt: skip
_OUTPUT_OF = {
    "function_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
}
_CALL_WORDS = {"function_call": "function call", "custom_tool_call": "custom tool call"}


def check_responses(body: JsonObject) -> None:
    """Raise :class:`~.errors.ApiError` if the body alone is refused."""
    fields = dict(CHECKER.fields(RESPONSES_PARAMS))
    check_model(body)
    if "messages" in body:
        raise moved_parameter("messages", "input")
    prompted = any(body.get(k) for k in ("prompt", "previous_response_id", "conversation"))
    if "input" not in body and not prompted:
        raise missing_parameter("input")
    check_known(body, fields)
    if "input" in body:
        check_input(body["input"])
    del fields["input"]
    _check_includes(body)
    check_fields(body, fields, _ORDER, {"tools": "an array of tools"})
    _check_numbers(body)
    check_metadata(body)
    _check_tools(body)
    _check_format(body)
    if body.get("background") and body.get("store") is False:
        raise ApiError("Background mode requires 'store' to be true.", param="background")


def check_input_given(body: JsonObject) -> None:
    """Raise if nothing at all is said: checked after the server's state."""
    if not body.get("input") and not any(
        body.get(key) for key in ("prompt", "previous_response_id", "conversation")
    ):
        raise ApiError(
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be"
            " provided.",
            code="missing_required_parameter",
        )


def check_items(body: JsonObject, items: list[JsonObject]) -> None:
    """Raise if the whole conversation is refused: calls without outputs, outputs without calls."""
    calls: dict[str, str] = {}
    answered: set[str] = set()
    for item in items:
        kind = item.get("type", "message")
        if kind in _OUTPUT_OF:
            calls[item["call_id"]] = kind
        elif kind in _OUTPUT_OF.values():
            _check_output(item, kind, calls)
            answered.add(item["call_id"])
    for call_id, kind in calls.items():
        if call_id not in answered:
            raise ApiError(
                f"No tool output found for {_CALL_WORDS[kind]} {call_id}.", param="input"
            )
    _check_reasoning(items)
    _check_json_word(body, items)


def _check_output(item: JsonObject, kind: str, calls: dict[str, str]) -> None:
    made = calls.get(item["call_id"])
    if made is None or _OUTPUT_OF[made] != kind:
        words = "function call" if kind == "function_call_output" else "custom tool call"
        raise ApiError(
            f"No tool call found for {words} output with call_id {item['call_id']}.",
            param="input",
        )


def _check_reasoning(items: list[JsonObject]) -> None:
    for index, item in enumerate(items):
        if item.get("type") != "reasoning":
            continue
        following = items[index + 1] if index + 1 < len(items) else {}
        kind = following.get("type", "message")
        if not following or (kind == "message" and following.get("role") != "assistant"):
            raise ApiError(
                f"Item '{item.get('id', '')}' of type 'reasoning' was provided without its"
                " required following item.",
                param="input",
            )


def _check_json_word(body: JsonObject, items: list[JsonObject]) -> None:
    given = (body.get("text") or {}).get("format") or {}
    if given.get("type") == "json_object" and "json" not in _all_text(items).lower():
        raise ApiError(
            "Response input messages must contain the word 'json' in some form to use"
            " 'text.format' of type 'json_object'.",
            param="input",
        )


def _check_includes(body: JsonObject) -> None:
    include = body.get("include")
    if isinstance(include, str):
        raise wrong_type("include", "an array of strings", include)


def _check_numbers(body: JsonObject) -> None:
    check_range(body, "temperature", 0, 2)
    check_range(body, "top_p", 0, 1)
    check_range(body, "presence_penalty", -2, 2)
    check_range(body, "frequency_penalty", -2, 2)
    check_range(body, "max_output_tokens", MINIMUM_OUTPUT_TOKENS)
    check_range(body, "max_tool_calls", 1)
    check_range(body, "top_logprobs", 0, 20)


def _check_tools(body: JsonObject) -> None:
    tools: list[JsonObject] = body.get("tools") or []
    for index, tool in enumerate(tools):
        if tool["type"] == "function":
            check_name(tool["name"], f"tools[{index}].name")
            path = f"tools[{index}].parameters"
            check_function_schema(tool["name"], tool.get("parameters"), tool.get("strict"), path)
    choice: Any = body.get("tool_choice")
    if isinstance(choice, dict) and choice["type"] == "allowed_tools":
        check_allowed_tools(choice["tools"], "tool_choice.tools", nested=False)
    elif isinstance(choice, dict) and choice["type"] in ("function", "custom"):
        check_tool_choice_known(choice, choice["name"], [t["name"] for t in tools if "name" in t])
    if choice == "required" and not tools:
        raise ApiError(
            "Tool choice 'required' must be specified with 'tools' parameter.", param="tool_choice"
        )


def _check_format(body: JsonObject) -> None:
    given = (body.get("text") or {}).get("format") or {"type": "text"}
    if given["type"] == "json_schema":
        check_name(given["name"], "text.format.name")
        check_format_schema(
            given["name"],
            given["schema"],
            given.get("strict"),
            "text.format.schema",
            "invalid_json_schema",
        )


def _all_text(items: list[JsonObject]) -> str:
    found: list[str] = []
    for item in items:
        content = item.get("content")
        if isinstance(content, str):
            found.append(content)
        elif isinstance(content, list):
            found += [part.get("text", "") for part in content]
    return "\n".join(found)
