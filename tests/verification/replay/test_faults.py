"""Bad days of a server: nothing paid is sent twice, nothing received is lost, one clear message."""

from __future__ import annotations

import json
import threading

import pytest

from migrator.verification.replay import load_run
from migrator.verification.replay.model import Exchange
from migrator.verification.replay.planning import Limits

from .conftest import Bench, sample
from .faulty import Asked, Reply, error, events, streamed

HI, YO = sample("hi"), sample("yo")
STREAM = sample("hi", stream=True)


def only(found: list[Exchange]) -> Exchange:
    (exchange,) = found
    return exchange


# -- the run is over ----------------------------------------------------------------------


def test_a_bad_key(bench: Bench) -> None:
    said = "Incorrect API key provided: sk-abc***xyz. You can find your API key at …"
    result = bench.run(HI, YO, script=lambda _: error(401, said, "invalid_api_key"))
    assert result.stop is not None
    assert result.stop.message.endswith("refuses the key: Incorrect API key provided")
    assert bench.server.count() == 1
    assert result.run.exchanges == ()
    assert "sk-abc" not in bench.journal.read_text()
    # With the right key it goes on as if nothing had been.
    assert bench.run(HI, YO, script=lambda _: None).run.complete


def test_no_responses_endpoint(bench: Bench) -> None:
    def script(asked: Asked) -> Reply | None:
        return Reply(404, b'{"detail":"Not Found"}') if asked.side == "responses" else None

    result = bench.run(HI, script=script)
    assert result.stop is not None
    assert "has no /responses (HTTP 404: " in result.stop.message
    assert [each.side for each in result.run.exchanges] == ["chat"]
    # The chat answer was paid for and is not asked for again.
    assert bench.run(HI, script=lambda _: None).run.complete
    assert bench.sent() == {("chat", "hi"): 1, ("responses", "hi"): 2}


@pytest.mark.parametrize(
    "reply",
    [
        error(404, "The model `gpt-4o` does not exist", "model_not_found"),
        error(404, "model 'gpt-4o' not found"),
        error(403, "Project `p` does not have access to model `gpt-4o`", "model_not_found"),
        error(400, "Unsupported parameter: 'stop'", "unsupported_parameter"),
    ],
)
def test_a_refused_sample_is_a_finding(bench: Bench, reply: Reply) -> None:
    result = bench.run(HI, YO, script=lambda asked: reply if asked.text == "hi" else None)
    assert result.stop is None and result.run.complete
    failures = {each.failure.kind for each in result.run.exchanges if each.failure}
    assert failures == {"refused"}
    assert bench.run(HI, YO).plan.requests == 0


@pytest.mark.parametrize(
    "reply, said",
    [
        (error(403, "Country, region, or territory not supported"), "refuses access: Country"),
        (error(429, "You exceeded your current quota", "insufficient_quota"), "takes no more"),
        (Reply(308, b"", {"location": "/v2"}), "answers with a redirect"),
    ],
)
def test_no_use_in_going_on(bench: Bench, reply: Reply, said: str) -> None:
    result = bench.run(HI, YO, script=lambda _: reply)
    assert result.stop is not None and said in result.stop.message
    assert bench.server.count() == 1


def test_nothing_listens(bench: Bench) -> None:
    bench.server.__exit__()
    result = bench.run(HI)
    assert result.stop is not None
    assert result.stop.message.startswith("nothing answers at 127.0.0.1:")
    assert len(bench.time.slept) == 2


# -- patience -----------------------------------------------------------------------------


def test_retry_after_is_honoured(bench: Bench) -> None:
    def script(asked: Asked) -> Reply | None:
        return error(429, "slow down", retry_after="7") if asked.number <= 2 else None

    result = bench.run(HI, script=script)
    assert result.run.complete and result.stop is None
    assert [each.attempts for each in result.run.exchanges] == [3, 3]
    assert [round(each) for each in bench.time.slept] == [7, 7, 7, 7]
    assert bench.ear.waits == [(7.0, "HTTP 429")] * 4
    assert all(each.seconds < 7 for each in result.run.exchanges)


