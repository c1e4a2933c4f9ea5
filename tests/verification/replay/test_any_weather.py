"""Whatever the server does, in however many runs: paid for once, kept once, never lost."""

from __future__ import annotations

import os
import signal
from collections import Counter
from random import Random

import pytest

from migrator.verification.replay import load_run
from migrator.verification.replay.planning import Limits

from .conftest import Bench, sample
from .faulty import Asked, Reply, error, events, ok, streamed

SAMPLES = [sample(str(number), stream=number % 2 == 1) for number in range(5)]
Key = tuple[str, str]


class Weather:
    """A server in a mood; ``paid`` counts what it worked for, ``served`` what it gave whole."""

    def __init__(self, dice: Random, bench: Bench) -> None:
        self.dice = dice
        self.bench = bench
        self.paid: Counter[Key] = Counter()
        self.served: set[Key] = set()
        self.interrupts = 1

    def answer(self, asked: Asked) -> Reply:
        key = (asked.side, asked.text)
        mood = self.dice.random()
        if mood < 0.15:
            return error(429, "slow down", retry_after="3")
        if mood < 0.3:
            return error(self.dice.choice([500, 503]), "oops")
        if mood < 0.33:
            return error(401, "who are you")
        if mood < 0.38 and self.interrupts:
            self.interrupts -= 1
            os.kill(os.getpid(), signal.SIGINT)
        self.paid[key] += 1
        if mood < 0.45:
            return Reply(cut=True)
        if mood < 0.52:
            return streamed(events(asked)[:2], cut=True)
        if mood < 0.57:
            return Reply(data=b"<html>")
        self.served.add(key)
        return ok(asked)


@pytest.mark.parametrize("seed", range(12))
def test_any_weather(bench: Bench, seed: int) -> None:
    dice = Random(seed)
    weather = Weather(dice, bench)
    result = None
    for _ in range(12):
        limits = Limits(dice.choice([1, 3]), None, dice.choice([None, 4]))
        result = bench.run(*SAMPLES, script=weather.answer, limits=limits)
        whole = {(each.side, each.sample) for each in result.run.exchanges if each.complete}
        assert whole == weather.served
        assert load_run(bench.journal).exchanges == result.run.exchanges
        assert max(weather.paid.values(), default=0) <= 1
        if result.stop is None:
            break
    assert result is not None and result.run.complete
    kinds = {each.failure.kind for each in result.run.exchanges if each.failure is not None}
    assert kinds <= {"lost", "broken", "malformed", "server"}
