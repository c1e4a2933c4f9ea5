"""A run survives its journal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.verification.replay import (
    Exchange,
    Failure,
    Header,
    PlanRow,
    Prepared,
    Run,
    RunPlan,
    Side,
    load_run,
)
from migrator.verification.replay.jobs import jobs_of
from migrator.verification.replay.journal import LOST, JournalError, journal_lines, parse
from migrator.verification.samples import Answer, Sample
from migrator.verification.samples.files import line_of

HEADER = Header(
    "emulator",
    {"chat": "http://127.0.0.1:1/v1", "responses": "http://127.0.0.1:1/v1"},
    2,
    "2026-11-22T20:00:00+00:00",
    "0.1.0",
    ("seed",),
)
CHAT = {"model": "m", "messages": [{"role": "user", "content": "é\u2028"}]}
ASKED = Prepared(Sample("a", CHAT, "x.py:1"), CHAT, {"model": "m", "input": []})
REFUSED = Prepared(
    Sample("b", {**CHAT, "n": 2}),
    {**CHAT, "n": 2},
    None,
    Failure("unconvertible", "no counterpart", "CC201", "n"),
)
JOBS = {
    (job.prepared.sample.id, job.side, job.draw): job for job in jobs_of(HEADER, [ASKED, REFUSED])
}


def exchange(sample: str, side: Side, draw: int, **rest: Any) -> Exchange:
    return Exchange(sample, side, draw, JOBS[sample, side, draw].key, **rest)


BAD = Failure("refused", "bad", "unknown_parameter", "n", "invalid_request_error")
EXCHANGES = (
    exchange("a", "chat", 0, answer=Answer(200, None, ({"a": 1}, {}), {"x-request-id": "r"}),
             failure=Failure("broken", "ended"), first_token=0.1, seconds=0.5, attempts=2),
    exchange("a", "responses", 0, answer=Answer(400, {"error": {}}), failure=BAD),
    exchange("b", "responses", 0, failure=REFUSED.refusal, attempts=0),
    exchange("a", "chat", 1, answer=Answer(200, {"id": "x"}), seconds=0.25),
    exchange("b", "responses", 1, failure=REFUSED.refusal, attempts=0),
)  # fmt: skip
RUN = Run(HEADER, (ASKED, REFUSED), EXCHANGES)


def text(lines: Iterable[Any]) -> bytes:
    return "".join(map(line_of, lines)).encode()


def journal(run: Run) -> bytes:
    return text(journal_lines(run))


def test_round_trip(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(journal(RUN))
    assert load_run(tmp_path / "j") == RUN


def test_what_a_run_is_asked() -> None:
    assert [each.draw for each in RUN.of("a", "chat")] == [0, 1]
    assert [each.complete for each in EXCHANGES] == [False, False, False, True, False]
    assert not RUN.complete
    assert Run(replace(HEADER, draws=1), (ASKED,), EXCHANGES[:2]).complete
    assert REFUSED.request("chat") == {**CHAT, "n": 2}
    assert REFUSED.request("responses") is None


def test_the_last_exchange_counts() -> None:
    again = replace(EXCHANGES[3], answer=Answer(200, {"id": "y"}))
    run = parse(journal(replace(RUN, exchanges=(*EXCHANGES, again))), "j").run()
    assert run.of("a", "chat")[1] == again
    assert len(run.exchanges) == len(EXCHANGES)


def test_a_killed_run() -> None:
    """Its last line is not whole; the rest counts."""
    run = replace(RUN, exchanges=EXCHANGES[:4])
    cut = parse(journal(run)[:-9], "j").run()
    assert cut.of("a", "chat") == [EXCHANGES[0]]


def test_answers_of_earlier_runs() -> None:
    """They count for the same request under any name, and not for another one of that name."""
    header = replace(HEADER, draws=1)
    renamed = replace(ASKED, sample=replace(ASKED.sample, id="z"))
    changed = replace(ASKED, chat={**CHAT, "model": "n"}, responses={"model": "n", "input": []})
    first = journal(Run(header, (ASKED,), (EXCHANGES[0],)))
    second = parse(first + journal(Run(header, (renamed,), ())), "j").run()
    assert second.exchanges == (replace(EXCHANGES[0], sample="z"),)
    third = parse(first + journal(Run(header, (changed,), ())), "j").run()
    assert third.exchanges == ()


def test_what_was_sent_and_never_came_back() -> None:
    keys = [JOBS["a", "chat", 1].key, JOBS["a", "responses", 1].key]
    lines = [{"kind": "sent", "key": key} for key in keys]
    lines.append({"kind": "unpaid", "key": keys[1], "why": "server"})
    run = parse(journal(Run(HEADER, (ASKED,), ())) + text(lines), "j").run()
    (lost,) = run.exchanges
    assert (lost.side, lost.draw, lost.failure) == ("chat", 1, LOST)


@pytest.mark.parametrize(
    "data, why",
    [
        (b"", "j: no journal: it is empty"),
        (b"hello\n", "j:1: no line of a journal"),
        (b'{"kind": "run", "version": 2}\n', "j:1: no journal of version 1"),
        (b"{}\n", "j:1: no journal of version 1"),
        (line_of(HEADER.to_json()).encode() + b'{"kind": "x"}\n', "j:2: no line of a journal"),
        (line_of(HEADER.to_json()).encode() + b"[]\n", "j:2: no line of a journal"),
    ],
)
def test_what_is_no_journal(data: bytes, why: str) -> None:
    with pytest.raises(JournalError) as error:
        parse(data, "j")
    assert str(error.value) == why


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match=r"can't be read: No such file"):
        load_run(tmp_path / "none")


def test_plans() -> None:
    plan = RunPlan(2, 1, 3, 0, 1, 0, ("h",), (PlanRow("m", 3, 10, 10, 0.5),))
    assert plan.usd == 0.5
    assert replace(plan, unpriced=("m",)).usd is None


def test_lines_are_json() -> None:
    for line in journal(RUN).splitlines():
        json.loads(line)
