"""The statistics, by simulation: how often they cry wolf, how often they see one.

Every bound is the nominal rate plus three standard errors of the simulation; seeds are fixed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from random import Random
from statistics import fmean, median

import pytest

from migrator.verification.comparing import statistics
from migrator.verification.comparing.statistics import (
    Draws,
    apart,
    compare_draws,
    compare_pooled,
    fewest_changed,
    middle_and_tail,
    paired_bootstrap,
    percentile,
    threshold,
)


def draws(chat: list[float], responses: list[float]) -> Draws:
    values = [*chat, *responses]
    return Draws([[abs(one - other) for other in values] for one in values], len(chat))


def kinds(chat: str, responses: str) -> Draws:
    values = chat + responses
    return Draws([[float(one != other) for other in values] for one in values], len(chat))


def bound(rate: float, runs: int) -> float:
    return rate + 3 * math.sqrt(rate * (1 - rate) / runs)


def gauss(chance: Random, count: int, mean: float = 0.0) -> list[float]:
    return [chance.gauss(mean, 1) for _ in range(count)]


# -- one sample -------------------------------------------------------------------------


def test_one_draw_has_no_noise_floor() -> None:
    assert compare_draws(draws([1], [2])) is None
    assert not draws([1], [2, 3]).testable
    assert draws([1], [2]).attainable == 1.0


def test_the_floor_is_chat_against_chat() -> None:
    found = draws([0, 1, 3], [10, 10])
    assert sorted(found.floor) == [1, 2, 3]
    assert sorted(found.across) == [7, 7, 9, 9, 10, 10]


@pytest.mark.parametrize(("count", "least"), [(2, 2 / 6), (3, 2 / 20), (4, 2 / 70), (5, 2 / 252)])
def test_no_difference_is_surer_than_the_deals_allow(count: int, least: float) -> None:
    found = compare_draws(kinds("a" * count, "b" * count))
    assert found is not None
    assert found.p == pytest.approx(least)
    assert found.attainable == pytest.approx(least)
    assert found.effect == 1.0


def test_sides_of_different_sizes() -> None:
    found = compare_draws(kinds("aaaa", "b"))
    assert found is not None and found.p == pytest.approx(1 / 5) == found.attainable


def test_the_statistic_is_the_same_however_it_is_reckoned() -> None:
    chance = Random(5)
    found = draws(gauss(chance, 3), gauss(chance, 4))
    rows = found.distances
    across = fmean(found.across)
    within = [
        fmean(rows[i][j] for i, j in combinations(side, 2)) for side in (range(3), range(3, 7))
    ]
    assert apart(found, range(3)) == pytest.approx(across - fmean(within))


@pytest.mark.parametrize("count", [2, 4, 5])
@pytest.mark.parametrize(
    "value",
    [
        lambda chance: chance.gauss(0, 1),
        lambda chance: chance.lognormvariate(0, 2),
        lambda chance: float(chance.random() < 0.2),
        lambda chance: float(chance.randrange(3)),
    ],
    ids=["normal", "skewed", "rare", "three kinds"],
)
def test_false_alarms_about_one_sample(count: int, value: Callable[[Random], float]) -> None:
    chance, runs = Random(7), 150
    alarms = 0
    for _ in range(runs):
        values = [value(chance) for _ in range(2 * count)]
        found = compare_draws(draws(values[:count], values[count:]))
        assert found is not None
        alarms += found.p <= 0.05
    assert alarms / runs <= bound(0.05, runs)


def test_a_clear_shift_is_seen() -> None:
    chance, runs = Random(3), 60
    seen = 0
    for _ in range(runs):
        found = compare_draws(draws(gauss(chance, 5), gauss(chance, 5, 3)))
        seen += found is not None and found.p <= 0.05
    assert seen / runs > 0.8


def test_less_variety_is_a_difference_too() -> None:
    """Chat is of two minds, Responses is not: the distance across is no larger than within."""
    found = compare_draws(kinds("abababab", "aaaaaaaa"))
    assert found is not None and found.effect > 0 and found.p < 0.1


def test_many_draws_are_dealt_at_random() -> None:
    chance = Random(1)
    same, other = gauss(chance, 16), gauss(chance, 8, 4)
    found = compare_draws(draws(same[:8], other))
    assert found is not None and found.p == pytest.approx(1 / 2000)
    assert found.attainable == pytest.approx(1 / 2000)
    quiet = compare_draws(draws(same[:8], same[8:]))
    assert quiet is not None and quiet.p > 0.05
    again = compare_draws(draws(same[:8], same[8:]))
    assert again == quiet


# -- several samples --------------------------------------------------------------------


@pytest.mark.parametrize(("samples", "count"), [(4, 2), (6, 3)])
def test_false_alarms_about_a_call_site(
    samples: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "_POOLED_DEALS", 999)
    chance, runs = Random(11), 120
    alarms = 0
    for _ in range(runs):
        own = [chance.lognormvariate(0, 1) for _ in range(samples)]
        found = compare_pooled(
            [
                draws(
                    [size * x for x in gauss(chance, count)],
                    [size * x for x in gauss(chance, count)],
                )
                for size in own
            ]
        )
        assert found is not None
        alarms += found.p <= 0.05
    assert alarms / runs <= bound(0.05, runs)


def test_samples_together_see_what_none_sees_alone() -> None:
    chance = Random(2)
    samples = [draws(gauss(chance, 2, at), gauss(chance, 2, at + 3)) for at in range(8)]
    alone = [compare_draws(each) for each in samples]
    assert all(each is not None and each.p > 0.05 for each in alone)
    together = compare_pooled(samples)
    assert together is not None and together.p < 0.01


def test_samples_without_a_floor_do_not_count() -> None:
    assert compare_pooled([draws([1], [2])]) is None
    assert compare_pooled([]) is None
    one = kinds("aaaa", "bbbb")
    assert compare_pooled([draws([1], [2]), one]) == compare_draws(one)


def test_the_smallest_visible_effect_is_seen_four_times_in_five(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a shift that makes about the effect that the tests call visible."""
    monkeypatch.setattr(statistics, "_POOLED_DEALS", 999)
    chance, runs = Random(4), 60
    tests = []
    for _ in range(runs):
        samples = [draws(gauss(chance, 3), gauss(chance, 3, 1.15)) for _ in range(10)]
        tests.append(compare_pooled(samples))
    effects = [test.effect for test in tests if test is not None]
    visible = [test.visible(0.05) or 0.0 for test in tests if test is not None]
    seen = sum(test.p <= 0.05 for test in tests if test is not None)
    assert fmean(visible) == pytest.approx(fmean(effects), rel=0.2)
    assert 0.65 <= seen / runs <= 0.95


