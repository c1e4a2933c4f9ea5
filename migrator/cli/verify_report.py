"""``migrator verify report``, and how every replay ends: the comparison and its reports."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from migrator.cli.lane import refuse
from migrator.cli.options import resolver
from migrator.cli.verify_common import check_installed, with_options

if TYPE_CHECKING:
    from migrator.verification.comparing import Verification
    from migrator.verification.replay.model import Run
    from migrator.verification.replay.prices import Prices

_NAMES = {"html": "verify.html", "md": "verify.md", "json": "verify.json", "junit": "verify.xml"}
_WIDTH = 100
Wanted = tuple[str, str]


def _reports(_: click.Context, __: click.Parameter, value: Sequence[str]) -> list[Wanted]:
    """Return format and file of each report; a file that can't be written is said before a run."""
    found = []
    for each in value:
        kind, given, name = each.partition("=")
        if kind not in _NAMES:
            raise click.BadParameter(f"{kind!r} is not one of {', '.join(_NAMES)}")
        if given and not name:
            raise click.BadParameter(f"{each!r} names no file")
        name = name or _NAMES[kind]
        folder = os.path.dirname(name) or "."
        if name != "-" and not (os.path.isdir(folder) and os.access(folder, os.W_OK)):
            raise click.BadParameter(f"{folder}: no folder to write to")
        found.append((kind, name))
    return found


REPORT: tuple[Callable[[Any], Any], ...] = (
    click.option(
        "--report", multiple=True, callback=_reports, metavar="FORMAT[=FILE]",
        help="Also write html, md, json or junit (default: verify.html …; -: standard output).",
    ),
)  # fmt: skip

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("journal", metavar="JOURNAL"),
    *REPORT,
    click.option("--prices", metavar="FILE", help="A price table that goes before ours."),
    click.option("--config", multiple=True, metavar="FILE | 'KEY = VALUE'", help="As for `fix`."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
)  # fmt: skip


@click.command("report")
@with_options(_OPTIONS)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Compare again what the journal of a replay holds; sends nothing.

    Exits 0 if the answers are the same, 1 if they differ, 2 if there is not enough to compare.
    """
    check_installed(context)
    from migrator.verification.replay.errors import CannotReplay
    from migrator.verification.replay.journal import JournalError, load_run
    from migrator.verification.replay.prices import load_prices

    try:
        prices = load_prices(given["prices"])
        run = load_run(given["journal"])
    except (CannotReplay, JournalError) as error:
        context.exit(refuse(str(error)))
    context.exit(concluded(run, prices, given))


def concluded(run: Run, prices: Prices | None, given: dict[str, Any]) -> int:
    """Compare, print, write the reports that were asked for; return the exit status.

    Where nobody is paid there is no cost to compare, so an emulator's run has none.
    """
    from migrator.verification.comparing import compare_run
    from migrator.verification.comparing.compare import EMULATOR

    paid = prices is not None and run.header.server != EMULATOR
    result = compare_run(run, prices.cost if prices is not None and paid else None)
    wanted: list[Wanted] = given["report"]
    _print(result, to_stderr=any(name == "-" for _, name in wanted))
    try:
        for kind, name in wanted:
            _write(name, _text(kind, result, given))
    except OSError as error:
        return refuse(f"{error.filename}: can't be written: {error.strerror}")
    return result.exit_status


def _print(result: Verification, *, to_stderr: bool) -> None:
    from rich.console import Console

    from migrator.verification.reports import print_report

    stream = sys.stderr if to_stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH
    print_report(result, Console(file=stream, width=width, highlight=False))


def _text(kind: str, result: Verification, given: dict[str, Any]) -> str:
    from pathlib import Path

    from migrator.verification import reports

    if kind == "html":
        sites = [site.site for site in result.sites if site.site is not None]
        return reports.html_report(result, reports.code_of(sites, Path.cwd(), resolver(given)))
    write = {
        "md": reports.markdown_report,
        "json": reports.json_report,
        "junit": reports.junit_report,
    }
    return write[kind](result)


def _write(name: str, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    if name == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    with open(name, "wb") as out:
        out.write(data)
    sys.stderr.write(f"Wrote {name}.\n")
