"""Answers against the schemas of the original request."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.verification.comparing.schemas import (
    always_present,
    calls_validity,
    format_validity,
    function_schemas,
)
from migrator.verification.convert import ChatView, FunctionCall, ToolCall

from .runs import CHAT, WEATHER

TOOLS = {**CHAT, "tools": [WEATHER]}
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


def called(*arguments: str, name: str = "get_weather", kind: str = "function") -> ChatView:
    calls = tuple(ToolCall("call", kind, name, each) for each in arguments)  # type: ignore[arg-type]
    return ChatView("id", "m", 1, None, "tool_calls", tool_calls=calls)


def said(text: str, finish: Any = "stop") -> ChatView:
    return ChatView("id", "m", 1, text, finish)


def wanted(schema: Any) -> dict[str, Any]:
    value = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    return {**CHAT, "response_format": value}


@pytest.mark.parametrize(
    ("arguments", "valid"),
    [
        ('{"city": "Paris"}', True),
        ('{"city": 3}', False),
        ("{}", False),
        ("no json", False),
        ("[]", False),
    ],
)
def test_arguments(arguments: str, valid: bool) -> None:
    assert calls_validity(TOOLS, called(arguments)).valid is valid


def test_one_wrong_call_is_enough_and_says_why() -> None:
    found = calls_validity(TOOLS, called('{"city": "Paris"}', '{"city": 3}'))
    assert found.valid is False and "city: 3 is not of type 'string'" in found.why


def test_a_function_nobody_offered() -> None:
    assert calls_validity(TOOLS, called("{}", name="other")).valid is False


def test_legacy_functions() -> None:
    request = {**CHAT, "functions": [WEATHER["function"]]}
    view = ChatView(
        "id", "m", 1, None, "function_call", function_call=FunctionCall("get_weather", "{}")
    )
    assert calls_validity(request, view).valid is False


def test_custom_calls_have_no_schema() -> None:
    assert calls_validity(TOOLS, called("free text", kind="custom")).valid is None


def test_a_function_without_parameters_takes_an_object() -> None:
    request = {**CHAT, "tools": [{"type": "function", "function": {"name": "now"}}]}
    assert function_schemas(request) == {"now": {"type": "object"}}
    assert calls_validity(request, called("{}", name="now")).valid is True


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "nonsense"},
        {"$ref": "http://127.0.0.1:9/schema.json"},
        {"$ref": "#/$defs/nowhere"},
        {"$ref": "#"},
        "no schema",
    ],
)
def test_schemas_that_cannot_be_used_judge_nothing(schema: Any) -> None:
    assert format_validity(wanted(schema), said("{}")).valid is None


@pytest.mark.parametrize(
    ("text", "valid"), [('{"n": 1}', True), ('{"n": "1"}', False), ("n", False)]
)
def test_structured_answers(text: str, valid: bool) -> None:
    assert format_validity(wanted(SCHEMA), said(text)).valid is valid


def test_json_objects() -> None:
    request = {**CHAT, "response_format": {"type": "json_object"}}
    assert format_validity(request, said('{"a": 1}')).valid is True
    assert format_validity(request, said("[1]")).valid is False


def test_what_is_not_judged() -> None:
    assert format_validity(CHAT, said("free text")).valid is None
    assert format_validity(wanted(SCHEMA), said('{"n"', "length")).valid is None
    assert format_validity(wanted(SCHEMA), said("")).valid is None


def test_optional_arguments_that_became_always_present() -> None:
    few = [called('{"city": "a"}'), called('{"city": "a", "unit": "C"}')]
    all_ = [called('{"city": "a", "unit": "C"}')] * 2
    assert always_present(TOOLS, few, all_) == ["get_weather.unit"]
    assert always_present(TOOLS, all_, all_) == []
    assert always_present(TOOLS, few, few) == []
    assert always_present(TOOLS, few, []) == []
    assert always_present(TOOLS, [], all_) == []
