"""Samples replayed on a server that is not ours: recorded there, sent to both endpoints, equal."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from migrator.verification.convert import (
    chat_deltas,
    chunk_deltas,
    collect,
    view_completion,
    view_response,
)
from migrator.verification.replay import Exchange, load_run
from migrator.verification.replay.planning import Limits
from migrator.verification.replay.session import Options, replay
from migrator.verification.replay.target import Wanted, target_of
from migrator.verification.samples import Sample
from migrator.verification.samples.recording import record
from tests.verification.replay.conftest import Ear

from .conftest import Party
from .requests import WEATHER, system, user

pytestmark = pytest.mark.servers

ASKED: list[dict[str, Any]] = [
    {"messages": [user("Say hi")]},
    {"messages": [system("Be terse."), user("Say hi")], "stream": True},
    {"messages": [user("What is the weather in Paris?")], "tools": [WEATHER]},
    {"messages": [user("Weather, please")], "tools": [WEATHER], "stream": True},
    {"messages": [user("Say hi")], "temperature": 7},
    {"messages": [user("And now")], "max_tokens": 20},
]
PROGRAM = """
import json, sys, openai
client = openai.OpenAI(api_key="unused", max_retries=0)
for body in json.loads(sys.argv[1]):
    try:
        answer = client.chat.completions.create(**body)
        list(answer) if body.get("stream") else answer
    except openai.APIStatusError:
        pass
"""


def said(exchange: Exchange) -> Any:
    """Return what a program reads, or why it reads nothing."""
    if exchange.failure is not None or exchange.answer is None:
        return exchange.failure and exchange.failure.kind
    answer, chat = exchange.answer, exchange.side == "chat"
    if answer.events is not None:
        view = collect((chunk_deltas if chat else chat_deltas)(answer.events))
    else:
        view = (view_completion if chat else view_response)(answer.body)
    calls = [(each.name, each.arguments) for each in view.tool_calls or ()]
    return view.content or None, calls, view.finish_reason


def test_recorded_and_replayed(server: Party, tmp_path: Path) -> None:
    base = str(server.client.base_url)
    bodies = [{"model": server.model, "temperature": 0, "max_tokens": 30, **b} for b in ASKED]
    command = [sys.executable, "-c", PROGRAM, json.dumps(bodies)]
    recording = record(command, base, {**os.environ, "OPENAI_API_KEY": "unused"})
    assert recording.code == 0
    samples: list[Sample] = recording.samples
    assert len(samples) == len(ASKED)
    assert all(each.recorded is not None for each in samples)

    target = target_of(Wanted(base), {})
    journal = tmp_path / "journal.jsonl"
    options = Options(target, draws=2, limits=Limits(concurrency=2), journal=journal)
    result = replay(samples, options, Ear())
    assert result.stop is None and result.run.complete
    assert load_run(journal) == result.run
    for sample in samples:
        chat, responses = (
            [said(each) for each in result.run.of(sample.id, side)]
            for side in ("chat", "responses")
        )
        assert chat[0] == chat[1] == responses[0] == responses[1], sample.body
        for exchange in result.run.of(sample.id, "responses"):
            assert (exchange.first_token is not None) is (sample.stream and exchange.complete)
    assert said(result.run.of(samples[4].id, "chat")[0]) == "refused"
    assert replay(samples, options, Ear()).plan.requests == 0
