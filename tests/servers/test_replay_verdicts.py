"""The whole way from samples to a verdict, against a server that is not ours."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.verification.comparing import Verification, compare_run
from migrator.verification.replay import prepare
from migrator.verification.replay.planning import Limits
from migrator.verification.replay.progress import Lines
from migrator.verification.replay.session import Options, replay
from migrator.verification.replay.target import Target
from migrator.verification.samples import Sample

from .conftest import Party
from .requests import KINDS, user
from .test_equal_answers import chat_body

pytestmark = pytest.mark.servers

ALIKE = [kind for kind in KINDS if not (kind.unlike or kind.refused or kind.finish)]
UNLIKE = [kind for kind in KINDS if kind.unlike]


def verified(server: Party, bodies: dict[str, Any], draws: int) -> Verification:
    url = str(server.client.base_url).rstrip("/")
    target = Target("server", {"chat": url, "responses": url}, {"authorization": "Bearer unused"})
    samples = [Sample(name, {"model": server.model, **body}) for name, body in bodies.items()]
    with Lines() as listener:
        options = Options(target, draws, Limits(concurrency=2, timeout=180))
        return compare_run(replay(samples, options, listener).run)


def test_requests_that_mean_the_same(server: Party) -> None:
    found = verified(server, {kind.name: chat_body(kind, {}) for kind in ALIKE}, 1)
    assert {sample.id: sample.reason for sample in found.samples if sample.verdict != "same"} == {}
    assert found.exit_status == 0
    streams = {kind.name: chat_body(kind, {"stream": True}) for kind in ALIKE}
    found = verified(server, streams, 1)
    assert {sample.verdict for sample in found.samples} == {"same"}
    assert {each.name for each in found.measures} >= {"first token", "total time"}


def test_what_the_server_reads_otherwise_differs(server: Party) -> None:
    found = verified(server, {kind.name: chat_body(kind, {}) for kind in UNLIKE}, 5)
    for sample in found.samples:
        # A model of noise may say the same of two prompts; their lengths still tell.
        assert sample.verdict != "same" or sample.checks[-1].outcome == "varies"
    assert found.exit_status == 1


def test_a_lost_message_is_found(server: Party, monkeypatch: pytest.MonkeyPatch) -> None:
    convert = prepare.convert_request

    def worse(*given: Any) -> dict[str, Any]:
        body = convert(*given)
        return {**body, "input": body["input"][1:]}

    monkeypatch.setattr(prepare, "convert_request", worse)
    messages = [{"role": "system", "content": "Answer in French."}, user("hello")]
    body = {"messages": messages, "temperature": 0, "max_tokens": 40}
    found = verified(server, {"one": body}, 4)
    assert (found.verdict, found.exit_status) == ("outside", 1)
    tokens = next(each for each in found.measures if each.name == "input tokens")
    assert tokens.delta[0] < 0
