"""From reasons to verdicts: a group is rewritten whole or not at all."""

from __future__ import annotations

from migrator.analysis.facts import Reason
from migrator.planning.model import BLOCKED, KEEP, REWRITE, SUGGEST, Finding, Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.config import Settings

_UNKNOWN = {"suggest": SUGGEST, "rewrite": REWRITE, "block": BLOCKED}
_RANK = {REWRITE: 0, SUGGEST: 1, BLOCKED: 2, KEEP: 3}


def verdict_of(finding: Finding, settings: Settings) -> str:
    """Return the verdict that a finding's own reasons lead to."""
    effects = {reason.effect for reason in finding.reasons}
    if "keep" in effects:
        return KEEP
    if "block" in effects:
        return BLOCKED
    verdict = REWRITE
    if "unknown" in effects:
        verdict = _UNKNOWN[settings.unknown_hosts]
    if "suggest" in effects and verdict == REWRITE:
        verdict = SUGGEST
    return verdict


def decide(group: Group, settings: Settings) -> None:
    """Set the verdicts of a group and of its findings.

    A group is only rewritten when all of its findings are; the others then name the one that
    stops them.
    """
    own = [(finding, verdict_of(finding, settings)) for finding in group.findings]
    worst = max((verdict for _, verdict in own), key=_RANK.__getitem__)
    group.verdict = BLOCKED if worst == KEEP and len({v for _, v in own}) > 1 else worst
    stopper = next(finding for finding, verdict in own if verdict == worst)
    for finding, verdict in own:
        finding.verdict = verdict
        if worst in (BLOCKED, KEEP) and verdict in (REWRITE, SUGGEST):
            finding.verdict = BLOCKED
            where = f"line {stopper.place.line}"
            if stopper.place.path != finding.place.path:
                where = f"{stopper.place.path}:{stopper.place.line}"
            message = f"changes together with the call in {where}"
            if not any(reason.code == "CC507" for reason in finding.reasons):
                finding.reasons.append(Reason("CC507", message, stopper.place, "block"))
        elif worst == SUGGEST:
            finding.verdict = SUGGEST


def settled(group: Group) -> bool:
    """Return whether nothing can make the verdict of ``group`` a rewrite any more."""
    return group.verdict in (BLOCKED, KEEP)
