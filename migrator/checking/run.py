"""Check files: read each once, plan the candidates, settle, suppress, select.

On the hook's path: nothing heavy is imported here, and what only some runs need is imported
where they need it.
"""

from __future__ import annotations

import gc
import os

from migrator.checking.outcome import CheckedFile, Outcome, Target
from migrator.checking.selection import select
from migrator.documents.hostwords import may_hold
from migrator.documents.place import Place
from migrator.files.reading import (
    Missing,
    TooLarge,
    Unreadable,
    read,
    shown_from,
    shown_path,
    working_folder,
)
from migrator.planning.model import FilePlan, Problem
from migrator.planning.plan import plan_file
from migrator.planning.project import settle
from migrator.prefilter import has_needle, worth_parsing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from migrator.config import Resolver, Settings

    # The file, its size, and its bytes unless too much waits already.
    Candidate = tuple[Target, int, bytes | None]

# Below this many candidates, worker processes cost more than they save.
_WORTH_WORKERS = 50
# How many bytes of candidates may wait in memory; the rest are read again by the workers.
_WAITING_BYTES = 16_000_000
# Plans hold cycles; how many bytes of source may be planned between two collections.
_COLLECT_AFTER = 20_000_000


def check_paths(
    paths: Sequence[str],
    resolver: Resolver,
    *,
    preread: Mapping[str, bytes] | None = None,
    frames: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Outcome:
    """Return what the files and folders ``paths`` hold.

    ``preread`` has the bytes of paths that were read already; ``frames`` asks for the source
    lines of the findings; ``progress`` hears how many files of how many are done.  Raises
    `migrator.config.ConfigError` for a bad configuration file.
    """
    outcome = Outcome()
    folders = any(os.path.isdir(path) for path in paths)
    targets = _targets(paths, resolver, outcome)
    outcome.seen = len(targets)
    outcome.given = {target.full for target in targets}
    known = {os.path.abspath(path): data for path, data in (preread or {}).items()}
    candidates = _candidates(targets, known, outcome, progress)
    collecting = gc.isenabled()
    gc.disable()
    try:
        if folders:
            outcome.files = _plan_tree(list(_bounded(candidates)), frames)
        else:
            outcome.files = list(plan_each(candidates, frames))
        finish(outcome)
    finally:
        gc.unfreeze()
        if collecting:
            gc.enable()
    return outcome


def check_bytes(data: bytes, shown: str, resolver: Resolver, *, frames: bool = True) -> Outcome:
    """Return what ``data`` holds, as if it were the file ``shown``."""
    full = os.path.abspath(shown)
    target = Target(full, shown, resolver.settings_for(os.path.dirname(full)))
    outcome = Outcome()
    outcome.seen = 1
    outcome.given = {full}
    excluded = target.settings.force_exclude and _is_excluded(full, target.settings)
    if worth_parsing(data) and not excluded:
        outcome.files.append(plan_one(target, data, frames))
    finish(outcome, {full: data})
    return outcome


def _targets(paths: Iterable[str], resolver: Resolver, outcome: Outcome) -> list[Target]:
    def complain(path: str, error: Unreadable) -> None:
        outcome.unreadable.append(_problem("CC904", path, str(error)))

    found: dict[str, Target] = {}
    here = working_folder()
    for path in paths:
        full = os.path.abspath(path)
        settings = resolver.settings_for(full if os.path.isdir(full) else os.path.dirname(full))
        if settings.force_exclude and _is_excluded(full, settings):
            continue
        names = [full]
        if os.path.isdir(full):
            from migrator.files.discovery import discover

            names = discover(full, resolver.settings_for, complain)
        for name in names:
            if name not in found:
                settings = resolver.settings_for(os.path.dirname(name))
                found[name] = Target(name, shown_from(here, name), settings)
        if names == [full] and not os.path.lexists(full):
            del found[full]
            complain(full, Missing("no such file or folder", "check the spelling"))
    return sorted(found.values(), key=lambda target: target.shown)


def _is_excluded(full: str, settings: Settings) -> bool:
    from migrator.files.patterns import Excluder

    excluder = Excluder(settings.exclude + settings.extend_exclude, settings.root)
    here = os.getcwd()
    below = next((top for top in (here, settings.root) if full.startswith(top + os.sep)), None)
    return excluder.excludes_below(full, below or os.path.dirname(full))


def _candidates(
    targets: list[Target],
    known: Mapping[str, bytes],
    outcome: Outcome,
    progress: Callable[[int, int], None] | None,
) -> Iterator[tuple[Target, bytes]]:
    """Yield the files that are worth parsing, one at a time, each read once."""
    linked: set[str] = set()
    for done, target in enumerate(targets):
        if progress is not None:
            progress(done, len(targets))
        try:
            data = known.get(target.full)
            if data is None:
                data = read(target.full, target.settings.max_file_size, has_needle)
            elif len(data) > target.settings.max_file_size:
                raise TooLarge(len(data))
        except Missing:
            # Still in git's index, no longer on disk.
            continue
        except Unreadable as error:
            outcome.unreadable.append(_problem("CC904", target.shown, str(error)))
            continue
        except TooLarge as error:
            outcome.unreadable.append(_too_large(target, error.size))
            continue
        if not worth_parsing(data):
            continue
        real = os.path.realpath(target.full)
        if real not in linked:
            linked.add(real)
            yield target, data


def _problem(code: str, path: str, message: str) -> Problem:
    return Problem(code, message, Place(shown_path(path), 1, 1))


def _too_large(target: Target, size: int) -> Problem:
    limit = target.settings.max_file_size
    message = f"{size} bytes, more than the limit of {limit}"
    return _problem("CC903", target.shown, message)


def _bounded(candidates: Iterator[tuple[Target, bytes]]) -> Iterator[Candidate]:
    waiting = 0
    for target, data in candidates:
        waiting += len(data)
        yield target, len(data), data if waiting <= _WAITING_BYTES else None


def _plan_tree(candidates: list[Candidate], frames: bool) -> list[CheckedFile]:
    if len(candidates) > _WORTH_WORKERS:
        from migrator.checking.workers import plan_in_workers, worker_count

        if worker_count() > 1:
            return plan_in_workers(candidates, frames)
    return list(plan_each(loaded(candidates), frames))


def loaded(candidates: Iterable[Candidate]) -> Iterator[tuple[Target, bytes]]:
    """Yield candidates with their bytes, read again where they did not wait in memory."""
    for target, _, data in candidates:
        yield target, data if data is not None else reread(target)


def reread(target: Target) -> bytes:
    """Return the bytes of a file that was read before; empty when it is gone."""
    try:
        return read(target.full, target.settings.max_file_size, has_needle)
    except (Unreadable, TooLarge):
        return b""


def plan_each(candidates: Iterable[tuple[Target, bytes]], frames: bool) -> Iterator[CheckedFile]:
    """Yield the plans of files, without letting what planning leaves behind pile up."""
    planned = 0
    for target, data in candidates:
        yield plan_one(target, data, frames)
        planned += len(data)
        if planned > _COLLECT_AFTER:
            gc.collect()
            # The plans stay; the next collection need not visit them again.
            gc.freeze()
            planned = 0


def plan_one(target: Target, data: bytes, frames: bool) -> CheckedFile:
    """Return the plan of one file, its inline ignores and the lines that frames show."""
    plan = _planned(target, data)
    checked = CheckedFile(target, plan, hash(data))
    if _may_hold_ignores(data):
        from migrator.checking.suppressions import directives

        checked.directives = directives(target.shown, data)
    if may_hold(data):
        from migrator.checking.suppressions import strange_hosts

        checked.unused = strange_hosts(target, data)
    if frames and plan.findings:
        checked.lines = _lines(target.shown, data, checked)
    return checked


def _may_hold_ignores(data: bytes) -> bool:
    """Return whether the tokenizer, which costs more than the parser, is worth its time."""
    if b"migrator:" in data and b"ignore" in data:
        return True
    for word in (b"noqa", b"NOQA"):
        at = data.find(word)
        while at >= 0:
            if b"CC" in data[at : data.find(b"\n", at)].upper():
                return True
            at = data.find(word, at + 1)
    return False


def _planned(target: Target, data: bytes) -> FilePlan:
    try:
        return plan_file(target.shown, data, target.settings)
    except Exception as error:
        # One file that shows a mistake of ours must not hide what the others hold.
        if os.environ.get("MIGRATOR_DEBUG"):
            raise
        plan = FilePlan(target.shown)
        what = f"internal error: {type(error).__name__}: {error}"
        plan.problems.append(Problem("CC905", what, Place(target.shown, 1, 1)))
        return plan


def _changed_with(plan: FilePlan, settings: Settings) -> CheckedFile:
    """Return a file without calls of its own that changes with those of others."""
    target = Target(os.path.abspath(plan.path), plan.path, settings)
    return CheckedFile(target, plan, hash(reread(target)))


def _lines(path: str, data: bytes, checked: CheckedFile) -> dict[int, str]:
    from migrator.documents.source import Source

    source = Source(path, data)
    wanted = {finding.place.line for finding in checked.plan.findings}
    return {line: source.line(line) for line in wanted}


def finish(outcome: Outcome, overlay: Mapping[str, bytes] | None = None) -> None:
    """Settle the verdicts across files, then apply inline ignores and the selection.

    ``overlay`` has the bytes of files that are not taken from disk, by absolute path.
    """
    by_settings: dict[int, list[CheckedFile]] = {}
    for file in outcome.files:
        by_settings.setdefault(id(file.target.settings), []).append(file)
    for files in by_settings.values():
        settings = files[0].target.settings
        for plan in settle([file.plan for file in files], settings, overlay):
            outcome.files.append(_changed_with(plan, settings))
    for file in outcome.files:
        file.plan.findings.sort(key=lambda finding: (*finding.place.key(), finding.code))
        select(file)
        if file.directives:
            from migrator.checking.suppressions import suppress

            suppress(file)