def test_a_storm_holds_everybody_back(bench: Bench) -> None:
    """One refusal pauses all senders, not only the one that was refused."""
    samples = [sample(str(number)) for number in range(4)]
    refused: list[str] = []
    lock = threading.Lock()

    def script(asked: Asked) -> Reply | None:
        with lock:
            refused.append(asked.text)
            return error(429, "slow down", retry_after="30") if len(refused) == 1 else None

    result = bench.run(*samples, script=script, limits=Limits(concurrency=4))
    assert result.run.complete
    assert sum(bench.time.slept) >= 29


def test_a_storm_without_end(bench: Bench) -> None:
    result = bench.run(HI, script=lambda _: error(429, "slow down", "rate_limit_exceeded"))
    assert result.stop is not None
    assert "keeps refusing: 429, slow down" in result.stop.message
    assert bench.server.count() == 10 and result.run.exchanges == ()
    waits = bench.time.slept
    assert waits[:6] == sorted(waits[:6]) and len(waits) == 9
    assert bench.run(HI, script=lambda _: None).run.complete


@pytest.mark.parametrize("status", [500, 502, 503, 529, 409])
def test_errors_that_pass(bench: Bench, status: int) -> None:
    def script(asked: Asked) -> Reply | None:
        return error(status, "oops") if asked.number == 1 else None

    result = bench.run(HI, script=script)
    assert result.run.complete and all(each.complete for each in result.run.exchanges)


def test_an_error_that_stays_is_of_the_sample(bench: Bench) -> None:
    def script(asked: Asked) -> Reply | None:
        return error(500, "oops") if (asked.side, asked.text) == ("responses", "hi") else None

    result = bench.run(HI, YO, script=script)
    assert result.stop is None and result.run.complete
    failed = only(result.run.of("hi", "responses"))
    assert failed.failure is not None and failed.failure.kind == "server"
    assert failed.attempts == 6 and failed.answer is not None
    # It was not paid for: the next run tries again.
    assert bench.run(HI, YO).plan.requests == 1


def test_the_server_says_not_to_try_again(bench: Bench) -> None:
    def script(asked: Asked) -> Reply | None:
        return error(500, "oops", x_should_retry="false") if asked.side == "chat" else None

    result = bench.run(HI, script=script)
    assert only(result.run.of("hi", "chat")).attempts == 1


def test_a_server_that_is_down(bench: Bench) -> None:
    samples = [sample(str(number)) for number in range(9)]
    result = bench.run(*samples, script=lambda _: error(503, "overloaded"))
    assert result.stop is not None and "keeps failing: overloaded" in result.stop.message
    assert len(result.run.exchanges) == 5


# -- answers that don't come whole --------------------------------------------------------


def test_a_stream_that_breaks_off(bench: Bench) -> None:
    """It was paid for: what came is kept, and it is sent again only if asked for."""

    def script(asked: Asked) -> Reply:
        return streamed(events(asked)[:3], cut=True)

    result = bench.run(STREAM, script=script)
    assert result.stop is None and result.run.complete
    for exchange in result.run.exchanges:
        assert exchange.failure is not None and exchange.failure.kind == "broken"
        assert exchange.answer is not None and len(exchange.answer.events or ()) == 3
        assert exchange.first_token is not None
    assert load_run(bench.journal) == result.run
    again = bench.run(STREAM, script=lambda _: None)
    assert again.plan.requests == 0 and bench.server.count() == 2
    resent = bench.run(STREAM, resend=True)
    assert bench.server.count() == 4 and all(each.complete for each in resent.run.exchanges)
    assert bench.run(STREAM, resend=True).plan.requests == 0


@pytest.mark.parametrize("left_out", [1, 2])
def test_a_stream_that_just_ends(bench: Bench, left_out: int) -> None:
    """Politely, but before the end: `[DONE]` alone may be missing, the last event not."""

    def script(asked: Asked) -> Reply:
        found = events(asked)
        return streamed(found[: -2 * left_out] if asked.side == "chat" else found[:-left_out])

    result = bench.run(STREAM, script=script)
    kinds = {each.side: each.failure and each.failure.kind for each in result.run.exchanges}
    assert kinds == {"chat": None if left_out == 1 else "broken", "responses": "broken"}


