"""What a setting that is off would do: planned beside, so that findings can say so."""

from __future__ import annotations

from migrator.planning.model import REWRITE, SUGGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import FilePlan, Finding

_HINTS = {
    REWRITE: "`--azure-v1` rewrites it together with its client",
    SUGGEST: "`--azure-v1 --unsafe-fixes` rewrites it together with its client",
}


def wanted(plan: FilePlan) -> bool:
    """Return whether an Azure client is all that stops some call of a file."""
    return any(_stopped(finding) for finding in plan.findings)


def _stopped(finding: Finding) -> bool:
    codes = {reason.code for reason in finding.reasons if reason.effect in ("block", "unknown")}
    return "CC406" in codes and codes <= {"CC406", "CC507"}


def compare(plan: FilePlan) -> None:
    """Tell the findings of ``plan`` what its trial came to, and forget the trial."""
    trial, plan.trial = plan.trial, None
    if trial is None:
        return
    better = {(finding.code, finding.place.key()): finding.verdict for finding in trial.findings}
    for finding in plan.findings:
        hint = _HINTS.get(better.get((finding.code, finding.place.key()), ""))
        reason = next((each for each in finding.reasons if each.code == "CC406"), None)
        if hint and reason is not None:
            reason.message = f"{reason.message}; {hint}"