def test_no_effect_is_visible_where_none_could_be_found() -> None:
    test = compare_draws(kinds("aab", "abb"))
    assert test is not None
    assert test.visible(0.05) is None and test.critical(0.05) is None


# -- several tests ----------------------------------------------------------------------


def test_hopeless_tests_do_not_blunt_the_others() -> None:
    assert threshold([0.001], 0.05) == 0.05
    assert threshold([0.001, 0.001], 0.05) == 0.025
    assert threshold([0.001, 0.1, 0.1, 0.1], 0.05) == 0.05
    assert threshold([], 0.05) == 0.05
    assert threshold([0.02] * 3, 0.05) == pytest.approx(0.05 / 3)


def test_false_alarms_of_a_family() -> None:
    chance, runs = Random(9), 120
    alarms = 0
    for _ in range(runs):
        found = []
        for count in (3, 4, 5, 5, 5):
            test = compare_draws(draws(gauss(chance, count), gauss(chance, count)))
            assert test is not None
            found.append(test)
        level = threshold([each.attainable for each in found], 0.05)
        alarms += any(each.p <= level for each in found)
    assert alarms / runs <= bound(0.05, runs)


@pytest.mark.parametrize(
    ("count", "samples", "level", "changed"),
    [(4, 1, 0.05, 4), (3, 1, 0.05, None), (3, 20, 0.025, 6), (2, 3, 0.025, None), (5, 1, 0.05, 4)],
)
def test_how_many_changed_answers_show(
    count: int, samples: int, level: float, changed: int | None
) -> None:
    assert fewest_changed(count, samples, level) == changed


def test_the_answer_to_that_is_what_the_test_says() -> None:
    for changed in range(1, 6):
        found = compare_draws(kinds("aaaaa", "b" * changed + "a" * (5 - changed)))
        assert found is not None
        assert (found.p <= 0.05) == (changed >= 4)


# -- numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [5, 12])
@pytest.mark.parametrize(
    ("value", "mean", "middle"),
    [
        (lambda chance: chance.gauss(1, 1), 1.0, 1.0),
        (lambda chance: chance.lognormvariate(0, 0.5), math.exp(0.125), 1.0),
    ],
    ids=["normal", "skewed"],
)
def test_coverage_of_the_bootstrap(
    size: int, value: Callable[[Random], float], mean: float, middle: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(statistics, "_RESAMPLES", 400)
    chance, runs = Random(size), 150
    hits = [0, 0]
    for _ in range(runs):
        values = [value(chance) for _ in range(size)]
        for n, (statistic, truth) in enumerate(((fmean, mean), (median, middle))):
            found = paired_bootstrap(values, statistic)
            assert found is not None
            hits[n] += found.low <= truth <= found.high
    assert min(hits) / runs >= 0.83


def test_four_samples_have_no_interval() -> None:
    assert paired_bootstrap([1, 2, 3, 4]) is None
    assert paired_bootstrap([1, 2, 3, 4, 5]) is not None


def test_equal_deltas_have_an_interval_of_no_width() -> None:
    found = paired_bootstrap([2.0] * 6)
    assert found is not None and found.low == found.high == 2.0


def test_students_quantiles() -> None:
    table = {4: 2.776, 5: 2.571, 9: 2.262, 29: 2.045}
    for degrees, value in table.items():
        assert statistics._student(0.975, degrees) == pytest.approx(value, abs=0.002)


def test_percentiles() -> None:
    assert percentile([1, 2, 3, 4, 5], 0.5) == 3
    assert percentile([1, 2], 0.25) == 1.25
    assert percentile([7], 0.9) == 7
    assert middle_and_tail([3, 1, 2]) == (2, pytest.approx(2.8))
