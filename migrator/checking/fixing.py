"""From a checked tree to new bytes: which files change, and what is left afterwards."""

from __future__ import annotations

from migrator.checking.run import reread
from migrator.planning.model import BLOCKED, REWRITE, SUGGEST, Place, Problem, Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.checking.outcome import CheckedFile, Outcome
    from migrator.planning.model import Finding, Group


class Change:
    """New bytes for one file, which of its findings they answer and which groups they apply."""

    __slots__ = ("file", "before", "after", "answered", "applied")

    def __init__(
        self, file: CheckedFile, before: bytes, after: bytes, answered: list[Finding],
        applied: set[str],
    ) -> None:  # fmt: skip
        self.file = file
        self.before = before
        self.after = after
        self.answered = answered
        self.applied = applied

    def forget_bytes(self) -> None:
        """Let go of the bytes, so that memory does not grow with the number of files."""
        self.before = self.after = b""


def to_change(outcome: Outcome, *, unsafe: bool) -> list[CheckedFile]:
    """Return the files whose plans hold something to apply.

    A group that would also change a file that was not asked for is blocked.
    """
    for file in outcome.files:
        if file.target.full not in outcome.given:
            for group in file.plan.groups:
                _refuse(group, file.target.shown)
    return [
        file
        for file in outcome.files
        if any(group.edits and _applicable(group, unsafe) for group in file.plan.groups)
        or any(applies(finding, unsafe) for finding in file.plan.findings)
    ]


def _refuse(group: Group, path: str) -> None:
    place = Place(path, 1, 1)
    for finding in group.findings:
        if finding.verdict in (REWRITE, SUGGEST):
            message = f"changes together with {path}, which was not passed"
            finding.verdict = BLOCKED
            finding.reasons.append(Reason("CC507", message, place, "block"))


def _wanted(group: Group, unsafe: bool) -> bool:
    return all(applies(finding, unsafe) for finding in group.findings)


def batches(outcome: Outcome, *, unsafe: bool) -> Iterator[list[Change]]:
    """Yield what the plans change; files in one list change together or not at all.

    Nothing is written.  Rewrites that fail their own checks are taken back and noted in the
    file's problems.
    """
    files = to_change(outcome, unsafe=unsafe)
    linked = [file for file in files if any(group.others for group in file.plan.groups)]
    for together in _components(linked):
        yield _together(together, unsafe)
    for file in files:
        if file not in linked:
            yield _together([file], unsafe)


def changes(outcome: Outcome, *, unsafe: bool) -> Iterator[Change]:
    """Yield what the plans change, file by file, like `batches`."""
    for batch in batches(outcome, unsafe=unsafe):
        yield from batch


def _components(files: list[CheckedFile]) -> list[list[CheckedFile]]:
    """Return the files in lists that share no group with each other."""
    found: list[list[CheckedFile]] = []
    for file in files:
        near = {path for group in file.plan.groups for path, _ in group.others}
        meeting = [known for known in found if any(each.target.shown in near for each in known)]
        merged = [each for known in meeting for each in known] + [file]
        found = [known for known in found if known not in meeting] + [merged]
    return found


def _together(files: list[CheckedFile], unsafe: bool) -> list[Change]:
    """Return the changes of files that share groups; a group that fails in one fails in all."""
    texts: list[tuple[CheckedFile, bytes]] = []
    for file in files:
        data = reread(file.target)
        if hash(data) == file.digest:
            texts.append((file, data))
            continue
        place = Place(file.target.shown, 1, 1)
        message = "changed while it was being read; run migrator again"
        file.plan.problems.append(Problem("CC904", message, place))
        for group in file.plan.groups:
            _block(group)
    while True:
        found = [(file, change_of(file, data, unsafe=unsafe)) for file, data in texts]
        failed = [
            group
            for file, change in found
            for group in file.plan.groups
            if group.others and group.edits and _applicable(group, unsafe)
            and (change is None or group.id not in change.applied)
        ]  # fmt: skip
        if not failed:
            return [change for _, change in found if change is not None]
        for group in failed:
            _block(group)


def _applicable(group: Group, unsafe: bool) -> bool:
    return group.verdict in ((REWRITE, SUGGEST) if unsafe else (REWRITE,)) and _wanted(
        group, unsafe
    )


def _block(group: Group) -> None:
    for each in (group, *(other for _, other in group.others)):
        each.verdict = BLOCKED


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
    return Change(file, data, done.data, answered, applied)


def applies(finding: Finding, unsafe: bool) -> bool:
    """Return whether a run of this kind is meant to rewrite ``finding``."""
    return finding.verdict == REWRITE or (unsafe and finding.verdict == SUGGEST)


def settle_answered(change: Change) -> None:
    """Take the findings that a written change answers out of what is left."""
    answered = {id(finding) for finding in change.answered}
    plan = change.file.plan
    plan.findings = [finding for finding in plan.findings if id(finding) not in answered]
