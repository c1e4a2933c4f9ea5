"""How requests leave: interleaved, paced, bounded, within the budget."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from migrator.verification.emulator import Emulator
from migrator.verification.replay.errors import CannotReplay
from migrator.verification.replay.pacing import Pacer, asked_delay, own_delay
from migrator.verification.replay.planning import Limits, shown
from migrator.verification.replay.prices import load_prices
from migrator.verification.replay.session import Declined, replay
from migrator.verification.replay.target import Target, Wanted, target_of

from .conftest import Bench, Time, sample
from .faulty import Asked, Faulty, Reply, error

SAMPLES = [sample(str(number), max_tokens=100) for number in range(3)]


def test_draws_and_sides_take_turns(bench: Bench) -> None:
    bench.run(*SAMPLES, draws=2)
    order = [(each.text, each.side[0]) for each in bench.server.asked]
    first = [("0", "c"), ("0", "r"), ("1", "r"), ("1", "c"), ("2", "c"), ("2", "r")]
    assert order[:6] == first
    assert order[6:] == [(text, "r" if side == "c" else "c") for text, side in first]


def test_never_more_at_once_than_wanted(bench: Bench) -> None:
    meet = threading.Barrier(3, timeout=5)

    def script(asked: Asked) -> None:
        meet.wait()

    samples = [sample(str(number)) for number in range(6)]
    bench.run(*samples, script=script, limits=Limits(concurrency=3))
    assert bench.server.most_at_once == 3


def test_requests_per_minute(bench: Bench) -> None:
    bench.run(*SAMPLES, limits=Limits(concurrency=2, rpm=60))
    assert 4.5 < sum(bench.time.slept) < 10


def test_nothing_is_stored_and_usage_is_asked_for(bench: Bench) -> None:
    stored = sample("a", store=True, metadata={"k": "v"})
    streamed = sample("b", stream=True, stream_options={"include_obfuscation": False})
    bench.run(stored, streamed)
    for asked in bench.server.asked:
        assert asked.body["store"] is False
    by_side = {(each.text, each.side): each.body for each in bench.server.asked}
    assert "metadata" not in by_side["a", "chat"]
    assert by_side["a", "responses"]["metadata"] == {"k": "v"}
    options = {"include_obfuscation": False, "include_usage": True}
    assert by_side["b", "chat"]["stream_options"] == options
    assert by_side["b", "responses"]["stream_options"] == {"include_obfuscation": False}
    assert by_side["b", "responses"]["stream"] is True


def test_what_can_not_be_converted_is_asked_once(bench: Bench) -> None:
    result = bench.run(sample("a", stop=["x"]))
    assert bench.sent() == {("chat", "a"): 1}
    assert (result.plan.requests, result.plan.refused) == (1, 1)
    (refused,) = result.run.of("a", "responses")
    assert refused.failure is not None
    assert (refused.failure.kind, refused.failure.code) == ("unconvertible", "CC202")
    assert result.run.complete and bench.run(sample("a", stop=["x"])).plan.requests == 0


# -- limits -------------------------------------------------------------------------------


def test_max_requests(bench: Bench) -> None:
    result = bench.run(*SAMPLES, limits=Limits(concurrency=2, max_requests=3))
    assert result.stop is not None and result.stop.message == "--max-requests 3 is reached"
    assert bench.server.count() == 3 and not result.run.complete
    assert bench.run(*SAMPLES).run.complete and bench.server.count() == 6


def test_max_requests_counts_no_refused_ones(bench: Bench) -> None:
    def script(asked: Asked) -> Reply | None:
        return error(429, "slow", retry_after="1") if asked.number == 1 else None

    result = bench.run(*SAMPLES, script=script, limits=Limits(concurrency=1, max_requests=6))
    assert result.run.complete and bench.server.count() == 12


def test_max_usd(bench: Bench) -> None:
    """A request may cost 100 tokens of output, 0.001 $, and costs 5: 0.000075 $ in all."""
    prices = load_prices(None)
    limits = Limits(concurrency=1, max_usd=0.002)
    many = [sample(str(number), max_tokens=100) for number in range(30)]
    result = bench.run(*many, limits=limits, prices=prices)
    assert result.stop is not None and result.stop.kind == "limit"
    assert result.stop.message.startswith("--max-usd 0.002 is reached: $0.000")
    assert result.usd <= 0.002
    assert result.usd == pytest.approx(bench.server.count() * 0.000075)
    assert 4 < bench.server.count() < 15


def test_max_usd_with_several_under_way(bench: Bench) -> None:
    limits = Limits(concurrency=8, max_usd=0.002)
    result = bench.run(*SAMPLES, limits=limits, prices=load_prices(None))
    assert bench.server.most_at_once == 1
    assert result.stop is None and result.run.complete


def test_an_unknown_price_is_no_price(bench: Bench) -> None:
    limits = Limits(max_usd=1)
    with pytest.raises(CannotReplay, match="what mystery costs is not known"):
        bench.run(sample("a", model="mystery"), limits=limits, prices=load_prices(None))
    assert bench.server.count() == 0
    result = bench.run(sample("a", model="mystery"), prices=load_prices(None))
    assert result.plan.usd is None
    assert any("No price ceiling" in line for line in shown(result.plan))


def test_declined(bench: Bench) -> None:
    from migrator.verification.replay.session import Options

    with pytest.raises(Declined):
        replay(SAMPLES, Options(target=bench.target, journal=bench.journal), bench.ear,
               lambda plan: False)  # fmt: skip
    assert bench.server.count() == 0 and bench.journal.read_bytes() == b""
    with pytest.raises(CannotReplay, match="there are no samples"):
        bench.run()


def test_a_plan(bench: Bench) -> None:
    result = bench.run(
        *SAMPLES, sample("x", n=2), draws=2, prices=load_prices(None),
        limits=Limits(concurrency=2, rpm=30),
    )  # fmt: skip
    lines = list(shown(result.plan, 100, 2.5))
    host = bench.target.hosts[0]
    assert lines[0] == (
        f"Plan: 14 requests to {host}: 4 samples × 2 endpoints × 2 draws, less 2 not convertible."
    )
    assert lines[1].startswith("  gpt-4o: 14 requests, at most $0.")
    assert lines[2].startswith("Price ceiling: $0.") and lines[2].endswith(" 2026-11-22.")
    assert lines[3] == (
        "2 at a time, at most 30 a minute; stops at 100 requests or $2.50."
        " Nothing is stored, no tool is run."
    )
    assert result.plan.usd is not None and result.usd < result.plan.usd


def test_two_servers(bench: Bench) -> None:
    with Faulty() as other:
        urls: Any = {"chat": bench.server.url, "responses": other.url}
        target = Target("two", urls, {"api-key": "k"})
        result = bench.run(*SAMPLES, target=target)
        assert result.run.complete
        assert (bench.server.count(), other.count("responses")) == (3, 3)
        assert other.asked[0].headers["api-key"] == "k"
        assert len(result.plan.hosts) == 2


def test_the_emulator_needs_nothing(bench: Bench) -> None:
    samples = [sample("a"), sample("b", stream=True), sample("[[error:429]]"), sample("[[fail]]")]
    result = bench.run(*samples, target=None)
    assert result.stop is None and result.run.complete and bench.time.slept == []
    assert result.run.header.server == "emulator"
    assert all(each.complete for each in result.run.exchanges if each.sample in "ab")
    assert bench.run(*samples, target=None).plan.requests == 3, "only what failed"


@pytest.mark.parametrize("version", ["", "2025-04-01-preview"])
@pytest.mark.parametrize("secret", ["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"])
def test_azure(bench: Bench, version: str, secret: str) -> None:
    """Over the emulator, which serves the paths of both kinds of versions."""
    with Emulator() as emulator:
        environment = {"AZURE_OPENAI_ENDPOINT": emulator.root_url, secret: "k"}
        environment["OPENAI_API_VERSION"] = version
        target = target_of(Wanted(), environment)
        result = bench.run(sample("a"), sample("b", stream=True), target=target)
        assert all(each.complete for each in result.run.exchanges), result.stop
        paths = {entry.path for entry in emulator.journal}
    dated = {"/openai/deployments/gpt-4o/chat/completions", "/openai/responses"}
    assert paths == (dated if version else {"/openai/v1/chat/completions", "/openai/v1/responses"})


# -- time ---------------------------------------------------------------------------------


def test_everybody_waits_while_paused() -> None:
    time = Time()
    now = [0.0]

    async def sleep(seconds: float) -> None:
        time.slept.append(seconds)
        now[0] += seconds

    async def run() -> list[float]:
        pacer = Pacer(60, lambda: now[0], sleep)
        starts = []
        for number in range(4):
            if number == 2:
                pacer.pause(10)
            await pacer.turn()
            starts.append(now[0])
        return starts

    assert asyncio.run(run()) == [0.0, 1.0, 11.0, 12.0]


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90.0),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:01 GMT"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2.0),
        ({}, None),
    ],
)
def test_what_the_server_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_delay(headers, 10.0) == seconds


def test_what_is_waited_unasked() -> None:
    delays = [own_delay(attempt) for attempt in range(1, 12)]
    assert all(0.75 <= each <= 60 for each in delays) and delays[0] <= 1 < delays[4]
