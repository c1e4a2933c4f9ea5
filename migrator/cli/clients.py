"""``migrator clients``."""

from __future__ import annotations

import sys
from typing import Any

import click

from migrator.cli.check import collect
from migrator.cli.options import shared
from migrator.reporting.clients import as_json, as_text, print_table, rows
from migrator.reporting.text import complain


@click.command("clients")
@shared
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", show_default=True
)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """List the clients of all calls: where each is built, and whose it is.

    Exits 0, or 2 if something was not read.
    """
    outcome = collect(given, frames=False)
    complain(outcome.problems())
    found = rows(outcome)
    if given["output_format"] == "json":
        sys.stdout.write(as_json(found))
    elif sys.stdout.isatty():
        from rich.console import Console

        print_table(found, Console())
    else:
        sys.stdout.write(as_text(found))
    context.exit(2 if outcome.status() == 2 else 0)
