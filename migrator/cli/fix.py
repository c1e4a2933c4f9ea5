"""``migrator fix``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any

import click

from migrator.checking.fixing import (
    Change,
    batches,
    change_of,
    changes,
    settle_answered,
    to_change,
)
from migrator.checking.outcome import Outcome
from migrator.checking.run import check_bytes
from migrator.cli.check import collect, reads_stdin, show
from migrator.cli.lane import refuse
from migrator.cli.options import output_format, resolver, shared
from migrator.files.git import uncommitted
from migrator.files.reading import Unreadable
from migrator.files.writing import replace
from migrator.planning.model import Place, Problem
from migrator.reporting.conversations import as_lines, conversations
from migrator.reporting.text import complain


@click.command("fix")
@shared
@output_format("concise")
@click.option("--diff", is_flag=True, help="Print what would change and write nothing.")
@click.option("--unsafe-fixes", is_flag=True, help="Also apply suggestions.")
@click.option("--allow-dirty", is_flag=True, help="Rewrite even over uncommitted changes.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit 1 if anything was rewritten.")
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Rewrite what can be rewritten to the Responses API.

    Exits 0 if no use is left, 1 if some are, 2 if something could not be read; with --diff,
    1 if anything would change.
    """
    context.exit(_from_stdin(given) if reads_stdin(given) else _in_place(given))


def _in_place(given: dict[str, Any]) -> int:
    unsafe = given["unsafe_fixes"]
    outcome = collect(given, frames=given["output_format"] in ("text", "full", "sarif"))
    if given["diff"]:
        return _show_diff(outcome, changes(outcome, unsafe=unsafe), given)
    if not given["allow_dirty"]:
        dirty = _dirty([file.target.full for file in to_change(outcome, unsafe=unsafe)])
        if dirty:
            return refuse(dirty)
    written = []
    for batch in batches(outcome, unsafe=unsafe):
        if _write_all(batch):
            written += batch
        for change in batch:
            change.forget_bytes()
    return _report(outcome, written, given)


def _dirty(paths: list[str]) -> str:
    """Return why git can't take back a rewrite of ``paths``, or ``""``."""
    for folder in sorted({os.path.dirname(path) for path in paths}):
        changed = uncommitted(folder)
        if changed:
            more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
            return (
                f"{changed[0]}{more}: uncommitted changes in the work tree; commit or stash them,"
                " or pass --allow-dirty"
            )
    return ""


def _write_all(batch: list[Change]) -> bool:
    """Write files that change together; put back what is written if one can't be."""
    for index, change in enumerate(batch):
        if not _write(change):
            for done in batch[:index]:
                replace(done.file.target.full, done.before)
            return False
    return True


def _write(change: Change) -> bool:
    try:
        replace(change.file.target.full, change.after)
    except Unreadable as error:
        place = Place(change.file.target.shown, 1, 1)
        change.file.plan.problems.append(Problem("CC904", str(error), place))
        return False
    return True


def _report(outcome: Outcome, written: list[Change], given: dict[str, Any]) -> int:
    """Print what is left and what was done; return the exit status."""
    applied = [finding for change in written for finding in change.answered]
    kept = conversations([change.file for change in written], unsafe=given["unsafe_fixes"])
    if given["output_format"] == "json":
        from migrator.reporting.json import document

        complain(outcome.problems())
        sys.stdout.write(document(outcome, applied))
    for change in written:
        settle_answered(change)
    if given["output_format"] != "json":
        from migrator.reporting.summary import closing

        show(outcome, {**given, "quiet": True})
        if given["output_format"] in ("text", "full", "concise") and not given["quiet"]:
            for line in (
                *closing(outcome, len(applied), len(written)),
                *as_lines(kept, would=False),
            ):
                sys.stdout.write(line + "\n")
    status = outcome.status(exit_zero=given["exit_zero"])
    if written and given["exit_non_zero_on_fix"]:
        return max(status, 1)
    return status


def _show_diff(outcome: Outcome, found: Iterable[Change], given: dict[str, Any]) -> int:
    from migrator.reporting.diff import difference
    from migrator.reporting.summary import closing

    shown = []
    for change in found:
        sys.stdout.buffer.write(difference(change.file.target.shown, change.before, change.after))
        change.forget_bytes()
        shown.append(change)
    sys.stdout.buffer.flush()
    complain(outcome.problems())
    applied = sum(len(change.answered) for change in shown)
    kept = conversations([change.file for change in shown], unsafe=given["unsafe_fixes"])
    for change in shown:
        settle_answered(change)
    if not given["quiet"]:
        for line in (
            *closing(outcome, applied, len(shown), would=True),
            *as_lines(kept, would=True),
        ):
            sys.stderr.write(line + "\n")
    if outcome.status() == 2:
        return 2
    return int(bool(shown) and not given["exit_zero"])


def _from_stdin(given: dict[str, Any]) -> int:
    """Write the rewritten standard input to standard output."""
    data = sys.stdin.buffer.read()
    outcome = check_bytes(data, given["stdin_filename"] or "-", resolver(given))
    after = data
    found: list[Change] = []
    for file in to_change(outcome, unsafe=given["unsafe_fixes"]):
        change = change_of(file, data, unsafe=given["unsafe_fixes"])
        if change is not None:
            after = change.after
            found.append(change)
    if given["diff"]:
        return _show_diff(outcome, found, given)
    sys.stdout.buffer.write(after)
    kept = conversations([change.file for change in found], unsafe=given["unsafe_fixes"])
    for line in () if given["quiet"] else as_lines(kept, would=False):
        sys.stderr.write(line + "\n")
    for change in found:
        settle_answered(change)
    complain(outcome.problems())
    return outcome.status(exit_zero=given["exit_zero"])
