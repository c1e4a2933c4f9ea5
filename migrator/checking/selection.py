"""Which codes are asked for, and what becomes of findings that are not.  On the hook's path."""

from __future__ import annotations

from migrator.planning.model import BLOCKED, KEEP, REWRITE, SUGGEST, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.checking.outcome import CheckedFile
    from migrator.config import Settings
    from migrator.planning.model import FilePlan, Finding, Place


def _specificity(code: str, prefixes: Sequence[str]) -> int:
    """Return the length of the longest prefix of ``code``; 0 for ``ALL``, -1 for none."""
    best = -1
    for prefix in prefixes:
        if prefix == "ALL":
            best = max(best, 0)
        elif code.startswith(prefix):
            best = max(best, len(prefix))
    return best


def selected(code: str, settings: Settings) -> bool:
    """Return whether ``code`` is asked for; the longer prefix wins, a tie ignores, as in ruff."""
    wanted = _specificity(code, settings.select + settings.extend_select)
    return wanted >= 0 and wanted > _specificity(code, settings.ignore)


def select(file: CheckedFile) -> None:
    """Drop the findings that are not asked for and keep the ones that the settings allow here."""
    settings = file.target.settings
    plan = file.plan
    if settings.ignore or settings.extend_select or settings.select != ("ALL",):
        for finding in [each for each in plan.findings if not selected(each.code, settings)]:
            plan.findings.remove(finding)
            block_group(plan, finding, "is not selected")
    if settings.per_file_ignores:
        _allow(file)


def _allow(file: CheckedFile) -> None:
    from migrator.files.patterns import matches

    settings = file.target.settings
    for pattern, codes in settings.per_file_ignores.items():
        if not matches(pattern, file.target.full, settings.root):
            continue
        for finding in file.plan.findings:
            if _specificity(finding.code, codes) >= 0:
                message = f"`per-file-ignores` allows {finding.code} in `{pattern}`"
                keep(file.plan, finding, message, finding.place)


def keep(plan: FilePlan, finding: Finding, message: str, place: Place) -> None:
    """Give a suppressed finding its verdict, and block what would have changed with it."""
    if finding.verdict != KEEP:
        finding.verdict = KEEP
        block_group(plan, finding, "is suppressed")
    finding.reasons.insert(0, Reason("CC508", message, place, "keep"))


def block_group(plan: FilePlan, cause: Finding, why: str) -> None:
    """A group changes whole or not at all: block what shares one with ``cause``."""
    together = list(plan.findings)
    for group in plan.groups:
        if group.id == cause.group:
            group.verdict = BLOCKED
            for _, other in group.others:
                other.verdict = BLOCKED
            together += [finding for finding in group.findings if finding not in together]
    for finding in together:
        if finding is cause or finding.group != cause.group or not cause.group:
            continue
        if finding.verdict in (REWRITE, SUGGEST):
            finding.verdict = BLOCKED
            message = f"changes together with {cause.place}, which {why}"
            finding.reasons.append(Reason("CC507", message, cause.place, "block"))
