"""Streams, what the server keeps, and whole programs: the emulator and a server not ours."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from migrator.config import Resolver
from migrator.verification.convert import chat_deltas, collect, convert_request, view_response
from migrator.verification.running import Options, verified

from .conftest import URL, Findings, Party
from .requests import CALL, HI, WEATHER, Body, assistant, system, tool, user

pytestmark = pytest.mark.servers

PROGRAM = """\
import sys

from openai import OpenAI

client = OpenAI()
messages = [{"role": "system", "content": "Be terse."}, {"role": "user", "content": "Say hi"}]
answer = client.chat.completions.create(
    model=sys.argv[1], messages=messages, temperature=0, max_tokens=24
)
print(answer.choices[0].message.content, answer.usage.prompt_tokens)
again = client.chat.completions.create(
    model=sys.argv[1],
    messages=[*messages, {"role": "assistant", "content": "hi"}, {"role": "user", "content": "ok"}],
    temperature=0,
    max_tokens=24,
)
print(again.choices[0].message.content, again.usage.completion_tokens)
"""
STREAMED: dict[str, Body] = {
    "text": {"messages": [HI], "max_tokens": 24},
    "call": {"messages": [HI], "tools": [WEATHER], "tool_choice": "required", "max_tokens": 120},
    "cut": {"messages": [user("Say something long [[truncate]]")], "max_tokens": 16},
}

# How much a model says is its own affair.
_ENDS = ("response.completed", "response.incomplete")


def types(events: list[Any]) -> list[str]:
    return [kind for kind, _ in groupby(event.type for event in events)]


@pytest.mark.parametrize("body", STREAMED.values(), ids=list(STREAMED))
def test_events(body: Body, server: Party, emulator: Party, findings: Findings) -> None:
    """The order of events is the emulator's, but for one that the third party leaves out."""
    runs = []
    for party in (server, emulator):
        request = convert_request({"model": party.model, "temperature": 0, **body})
        stream: Any = party.client.responses.create(**request, stream=True)
        runs.append(types(list(stream)))
    theirs, ours = ([kind for kind in run if kind not in _ENDS] for run in runs)
    left_out = "response.output_text.done"
    assert theirs == [kind for kind in ours if kind != left_out]
    if theirs != ours:
        findings.add(f"`{left_out}`", "sent", "not sent", "in the API reference; nothing needs it")


@pytest.mark.parametrize("body", STREAMED.values(), ids=list(STREAMED))
def test_deltas(body: Body, server: Party) -> None:
    """A stream read through the converter says what the chat stream says, and the plain answer."""
    chat: Body = {"model": server.model, "temperature": 0, **body}
    request = convert_request(chat)
    events: Any = server.client.responses.create(**request, stream=True)
    streamed = collect(chat_deltas(events))
    plain = view_response(server.client.responses.create(**request))
    calls = [(call.name, call.arguments) for call in streamed.tool_calls or ()]
    assert (streamed.content or "") == (plain.content or "")
    assert calls == [(call.name, call.arguments) for call in plain.tool_calls or ()]
    assert streamed.finish_reason == plain.finish_reason
    chunks: list[ChatCompletionChunk] = list(
        server.client.chat.completions.create(**chat, stream=True)
    )
    texts = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(texts) == (streamed.content or "")


def chained(party: Party, *before: Body) -> tuple[object, object]:
    """Return what is said after a chain, and after the whole list sent again; with tokens read."""
    more: Any = {"model": party.model, "temperature": 0}
    first = party.client.responses.create(input=[*before], max_output_tokens=24, **more)
    second = party.client.responses.create(
        input="And again", previous_response_id=first.id, max_output_tokens=24, **more
    )
    turns: Any = [*before, assistant(first.output_text), user("And again")]
    chat = party.client.chat.completions.create(messages=turns, max_tokens=24, **more)
    assert chat.usage is not None and second.usage is not None
    return (
        (second.output_text, second.usage.input_tokens),
        (chat.choices[0].message.content, chat.usage.prompt_tokens),
    )


def test_a_chain_is_the_whole_list(server: Party, emulator: Party, findings: Findings) -> None:
    """What `previous_response_id` continues is what the chat program sends again."""
    for party in (server, emulator):
        chain, whole = chained(party, HI)
        assert chain == whole
    chain, whole = chained(emulator, system("Be terse."), HI)
    assert chain == whole
    chain, whole = chained(server, system("Be terse."), HI)
    assert chain != whole, "it remembers by now: compare it above"
    findings.add(
        "system item of an earlier turn", "carried on by the chain", "forgotten",
        "OpenAI documents that `instructions` are not carried on, and keeps items;"
        " llama-stack treats system items like instructions",
    )  # fmt: skip


@pytest.mark.parametrize("which", ["server", "emulator"])
def test_a_chain_of_tool_calls(which: str, request: pytest.FixtureRequest) -> None:
    party: Party = request.getfixturevalue(which)
    create = party.client.responses.create
    whole = convert_request(
        {"messages": [HI, assistant(None, tool_calls=[CALL]), tool("call_1", "sunny")],
         "model": party.model, "temperature": 0, "max_tokens": 24, "tools": [WEATHER]}
    )  # fmt: skip
    items = whole.pop("input")
    at_once = create(input=items, **whole)
    # The last item by itself, after a conversation that holds the others.
    conversation = party.client.conversations.create(items=items[:-1])
    in_two = create(input=items[-1:], conversation=conversation.id, **whole)
    assert at_once.output_text == in_two.output_text


def refused(party: Party, **body: Any) -> int:
    status, _ = party.send("/responses", {"max_output_tokens": 16, "input": "x", **body})
    return status


def test_what_is_not_there(server: Party, emulator: Party, findings: Findings) -> None:
    """Both refuse; the status differs where the API is known to answer 400."""
    nobody = "0" * 48
    cases = {
        "unknown previous_response_id": {"previous_response_id": f"resp_{nobody}"},
        "unknown conversation": {"conversation": f"conv_{nobody}"},
    }
    ids = {
        party.name: party.client.responses.create(
            model=party.model, input="x", store=False, max_output_tokens=16
        ).id
        for party in (server, emulator)
    }
    seen = {
        name: (refused(emulator, **body), refused(server, **body)) for name, body in cases.items()
    }
    seen["previous_response_id that was not stored"] = (
        refused(emulator, previous_response_id=ids["emulator"]),
        refused(server, previous_response_id=ids["server"]),
    )
    for name, (ours, theirs) in seen.items():
        assert ours in (400, 404) and theirs in (400, 404), name
        if ours != theirs:
            why = "OpenAI answers 400 `previous_response_not_found`"
            findings.add(name, str(ours), str(theirs), why)
    assert seen["unknown conversation"] == (404, 404)


def test_a_program(server: Party, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`migrator verify run --base-url`: the proof that users get, against a server not ours."""
    (tmp_path / "main.py").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setenv("OPENAI_API_KEY", "unused")
    command = [sys.executable, "main.py", server.model]
    with verified(Options(command, tmp_path, base_url=URL), Resolver()) as result:
        assert result.before is not None and result.after is not None
        assert result.before.exit == 0, result.before.stderr
        assert result.comparison.differences == []
    assert [request.endpoint for request in result.before.requests] == ["chat", "chat"]
    assert [request.endpoint for request in result.after.requests] == ["responses", "responses"]


def test_errors_have_the_sdk_type(server: Party, emulator: Party) -> None:
    for party in (server, emulator):
        with pytest.raises(openai.BadRequestError):
            party.client.responses.create(model=party.model, input="x", max_output_tokens=15)
