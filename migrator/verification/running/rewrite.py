"""``migrator fix`` on a copy of the project, and what it did there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.checking.fixing import Change, changes
from migrator.checking.outcome import UNUSED_IGNORE, Outcome
from migrator.checking.run import check_paths
from migrator.config import Resolver
from migrator.files.reading import Unreadable
from migrator.files.writing import replace
from migrator.planning.model import KEEP

from .errors import CannotRun


@dataclass(frozen=True)
class Rewrite:
    """What changed: relative names, how many uses were rewritten, how many are left.

    ``dropped`` are the parameters that the settings allow to be dropped: they don't count as
    meaning.
    """

    files: tuple[str, ...]
    applied: int
    left: int
    dropped: frozenset[str]


def apply_fix(folder: Path, paths: Sequence[str], resolver: Resolver, *, unsafe: bool) -> Rewrite:
    """Rewrite ``paths`` in ``folder`` in place; raise `CannotRun` where `fix` would exit 2.

    Raises `migrator.config.ConfigError` for a bad configuration file.
    """
    folder = folder.resolve()
    wanted = [str(folder / path) for path in paths] or [str(folder)]
    outcome = check_paths(wanted, resolver, frames=False)
    done: list[Change] = []
    for change in changes(outcome, unsafe=unsafe):
        try:
            replace(change.file.target.full, change.after)
        except Unreadable as error:
            raise CannotRun(f"fix failed: {_shown(folder, change)}: {error}") from None
        change.forget_bytes()
        done.append(change)
    _refuse_problems(folder, outcome)
    applied = sum(len(change.answered) for change in done)
    found = sum(finding.verdict != KEEP for _, finding in outcome.findings())
    dropped = frozenset(name for file in outcome.files for name in file.target.settings.drop)
    return Rewrite(
        tuple(_shown(folder, change) for change in done), applied, found - applied, dropped
    )


def _shown(folder: Path, change: Change) -> str:
    return Path(change.file.target.full).relative_to(folder).as_posix()


def _refuse_problems(folder: Path, outcome: Outcome) -> None:
    problems = [each for each in outcome.problems() if each.code != UNUSED_IGNORE]
    if not problems:
        return
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    place = str(first.place).removeprefix(f"{folder}/")
    raise CannotRun(f"fix failed: {place}: {first.code} {first.message}{more}")
