"""What a run found, before anyone decides how to print it.  On the hook's path."""

from __future__ import annotations

from migrator.planning.model import KEEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.checking.suppressions import Directive
    from migrator.config import Settings
    from migrator.planning.model import FilePlan, Finding, Problem

UNUSED_IGNORE = "CC906"


class Target:
    """A file to look at: where it is, and how it is called in every output."""

    __slots__ = ("full", "shown", "settings")

    def __init__(self, full: str, shown: str, settings: Settings) -> None:
        self.full = full
        self.shown = shown
        self.settings = settings


class CheckedFile:
    """One file with something to report.

    ``lines`` holds the source lines that frames show; ``digest`` tells whether the file is
    still the one that was planned.
    """

    __slots__ = ("target", "plan", "directives", "lines", "digest", "unused")

    def __init__(self, target: Target, plan: FilePlan, digest: int) -> None:
        self.target = target
        self.plan = plan
        self.digest = digest
        self.directives: list[Directive] = []
        self.lines: dict[int, str] = {}
        self.unused: list[Problem] = []


class Outcome:
    """Everything a run found, files in the order of their shown paths."""

    __slots__ = ("files", "unreadable", "seen", "given")

    def __init__(self) -> None:
        # The absolute paths that were asked for; others may change together with them.
        self.given: set[str] = set()
        self.files: list[CheckedFile] = []
        self.unreadable: list[Problem] = []
        self.seen = 0

    def findings(self) -> Iterator[tuple[CheckedFile, Finding]]:
        """Yield every finding with its file, in order."""
        for file in self.files:
            for finding in file.plan.findings:
                yield file, finding

    def problems(self) -> list[Problem]:
        """Return what made the run incomplete, and the unused ignores, in order."""
        found = list(self.unreadable)
        for file in self.files:
            found += file.plan.problems
            found += file.unused
        return sorted(found, key=lambda problem: (*problem.place.key(), problem.code))

    def status(self, *, exit_zero: bool = False) -> int:
        """Return the exit status: 2 incomplete, 1 something to act on, 0 nothing."""
        problems = self.problems()
        if any(problem.code != UNUSED_IGNORE for problem in problems):
            return 2
        if exit_zero:
            return 0
        return int(bool(problems) or any(f.verdict != KEEP for _, f in self.findings()))
