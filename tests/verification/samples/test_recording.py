"""The chat requests of programs, caught on their way."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator.verification.emulator import Emulator
from migrator.verification.running.errors import CannotRun
from migrator.verification.samples.recording import Recording, record, upstream_of

HI = '{"model": "gpt-4o", "messages": [{"role": "user", "content": "%s"}]}'
SDK = """
import sys
from openai import OpenAI
client = OpenAI()
ask = lambda text, **more: client.chat.completions.create(
    model="gpt-4o", messages=[{"role": "user", "content": text}], **more)
"""
RAW = """
import json, os, urllib.request
def post(body):
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions", json.dumps(body).encode(),
        {"authorization": "Bearer abc", "content-type": "application/json"})
    return urllib.request.urlopen(request).read()
"""


@pytest.fixture(scope="module")
def real() -> Iterator[Emulator]:
    with Emulator() as server:
        yield server


def recorded(code: str, upstream: str | None = None, **environment: str) -> Recording:
    own = {**os.environ, "OPENAI_API_KEY": "k", **environment}
    return record([sys.executable, "-c", code], upstream, own)


def test_the_sdk_plain_and_streamed() -> None:
    code = SDK + "ask('a'); ask('a'); list(ask('b', stream=True)); client.models.list()"
    found = recorded(code)
    assert (found.code, found.others) == (0, 1)
    plain, streamed = found.samples
    assert plain.body["messages"][0]["content"] == "a" and not plain.stream
    assert plain.recorded is not None and plain.recorded.body is not None
    assert streamed.stream and streamed.recorded is not None
    assert len(streamed.recorded.events or ()) > 2


def test_raw_http_and_a_real_server(real: Emulator) -> None:
    real.reset()
    body = HI % "raw"
    found = recorded(RAW + f"post({body})", real.base_url)
    (sample,) = found.samples
    assert sample.body == json.loads(body) and sample.recorded is not None
    assert "abc" not in json.dumps(sample.to_json())
    assert [each.endpoint for each in real.journal] == ["chat"]


def test_azure(real: Emulator) -> None:
    code = (
        "from openai import AzureOpenAI\n"
        "client = AzureOpenAI(api_version='2025-04-01-preview')\n"
        "client.chat.completions.create(model='d', messages=[{'role': 'user', 'content': 'x'}])"
    )
    environment = {"AZURE_OPENAI_ENDPOINT": real.root_url}
    upstream = upstream_of(None, environment)
    (sample,) = recorded(code, upstream, AZURE_OPENAI_API_KEY="k").samples
    assert sample.url == ("/openai/deployments/d/chat/completions?api-version=2025-04-01-preview")


def test_errors_and_broken_streams(real: Emulator) -> None:
    code = RAW + (
        "for text in ('[[error:400]]', '[[error:500]]', '[[fail:drop]]'):\n"
        "    ask = {'role': 'user', 'content': text}\n"
        "    try: post({'model': 'gpt-4o', 'stream': True, 'messages': [ask]})\n"
        "    except Exception: pass\n"
    )
    samples = recorded(code, real.base_url).samples
    assert [each.recorded and each.recorded.status for each in samples] == [400, None, None]


def test_a_command_that_fails() -> None:
    found = recorded(RAW + f"post({HI % 'a'}); import sys; sys.exit(7)")
    assert found.code == 7 and len(found.samples) == 1
    assert recorded("import os; os.kill(os.getpid(), 9)").code == -9
    assert recorded("pass").samples == []


def test_a_terminated_command_keeps_what_it_asked() -> None:
    wait = f"os.kill({os.getpid()}, 15); import time; time.sleep(30)"
    before = signal.getsignal(signal.SIGTERM)
    found = recorded(RAW + f"post({HI % 'a'}); {wait}")
    assert found.code == -signal.SIGTERM and len(found.samples) == 1
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_can_not_run(tmp_path: Path) -> None:
    with pytest.raises(CannotRun, match="nonono: no such command"):
        record(["nonono"], None, os.environ)
    with pytest.raises(CannotRun, match="can't be run"):
        record([str(tmp_path)], None, os.environ)
    with pytest.raises(CannotRun, match="nothing answers at"):
        record(["true"], "http://127.0.0.1:9/v1", os.environ)


@pytest.mark.parametrize(
    "wanted, environment, expected",
    [
        (None, {}, "https://api.openai.com/v1"),
        (None, {"OPENAI_BASE_URL": "http://x/v1", "AZURE_OPENAI_ENDPOINT": "b"}, "http://x/v1"),
        (None, {"OPENAI_API_BASE": "http://x/v1"}, "http://x/v1"),
        (None, {"AZURE_OPENAI_ENDPOINT": "http://a/"}, "http://a/openai/v1"),
        ("http://y", {"OPENAI_BASE_URL": "http://x/v1"}, "http://y"),
    ],
)
def test_where_requests_go_on_to(wanted: Any, environment: Any, expected: str) -> None:
    assert upstream_of(wanted, environment) == expected
