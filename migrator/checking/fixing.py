"""From a checked tree to new bytes: which files change, and what is left afterwards."""

from __future__ import annotations

from migrator.checking.run import reread
from migrator.planning.model import REWRITE, SUGGEST, Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.checking.outcome import CheckedFile, Outcome
    from migrator.planning.model import Finding


class Change:
    """New bytes for one file, and which of its findings they answer."""

    __slots__ = ("file", "before", "after", "answered")

    def __init__(
        self, file: CheckedFile, before: bytes, after: bytes, answered: list[Finding]
    ) -> None:
        self.file = file
        self.before = before
        self.after = after
        self.answered = answered

    def forget_bytes(self) -> None:
        """Let go of the bytes, so that memory does not grow with the number of files."""
        self.before = self.after = b""


def to_change(outcome: Outcome, *, unsafe: bool) -> list[CheckedFile]:
    """Return the files whose plans hold something to apply."""
    return [
        file
        for file in outcome.files
        if any(applies(finding, unsafe) for finding in file.plan.findings)
    ]


def changes(outcome: Outcome, *, unsafe: bool) -> Iterator[Change]:
    """Yield what the plans change, file by file; nothing is written.

    Rewrites that fail their own checks are taken back and noted in the file's problems.
    """
    for file in to_change(outcome, unsafe=unsafe):
        data = reread(file.target)
        if hash(data) != file.digest:
            place = Place(file.target.shown, 1, 1)
            message = "changed while it was being read; run migrator again"
            file.plan.problems.append(Problem("CC904", message, place))
            continue
        change = change_of(file, data, unsafe=unsafe)
        if change is not None:
            yield change


def change_of(file: CheckedFile, data: bytes, *, unsafe: bool) -> Change | None:
    """Return what the plan makes of ``data``, or ``None`` if it stays as it is."""
    from migrator.rewriting.apply import rewrite

    done = rewrite(data, file.plan, unsafe=unsafe)
    file.plan.problems += done.problems
    if done.data == data:
        return None
    applied = set(done.applied)
    answered = [
        finding
        for finding in file.plan.findings
        if finding.group in applied and applies(finding, unsafe)
    ]
    return Change(file, data, done.data, answered)


def applies(finding: Finding, unsafe: bool) -> bool:
    """Return whether a run of this kind is meant to rewrite ``finding``."""
    return finding.verdict == REWRITE or (unsafe and finding.verdict == SUGGEST)


def settle_answered(change: Change) -> None:
    """Take the findings that a written change answers out of what is left."""
    answered = {id(finding) for finding in change.answered}
    plan = change.file.plan
    plan.findings = [finding for finding in plan.findings if id(finding) not in answered]
