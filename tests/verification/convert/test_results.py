"""The same conversation on both endpoints: the converted Response is the chat completion."""

from __future__ import annotations

import dataclasses
from typing import Any

import openai
import pydantic
import pytest
from openai.types.responses import Response

from migrator._tables import API
from migrator.verification.convert import (
    Annotation,
    ChatView,
    FunctionCall,
    GenerationFailed,
    ToolCall,
    Usage,
    convert_request,
    finish_reason,
    view_completion,
    view_response,
)
from migrator.verification.emulator import Emulator

from .conversations import CONVERSATIONS, FORMAT, asked


def comparable(view: ChatView) -> ChatView:
    """Return the view without the ids that the endpoints make up."""
    return dataclasses.replace(view, id="")


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_both_endpoints_give_the_same_view(
    name: str, emulator: Emulator, client: openai.OpenAI
) -> None:
    request = CONVERSATIONS[name]
    functions = "functions" in request
    completion = client.chat.completions.create(**request)
    response = client.responses.create(**convert_request(request))
    expected = view_completion(completion)
    actual = view_response(response, functions=functions)
    assert comparable(actual) == comparable(expected)
    assert (actual.id, expected.id) == (response.id, completion.id)
    # The JSON on the wire gives the same as the SDK's objects.
    assert view_response(response.to_dict(), functions=functions) == actual
    assert view_completion(completion.to_dict()) == expected


def test_the_conversations_cover_every_field(emulator: Emulator, client: openai.OpenAI) -> None:
    seen: set[str] = set()
    finishes: set[str] = set()
    for request in CONVERSATIONS.values():
        view = view_completion(client.chat.completions.create(**request))
        seen |= {name for name, value in vars(view).items() if value}
        finishes.add(view.finish_reason)
    assert seen == {field.name for field in dataclasses.fields(ChatView)} - {"parsed"}
    assert finishes == {"stop", "length", "tool_calls", "function_call", "content_filter"}


def test_parsed(client: openai.OpenAI) -> None:
    class Trip(pydantic.BaseModel):
        city: str
        days: int

    text = '[[say:{"city": "Paris", "days": 2}]]'
    messages = [{"role": "user", "content": text}]
    chat: Any = client.chat.completions.parse(
        model="gpt-4o", messages=messages, response_format=Trip
    )
    response: Any = client.responses.parse(model="gpt-4o", input=messages, text_format=Trip)
    assert (
        view_completion(chat).parsed == view_response(response).parsed == Trip(city="Paris", days=2)
    )
    plain = client.responses.create(**convert_request(asked(text, response_format=FORMAT)))
    assert view_response(plain).parsed is None


# -- answers nobody forces the emulator to give ---------------------------------------------


def response(**fields: Any) -> dict[str, Any]:
    base = {"id": "resp_1", "model": "m", "created_at": 1.9, "status": "completed", "output": []}
    return base | fields


def message(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": list(parts), **more}


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], **more}


CALL = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "f", "arguments": "{}"}


@pytest.mark.parametrize(
    ("output", "content"),
    [
        ([message(said("a"))], "a"),
        ([message(said("a"), said("b")), message(said("c"))], "abc"),
        ([message(said("think", phase="commentary")), message(said("c"))], "thinkc"),
        ([message(said(""))], ""),
        ([message()], ""),
        ([], ""),
        ([{"type": "reasoning", "id": "rs_1", "summary": []}], ""),
        ([CALL], None),
        ([message(said("")), CALL], None),
        ([message(said("let me see")), CALL], "let me see"),
        ([message({"type": "refusal", "refusal": "no"})], None),
        ([message(said("a"), {"type": "refusal", "refusal": "no"})], "a"),
    ],
)
def test_content_is_text_or_none(output: list[Any], content: str | None) -> None:
    view = view_response(response(output=output))
    assert view.content == content
    assert view.created == 1
    # What programs read after the codemod has been there.
    text = Response.model_construct(**response(output=_objects(output))).output_text
    assert (view.content or "") == text


