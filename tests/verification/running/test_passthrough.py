"""A server behind the recording pass-through: seen is what the emulator itself would see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from migrator.verification.emulator import Emulator
from migrator.verification.running import CannotRun, PassThrough, compare, requests_of
from migrator.verification.running.observation import Observation

from .conftest import Programs

HI: list[Any] = [{"role": "user", "content": "hi"}]


@pytest.fixture(scope="module")
def real() -> Iterator[Emulator]:
    with Emulator() as server:
        yield server


@pytest.fixture
def passing(real: Emulator) -> Iterator[PassThrough]:
    real.reset()
    with PassThrough(real.base_url) as server:
        yield server


@pytest.fixture
def client(passing: PassThrough) -> openai.OpenAI:
    url = passing.environment()["OPENAI_BASE_URL"]
    return openai.OpenAI(base_url=url, api_key="test", max_retries=0)


def test_the_same_is_seen(real: Emulator, passing: PassThrough, client: openai.OpenAI) -> None:
    """Chains, conversations, streams, refused requests and plain look-ups."""
    client.chat.completions.create(model="gpt-4o", messages=HI, metadata={"a": "b"})
    list(client.chat.completions.create(model="gpt-4o", messages=HI, stream=True))
    first = client.responses.create(model="gpt-4o", input="a")
    events = list(
        client.responses.create(
            model="gpt-4o", input="b", stream=True, previous_response_id=first.id
        )
    )
    last: Any = events[-1]
    client.responses.create(
        model="gpt-4o", previous_response_id=last.response.id, input=[first.output[0].to_dict()]
    )
    talks = hasattr(client, "conversations")  # not in the oldest SDK
    if talks:
        talk = client.conversations.create(items=[{"role": "user", "content": "before"}])
        for text in "cd":
            client.responses.create(model="gpt-4o", input=text, conversation=talk.id)
    with pytest.raises(openai.BadRequestError):
        client.post("/responses", cast_to=object, body={"model": "gpt-4o", "messages": HI})
    client.responses.retrieve(first.id)
    one, other = requests_of(real.journal), requests_of(passing.entries())
    assert len(one) == len(other) == (10 if talks else 7)
    runs = [Observation(0, "", requests=tuple(each)) for each in (one, other)]
    assert compare(*runs).differences == []
    assert [r.streamed for r in one] == [r.streamed for r in other]
    assert [r.store for r in one[:5]] == [r.store for r in other[:5]]


def test_azure(real: Emulator, passing: PassThrough) -> None:
    client = openai.AzureOpenAI(
        azure_endpoint=passing.environment()["AZURE_OPENAI_ENDPOINT"],
        api_key="test", api_version="2025-04-01-preview", max_retries=0,
    )  # fmt: skip
    client.chat.completions.create(model="my-model", messages=HI)
    client.responses.create(model="my-model", input=HI)
    assert requests_of(passing.entries()) == requests_of(real.journal)
    one, other = requests_of(passing.entries())
    assert one.meaning == other.meaning


def test_status_and_text_come_through(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError, match="Rate limit"):
        client.responses.create(model="gpt-4o", input="[[error:429]]")


def test_a_stream_that_breaks_off(passing: PassThrough, client: openai.OpenAI) -> None:
    with pytest.raises(Exception, match="onnection"):
        list(client.responses.create(model="gpt-4o", input="[[fail:drop]]", stream=True))
    with pytest.raises(CannotRun, match="was lost"):
        passing.check()


def test_a_run(real: Emulator, programs: Programs) -> None:
    programs.write("print(ask('a'))\nprint(ask('b'))")
    status, out, err = programs.verify("--base-url", real.base_url)
    assert status == 0, out + err
    assert f" against {real.base_url}: " in out
