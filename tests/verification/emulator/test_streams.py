"""Streams as the SDK reads them: raw events, helpers, and every way to end."""

from __future__ import annotations

from typing import Any

import openai
import pytest
from openai.types.responses import Response

from migrator.verification.emulator import Emulator

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
FLAT = [
    {"type": "function", "name": name, "parameters": PARAMETERS, "strict": False}
    for name in ("a", "b")
]
NESTED = [
    {"type": "function", "function": {"name": name, "parameters": PARAMETERS}}
    for name in ("a", "b")
]
MODEL = "gpt-4o"
TEXT_EVENTS = [
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.output_text.delta",
    "response.output_text.done",
    "response.content_part.done",
    "response.output_item.done",
    "response.completed",
]


def events_of(client: openai.OpenAI, prompt: str, **more: Any) -> list[Any]:
    body = {"model": MODEL, "input": prompt, **more}
    return list(client.responses.create(**body, stream=True))


def chunks_of(client: openai.OpenAI, prompt: str, **more: Any) -> list[Any]:
    messages = [{"role": "user", "content": prompt}]
    body = {"model": MODEL, "messages": messages, **more}
    return list(client.chat.completions.create(**body, stream=True))


def kinds(events: list[Any]) -> list[str]:
    """The event types, runs of the same type told once."""
    found: list[str] = []
    for event in events:
        if not found or found[-1] != event.type:
            found.append(event.type)
    return found


def final(events: list[Any]) -> Response:
    response = events[-1].response
    assert isinstance(response, Response)
    return response


def test_text_events(client: openai.OpenAI) -> None:
    events = events_of(client, "hi")
    assert kinds(events) == TEXT_EVENTS
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = [event for event in events if event.type == "response.output_text.delta"]
    assert "".join(event.delta for event in deltas) == final(events).output_text
    item = final(events).output[0]
    places = {(event.item_id, event.output_index, event.content_index) for event in deltas}
    assert places == {(item.id, 0, 0)}
    created = events[0].response
    assert (created.status, created.output, created.usage) == ("in_progress", [], None)
    assert final(events).status == "completed"


def test_stream_and_plain_answer_agree(client: openai.OpenAI) -> None:
    plain = client.responses.create(model=MODEL, input="hi")
    streamed = final(events_of(client, "hi"))
    assert streamed.output_text == plain.output_text
    assert streamed.usage == plain.usage
    chat = client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "hi"}])
    chunks = chunks_of(client, "hi", stream_options={"include_usage": True})
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == chat.choices[0].message.content == plain.output_text
    assert chunks[-1].choices == [] and chunks[-1].usage == chat.usage


def test_reasoning_comes_first(client: openai.OpenAI) -> None:
    if openai.VERSION < "2":
        pytest.skip("openai 1.66 cannot read today's reasoning items in a stream")
    reasoning = {"summary": "auto"}
    events = events_of(client, "hi", model="o4-mini", reasoning=reasoning)
    assert [item.type for item in final(events).output] == ["reasoning", "message"]
    indexes = {e.output_index for e in events if e.type == "response.output_text.delta"}
    assert indexes == {1}
    seen = kinds(events)
    assert seen.index("response.reasoning_summary_text.delta") < seen.index(
        "response.output_text.delta"
    )
    done = [e for e in events if e.type == "response.reasoning_summary_text.done"]
    assert done[0].text == final(events).output[0].summary[0].text


def test_tool_call_events(client: openai.OpenAI) -> None:
    events = events_of(client, "[[call:a,b]]", tools=FLAT)
    one_call = [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ]
    assert kinds(events) == [*TEXT_EVENTS[:2], *one_call, *one_call, "response.completed"]
    by_item: dict[str, str] = {}
    for event in events:
        if event.type == "response.function_call_arguments.delta":
            by_item[event.item_id] = by_item.get(event.item_id, "") + event.delta
    calls = final(events).output
    assert {call.id: call.arguments for call in calls} == by_item
    added = [event.item for event in events if event.type == "response.output_item.added"]
    assert [(item.name, item.arguments) for item in added] == [("a", ""), ("b", "")]
    assert [item.call_id for item in added] == [call.call_id for call in calls]


