"""Verdicts, from runs made by hand."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from migrator.verification.comparing import (
    SampleResult,
    Verification,
    compare_run,
    statistics,
)
from migrator.verification.replay.model import Failure
from migrator.verification.samples import Answer

from .runs import CHAT, WEATHER, Drawn, completion, error, prepared, response, run_of

TOOLS = {**CHAT, "tools": [WEATHER]}
PARIS = ("get_weather", {"city": "Paris"})
LONDON = ("get_weather", {"city": "London"})
WORDS = [
    "amber",
    "birch",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "grove",
    "haze",
    "inlet",
    "jade",
    "kelp",
    "larch",
]


def compared(
    chat: list[Drawn], responses: list[Drawn], body: dict[str, Any] = CHAT, **options: Any
) -> SampleResult:
    server = options.pop("server", "api.example")
    run = run_of((prepared(body, **options), chat, responses), server=server)
    return compare_run(run).samples[0]


def texts(chance: Random, count: int, words: list[str] = WORDS) -> list[str]:
    return [" ".join(chance.choices(words, k=8)) for _ in range(count)]


def noisy(
    samples: int, draws: int, words: list[str], *, sites: int = 1, seed: int = 1
) -> Verification:
    chance = Random(seed)
    rows = [
        (
            prepared(CHAT, id=f"s{n}", site=f"app.py:{n % sites}"),
            [completion(text) for text in texts(chance, draws)],
            [response(text) for text in texts(chance, draws, words)],
        )
        for n in range(samples)
    ]
    return compare_run(run_of(*rows))


# -- one sample -------------------------------------------------------------------------


def test_equal_answers_are_the_same() -> None:
    found = compared([completion()], [response()])
    assert (found.verdict, found.reason) == ("same", "1 + 1 answers, equal to the byte")


def test_blanks_are_no_difference() -> None:
    found = compared([completion("a  b\n")], [response("a b")])
    assert (found.verdict, found.reason) == ("same", "1 + 1 answers, equal when normalised")


def test_one_draw_can_not_judge_words() -> None:
    found = compared([completion("a")], [response("b")])
    assert found.verdict == "inconclusive"
    assert "one draw gives no noise floor, --draws 4 would tell" in found.reason


def test_the_advice_is_good() -> None:
    found = compared([completion("a")] * 4, [response("b")] * 4)
    assert found.verdict == "outside" and "p = 0.029" in found.reason


def test_the_emulator_needs_no_floor() -> None:
    found = compared([completion("a")], [response("b")], server="emulator")
    assert found.verdict == "outside"
    calls = compared([completion(calls=[PARIS])], [response()], TOOLS, server="emulator")
    assert calls.verdict == "failed" and calls.reason.startswith(
        "terminal state: tool_calls → stop"
    )


def test_noise_is_within_noise() -> None:
    chance = Random(3)
    found = compared(
        [completion(text) for text in texts(chance, 5)],
        [response(text) for text in texts(chance, 5)],
    )
    assert found.verdict == "within"


def test_a_contract_that_chat_itself_varies() -> None:
    mixed = [completion(calls=[PARIS]), completion(), completion(calls=[PARIS]), completion()]
    answers = [response(), response(calls=[PARIS]), response(), response(calls=[PARIS])]
    assert compared(mixed, answers, TOOLS).verdict == "within"
    found = compared([completion(calls=[PARIS])] * 5, [response()] * 5, TOOLS)
    assert found.verdict == "failed" and "tool_calls 5/5 → stop 5/5" in found.reason


def test_other_arguments_are_words_not_contract() -> None:
    found = compared([completion(calls=[PARIS])] * 4, [response(calls=[LONDON])] * 4, TOOLS)
    assert found.verdict == "outside"
    check = next(each for each in found.checks if each.name == "tool calls")
    assert check.outcome == "varies" and check.detail == "get_weather, other arguments"


def test_the_order_of_parallel_calls_and_of_keys_is_no_difference() -> None:
    spelt = response(calls=[LONDON, PARIS])
    assert compared([completion(calls=[PARIS, LONDON])], [spelt], TOOLS).verdict == "same"


def test_a_refused_request_fails_whatever_the_draws() -> None:
    found = compared([completion()], [error(400, "unknown_parameter", "stop")])
    assert found.verdict == "failed"
    assert found.reason == "Responses refuses what chat takes: 400 `stop`: no"


def test_a_server_without_responses_fails() -> None:
    assert compared([completion()] * 2, [error(404)] * 2).verdict == "failed"


@pytest.mark.parametrize(
    ("chat", "responses"),
    [
        (error(401), error(401)),
        (error(404), error(404)),
        (error(400), response()),
        (Failure("unreachable", "no"), response()),
        (completion(), Failure("rate-limited", "slow down")),
    ],
)
def test_what_can_not_be_compared_is_inconclusive(chat: Drawn, responses: Drawn) -> None:
    assert compared([chat], [responses]).verdict == "inconclusive"


def test_equal_errors_are_the_same() -> None:
    found = compared([error(400, "bad", "messages[0]")], [error(400, "bad", "input[0]")])
    assert found.verdict == "same" and "both sides end in the same error" in found.reason


def test_failures_count_like_other_ends() -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "no"})
    assert compared([error(500)], [failed]).verdict == "same"
    assert compared([completion()] * 4, [failed] * 4).verdict == "failed"


def test_what_was_not_converted_is_skipped() -> None:
    found = compared([], [], {**CHAT, "stop": ["x"]})
    assert found.verdict == "skipped" and found.reason.startswith("CC202 stop: ")


def test_a_draw_that_did_not_come_is_left_out() -> None:
    gone = Failure("lost", "gone")
    found = compared([completion(), gone], [gone, response()])
    assert found.verdict == "same" and found.reason.startswith("1 + 1 answers")


# -- the recorded answer ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "outcome"),
    [
        (None, "none"),
        (completion("other words"), "same"),
        (completion(calls=[PARIS]), "differs"),
        (Answer(400, {"error": {"message": "no"}}), "differs"),
    ],
)
def test_self_check(recorded: Answer | None, outcome: str) -> None:
    found = compared([completion()], [response()], TOOLS, recorded=recorded)
    assert found.checks[0].name == "self-check" and found.checks[0].outcome == outcome
    assert found.verdict == "same"


def test_counts_that_no_program_asked_for_are_no_contract() -> None:
    bare = response(usage=None)
    assert compared([completion()], [bare], {**CHAT, "stream": True}).verdict == "same"
    asked = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
    assert compared([completion()], [bare], asked).verdict == "inconclusive"
    assert compared([completion()], [bare]).verdict == "inconclusive"


def test_the_emulator_need_not_know_what_a_model_said() -> None:
    recorded = completion(calls=[PARIS])
    found = compared([completion()], [response()], TOOLS, recorded=recorded, server="emulator")
    assert found.checks[0].outcome == "none" and found.verdict == "same"


def test_chat_that_refuses_what_was_recorded_proves_nothing() -> None:
    refused = [error(400, "bad", "model")]
    assert compared(refused, refused, recorded=completion()).verdict == "inconclusive"
    assert compared(refused, refused).verdict == "same"


def test_checks_come_in_order() -> None:
    found = compared(
        [completion()], [response()], {**CHAT, "response_format": {"type": "json_object"}}
    )
    assert [each.name for each in found.checks] == [
        "self-check", "acceptance", "terminal state", "tool calls", "structured output",
        "accessors", "text", "usage",
    ]  # fmt: skip


def test_structured_answers_that_became_invalid() -> None:
    body = {**CHAT, "response_format": {"type": "json_object"}}
    found = compared([completion("{}")] * 4, [response("oops")] * 4, body)
    assert found.verdict == "failed" and found.reason.startswith("structured output: true")


def test_usage() -> None:
    found = compared([completion()], [response()])
    assert vars(found.checks[-1]) == {
        "name": "usage", "outcome": "same", "detail": "input 10, output 5 tokens",
    }  # fmt: skip
    more = {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17}
    found = compared([completion()], [response(usage=more)])
    assert found.checks[-1].detail == "input 10 → 12, output 5 tokens"
    assert found.verdict == "same"


def test_accessors() -> None:
    found = compared([completion(calls=[PARIS])], [response(calls=[PARIS])], TOOLS)
    assert [(each.chat, each.responses, each.same) for each in found.accessors] == [
        ("message.content", "output_text", True),
        ("message.tool_calls", "function_call items", True),
        ("finish_reason", "status", True),
        ("usage.prompt_tokens", "usage.input_tokens", True),
        ("usage.completion_tokens", "usage.output_tokens", True),
    ]


# -- sites and runs ---------------------------------------------------------------------


def test_few_draws_of_many_samples_are_judged_together() -> None:
    found = noisy(12, 2, WORDS)
    assert found.verdict == "within" and found.exit_status == 0
    assert {each.verdict for each in found.samples} == {"within"}
    assert "would have been seen" in found.reason


@pytest.mark.parametrize("changed", ["words", "contract"])
def test_a_change_of_one_sample_does_not_drown_among_the_others(changed: str) -> None:
    chance = Random(5)
    rows: list[Any] = [
        (
            prepared(TOOLS, id=f"s{n}"),
            [completion(text) for text in texts(chance, 3)],
            [response(text) for text in texts(chance, 3)],
        )
        for n in range(20)
    ]
    answer = response("b") if changed == "words" else response(calls=[PARIS])
    rows.append((prepared(TOOLS, id="changed"), [completion("a")] * 3, [answer] * 3))
    found = compare_run(run_of(*rows))
    (sample,) = [each for each in found.samples if each.id == "changed"]
    assert sample.verdict == "inconclusive" and "agrees with itself only" in sample.reason
    assert found.exit_status == 2
    assert {each.verdict for each in found.samples if each.id != "changed"} == {"within"}


def test_others_do_not_stand_in_for_a_missing_floor() -> None:
    chance = Random(6)
    gone = Failure("lost", "gone")
    rows: list[Any] = [
        (
            prepared(CHAT, id=f"s{n}"),
            [completion(text) for text in texts(chance, 3)],
            [response(text) for text in texts(chance, 3)],
        )
        for n in range(6)
    ]
    rows.append((prepared(CHAT, id="once"), [completion("a"), gone, gone], [response("b")] * 3))
    found = compare_run(run_of(*rows))
    assert [each.verdict for each in found.samples if each.id == "once"] == ["inconclusive"]


def test_a_shift_of_all_samples_shows_at_the_site() -> None:
    found = noisy(12, 2, [*WORDS[:6], *["one", "two", "three", "four", "five", "six"]])
    assert found.verdict == "outside" and found.exit_status == 1
    assert found.sites[0].excess is not None and found.sites[0].excess.low > 0


def test_a_shift_that_no_site_shows_shows_in_the_run() -> None:
    found = noisy(12, 2, [*WORDS[:6], *["one", "two", "three", "four", "five", "six"]], sites=12)
    assert found.verdict == "outside" and found.reason.startswith("all samples together: words")
    assert all(site.verdict == "inconclusive" for site in found.sites)


def test_false_alarms_of_whole_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "_POOLED_DEALS", 999)
    alarms = sum(noisy(6, 3, WORDS, sites=3, seed=seed).exit_status == 1 for seed in range(30))
    assert alarms <= 4


def test_sites_keep_their_order_and_those_of_none_come_last() -> None:
    rows = [
        (prepared(CHAT, id=name, site=site), [completion()], [response()])
        for name, site in (("a", None), ("b", "z.py:1"), ("c", "a.py:2"), ("d", "z.py:1"))
    ]
    found = compare_run(run_of(*rows))
    assert [site.site for site in found.sites] == ["z.py:1", "a.py:2", None]
    assert [sample.id for sample in found.sites[0].samples] == ["b", "d"]
    assert found.counts() == {"same": 4}


def test_one_bad_sample_is_enough() -> None:
    good = (prepared(CHAT, id="good"), [completion()], [response()])
    bad = (prepared(CHAT, id="bad"), [completion()], [error(400)])
    lost = (prepared(CHAT, id="lost"), [Failure("lost", "gone")], [response()])
    skipped = (prepared({**CHAT, "n": 2}, id="skipped"), [], [])
    assert compare_run(run_of(good, bad, lost, skipped)).exit_status == 1
    assert compare_run(run_of(good, lost, skipped)).exit_status == 2
    assert compare_run(run_of(good, skipped)).exit_status == 0
    assert compare_run(run_of(skipped)).exit_status == 2


def test_numbers_are_paired_by_sample() -> None:
    rows = [(prepared(CHAT, id=f"s{n}"), [completion()], [response()]) for n in range(5)]
    run = run_of(*rows)
    slower = tuple(
        replace(each, seconds=n + (1.0 if each.side == "responses" else 0.0))
        for n, each in enumerate(run.exchanges)
    )
    found = compare_run(replace(run, exchanges=slower), lambda body, side, answer: 0.25)
    numbers = {each.name: each for each in found.measures}
    assert set(numbers) == {"input tokens", "output tokens", "total time", "cost"}
    assert numbers["cost"].chat == (0.25, 0.25) and numbers["cost"].delta == (0, 0)
    assert numbers["total time"].samples == 5 and numbers["total time"].delta[0] == 2.0
    interval = numbers["total time"].interval
    assert interval is not None and interval.low == interval.high == 2.0


def test_notes() -> None:
    run = run_of((prepared(CHAT), [completion()], [response()]))
    assert any("no noise floor" in note for note in compare_run(run).notes)
    half = run_of((prepared(CHAT), [completion()], []))
    assert "the run is not complete: 1 of 2 answers" in compare_run(half).notes
    emulated = compare_run(replace(run, header=replace(run.header, server="emulator")))
    assert any("emulator" in note for note in emulated.notes)
    assert {each.name for each in emulated.measures} == {"input tokens", "output tokens"}
