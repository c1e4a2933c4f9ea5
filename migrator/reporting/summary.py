"""What `fix` did and what it left, in a few lines."""

from __future__ import annotations

from migrator._tables import CODES
from migrator.planning.model import BLOCKED, KEEP, REWRITE, SUGGEST
from migrator.reporting.text import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.checking.outcome import Outcome
    from migrator.planning.model import Finding

_SHOWN_REASONS = 8


def closing(outcome: Outcome, applied: int, files: int, *, would: bool = False) -> Iterator[str]:
    """Yield the summary lines; ``outcome`` holds only what is left."""
    left: dict[str, list[Finding]] = {REWRITE: [], SUGGEST: [], BLOCKED: [], KEEP: []}
    for _, finding in outcome.findings():
        left[finding.verdict].append(finding)
    if applied:
        verb = "Would rewrite" if would else "Rewrote"
        yield f"{verb} {count(applied, 'use')} in {count(files, 'file')}."
    if left[REWRITE]:
        yield f"{count(len(left[REWRITE]), 'use')} could be rewritten but was not; see above."
    if left[SUGGEST]:
        yield f"Suggested {count(len(left[SUGGEST]), 'more')} (apply with `--unsafe-fixes`):"
        yield from _reasons(left[SUGGEST], SUGGEST)
    if left[BLOCKED]:
        yield f"Blocked {len(left[BLOCKED])}, by reason (`migrator explain CODE`):"
        yield from _reasons(left[BLOCKED], BLOCKED)
    if left[KEEP]:
        yield f"Kept {len(left[KEEP])} that are fine as they are (`--show-kept` lists them)."
    if not (applied or left[REWRITE] or left[SUGGEST] or left[BLOCKED]):
        yield "Nothing to rewrite."


def _reasons(findings: list[Finding], verdict: str) -> Iterator[str]:
    counts: dict[str, int] = {}
    for finding in findings:
        for code in {reason.code for reason in finding.reasons}:
            counts[code] = counts.get(code, 0) + 1
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    for code, number in rows[:_SHOWN_REASONS]:
        yield f"  {number:>4} × {code} {CODES[code]['summary']}"
    if len(rows) > _SHOWN_REASONS:
        yield f"       … and {len(rows) - _SHOWN_REASONS} more reasons (`--statistics` of `check`)"