def test_responses_helper(client: openai.OpenAI) -> None:
    with client.responses.stream(model=MODEL, input="hi") as stream:
        texts = [event.snapshot for event in stream if event.type == "response.output_text.delta"]
        response = stream.get_final_response()
    assert texts[-1] == response.output_text
    with client.responses.stream(model=MODEL, input="[[call:a,b]]", tools=FLAT) as stream:
        calls = stream.get_final_response().output
    assert [call.name for call in calls] == ["a", "b"]


@pytest.mark.parametrize("mark", ["truncate", "filter", "fail"])
def test_responses_helper_has_no_final_response(mark: str, client: openai.OpenAI) -> None:
    helper = client.responses.stream(model=MODEL, input=f"[[{mark}]]")
    with helper as stream, pytest.raises(RuntimeError):
        stream.get_final_response()


def test_chat_chunks(client: openai.OpenAI) -> None:
    chunks = chunks_of(client, "hi")
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert (deltas[0].role, deltas[0].content) == ("assistant", "")
    assert all(delta.role is None for delta in deltas[1:])
    assert [chunk.choices[0].finish_reason for chunk in chunks][-2:] == [None, "stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_chat_tool_chunks(client: openai.OpenAI) -> None:
    calls: dict[int, dict[str, str]] = {}
    chunks = chunks_of(client, "[[call:a,b]]", tools=NESTED)
    for chunk in chunks:
        for part in chunk.choices[0].delta.tool_calls or []:
            entry = calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
            entry["id"] += part.id or ""
            entry["name"] += part.function.name or ""
            entry["arguments"] += part.function.arguments or ""
    plain = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "[[call:a,b]]"}],
        tools=NESTED,  # type: ignore[arg-type]
    )
    expected = [
        {"id": c.id, "name": c.function.name, "arguments": c.function.arguments}  # type: ignore
        for c in plain.choices[0].message.tool_calls or []
    ]
    assert list(calls.values()) == expected
    assert chunks[-1].choices[0].finish_reason == "tool_calls"


def test_chat_helper(client: openai.OpenAI) -> None:
    if not hasattr(client.chat.completions, "stream"):
        helper: Any = client.beta.chat.completions.stream
    else:
        helper = client.chat.completions.stream
    messages = [{"role": "user", "content": "[[call:a,b]]"}]
    with helper(model=MODEL, messages=messages, tools=NESTED) as stream:
        done = [e.name for e in stream if e.type == "tool_calls.function.arguments.done"]
        message = stream.get_final_completion().choices[0].message
    assert done == ["a", "b"] == [call.function.name for call in message.tool_calls]
    with helper(model=MODEL, messages=[{"role": "user", "content": "hi"}]) as stream:
        assert stream.get_final_completion().choices[0].message.content


def test_refusal(client: openai.OpenAI) -> None:
    events = events_of(client, "[[refuse:no way]]")
    deltas = [event.delta for event in events if event.type == "response.refusal.delta"]
    assert "".join(deltas) == "no way"
    assert final(events).output_text == ""
    assert "response.output_text.delta" not in kinds(events)
    chunks = chunks_of(client, "[[refuse:no way]]")
    assert "".join(chunk.choices[0].delta.refusal or "" for chunk in chunks) == "no way"
    assert not any(chunk.choices[0].delta.content for chunk in chunks)


@pytest.mark.parametrize(
    ("mark", "reason", "finish"),
    [("truncate", "max_output_tokens", "length"), ("filter", "content_filter", "content_filter")],
)
def test_cut_short(mark: str, reason: str, finish: str, client: openai.OpenAI) -> None:
    events = events_of(client, f"[[{mark}]]")
    assert events[-1].type == "response.incomplete"
    response = final(events)
    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == reason
    assert response.output[0].status == "incomplete"  # type: ignore[union-attr]
    chunks = chunks_of(client, f"[[{mark}]]")
    assert chunks[-1].choices[0].finish_reason == finish
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == response.output_text != ""


def test_cut_call_is_not_executable(client: openai.OpenAI) -> None:
    response = final(events_of(client, "[[call:a]] [[truncate]]", tools=FLAT))
    (item,) = response.output
    assert (item.type, item.status) == ("function_call", "incomplete")
    assert item.arguments.startswith('{"city": ') and not item.arguments.endswith("}")
    chunks = chunks_of(client, "[[call:a]] [[truncate]]", tools=NESTED)
    assert chunks[-1].choices[0].finish_reason == "length"


