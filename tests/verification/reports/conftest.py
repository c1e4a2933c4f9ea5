"""One comparison with every verdict in it, and with texts that mean harm."""

from __future__ import annotations

from random import Random

import pytest

from migrator.verification.comparing import Verification, compare_run
from tests.verification.comparing.runs import (
    CHAT,
    WEATHER,
    completion,
    error,
    prepared,
    response,
    run_of,
)

EVIL = "</pre><script>alert(1)</script>|`]]>&amp;\x00\x1b[31m\ud800 @team $x$"
PARIS = ("get_weather", {"city": "Paris"})
WORDS = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haze"]


def asked(text: str) -> dict[str, object]:
    return {**CHAT, "messages": [{"role": "user", "content": text}]}


@pytest.fixture(scope="session")
def compared() -> Verification:
    chance = Random(1)
    rows = [
        (
            prepared(asked(f"question {n}"), id=f"noisy-{n}", site="app/ask.py:12"),
            [completion(" ".join(chance.choices(WORDS, k=9))) for _ in range(4)],
            [response(" ".join(chance.choices(WORDS, k=9))) for _ in range(4)],
        )
        for n in range(5)
    ]
    tools = {**CHAT, "tools": [WEATHER]}
    rows += [
        (prepared(asked(EVIL), id=EVIL, site=f"app/{EVIL}.py:1"), [completion(EVIL)] * 4,
         [response(EVIL + " x")] * 4),
        (prepared(tools, id="tools", site="app/tools.py:3"), [completion(calls=[PARIS])] * 4,
         [response(calls=[PARIS])] * 4),
        (prepared(CHAT, id="refused", site="app/old.py:1"), [completion()] * 4,
         [error(400, "unsupported", "input[0]")] * 4),
        (prepared(CHAT, id="lost"), [completion()] * 4, []),
        (prepared({**CHAT, "stop": ["x"]}, id="stop"), [], []),
    ]  # fmt: skip
    found = compare_run(run_of(*rows), lambda body, side, answer: 0.001)
    verdicts = {sample.verdict for sample in found.samples}
    assert {"failed", "inconclusive", "within", "same", "skipped"} <= verdicts
    return found
