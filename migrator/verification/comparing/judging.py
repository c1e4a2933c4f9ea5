"""From distances to verdicts: what is chance, what is not, and what this run can't tell.

Contracts and words are each tested at three levels: every sample, every call site with several
samples, and the run.  Each level takes an equal part of the allowed error and its tests share it
(`threshold`), so that the chance of *any* false alarm about contracts in a whole run is at most
`ERROR`, and the same for words.  A sample whose own draws are too few is judged with the others
of its call site, and a site with too few with the whole run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from migrator.verification.samples.sample import Answer

from .checks import Sides, checks, contract_draws, word_draws
from .model import VERDICTS, Check, Judged, Verdict, worst
from .reading import REFUSED, Reading
from .statistics import Draws, Test, compare_pooled, fewest_changed, threshold

ERROR = 0.05
CONTRACT, WORDS = "contract", "words"
# Refusals that are about the key or the model, not about the request.
_NOT_ABOUT_THE_REQUEST = (401, 403, 404)
_MOST_DRAWS = 12


@dataclass(frozen=True)
class Draft:
    """A sample before it is judged: ``fixed`` is a verdict that needs no statistics."""

    sides: Sides
    checks: tuple[Check, ...]
    fixed: tuple[Verdict, str] | None
    draws: Mapping[str, Draws] = field(default_factory=dict)
    repeats: bool = False


def draft(sides: Sides, recorded: Answer | None, *, emulator: bool) -> Draft:
    """Return a sample ready to be judged.

    On the emulator an answer depends on the meaning of the request only, so a side that does not
    vary never does.
    """
    words = word_draws(sides)
    found = {CONTRACT: contract_draws(sides), WORDS: words}
    draws = {name: each for name, each in found.items() if each is not None}
    checked = tuple(checks(sides, recorded, words, emulator=emulator))
    fixed = _fixed(sides, recorded is not None and recorded.ok)
    repeats = emulator and not any(any(each.floor) for each in draws.values())
    return Draft(sides, checked, fixed, draws, repeats)


def _fixed(sides: Sides, recorded_ok: bool) -> tuple[Verdict, str] | None:
    """Return the verdict of a sample that was not taken or not answered."""
    chat, responses = sides.usable
    for name, all_of_side, usable in (
        ("chat", sides.chat, chat),
        ("Responses", sides.responses, responses),
    ):
        if not usable:
            why = all_of_side[0].why if all_of_side else "nothing was sent"
            return "inconclusive", f"{name} gave no answer: {why}"
    refused = [all(each.state == REFUSED for each in side) for side in (chat, responses)]
    taken = [not any(each.state == REFUSED for each in side) for side in (chat, responses)]
    if taken[0] and refused[1]:
        return "failed", f"Responses refuses what chat takes: {_error(responses[0])}"
    if refused[0]:
        lost = recorded_ok or chat[0].status in _NOT_ABOUT_THE_REQUEST
        if lost or not refused[1]:
            return "inconclusive", f"chat refuses the request: {_error(chat[0])}"
    return None


def _error(reading: Reading) -> str:
    place = f" `{reading.param}`:" if reading.param else ""
    return f"{reading.status}{place} {reading.why.removeprefix('refused: ')}"


@dataclass(frozen=True)
class Judgements:
    """What was tested at each level, by sample, by site and for the run."""

    samples: Sequence[Mapping[str, Judged]]
    sites: Sequence[Mapping[str, Judged]]
    run: Mapping[str, Judged]


def judge(sites: Sequence[Sequence[Draft]]) -> Judgements:
    """Test everything that can be; ``sites`` are the samples by call site."""
    drafts = [draft for site in sites for draft in site]
    samples, several = [[draft] for draft in drafts], [site for site in sites if len(site) > 1]
    whole = [drafts] if len(sites) > 1 else []
    levels = [level for level in (samples, several, whole) if level]
    error = ERROR / max(1, len(levels))
    own = _judged(samples, error)
    of_several = iter(_judged(several, error))
    of_one = iter(own)
    of_sites: list[Mapping[str, Judged]] = []
    for site in sites:
        mine = [next(of_one) for _ in site]
        # A site of one sample is that sample.
        of_sites.append(next(of_several) if len(site) > 1 else mine[0])
    run = _judged(whole, error)[0] if whole else of_sites[0] if of_sites else {}
    return Judgements(own, of_sites, run)


def _judged(groups: Sequence[Sequence[Draft]], error: float) -> list[dict[str, Judged]]:
    found: list[dict[str, Judged]] = [{} for _ in groups]
    for name in (CONTRACT, WORDS):
        draws = [
            [each.draws[name] for each in group if each.fixed is None and name in each.draws]
            for group in groups
        ]
        for result, judged in zip(found, _of_one_kind(draws, error), strict=True):
            if judged is not None:
                result[name] = judged
    return found


def _of_one_kind(groups: Sequence[Sequence[Draws]], error: float) -> list[Judged | None]:
    """Test groups of samples; what never varied takes no part in sharing the error."""
    tests = [compare_pooled(group) for group in groups]
    shared = [
        test.attainable
        for test, group in zip(tests, groups, strict=True)
        if test is not None and _varied(group)
    ]
    level = threshold(shared, error)
    varied = max(1, sum(map(_varied, groups)))
    return [
        _one(test, group, level, error / varied) if group else None
        for test, group in zip(tests, groups, strict=True)
    ]


def _varied(draws: Sequence[Draws]) -> bool:
    return any(any(map(any, each.distances)) for each in draws)


def _one(test: Test | None, draws: Sequence[Draws], level: float, strictest: float) -> Judged:
    usable = [each for each in draws if each.testable]
    size = min((min(each.chat, each.other) for each in usable), default=1)
    varied = _varied(draws)
    return Judged(
        test=test,
        level=level,
        varied=varied,
        visible=test.visible(level) if test is not None and varied else None,
        answers=fewest_changed(size, len(usable), level) if usable else None,
        total=size * len(usable),
        needed=_needed(len(draws), strictest),
    )


def _needed(samples: int, level: float) -> int:
    """Return how many draws of so many samples can tell something at this level."""
    for draws in range(2, _MOST_DRAWS):
        if (2 / math.comb(2 * draws, draws)) ** samples <= level:
            return draws
    return _MOST_DRAWS


def sample_verdict(
    sample: Draft, own: Mapping[str, Judged], around: Sequence[Mapping[str, Judged]]
) -> tuple[Verdict, str]:
    """Return the verdict of a sample and its reason; ``around`` are its site and the run."""
    if sample.fixed is not None:
        return sample.fixed
    for name, verdict in _VERDICT_OF:
        if name in own and (found := _differs(sample, name, verdict, own[name])):
            return found
    varied = [name for name, _ in _VERDICT_OF if name in own and own[name].varied]
    if not varied:
        return "same", _same(sample)
    excuses = [
        _excused(
            _what(sample, name),
            [own[name], *(each[name] for each in around if name in each)],
            separate=_separate(name, sample.draws[name]),
        )
        for name in varied
    ]
    # The better excuse of the two must not hide the worse one.
    return next((each for each in excuses if each[0] == "inconclusive"), excuses[0])


_VERDICT_OF: tuple[tuple[str, Verdict], ...] = ((CONTRACT, "failed"), (WORDS, "outside"))


def _differs(
    sample: Draft, name: str, verdict: Verdict, judged: Judged
) -> tuple[Verdict, str] | None:
    if sample.repeats and judged.varied:
        return verdict, f"{_what(sample, name)}; the emulator answers equal requests equally"
    if judged.significant:
        return verdict, f"{_what(sample, name)} ({_p(judged)})"
    return None


def _separate(name: str, draws: Draws) -> bool:
    """Return whether the sides share nothing: no contract, or no words as near as their own."""
    nearest = min(draws.across)
    return nearest > (0 if name == CONTRACT else 2 * max(draws.within, default=0.0))


def _excused(what: str, levels: Sequence[Judged], *, separate: bool) -> tuple[Verdict, str]:
    """Return what is said of a difference that is none for certain, by the first able level.

    Others can't excuse a sample that chat was asked for once, or whose sides are ``separate``:
    that is what a real change of one sample looks like, and it would drown among them.
    """
    own = levels[0]
    if own.able:
        return "within", f"{what} ({_p(own)})"
    mine = f"--draws {own.needed}"
    if own.test is None:
        return "inconclusive", f"{what}; one draw gives no noise floor, {mine} would tell"
    if separate:
        return "inconclusive", f"{what}; each side agrees with itself only, {mine} would tell"
    for level in levels:
        if level.significant:
            return "inconclusive", f"{what}; more of the run differs, {mine} would tell"
        if level.able:
            return "within", f"{what}; judged with other samples ({_p(level)})"
    advice = f"--draws {min(level.needed for level in levels)} could tell"
    return "inconclusive", f"{what}; too few draws to tell from chance, {advice}"


def _p(judged: Judged) -> str:
    assert judged.test is not None
    return "p < 0.001" if judged.test.p < 0.001 else f"p = {judged.test.p:.3f}"


def _same(sample: Draft) -> str:
    chat, responses = sample.sides.usable
    text = next((each.detail for each in sample.checks if each.name == "text"), "")
    return (
        f"{len(chat)} + {len(responses)} answers, {text}"
        if all(sample.sides.complete)
        else (f"both sides end in the same error: {_error(chat[0])}")
    )


def _what(sample: Draft, name: str) -> str:
    """Say what differs: the first check that does, or how far the words are apart."""
    if name == CONTRACT:
        rank = {"differs": 0, "varies": 1}
        names = ("acceptance", "terminal state", "tool calls", "structured output", "accessors")
        found = [each for each in sample.checks if each.name in names and each.outcome in rank]
        first = min(found, key=lambda each: rank[each.outcome], default=None)
        return f"{first.name}: {first.detail}" if first else "the contract differs"
    draws = sample.draws[WORDS]
    floor = f", chat's own {fmean(draws.floor):.2f}" if draws.floor else ""
    return f"words {fmean(draws.across):.2f} apart{floor}"


def site_verdict(
    verdicts: Sequence[Verdict], judged: Mapping[str, Judged], reasons: Sequence[str]
) -> tuple[Verdict, str]:
    """Return the verdict of a call site: its own tests, and what its samples say for certain."""
    for verdict in ("failed", "outside"):
        if verdict in verdicts:
            return verdict, _example(verdict, verdicts, reasons)
    for name, verdict in _VERDICT_OF:
        if name in judged and judged[name].significant:
            return verdict, _effect(name, judged[name])
    if "inconclusive" in verdicts:
        return "inconclusive", _example("inconclusive", verdicts, reasons)
    if "within" in verdicts:
        if any(each.varied and not each.able for each in judged.values()):
            return "within", _example("within", verdicts, reasons)
        return "within", "; ".join(_seen(name, each) for name, each in judged.items())
    if "same" in verdicts:
        return "same", _example("same", verdicts, reasons)
    return "skipped", reasons[0] if reasons else ""


def _example(verdict: Verdict, verdicts: Sequence[Verdict], reasons: Sequence[str]) -> str:
    share = f"{verdicts.count(verdict)} of {len(verdicts)}: " if len(verdicts) > 1 else ""
    return share + reasons[verdicts.index(verdict)]


def _effect(name: str, judged: Judged) -> str:
    assert judged.test is not None
    effect = max(0.0, judged.test.effect)
    return f"{name} {_size(effect)} further apart across the endpoints than within ({_p(judged)})"


def _size(effect: float) -> str:
    return f"{effect:.2f}" if effect >= 0.1 or not effect else f"{effect:.2g}"


def _seen(name: str, judged: Judged) -> str:
    """Say what the test found, and the smallest effect that it could have."""
    if judged.varied and judged.test is not None and judged.visible is not None:
        return f"{_effect(name, judged)}, {_size(judged.visible)} would have been seen"
    if judged.varied or judged.answers is None:
        return f"{name}: too few draws to see anything" if judged.varied else f"{name} never varied"
    return (
        f"{name} never varied, a change in {judged.answers} of {judged.total} answers would have"
        " been seen"
    )


def run_verdict(
    sites: Sequence[tuple[Verdict, str]], run: Mapping[str, Judged]
) -> tuple[Verdict, str]:
    """Return the verdict of the run: the worst of its sites, or what only all together show.

    ``sites`` are their verdicts and what to say of each.
    """
    found = worst([verdict for verdict, _ in sites])
    for name, verdict in _VERDICT_OF:
        beyond = VERDICTS.index(verdict) < VERDICTS.index(found)
        if name in run and run[name].significant and beyond:
            return verdict, f"all samples together: {_effect(name, run[name])}"
    if found == "same":
        return found, "every answer has the same contract and the same words on both sides"
    if found == "within":
        return found, "; ".join(_seen(name, run[name]) for name, _ in _VERDICT_OF if name in run)
    return found, next((reason for verdict, reason in sites if verdict == found), "")
