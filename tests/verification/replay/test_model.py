"""A run survives its journal."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.verification.replay import (
    Exchange,
    Failure,
    Header,
    PlanRow,
    Prepared,
    Run,
    RunPlan,
    load_run,
)
from migrator.verification.replay.journal import JournalError, journal_lines, parse
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
EXCHANGES = (
    Exchange("a", "chat", 1, "k1", Answer(200, {"id": "x"}), seconds=0.25),
    Exchange("a", "chat", 0, "k0", Answer(200, None, ({"a": 1}, {}), {"x-request-id": "r"}),
             Failure("broken", "ended"), 0.1, 0.5, 2),
    Exchange("a", "responses", 0, "k2", Answer(400, {"error": {}}),
             Failure("refused", "bad", "unknown_parameter", "n", "invalid_request_error")),
    Exchange("b", "responses", 0, "k3", None, REFUSED.refusal, attempts=0),
)  # fmt: skip
RUN = Run(HEADER, (ASKED, REFUSED), EXCHANGES)


def journal(run: Run) -> bytes:
    return "".join(map(line_of, journal_lines(run))).encode()


def test_round_trip(tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(journal(RUN))
    assert load_run(tmp_path / "j") == RUN


def test_what_a_run_is_asked() -> None:
    assert [each.draw for each in RUN.of("a", "chat")] == [0, 1]
    assert [each.complete for each in EXCHANGES] == [True, False, False, False]
    assert not RUN.complete
    assert Run(replace(HEADER, draws=1), (ASKED,), EXCHANGES[1:3]).complete
    assert REFUSED.request("chat") == {**CHAT, "n": 2}
    assert REFUSED.request("responses") is None


def test_the_last_exchange_counts() -> None:
    again = replace(EXCHANGES[0], answer=Answer(200, {"id": "y"}))
    run = parse(journal(replace(RUN, exchanges=(*EXCHANGES, again))), "j").run()
    assert run.exchanges == (again, *EXCHANGES[1:])


def test_a_killed_run() -> None:
    """Its last line is not whole; the rest counts."""
    assert parse(journal(RUN)[:-9], "j").run() == replace(RUN, exchanges=EXCHANGES[:-1])


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
