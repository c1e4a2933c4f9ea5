"""``migrator check``."""

from __future__ import annotations

import sys
from typing import Any

import click

from migrator.checking.outcome import Outcome
from migrator.checking.run import check_bytes, check_paths
from migrator.cli.lane import present
from migrator.cli.options import output_format, resolver, shared


@click.command("check")
@shared
@output_format("full")
@click.option("--statistics", is_flag=True, help="Count findings and reasons by code instead.")
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Find Chat Completions uses; exit 1 if there are any."""
    outcome = collect(given, frames=given["output_format"] in ("text", "full", "sarif"))
    context.exit(show(outcome, given))


def collect(given: dict[str, Any], *, frames: bool) -> Outcome:
    """Check what the command line names; raises `migrator.config.ConfigError`."""
    settings = resolver(given)
    if reads_stdin(given):
        name = given["stdin_filename"] or "-"
        return check_bytes(sys.stdin.buffer.read(), name, settings, frames=frames)
    paths = given["paths"] or (".",)
    from migrator.reporting.progress import Progress

    with Progress() as progress:
        return check_paths(paths, settings, frames=frames, progress=progress.show)


def reads_stdin(given: dict[str, Any]) -> bool:
    """Return whether the source comes from standard input; raises ``click.UsageError``."""
    wanted = "-" in given["paths"] or given["stdin_filename"] is not None
    if wanted and set(given["paths"]) - {"-"}:
        raise click.UsageError("standard input can't be combined with other paths")
    return wanted


def show(outcome: Outcome, given: dict[str, Any]) -> int:
    """Print the outcome in the format asked for; return the exit status."""
    style = given["output_format"]
    if given.get("statistics"):
        from migrator.reporting.statistics import statistics

        return _written(outcome, given, statistics(outcome, as_json=style == "json"))
    if style == "json":
        from migrator.reporting.json import document

        return _written(outcome, given, document(outcome))
    if style == "sarif":
        from migrator.reporting.sarif import document as sarif

        return _written(outcome, given, sarif(outcome, show_kept=given["show_kept"]))
    if style == "github":
        from migrator.reporting.github import commands

        return _written(outcome, given, commands(outcome, show_kept=given["show_kept"]))
    return present(
        outcome,
        style=style,
        quiet=given["quiet"],
        exit_zero=given["exit_zero"],
        show_kept=given["show_kept"],
    )


def _written(outcome: Outcome, given: dict[str, Any], text: str) -> int:
    from migrator.reporting.text import complain

    complain(outcome.problems())
    sys.stdout.write(text)
    return outcome.status(exit_zero=given["exit_zero"])
