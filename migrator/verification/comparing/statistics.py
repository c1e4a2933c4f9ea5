"""What a few draws can say, and what they can't: the only place where chance is reckoned with.

Every sample has a few answers of each endpoint.  If the endpoint made no difference, any of the
answers could have come from either of them; so the answers are dealt to the two sides in every
way (or in many random ones), and the p-value is the share of deals in which the sides are as far
apart as they really are.  That holds for any number of draws and any kind of distance.  Samples
are dealt one by one, so a test of a whole call site compares like with like.

Nothing here is random between two runs: the generators are seeded.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from operator import add
from random import Random
from statistics import NormalDist, fmean, median

# Up to so many deals are all looked at (six draws a side have 924), beyond it this many at random.
_MOST_DEALS = 1000
_RANDOM_DEALS = 1999
_POOLED_DEALS = 9999
_RESAMPLES = 4000
_FEWEST_PAIRS = 5
_POWER = 0.8
_EPSILON = 1e-9
Matrix = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Draws:
    """The distances between all answers to one sample: the first ``chat`` ones are chat's."""

    distances: Matrix
    chat: int

    @property
    def other(self) -> int:
        """How many answers the other side gave."""
        return len(self.distances) - self.chat

    @cached_property
    def total(self) -> float:
        """The sum over all pairs."""
        return sum(self.distances[i][j] for i, j in combinations(range(len(self.distances)), 2))

    @property
    def floor(self) -> list[float]:
        """Chat against chat: the noise floor; empty with one draw."""
        return [self.distances[i][j] for i, j in combinations(range(self.chat), 2)]

    @property
    def within(self) -> list[float]:
        """Each side against itself."""
        sides = range(self.chat), range(self.chat, len(self.distances))
        return [self.distances[i][j] for side in sides for i, j in combinations(side, 2)]

    @property
    def across(self) -> list[float]:
        """Chat against Responses."""
        sides = range(self.chat), range(self.chat, len(self.distances))
        return [self.distances[i][j] for i in sides[0] for j in sides[1]]

    @property
    def testable(self) -> bool:
        """Whether there is a noise floor at all."""
        return self.chat >= 2 and self.other >= 1

    @property
    def attainable(self) -> float:
        """The smallest p-value that so many draws can give, however different the answers are."""
        if not self.testable:
            return 1.0
        deals = math.comb(len(self.distances), self.chat)
        # Both ways round are as far apart where the sides are of one size.
        least = (2 if self.chat == self.other else 1) / deals
        return least if deals <= _MOST_DEALS else max(least, 1 / (_RANDOM_DEALS + 1))


@dataclass(frozen=True)
class Test:
    """How far two sides are apart beyond their own noise, and how often chance does that.

    ``effect`` is the mean distance across minus the mean distance within the sides; ``critical``
    the smallest effect that would have been found at the given level, ``visible`` the one that
    is found four times in five.  ``attainable`` is the smallest p-value possible.
    """

    effect: float
    p: float
    attainable: float
    deals: tuple[float, ...]

    def critical(self, level: float) -> float | None:
        """Return the smallest effect whose p-value is at most ``level``; ``None`` if none is."""
        if self.attainable > level:
            return None
        ordered = sorted(self.deals, reverse=True)
        allowed = int(level * len(ordered) + _EPSILON)
        below = ordered[allowed] if allowed < len(ordered) else ordered[-1]
        return max(0.0, below)

    def visible(self, level: float) -> float | None:
        """Return the effect that such a run finds with a chance of 80 %, roughly."""
        critical = self.critical(level)
        if critical is None:
            return None
        mean = fmean(self.deals)
        spread = math.sqrt(fmean((each - mean) ** 2 for each in self.deals))
        return critical + NormalDist().inv_cdf(_POWER) * spread


def apart(draws: Draws, chat: Sequence[int]) -> float:
    """Return how far the answers numbered ``chat`` are from the rest, beyond their own noise.

    The mean distance across minus the mean within (the energy statistic).  A side of one answer
    has no distance within, so the other's stands for both.
    """
    mine = set(chat)
    rest = [n for n in range(len(draws.distances)) if n not in mine]
    sums = [_within(draws.distances, side) for side in (chat, rest)]
    across = (draws.total - sum(sums)) / (len(chat) * len(rest))
    sizes = [math.comb(len(side), 2) for side in (chat, rest)]
    return across - fmean(total / pairs for total, pairs in zip(sums, sizes, strict=True) if pairs)


def _within(rows: Matrix, side: Sequence[int]) -> float:
    return sum(rows[i][j] for i, j in combinations(side, 2))


