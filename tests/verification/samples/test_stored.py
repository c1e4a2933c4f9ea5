"""Stored completions, read back from the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from migrator.verification.emulator import Emulator
from migrator.verification.replay.errors import CannotReplay
from migrator.verification.replay.target import Target
from migrator.verification.samples.stored import stored_samples

TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


@pytest.fixture
def server() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


def target(server: Emulator, key: str = "x") -> Target:
    urls: Any = {"chat": server.base_url, "responses": server.base_url}
    return Target("test", urls, {"authorization": f"Bearer {key}"})


def test_stored(server: Emulator) -> None:
    client = openai.OpenAI(base_url=server.base_url, api_key="x", max_retries=0)
    asked: list[Any] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
    ]
    made = client.chat.completions.create(
        model="gpt-4o", messages=asked, store=True, temperature=0.5, metadata={"a": "b"}
    )
    for number in range(3):
        client.chat.completions.create(
            model="gpt-4o-mini", messages=[{"role": "user", "content": str(number)}], store=True
        )
    client.chat.completions.create(model="gpt-4o", messages=asked)
    found = {each.id: each for each in stored_samples(target(server), 100)}
    assert len(found) == 4
    sample = found[f"stored-{made.id}"]
    assert sample.model == "gpt-4o" and sample.source == "stored"
    assert [each["role"] for each in sample.body["messages"]] == ["system", "user"]
    assert sample.recorded is not None and sample.recorded.body is not None
    assert sample.recorded.body["choices"] == made.to_dict()["choices"]
    assert len(list(stored_samples(target(server), 2))) == 2
    only = list(stored_samples(target(server), 9, "gpt-4o-mini"))
    assert {each.model for each in only} == {"gpt-4o-mini"}


def test_refused(server: Emulator) -> None:
    with pytest.raises(CannotReplay, match="HTTP 401: "):
        list(stored_samples(target(server, "invalid"), 2))
    server.stop()
    with pytest.raises(CannotReplay):
        list(stored_samples(target(server), 2))
