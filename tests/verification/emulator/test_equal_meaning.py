"""Equal meaning on both endpoints: equal text, calls, usage and digest."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from meaning_pairs import PAIRS
from openai.types.chat import ChatCompletion
from openai.types.responses import Response
from tool_pairs import HI, flat, nested

from migrator.verification.emulator import Emulator


def skip_unless(since: tuple[int, int]) -> None:
    have = tuple(int(part) for part in openai.__version__.split(".")[:2])
    if have < since:
        pytest.skip(f"openai {openai.__version__} does not know this shape")


def said_by_chat(result: ChatCompletion) -> dict[str, Any]:
    (choice,) = result.choices
    message = choice.message
    calls = [c.to_dict() for c in message.tool_calls or []]
    if message.function_call:
        calls = [{"type": "function", "function": message.function_call.to_dict()}]
    assert result.usage is not None
    return {
        "text": message.content or "",
        "refusal": message.refusal,
        "calls": [
            (c[c["type"]]["name"], c[c["type"]].get("arguments", c[c["type"]].get("input")))
            for c in calls
        ],
        "ids": [c["id"] for c in calls if "id" in c],
        "cut": choice.finish_reason
        if choice.finish_reason in ("length", "content_filter")
        else None,
        "usage": (
            result.usage.prompt_tokens,
            result.usage.completion_tokens,
            result.usage.total_tokens,
        ),
    }


def said_by_responses(result: Response) -> dict[str, Any]:
    output = [entry.to_dict() for entry in result.output]
    calls = [entry for entry in output if str(entry["type"]).endswith("_call")]
    refusals = [
        part["refusal"]
        for entry in output
        if entry["type"] == "message"
        for part in entry["content"]
        if part["type"] == "refusal"
    ]
    why = result.incomplete_details.reason if result.incomplete_details else None
    assert result.usage is not None
    return {
        "text": result.output_text,
        "refusal": refusals[0] if refusals else None,
        "calls": [(c["name"], c.get("arguments", c.get("input"))) for c in calls],
        "ids": [c["call_id"] for c in calls],
        "cut": "length" if why == "max_output_tokens" else why,
        "usage": (
            result.usage.input_tokens,
            result.usage.output_tokens,
            result.usage.total_tokens,
        ),
    }


@pytest.mark.parametrize("name", PAIRS)
def test_both_endpoints_say_the_same(name: str, emulator: Emulator, client: openai.OpenAI) -> None:
    pair = PAIRS[name]
    skip_unless(pair.since)
    chat = client.post(
        "/chat/completions", cast_to=ChatCompletion, body={"model": pair.model, **pair.chat}
    )
    responses = client.post(
        "/responses", cast_to=Response, body={"model": pair.model, **pair.responses}
    )
    one, two = emulator.journal
    assert one.conversation is not None and two.conversation is not None
    assert one.conversation.to_json() == two.conversation.to_json()
    assert one.conversation.digest == two.conversation.digest
    expected = said_by_chat(chat)
    actual = said_by_responses(responses)
    if "functions" in pair.chat:
        expected["ids"] = actual["ids"]  # the legacy shape has none
    assert actual == expected


def test_delivery_is_recorded_apart(emulator: Emulator, client: openai.OpenAI) -> None:
    for labels in ({}, {"store": True, "metadata": {"k": "v"}, "user": "u"}):
        client.post(
            "/responses", cast_to=Response, body={"model": "gpt-4o", "input": "hi", **labels}
        )
    plain, labelled = emulator.journal
    assert plain.conversation == labelled.conversation
    assert plain.delivery is not None and labelled.delivery is not None
    assert (plain.store, plain.delivery.store) == (True, None)
    assert labelled.delivery.to_json() == {
        "store": True,
        "stream": False,
        "labels": {"metadata": {"k": "v"}, "user": "u"},
    }


def test_strictness_the_server_invents_shows(emulator: Emulator, client: openai.OpenAI) -> None:
    """Omitting ``strict`` is a change of meaning on the Responses API."""
    chat = client.post(
        "/chat/completions",
        cast_to=ChatCompletion,
        body={"model": "gpt-4o", "messages": HI, "tools": [nested()], "tool_choice": "required"},
    )
    tool = flat()
    del tool["strict"]
    responses = client.post(
        "/responses",
        cast_to=Response,
        body={"model": "gpt-4o", "input": HI, "tools": [tool], "tool_choice": "required"},
    )
    assert said_by_chat(chat)["calls"] != said_by_responses(responses)["calls"]
    echoed = responses.tools[0].to_dict()
    assert echoed["strict"] is True
    assert echoed["parameters"]["required"] == ["city", "unit"]
    assert echoed["parameters"]["additionalProperties"] is False


def test_incompatible_schema_falls_back_to_non_strict(client: openai.OpenAI) -> None:
    open_schema = {"type": "object", "properties": {}, "additionalProperties": True}
    result = client.post(
        "/responses",
        cast_to=Response,
        body={
            "model": "gpt-4o",
            "input": "hi",
            "tools": [{"type": "function", "name": "f", "parameters": open_schema}],
        },
    )
    assert result.tools[0].to_dict()["strict"] is False
    assert result.tools[0].to_dict()["parameters"] == open_schema
