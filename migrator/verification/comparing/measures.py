"""Tokens, seconds and dollars on both sides: medians and tails over samples, never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median
from typing import Protocol

from migrator.verification.replay.model import Side
from migrator.verification.samples.sample import Answer, JsonObject

from .model import Measure, SampleResult
from .reading import Reading
from .statistics import middle_and_tail, paired_bootstrap


class CostOf(Protocol):
    """Says what an answer to a chat request cost; ``None`` if nobody knows."""

    def __call__(self, body: JsonObject, side: Side, answer: Answer) -> float | None:
        """Return dollars."""


_Value = Callable[[SampleResult, Reading], float | None]


def measures(
    samples: Sequence[SampleResult], cost: CostOf | None, *, times: bool
) -> tuple[Measure, ...]:
    """Return what can be measured on both sides of at least one sample.

    ``times``: whether the server's say anything.
    """
    rows = _values(cost, times)
    found = (_measure(name, unit, value, samples) for name, unit, value in rows)
    return tuple(measure for measure in found if measure is not None)


def _values(cost: CostOf | None, times: bool) -> Iterator[tuple[str, str, _Value]]:
    yield "input tokens", "", lambda _, reading: _usage(reading, "prompt_tokens")
    yield "output tokens", "", lambda _, reading: _usage(reading, "completion_tokens")
    yield "reasoning tokens", "", lambda _, reading: _usage(reading, "reasoning_tokens")
    if times:
        yield "first token", "s", lambda _, reading: _exchange(reading, "first_token")
        yield "total time", "s", lambda _, reading: _exchange(reading, "seconds")
    if cost is not None:
        yield "cost", "$", lambda sample, reading: _cost(cost, sample, reading)


def _usage(reading: Reading, name: str) -> float | None:
    usage = reading.view.usage if reading.view else None
    return getattr(usage, name, None)


def _exchange(reading: Reading, name: str) -> float | None:
    whole = reading.view is not None and reading.exchange is not None
    return getattr(reading.exchange, name) if whole else None


def _cost(cost: CostOf, sample: SampleResult, reading: Reading) -> float | None:
    answer = reading.exchange.answer if reading.exchange else None
    return None if answer is None else cost(sample.request, reading.side, answer)


def _measure(
    name: str, unit: str, value: _Value, samples: Sequence[SampleResult]
) -> Measure | None:
    pairs: list[tuple[float, float]] = []
    for sample in samples:
        sides = [
            [found for reading in side if (found := value(sample, reading)) is not None]
            for side in (sample.chat, sample.responses)
        ]
        if all(sides):
            pairs.append((median(sides[0]), median(sides[1])))
    if not pairs or not any(map(any, pairs)):
        return None
    deltas = [responses - chat for chat, responses in pairs]
    return Measure(
        name=name,
        unit=unit,
        samples=len(pairs),
        chat=middle_and_tail([chat for chat, _ in pairs]),
        responses=middle_and_tail([responses for _, responses in pairs]),
        delta=middle_and_tail(deltas),
        interval=paired_bootstrap(deltas),
        pairs=tuple(pairs),
    )