def test_failure_in_mid_stream(client: openai.OpenAI) -> None:
    events = events_of(client, "[[fail]]")
    assert kinds(events)[-2:] == ["response.output_text.delta", "response.failed"]
    response = final(events)
    assert response.status == "failed"
    assert response.error is not None and response.error.code == "server_error"
    assert response.usage is None
    with pytest.raises(openai.APIError, match="An error occurred"):
        chunks_of(client, "[[fail]]")


def test_error_event(client: openai.OpenAI) -> None:
    if openai.VERSION < "2":
        pytest.skip("this SDK hides the error event in an event of another type")
    last = events_of(client, "[[fail:error]]")[-1]
    assert (last.type, last.code, last.param) == ("error", "server_error", None)
    assert last.message.startswith("An error occurred")


def test_dropped_connection(client: openai.OpenAI) -> None:
    for read in (events_of, chunks_of):
        with pytest.raises(Exception, match=r"(?i)peer closed|incomplete|connection"):
            read(client, "[[fail:drop]]")


def test_error_before_the_first_byte(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError):
        events_of(client, "[[error:429]]")
    with pytest.raises(openai.InternalServerError):
        chunks_of(client, "[[error:500]]")


def test_failure_without_a_stream(client: openai.OpenAI) -> None:
    response = client.responses.create(model=MODEL, input="[[fail]]")
    assert (response.status, response.output_text, response.usage) == ("failed", "", None)
    with pytest.raises(openai.InternalServerError):
        client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "[[fail]]"}]
        )


def test_citations(client: openai.OpenAI) -> None:
    events = events_of(client, "[[cite:https://x.test/a]]")
    added = [e for e in events if e.type == "response.output_text.annotation.added"]
    assert len(added) == 1
    chat = client.chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "[[cite:https://x.test/a]]"}]
    )
    (nested,) = chat.choices[0].message.annotations or []
    flat = final(events).output[0].content[0].annotations[0]  # type: ignore[union-attr]
    assert (flat.type, flat.url) == ("url_citation", "https://x.test/a")
    assert nested.url_citation.url == flat.url
    assert nested.url_citation.end_index == flat.end_index > 0


def test_logprobs(client: openai.OpenAI) -> None:
    if openai.VERSION < "2":
        pytest.skip("not in this SDK's types")
    include = ["message.output_text.logprobs"]
    events = events_of(client, "hi", include=include, top_logprobs=2)
    streamed = [e.logprobs[0] for e in events if e.type == "response.output_text.delta"]
    kept = final(events).output[0].content[0].logprobs  # type: ignore[union-attr]
    chat = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": "hi"}],
        logprobs=True,
        top_logprobs=2,
    )
    scores = chat.choices[0].logprobs
    assert scores is not None and scores.content is not None
    assert [(s.token, s.logprob) for s in scores.content] == [(s.token, s.logprob) for s in kept]
    assert [s.token for s in streamed] == [s.token for s in kept]
    assert len(kept[0].top_logprobs) == 2


def test_legacy_function_stream(client: openai.OpenAI) -> None:
    functions = [tool["function"] for tool in NESTED]
    chunks = chunks_of(client, "[[call:b]]", functions=functions)
    name = "".join(
        c.choices[0].delta.function_call.name or ""
        for c in chunks
        if c.choices[0].delta.function_call
    )
    assert name == "b"
    assert chunks[-1].choices[0].finish_reason == "function_call"


async def _async_roundtrip(base_url: str) -> tuple[str, str]:
    async with openai.AsyncOpenAI(base_url=base_url, api_key="test") as client:
        text = ""
        async for event in await client.responses.create(model=MODEL, input="hi", stream=True):
            text += event.delta if event.type == "response.output_text.delta" else ""
        chat = ""
        async for chunk in await client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "hi"}], stream=True
        ):
            chat += chunk.choices[0].delta.content or ""
    return text, chat


def test_async_clients(emulator: Emulator) -> None:
    import asyncio

    text, chat = asyncio.run(_async_roundtrip(emulator.base_url))
    assert text == chat != ""
    assert [entry.streamed for entry in emulator.journal] == [True, True]
