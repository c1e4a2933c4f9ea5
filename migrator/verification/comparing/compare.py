"""A finished replay → the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

from migrator.verification.replay.model import SIDES, Prepared, Run

from .accessors import accessors
from .checks import Sides
from .judging import (
    CONTRACT,
    WORDS,
    Draft,
    Judgements,
    draft,
    judge,
    run_verdict,
    sample_verdict,
    site_verdict,
)
from .known import known_differences
from .measures import CostOf, measures
from .model import Judged, Measure, SampleResult, SiteResult, Verification
from .reading import read
from .statistics import paired_bootstrap

EMULATOR = "emulator"


def compare_run(run: Run, cost: CostOf | None = None) -> Verification:
    """Return the comparison of all that a run has answers to."""
    # The emulator's times say nothing about a model.
    times = run.header.server != EMULATOR
    groups = _sites(run.prepared)
    drafts = {each.sample.id: _draft(run, each) for each in run.prepared}
    judged = judge([[drafts[each.sample.id] for each in group] for group in groups.values()])
    sites: list[SiteResult] = []
    numbers = iter(range(len(drafts)))
    for at, (site, group) in enumerate(groups.items()):
        results = [
            _result(run, each, drafts[each.sample.id], judged, (next(numbers), at))
            for each in group
        ]
        numbers_of = measures(results, cost, times=times)
        sites.append(_site(site, results, judged.sites[at], numbers_of))
    verdict, reason = run_verdict(
        [(site.verdict, f"{site.site or 'samples'}: {site.reason}") for site in sites], judged.run
    )
    sent = [sample for site in sites for sample in site.samples if sample.verdict != "skipped"]
    return Verification(
        header=run.header,
        verdict=verdict,
        reason=reason,
        sites=tuple(sites),
        judged=judged.run,
        measures=measures(sent, cost, times=times),
        notes=tuple(_notes(run, list(drafts.values()))),
    )


def _draft(run: Run, prepared: Prepared) -> Draft:
    sample = prepared.sample
    chat, responses = (
        [read(each, sample.body) for each in run.of(sample.id, side)] for side in SIDES
    )
    sides = Sides(sample.body, chat, responses)
    if prepared.responses is None:
        refusal = prepared.refusal
        reason = f"{refusal.code} {refusal.param}: {refusal.message}" if refusal else "not sent"
        return Draft(sides, (), ("skipped", reason))
    return draft(sides, sample.recorded, emulator=run.header.server == EMULATOR)


def _sites(prepared: Sequence[Prepared]) -> dict[str | None, list[Prepared]]:
    """Return the samples of each site, those of none last."""
    found: dict[str | None, list[Prepared]] = {}
    for each in sorted(prepared, key=lambda each: each.sample.site is None):
        found.setdefault(each.sample.site, []).append(each)
    return found


def _result(
    run: Run, prepared: Prepared, draft: Draft, judged: Judgements, at: tuple[int, int]
) -> SampleResult:
    """Return the result of one sample; ``at`` are the numbers of the sample and of its site."""
    own = judged.samples[at[0]]
    verdict, reason = sample_verdict(draft, own, (judged.sites[at[1]], judged.run))
    sides = draft.sides
    whole = sides.complete
    return SampleResult(
        prepared=prepared,
        chat=tuple(sides.chat),
        responses=tuple(sides.responses),
        verdict=verdict,
        reason=reason,
        checks=draft.checks,
        known=known_differences(prepared, sides.chat, sides.responses, run.header.drop)
        if prepared.responses is not None
        else (),
        accessors=accessors(sides.request, whole[0][0], whole[1][0]) if all(whole) else (),
        contract=draft.draws.get(CONTRACT),
        words=draft.draws.get(WORDS),
        judged=own,
    )


def _site(
    site: str | None,
    samples: list[SampleResult],
    judged: Mapping[str, Judged],
    numbers: tuple[Measure, ...],
) -> SiteResult:
    verdict, reason = site_verdict(
        [sample.verdict for sample in samples], judged, [sample.reason for sample in samples]
    )
    draws = [sample.words for sample in samples if sample.words and sample.words.floor]
    excess = paired_bootstrap([fmean(each.across) - fmean(each.floor) for each in draws])
    return SiteResult(site, tuple(samples), verdict, reason, judged, excess, numbers)


def _notes(run: Run, drafts: Sequence[Draft]) -> list[str]:
    """Return what has to be known to read the verdicts."""
    notes: list[str] = []
    emulator = run.header.server == EMULATOR
    convertible = [each.sample.id for each in run.prepared if each.responses is not None]
    wanted = len(convertible) * 2 * run.header.draws
    drawn = sum(len(run.of(name, side)) for name in convertible for side in SIDES)
    if drawn < wanted:
        notes.append(f"the run is not complete: {drawn} of {wanted} answers")
    if run.header.draws == 1 and not emulator:
        notes.append("one draw: there is no noise floor, so words that differ stay inconclusive")
    if emulator:
        notes.append(
            "the emulator answers by the meaning of a request, not with a model's words: what this"
            " shows is that both requests mean the same"
        )
    changed = sum(
        check.name == "self-check" and check.outcome in ("differs", "varies")
        for each in drafts
        for check in each.checks
    )
    if changed:
        notes.append(f"chat itself answers otherwise than it was recorded in {changed} samples")
    return notes
