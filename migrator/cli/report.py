"""``migrator report``."""

from __future__ import annotations

import sys
from typing import Any

import click

from migrator.cli.check import collect
from migrator.cli.options import shared
from migrator.reporting.coverage import as_json, as_text
from migrator.reporting.text import complain


@click.command("report")
@shared
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Count uses, verdicts and reasons per folder; exit 0, or 2 if something was not read."""
    outcome = collect(given, frames=False)
    complain(outcome.problems())
    sys.stdout.write(as_json(outcome) if given["output_format"] == "json" else as_text(outcome))
    context.exit(2 if outcome.status() == 2 else 0)