def test_an_error_inside_a_stream(bench: Bench) -> None:
    fault = {"message": "The server had an error", "code": "server_error", "param": None}

    def script(asked: Asked) -> Reply:
        last = {"error": fault} if asked.side == "chat" else {"type": "error", **fault}
        return streamed([*events(asked)[:2], last])

    result = bench.run(STREAM, script=script)
    for exchange in result.run.exchanges:
        assert exchange.failure is not None and exchange.answer is not None
        assert (exchange.failure.kind, exchange.failure.code) == ("broken", "server_error")
        assert exchange.failure.message == "The server had an error"
        assert len(exchange.answer.events or ()) == 3


@pytest.mark.parametrize("data", [b"", b'{"id": "c", "cho'])
def test_a_connection_that_is_dropped(bench: Bench, data: bytes) -> None:
    """The server may have done the work: it is not asked again of itself."""
    result = bench.run(HI, script=lambda _: Reply(data=data, cut=True))
    kinds = [each.failure and each.failure.kind for each in result.run.exchanges]
    assert kinds == ["lost", "lost"] and bench.server.count() == 2
    assert bench.run(HI).plan.requests == 0
    assert bench.run(HI, script=lambda _: None, resend=True).run.complete


def test_a_gateway_that_gives_up(bench: Bench) -> None:
    result = bench.run(HI, script=lambda _: Reply(504, b"<html>504 Gateway Time-out</html>"))
    kinds = [each.failure and each.failure.kind for each in result.run.exchanges]
    assert kinds == ["lost", "lost"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_slow_server(bench: Bench, stream: bool) -> None:
    enough = threading.Event()

    def script(asked: Asked) -> None:
        enough.wait(10)

    try:
        limits = Limits(concurrency=2, timeout=0.05)
        result = bench.run(sample("hi", stream=stream), script=script, limits=limits)
    finally:
        enough.set()
    for exchange in result.run.exchanges:
        assert exchange.failure is not None and exchange.failure.kind == "lost"
        assert exchange.failure.message.startswith("no answer in time")
    assert bench.server.count() == 2


@pytest.mark.parametrize(
    "data, said",
    [
        (b"<html>hello</html>", "the answer is no JSON object: '<html>hello</html>'"),
        (b'{"id": ', "the answer is no JSON object"),
        (b"[]", "the answer is no JSON object"),
        (b"{}", "the answer has no list of `choices`"),
        (b"\xff" * 9, "the answer is no JSON object"),
        (b"[" * 100_000, "the answer is no JSON object"),
    ],
)
def test_malformed_json(bench: Bench, data: bytes, said: str) -> None:
    def script(asked: Asked) -> Reply | None:
        return Reply(data=data) if asked.side == "chat" else None

    result = bench.run(HI, script=script)
    assert result.stop is None and result.run.complete
    failure = only(result.run.of("hi", "chat")).failure
    assert failure is not None and failure.kind == "malformed"
    assert said in failure.message
    assert bench.run(HI).plan.requests == 0


def test_malformed_events(bench: Bench) -> None:
    result = bench.run(STREAM, script=lambda asked: streamed([*events(asked)[:2], '{"a": ']))
    for exchange in result.run.exchanges:
        assert exchange.failure is not None and exchange.failure.kind == "malformed"
        assert exchange.answer is not None and len(exchange.answer.events or ()) == 2


def test_a_stream_where_none_was_asked_for_and_none_where_one_was(bench: Bench) -> None:
    def script(asked: Asked) -> Reply:
        if asked.body.get("stream"):
            return Reply(data=json.dumps({"choices": [], "output": []}).encode())
        return streamed(events(asked))

    result = bench.run(HI, sample("yo", stream=True), script=script)
    kinds = {each.failure and each.failure.kind for each in result.run.exchanges}
    assert kinds == {"malformed"}
