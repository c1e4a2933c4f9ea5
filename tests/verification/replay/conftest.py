"""Replays against a faulty server, in a time of their own: no test waits."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from migrator.verification.replay.engine import Stop
from migrator.verification.replay.model import Exchange
from migrator.verification.replay.planning import Limits
from migrator.verification.replay.session import Options, Result, replay
from migrator.verification.replay.target import Target
from migrator.verification.samples import Sample

from .faulty import Faulty, Script


class Time:
    """A clock that jumps where the run would sleep."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def clock(self) -> float:
        return time.perf_counter() + sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Ear:
    """Remembers what a listener hears."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []
        self.usd: list[float | None] = []
        self.waits: list[tuple[float, str]] = []
        self.stops: list[Stop] = []
        self.requests: dict[str, int] = {}

    def starting(self, requests: Any) -> None:
        self.requests = dict(requests)

    def done(self, exchange: Exchange, usd: float | None) -> None:
        self.exchanges.append(exchange)
        self.usd.append(usd)

    def waiting(self, seconds: float, why: str) -> None:
        self.waits.append((seconds, why))

    def stopping(self, stop: Stop, under_way: int) -> None:
        self.stops.append(stop)


def sample(text: str, **more: Any) -> Sample:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **more}
    return Sample(text, body)


class Bench:
    """A faulty server, a journal, and runs over both."""

    def __init__(self, server: Faulty, journal: Path) -> None:
        self.server = server
        self.journal = journal
        self.time = Time()
        self.ear = Ear()

    @property
    def target(self) -> Target:
        url = self.server.url
        headers = {"authorization": "Bearer key"}
        return Target("faulty", {"chat": url, "responses": url}, headers)

    def run(
        self, *samples: Sample, script: Script | None = None, limits: Limits | None = None,
        **options: Any,
    ) -> Result:  # fmt: skip
        """Replay; ``script`` takes the place of the server's."""
        if script is not None:
            self.server.script = script
        self.time, self.ear = Time(), Ear()
        given = Options(
            target=self.target, journal=self.journal, limits=limits or Limits(concurrency=1)
        )
        return replay(
            samples, replace(given, **options), self.ear,
            clock=self.time.clock, sleep=self.time.sleep,
        )  # fmt: skip

    def sent(self) -> Counter[tuple[str, str]]:
        """Return how often each request arrived."""
        return Counter((each.side, each.text) for each in self.server.asked)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Faulty() as server:
        yield Bench(server, tmp_path / "journal.jsonl")
