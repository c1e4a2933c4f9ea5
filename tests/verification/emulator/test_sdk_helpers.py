"""The SDK's own helpers on both endpoints: parse, raw responses, structured streams."""

from __future__ import annotations

from datetime import date
from enum import Enum
from typing import Any, Literal

import openai
import pydantic
import pytest
from pydantic import BaseModel

from migrator.verification.emulator import Emulator

MODEL = "gpt-4o"


class Kind(str, Enum):
    small = "small"
    large = "large"


class Place(BaseModel):
    city: str
    country: str | None
    kind: Kind


class Trip(BaseModel):
    title: str
    day: date
    nights: int
    price: float
    booked: bool
    mode: Literal["train", "boat"]
    places: list[Place]


class GetWeather(BaseModel):
    """Look the weather up."""

    city: str
    days: int


def user(text: str) -> Any:
    return [{"role": "user", "content": text}]


def parse_chat(client: openai.OpenAI, **arguments: Any) -> Any:
    """Call ``chat.completions.parse`` where this SDK keeps it."""
    stable = client.chat.completions
    return (stable if hasattr(stable, "parse") else client.beta.chat.completions).parse(**arguments)


def test_parse_gives_equal_objects(client: openai.OpenAI) -> None:
    chat = parse_chat(client, model=MODEL, messages=user("plan"), response_format=Trip)
    responses = client.responses.parse(model=MODEL, input=user("plan"), text_format=Trip)
    parsed = chat.choices[0].message.parsed
    assert isinstance(parsed, Trip)
    assert responses.output_parsed == parsed
    assert responses.output_text == chat.choices[0].message.content


def test_parse_refusal(client: openai.OpenAI) -> None:
    chat = parse_chat(client, model=MODEL, messages=user("[[refuse:no]]"), response_format=Trip)
    assert (chat.choices[0].message.parsed, chat.choices[0].message.refusal) == (None, "no")
    responses = client.responses.parse(model=MODEL, input="[[refuse:no]]", text_format=Trip)
    assert responses.output_parsed is None
    assert responses.output_text == ""


def test_parse_of_a_truncated_answer(client: openai.OpenAI) -> None:
    """Chat raises its own error, Responses a validation error: the handler dies with it."""
    with pytest.raises(openai.LengthFinishReasonError):
        parse_chat(client, model=MODEL, messages=user("[[truncate]]"), response_format=Trip)
    with pytest.raises(openai.ContentFilterFinishReasonError):
        parse_chat(client, model=MODEL, messages=user("[[filter]]"), response_format=Trip)
    with pytest.raises(pydantic.ValidationError):
        client.responses.parse(model=MODEL, input="[[truncate]]", text_format=Trip)


def test_parsed_tool_arguments(client: openai.OpenAI) -> None:
    tool: Any = openai.pydantic_function_tool(GetWeather)
    prompt = "[[call:GetWeather]]"
    chat = parse_chat(client, model=MODEL, messages=user(prompt), tools=[tool])
    (call,) = chat.choices[0].message.tool_calls
    assert isinstance(call.function.parsed_arguments, GetWeather)
    responses = client.responses.parse(model=MODEL, input=prompt, tools=[tool])
    (item,) = responses.output
    assert item.type == "function_call"
    assert item.parsed_arguments == call.function.parsed_arguments
    assert item.call_id == call.id


def test_nested_tool_helper_is_refused_by_create(client: openai.OpenAI) -> None:
    tool: Any = openai.pydantic_function_tool(GetWeather)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model=MODEL, input="x", tools=[tool])
    assert caught.value.param == "tools[0].name"


def test_structured_stream(client: openai.OpenAI) -> None:
    with client.responses.stream(model=MODEL, input="plan", text_format=Trip) as stream:
        done = [e.parsed for e in stream if e.type == "response.output_text.done"]
        final = stream.get_final_response().output_parsed
    assert done == [final]
    assert (
        final == client.responses.parse(model=MODEL, input="plan", text_format=Trip).output_parsed
    )


def test_raw_and_streaming_responses(emulator: Emulator, client: openai.OpenAI) -> None:
    raw = client.responses.with_raw_response.create(model=MODEL, input="hi")
    assert raw.headers["x-request-id"]
    assert raw.headers["x-ratelimit-remaining-requests"]
    text = raw.parse().output_text
    assert raw.parse()._request_id == raw.headers["x-request-id"]
    chat = client.chat.completions.with_raw_response.create(model=MODEL, messages=user("hi"))
    assert chat.parse().choices[0].message.content == text
    with client.responses.with_streaming_response.create(model=MODEL, input="hi") as streaming:
        assert text in streaming.read().decode()
    assert len(emulator.journal) == 3


def test_low_level_post(client: openai.OpenAI) -> None:
    body = {"model": MODEL, "input": "hi"}
    result: Any = client.post("/responses", cast_to=object, body=body)
    assert "output_text" not in result
    (item,) = result["output"]
    assert set(item) == {"id", "type", "status", "role", "content"}
    assert set(item["content"][0]) == {"type", "text", "annotations", "logprobs"}


def test_audio_answer(client: openai.OpenAI) -> None:
    chat = client.chat.completions.create(
        model="gpt-4o-audio-preview",
        messages=user("[[say:hello]]"),
        modalities=["text", "audio"],
        audio={"voice": "alloy", "format": "wav"},
    )
    message = chat.choices[0].message
    assert message.content is None
    assert message.audio is not None and message.audio.transcript == "hello"
