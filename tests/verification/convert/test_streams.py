"""The same conversation streamed on both endpoints: converted events are the chat chunks."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any

import openai
import pytest

from migrator._tables import API
from migrator.verification.convert import (
    ChatDelta,
    ChatView,
    GenerationFailed,
    ToolCallDelta,
    achat_deltas,
    chat_deltas,
    chunk_deltas,
    collect,
    convert_request,
    view_completion,
)

from .conversations import CONVERSATIONS, asked

USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def comparable(view: ChatView) -> ChatView:
    return dataclasses.replace(view, id="", service_tier=None)


def bare(deltas: list[ChatDelta]) -> list[ChatDelta]:
    """Return the deltas without invented ids and without the empty ones chat starts with."""
    cleaned = [dataclasses.replace(delta, id="", role=None) for delta in deltas]
    empty = ChatDelta("", "", 0)
    return [
        delta
        for delta in cleaned
        if dataclasses.replace(delta, model="", created=0, content=delta.content or None) != empty
    ]


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_both_endpoints_stream_the_same(name: str, client: openai.OpenAI) -> None:
    request = CONVERSATIONS[name]
    functions = "functions" in request
    chunks = list(client.chat.completions.create(**request, **USAGE))
    events = list(client.responses.create(**convert_request(request | USAGE)))
    expected = list(chunk_deltas(chunks))
    actual = list(chat_deltas(events, functions=functions))
    assert bare(actual) == bare(expected)
    assert actual[0].role == expected[0].role == "assistant"
    # The JSON on the wire gives the same as the SDK's objects.
    wire = [event.to_dict() for event in events]
    assert list(chat_deltas(wire, functions=functions)) == actual
    # A stream comes to what the plain answer says.
    whole = view_completion(client.chat.completions.create(**request))
    assert comparable(collect(actual)) == comparable(collect(expected)) == comparable(whole)


def test_asynchronous_streams(client: openai.OpenAI) -> None:
    events = list(client.responses.create(**convert_request(asked("hi") | USAGE)))

    async def slowly() -> AsyncIterator[Any]:
        for event in events:
            yield event

    async def gathered() -> list[ChatDelta]:
        return [delta async for delta in achat_deltas(slowly())]

    assert asyncio.run(gathered()) == list(chat_deltas(events))


@pytest.mark.parametrize(("mark", "status"), [("[[fail]]", "failed"), ("[[fail:error]]", "error")])
def test_failures_raise_after_what_was_said(client: openai.OpenAI, mark: str, status: str) -> None:
    stream = client.responses.create(**convert_request(asked(f"[[say:one two]]{mark}") | USAGE))
    said: list[ChatDelta] = []
    with pytest.raises(GenerationFailed, match="An error occurred") as caught:
        for delta in chat_deltas(stream):
            said.append(delta)
    assert (caught.value.status, caught.value.code) == (status, "server_error")
    assert said[0].role == "assistant"


@pytest.mark.parametrize("count", [0, 1, 5])
def test_a_stream_without_an_end_raises(client: openai.OpenAI, count: int) -> None:
    events = list(client.responses.create(**convert_request(asked("hi") | USAGE)))[:count]
    with pytest.raises(GenerationFailed, match="broke off") as caught:
        list(chat_deltas(events))
    assert caught.value.status == "ended"
    with pytest.raises(GenerationFailed):
        collect([])


# -- dialects of other servers --------------------------------------------------------------

ITEM = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": ""}
DONE = ITEM | {"arguments": '{"a": 1}'}
END = {
    "type": "response.completed",
    "response": {"status": "completed", "output": [DONE], "usage": None},
}
STARTS = ToolCallDelta(0, "", "call_1", "function", "f")


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


def calls(*events: Any) -> list[ToolCallDelta]:
    deltas = list(chat_deltas([*events, END]))
    assert deltas[-1].finish_reason == "tool_calls"
    return [delta.tool_call for delta in deltas if delta.tool_call is not None]


def test_items_without_ids_are_known_by_their_place() -> None:
    found = calls(
        event("output_item.added", output_index=1, item=ITEM),
        event("function_call_arguments.delta", output_index=1, delta='{"a"'),
        event("function_call_arguments.delta", output_index=1, delta=": 1}"),
        event("output_item.done", output_index=1, item=DONE),
    )
    assert found == [STARTS, ToolCallDelta(0, '{"a"'), ToolCallDelta(0, ": 1}")]


def test_calls_in_one_piece() -> None:
    whole = [dataclasses.replace(STARTS, arguments='{"a": 1}')]
    assert calls(event("output_item.done", output_index=0, item=DONE)) == whole
    assert calls(event("output_item.added", output_index=0, item=DONE)) == whole
    added = event("output_item.added", output_index=0, item=ITEM)
    assert calls(added, event("output_item.done", output_index=0, item=DONE)) == [
        STARTS,
        ToolCallDelta(0, '{"a": 1}'),
    ]


def test_indexes_count_calls_only() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": []}
    one, two = ITEM | {"id": "fc_1"}, ITEM | {"id": "fc_2", "call_id": "call_2"}
    found = calls(
        event("output_item.added", output_index=0, item=reasoning),
        event("output_item.added", output_index=1, item=one),
        event("output_item.added", output_index=2, item=two),
        event("function_call_arguments.delta", output_index=2, item_id="fc_2", delta="2"),
        event("function_call_arguments.delta", output_index=1, item_id="fc_1", delta="1"),
    )
    assert [(call.index, call.arguments) for call in found] == [
        (0, ""),
        (1, ""),
        (1, "2"),
        (0, "1"),
    ]


def test_events_that_say_nothing() -> None:
    silent = [
        event("reasoning_summary_text.delta", delta="hm"),
        event("output_item.added", item={"type": "message", "id": "m"}, output_index=0),
        event("function_call_arguments.delta", item_id="nobody", delta="x"),
        {"type": "keepalive"},
    ]
    assert calls(*silent) == []


def test_a_nested_error() -> None:
    error = {"type": "error", "error": {"code": "rate_limit_exceeded", "message": "slow down"}}
    with pytest.raises(GenerationFailed, match="slow down") as caught:
        list(chat_deltas([error]))
    assert caught.value.code == "rate_limit_exceeded"


def test_every_event_of_the_table_is_one_of_the_sdk() -> None:
    import typing

    from openai.types.responses import ResponseStreamEvent

    members = typing.get_args(typing.get_args(ResponseStreamEvent)[0])
    known = {typing.get_args(member.model_fields["type"].annotation)[0] for member in members}
    assert set(API["events"]["event"]) <= known