def _objects(output: list[Any]) -> list[Any]:
    from types import SimpleNamespace

    def one(item: Any) -> Any:
        parts = [SimpleNamespace(**part) for part in item.get("content", [])]
        return SimpleNamespace(**{**item, "content": parts})

    return [one(item) for item in output]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "stop"),
        ({"output": [CALL]}, "tool_calls"),
        ({"output": [CALL], "tool_choice": "required"}, "tool_calls"),
        ({"output": [CALL], "tool_choice": {"type": "function", "name": "f"}}, "stop"),
        ({"output": [CALL], "tool_choice": {"type": "allowed_tools"}}, "tool_calls"),
        ({"output": [{**CALL, "type": "web_search_call"}]}, "stop"),
        ({"status": "incomplete"}, "length"),
        ({"status": "incomplete", "output": [CALL]}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "length"}}, "length"),
        ({"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}, "length"),
        (
            {"status": "incomplete", "incomplete_details": {"reason": "content_filter"}},
            "content_filter",
        ),
    ],
)
def test_finish_reasons(fields: dict[str, Any], expected: str) -> None:
    assert finish_reason(response(**fields)) == expected


@pytest.mark.parametrize("status", ["failed", "cancelled", "queued", "in_progress", None])
def test_an_answer_that_is_none_raises(status: str | None) -> None:
    error = {"code": "server_error", "message": "It broke."} if status == "failed" else None
    with pytest.raises(GenerationFailed) as caught:
        view_response(response(status=status, error=error))
    assert caught.value.status == str(status)
    assert caught.value.code == ("server_error" if error else None)
    assert str(caught.value) == ("It broke." if error else f"the response is {status}")


def test_a_failed_generation_raises(client: openai.OpenAI) -> None:
    answer = client.responses.create(**convert_request(asked("[[fail]]")))
    with pytest.raises(GenerationFailed, match="An error occurred") as caught:
        view_response(answer)
    assert (caught.value.status, caught.value.code) == ("failed", "server_error")


def test_calls_annotations_and_details() -> None:
    citation = {"type": "url_citation", "url": "u", "title": "t", "start_index": 1, "end_index": 2}
    file = {"type": "file_citation", "file_id": "f", "index": 0}
    custom = {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": "x"}
    parts = [said("abc"), said("def", annotations=[citation, file])]
    usage = {
        "input_tokens": 1,
        "output_tokens": 2,
        "total_tokens": 3,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens_details": {"reasoning_tokens": 5},
    }
    view = view_response(response(output=[message(*parts), CALL, custom], usage=usage))
    assert view.annotations == (Annotation("u", "t", 4, 5),)
    assert view.tool_calls == (
        ToolCall("call_1", "function", "f", "{}"),
        ToolCall("c2", "custom", "g", "x"),
    )
    assert view.usage == Usage(1, 2, 3, cached_tokens=4, reasoning_tokens=5)
    legacy = view_response(response(output=[CALL]), functions=True)
    assert legacy.function_call == FunctionCall("f", "{}")
    assert (legacy.tool_calls, legacy.finish_reason) == (None, "function_call")
    assert view_response(response()).usage is None


@pytest.mark.parametrize("choices", [[], [{}, {}]])
def test_a_view_is_of_one_choice(choices: list[Any]) -> None:
    with pytest.raises(ValueError, match="expected one choice"):
        view_completion({"choices": choices})


def test_every_reason_of_the_sdk_has_a_row() -> None:
    import typing

    from openai.types.responses.response import IncompleteDetails

    annotation = IncompleteDetails.model_fields["reason"].annotation
    literal = next(arg for arg in typing.get_args(annotation) if typing.get_args(arg))
    assert set(API["finish"]["reason"]) == set(typing.get_args(literal))
