"""What a draw says, whichever endpoint gave it."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.verification.comparing.reading import Reading, read, read_recorded, renamed, said
from migrator.verification.replay.model import Failure, Side
from migrator.verification.samples import Answer

from .runs import CHAT, WEATHER, Drawn, completion, error, exchange, message_item, response

TOOLS = {**CHAT, "tools": [WEATHER]}
PARIS = ("get_weather", {"city": "Paris"})


def reading(side: Side, drawn: Drawn, request: dict[str, Any] = CHAT) -> Reading:
    return read(exchange("one", side, 0, drawn), request)


@pytest.mark.parametrize(
    ("chat", "responses"),
    [
        (completion("hello"), response("hello")),
        (completion(calls=[PARIS]), response(calls=[PARIS])),
        (completion("cut", finish="length"), response("cut", status="incomplete")),
        (error(400, "bad", "messages[0].content"), error(400, "bad", "input[0].content")),
        (error(400, "bad", "max_tokens"), error(400, "bad", "max_output_tokens")),
        (error(500), response(status="failed", error={"code": "server_error", "message": "no"})),
    ],
)
def test_equal_meaning_has_equal_signatures(chat: Drawn, responses: Drawn) -> None:
    one, other = reading("chat", chat, TOOLS), reading("responses", responses, TOOLS)
    assert one.signature() == other.signature()
    assert said(one, TOOLS) == said(other, TOOLS)


@pytest.mark.parametrize(
    ("chat", "responses"),
    [
        (completion("hello"), response("", status="incomplete")),
        (completion("hello"), response(calls=[PARIS])),
        (completion(calls=[PARIS]), response(calls=[PARIS, PARIS])),
        (completion(calls=[PARIS]), response(calls=[("get_weather", {})])),
        (completion("hello"), response("hello", usage=None)),
        (completion("hello"), error(400)),
        (error(400, "one"), error(400, "two")),
        (error(400), error(404)),
        (completion(None, refusal="no"), response("no")),
    ],
)
def test_what_a_program_can_branch_on_is_in_the_signature(chat: Drawn, responses: Drawn) -> None:
    assert (
        reading("chat", chat, TOOLS).signature()
        != reading("responses", responses, TOOLS).signature()
    )


@pytest.mark.parametrize("kind", ["rate-limited", "unreachable", "lost"])
def test_accidents_say_nothing(kind: Any) -> None:
    assert not reading("chat", Failure(kind, "gone")).usable


@pytest.mark.parametrize("kind", ["server", "broken", "malformed"])
def test_failures_are_the_server_s(kind: Any) -> None:
    assert reading("chat", Failure(kind, "gone")).state == "failed"


@pytest.mark.parametrize(
    "body", [{}, {"choices": []}, {"output": 3}, {"choices": [{"message": {"tool_calls": [{}]}}]}]
)
@pytest.mark.parametrize("side", ["chat", "responses"])
def test_answers_of_another_shape_are_failures(side: Side, body: dict[str, Any]) -> None:
    found = reading(side, Answer(200, body))
    assert found.state == "failed" and found.view is None and found.why


def test_streams_are_read_to_the_end() -> None:
    chunk = {"id": "c", "model": "m", "created": 1, "object": "chat.completion.chunk"}
    chunks = (
        {**chunk, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hel"}}]},
        {**chunk, "choices": [{"index": 0, "delta": {"content": "lo"}, "finish_reason": "stop"}]},
        {
            **chunk,
            "choices": [],
            "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
        },
    )
    body = response("hello").body
    assert body is not None
    events = (
        {"type": "response.created", "response": {**body, "status": "in_progress", "output": []}},
        {
            "type": "response.output_text.delta",
            "item_id": "m",
            "output_index": 0,
            "content_index": 0,
            "delta": "hello",
        },
        {"type": "response.completed", "response": body},
    )
    one = reading("chat", Answer(200, events=chunks))
    other = reading("responses", Answer(200, events=events))
    assert one.signature() == other.signature() and said(one, CHAT) == said(other, CHAT) == "hello"
    assert other.final == body
    assert reading("chat", Answer(200, events=chunks[:1])).state == "failed"


def test_a_forced_call_ends_either_way() -> None:
    one = reading("chat", completion(calls=[PARIS], finish="stop"), TOOLS)
    other = reading("responses", response(calls=[PARIS]), TOOLS)
    assert one.signature() != other.signature()
    assert one.signature(forced=True) == other.signature(forced=True)


def test_commentary_is_no_answer() -> None:
    items = [
        message_item("let me see", phase="commentary"),
        message_item("42", phase="final_answer"),
    ]
    found = reading("responses", response(items=items))
    assert said(found, CHAT) == "42"
    assert found.view is not None and found.view.content == "let me see42"


def test_json_is_said_in_one_spelling() -> None:
    request = {**CHAT, "response_format": {"type": "json_object"}}
    one = reading("chat", completion('{"a": 1, "b": 2}'), request)
    other = reading("responses", response('{"b":2,"a":1}'), request)
    assert said(one, request) == said(other, request)
    assert said(one, CHAT) != said(other, CHAT)


def test_recorded_answers() -> None:
    assert read_recorded(completion("x"), CHAT).state == "stop"
    assert read_recorded(Answer(429, {"error": "no object"}), CHAT).state == "refused"
    assert read_recorded(Answer(503), CHAT).state == "failed"


def test_renamed_parameters() -> None:
    assert renamed("messages[0].content[1].text") == "input"
    assert renamed("temperature") == "temperature"
    assert renamed(None) is None
