"""What a comparison finds: verdicts, the checks behind them, and the numbers beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from migrator.verification.replay.model import Header, Prepared

from .reading import Reading
from .statistics import Draws, Interval, Test

Verdict = Literal["failed", "outside", "inconclusive", "within", "same", "skipped"]
# The worst first.
VERDICTS: tuple[Verdict, ...] = (
    "failed", "outside", "inconclusive", "within", "same", "skipped",
)  # fmt: skip
TITLES: Mapping[Verdict, str] = {
    "failed": "failed",
    "outside": "outside noise",
    "inconclusive": "inconclusive",
    "within": "within noise",
    "same": "same contract",
    "skipped": "skipped",
}
MEANINGS: Mapping[Verdict, str] = {
    "failed": "what a program can branch on is different",
    "outside": "the words differ more than chat's own answers differ from each other",
    "inconclusive": "this run can't tell",
    "within": "nothing differs more than chat's own answers do",
    "same": "same contract, same words",
    "skipped": "not sent: the request has no Responses counterpart, and `fix` leaves it",
}
Outcome = Literal["same", "differs", "varies", "unknown", "none"]


def worst(verdicts: list[Verdict]) -> Verdict:
    """Return the worst of some verdicts; skipped ones count only among themselves."""
    return min(verdicts, key=VERDICTS.index, default="skipped")


@dataclass(frozen=True)
class Check:
    """One line of the comparison.

    ``varies`` is a difference that chat shows against itself, or that nobody can tell from that;
    ``none`` means that there was nothing to compare.
    """

    name: str
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True)
class Known:
    """A difference that every migration brings; ``rule`` names it, ``detail`` is the instance."""

    rule: str
    detail: str


@dataclass(frozen=True)
class Accessor:
    """What an expression of the program returned before and what its successor returns."""

    chat: str
    responses: str
    before: str
    after: str
    same: bool


@dataclass(frozen=True)
class Judged:
    """One thing under test (the contract, or the words) for a sample or a call site.

    ``level`` is the p-value that would have been a finding; ``significant`` whether it was;
    ``able`` whether so many draws could have been one at all.  ``visible`` is the smallest
    effect that the run finds four times in five, ``answers`` the same in answers (of ``total``) of
    a side that never varies; both ``None`` where no effect would have been found.  ``needed`` is
    how many draws could find one.
    """

    test: Test | None
    level: float
    varied: bool
    visible: float | None = None
    answers: int | None = None
    total: int = 0
    needed: int = 2

    @property
    def able(self) -> bool:
        """Whether the largest difference would have been a finding."""
        return self.test is not None and self.test.attainable <= self.level

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance."""
        return self.test is not None and self.varied and self.test.p <= self.level


@dataclass(frozen=True)
class SampleResult:
    """One sample: its answers, what was checked, and what follows.

    ``contract`` and ``words`` are distances between all usable answers, chat's first.
    """

    prepared: Prepared
    chat: tuple[Reading, ...]
    responses: tuple[Reading, ...]
    verdict: Verdict
    reason: str
    checks: tuple[Check, ...] = ()
    known: tuple[Known, ...] = ()
    accessors: tuple[Accessor, ...] = ()
    contract: Draws | None = None
    words: Draws | None = None
    judged: Mapping[str, Judged] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The name of the sample."""
        return self.prepared.sample.id

    @property
    def site(self) -> str | None:
        """The call that it belongs to."""
        return self.prepared.sample.site

    @property
    def request(self) -> dict[str, Any]:
        """The chat request."""
        return self.prepared.sample.body


@dataclass(frozen=True)
class Measure:
    """A number of both sides over samples: median and 90th percentile, and of the difference.

    ``interval`` is that of the mean difference over samples; ``None`` with fewer than five.
    """

    name: str
    unit: str
    samples: int
    chat: tuple[float, float]
    responses: tuple[float, float]
    delta: tuple[float, float]
    interval: Interval | None
    pairs: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class SiteResult:
    """All samples of one call site; ``site`` is ``None`` for those that nobody can place."""

    site: str | None
    samples: tuple[SampleResult, ...]
    verdict: Verdict
    reason: str
    judged: Mapping[str, Judged]
    excess: Interval | None = None
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True)
class Verification:
    """The whole comparison; its verdict is the worst of a call site, or of all together."""

    header: Header
    verdict: Verdict
    reason: str
    sites: tuple[SiteResult, ...]
    judged: Mapping[str, Judged]
    measures: tuple[Measure, ...]
    notes: tuple[str, ...] = ()

    @property
    def samples(self) -> list[SampleResult]:
        """All samples, site by site."""
        return [sample for site in self.sites for sample in site.samples]

    @property
    def exit_status(self) -> int:
        """0 the same, 1 something differs, 2 nothing could be said."""
        if self.verdict in ("failed", "outside"):
            return 1
        return 2 if self.verdict in ("inconclusive", "skipped") else 0

    def counts(self) -> dict[Verdict, int]:
        """Return how many samples have each verdict, the worst first, without zeros."""
        found = [sample.verdict for sample in self.samples]
        return {verdict: found.count(verdict) for verdict in VERDICTS if verdict in found}