def compare_draws(draws: Draws) -> Test | None:
    """Test one sample; ``None`` where chat was drawn once, since then there is no noise floor."""
    if not draws.testable:
        return None
    effect = apart(draws, range(draws.chat))
    found = tuple(_deals(draws))
    return Test(effect, _share(found, effect, _exact(draws)), draws.attainable, found)


def _exact(draws: Draws) -> bool:
    return math.comb(len(draws.distances), draws.chat) <= _MOST_DEALS


def _deals(draws: Draws) -> list[float]:
    size = len(draws.distances)
    if not any(map(any, draws.distances)):
        return [0.0] * (math.comb(size, draws.chat) if _exact(draws) else _RANDOM_DEALS)
    if _exact(draws):
        return [apart(draws, chosen) for chosen in combinations(range(size), draws.chat)]
    chance = Random(size)
    return [apart(draws, chance.sample(range(size), draws.chat)) for _ in range(_RANDOM_DEALS)]


def _share(deals: Sequence[float], effect: float, exact: bool) -> float:
    """Return the share of deals at least as far apart; the real one counts as a deal."""
    above = sum(each >= effect - _EPSILON for each in deals)
    return above / len(deals) if exact else (above + 1) / (len(deals) + 1)


def compare_pooled(samples: Sequence[Draws]) -> Test | None:
    """Test samples together, each dealt for itself; those without a noise floor don't count."""
    usable = [draws for draws in samples if draws.testable]
    if not usable:
        return None
    if len(usable) == 1:
        return compare_draws(usable[0])
    effect = fmean(apart(draws, range(draws.chat)) for draws in usable)
    chance = Random(len(usable))
    sums = [0.0] * _POOLED_DEALS
    for draws in usable:
        if any(map(any, draws.distances)):
            sums = list(map(add, sums, chance.choices(_deals(draws), k=_POOLED_DEALS)))
    pooled = tuple(total / len(usable) for total in sums)
    least = math.prod(draws.attainable for draws in usable)
    return Test(effect, _share(pooled, effect, False), max(least, 1 / (_POOLED_DEALS + 1)), pooled)


def threshold(attainable: Sequence[float], level: float) -> float:
    """Return the p-value at which each of several tests may be called a finding.

    With it, the chance of any false finding among them all is at most ``level``.  Tests that
    could never reach it are not counted, so that a few hopeless ones don't blunt the others
    (Tarone's form of Bonferroni's correction).
    """
    for count in range(1, len(attainable) + 1):
        if sum(each <= level / count for each in attainable) <= count:
            return level / count
    return level / max(1, len(attainable))


def fewest_changed(draws: int, samples: int, level: float) -> int | None:
    """Return how many answers must have changed to be noticed, if chat never varies.

    ``draws`` answers a side for each of ``samples``, the changed ones spread evenly; ``None`` if
    not even a change of all of them is.
    """
    for changed in range(1, draws * samples + 1):
        each, more = divmod(changed, samples)
        chance = _all_on_one_side(draws, each + 1) ** more
        chance *= _all_on_one_side(draws, each) ** (samples - more)
        if chance <= level + _EPSILON:
            return changed
    return None


def _all_on_one_side(draws: int, changed: int) -> float:
    if changed > draws:
        return 1.0
    both = 2 if changed == draws else 1
    return both * math.comb(draws, changed) / math.comb(2 * draws, changed)


@dataclass(frozen=True)
class Interval:
    """A 95 % interval of a mean or median over samples."""

    low: float
    high: float


def paired_bootstrap(
    deltas: Sequence[float],
    statistic: Callable[[Sequence[float]], float] = fmean,
    level: float = 0.95,
) -> Interval | None:
    """Return the interval of a statistic of paired deltas, one per sample.

    Whole samples are drawn again, so a hard sample stays paired with itself.  Few samples make
    the plain interval too narrow; it is widened as Student's t is wider than the normal.  Below
    five samples there is none.
    """
    size = len(deltas)
    if size < _FEWEST_PAIRS:
        return None
    chance = Random(size)
    found = sorted(statistic(chance.choices(deltas, k=size)) for _ in range(_RESAMPLES))
    wide = math.sqrt(size / (size - 1)) * _student(1 - (1 - level) / 2, size - 1)
    tail = NormalDist().cdf(-wide)
    return Interval(percentile(found, tail), percentile(found, 1 - tail))


def _student(probability: float, degrees: int) -> float:
    """Return a quantile of Student's t (the expansion of Cornish and Fisher, ``degrees`` ≥ 4)."""
    z = NormalDist().inv_cdf(probability)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum(term / float(degrees) ** power for power, term in enumerate(terms, 1))


def percentile(ordered: Sequence[float], share: float) -> float:
    """Return a percentile of sorted values, interpolated; ``share`` is from 0 to 1."""
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def middle_and_tail(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 90th percentile."""
    return median(values), percentile(sorted(values), 0.9)
