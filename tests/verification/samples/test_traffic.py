"""Which exchanges become samples, and with which answer."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from migrator.verification.samples.traffic import Caught, divided, sample_of, samples_of

BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
URL = "https://api.openai.com/v1/chat/completions"
ANSWER = {"id": "c", "choices": []}


def caught(status: int = 200, got: Any = ANSWER, **more: Any) -> Caught:
    sent = json.dumps(more.pop("body", BODY)).encode()
    data = got if isinstance(got, bytes) else json.dumps(got).encode()
    given = {"method": "POST", "url": URL, "headers": {}, **more}
    return Caught(given["method"], given["url"], sent, status, data, given["headers"])


def test_a_plain_answer() -> None:
    headers = {"Content-Type": "application/json", "Set-Cookie": "x", "openai-organization": "o"}
    found = sample_of(caught(headers=headers), "record")
    assert found is not None and found.recorded is not None
    assert found.body == BODY and found.recorded.body == ANSWER
    assert found.recorded.headers == {"content-type": "application/json"}


def test_compressed() -> None:
    found = sample_of(
        caught(
            got=gzip.compress(json.dumps(ANSWER).encode()), headers={"content-encoding": "gzip"}
        ),
        "record",
    )
    assert found is not None and found.recorded is not None and found.recorded.body == ANSWER
    # Some cassettes hold the body decoded, the header still there.
    found = sample_of(caught(headers={"content-encoding": "gzip"}), "cassette")
    assert found is not None and found.recorded is not None


@pytest.mark.parametrize(
    "data, whole",
    [
        (b'data: {"choices": []}\n\ndata: [DONE]\n\n', True),
        (b'data: {"choices": [{"finish_reason": "stop"}]}\r\n\r\n', True),
        (b': comment\n\ndata: {"choices":\ndata:  []}\n\ndata: [DONE]', True),
        (b'data: {"choices": []}\n\n', False),
        (b'data: {"choi\n\n', False),
        (b"", False),
    ],
)
def test_streams(data: bytes, whole: bool) -> None:
    found = sample_of(caught(got=data, body={**BODY, "stream": True}), "record")
    assert found is not None and found.stream
    assert (found.recorded is not None) is whole
    if found.recorded is not None:
        assert len(found.recorded.events or ()) == 1


@pytest.mark.parametrize("status", [0, 401, 429, 500, 503])
def test_answers_of_a_bad_day_are_not_kept(status: int) -> None:
    found = sample_of(caught(status, {"error": {}}), "record")
    assert found is not None and found.recorded is None


def test_the_best_answer_is_kept() -> None:
    tries = [caught(500), caught(400, {"error": {}}), caught(), caught(429), caught(404, {})]
    (found,) = samples_of(tries, "record")
    assert found.recorded is not None and found.recorded.body == ANSWER
    (refused,) = samples_of(tries[:2], "record")
    assert refused.recorded is not None and refused.recorded.status == 400


@pytest.mark.parametrize(
    "other",
    [
        {"url": "https://api.openai.com/v1/responses"},
        {"url": "https://api.openai.com/v1/chat/completions/abc"},
        {"method": "GET"},
        {"body": {"input": "hi"}},
        {"body": []},
    ],
)
def test_what_is_no_chat_request(other: dict[str, Any]) -> None:
    assert sample_of(caught(**other), "record") is None


def test_azure() -> None:
    url = "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1&key=2"
    found = sample_of(caught(url=url, body={"messages": []}), "record")
    assert found is not None
    assert found.url == "/openai/deployments/d/chat/completions?api-version=1"
    assert found.model == "d"


def test_names_are_stable_and_differ() -> None:
    one, again, other = (
        sample_of(caught(body=body), "record") for body in (BODY, BODY, {**BODY, "n": 1})
    )
    assert one is not None and again is not None and other is not None
    assert one.id == again.id != other.id


def test_other_vendors_are_left_out() -> None:
    hosts = ["api.openai.com", "x.openai.azure.com", "127.0.0.1:80", "a.corp", "api.groq.com"]
    found = [caught(url=f"https://{host}/v1/chat/completions") for host in hosts]
    found.append(caught(url="https://example.com/", method="GET"))
    ours, others = divided(found, ["a.corp"])
    assert ours == found[:4] and others == {"api.groq.com": 1}
