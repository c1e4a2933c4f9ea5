"""``migrator verify replay``: sample requests, on both endpoints."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from migrator.cli.lane import refuse
from migrator.cli.options import resolver
from migrator.cli.verify_common import check_installed, samples_of, split, with_options
from migrator.cli.verify_report import REPORT, concluded

if TYPE_CHECKING:
    from migrator.verification.replay.model import RunPlan
    from migrator.verification.replay.session import Options, Result

_DRAWS_LIVE = 3
_MONEY = click.FloatRange(0, min_open=True)

_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.argument("samples", nargs=-1, required=True, metavar="SAMPLES..."),
    click.option("--live", is_flag=True, help="Send to a real server; see the manual."),
    click.option("--base-url", metavar="URL", help="The server of --live [OPENAI_BASE_URL]."),
    click.option("--chat-base-url", metavar="URL", help="Another server for Chat Completions."),
    click.option("--responses-base-url", metavar="URL", help="Another server for Responses."),
    click.option(
        "--allow-host", multiple=True, callback=split, metavar="LIST",
        help="Servers beside OpenAI, Azure and this machine that samples may be sent to.",
    ),
    click.option(
        "--draws", type=click.IntRange(1), metavar="N",
        help="How often each sample is asked (default: 1 on the emulator, 3 live).",
    ),
    click.option("--concurrency", type=click.IntRange(1, 256), default=4, show_default=True),
    click.option("--rpm", type=_MONEY, metavar="N", help="At most so many requests a minute."),
    click.option("--max-requests", type=click.IntRange(1), metavar="N", help="Stop after N."),
    click.option("--max-usd", type=_MONEY, metavar="USD", help="Stop before this is exceeded."),
    click.option("--prices", metavar="FILE", help="A price table that goes before ours."),
    click.option(
        "--timeout", type=_MONEY, default=600.0, show_default=True, metavar="SECONDS",
        help="How long the server may say nothing.",
    ),
    click.option(
        "--journal", metavar="FILE",
        help="Keep answers here and go on from here (--live: beside the samples).",
    ),
    click.option("--resend", is_flag=True, help="Send again what got no whole answer."),
    *REPORT,
    click.option("-y", "--yes", is_flag=True, help="Don't ask before sending."),
    click.option("--config", multiple=True, metavar="FILE | 'KEY = VALUE'", help="As for `fix`."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
)  # fmt: skip


@click.command("replay")
@with_options(_OPTIONS)
@click.pass_context
def command(context: click.Context, /, **given: Any) -> None:
    """Send each sample to Chat Completions and, converted, to Responses.

    Without --live both are the emulator: no key, no network. Exits 0 if the answers are the same,
    1 if they differ, 2 if there is not enough to compare.
    """
    check_installed(context)
    live = ("base_url", "chat_base_url", "responses_base_url")
    if not given["live"] and any(given[name] for name in live):
        raise click.UsageError("a base URL needs --live")
    context.exit(_replay(given))


def _replay(given: dict[str, Any]) -> int:
    from migrator.verification.replay.errors import CannotReplay
    from migrator.verification.replay.journal import JournalError
    from migrator.verification.replay.session import Declined, replay

    samples = samples_of(given["samples"])
    try:
        options = _options(given)
        with _listener() as listener:
            result = replay(samples, options, listener, lambda plan: _confirmed(plan, given))
    except (CannotReplay, JournalError) as error:
        return refuse(str(error))
    except Declined:
        return refuse("nothing was sent")
    return _ended(result, options, given)


def _options(given: dict[str, Any]) -> Options:
    from pathlib import Path

    from migrator.verification.convert import Options as Conversion
    from migrator.verification.replay.planning import Limits
    from migrator.verification.replay.prices import load_prices
    from migrator.verification.replay.session import Options
    from migrator.verification.replay.target import Wanted, target_of

    target = None
    if given["live"]:
        names = ("base_url", "chat_base_url", "responses_base_url", "allow_host")
        target = target_of(Wanted(**{name: given[name] for name in names}), os.environ)
    journal = given["journal"]
    if journal is None and target is not None:
        journal = f"{given['samples'][0].removesuffix('.jsonl')}.journal.jsonl"
    paid = target is not None and not target.local
    settings = resolver(given).settings_for(os.getcwd())
    return Options(
        target=target,
        draws=given["draws"] or (1 if target is None else _DRAWS_LIVE),
        limits=Limits(
            given["concurrency"], given["rpm"], given["max_requests"], given["max_usd"],
            given["timeout"],
        ),
        prices=load_prices(given["prices"]) if paid or given["prices"] else None,
        journal=None if journal is None else Path(journal),
        conversion=Conversion.of(settings),
        resend=given["resend"],
    )  # fmt: skip


def _listener() -> Any:
    from migrator.verification.replay.progress import Bars, Lines

    if not sys.stderr.isatty():
        return Lines()
    from rich.console import Console

    return Bars(Console(stderr=True))


def _confirmed(plan: RunPlan, given: dict[str, Any]) -> bool:
    """Print the plan; ask where it costs something or leaves this machine."""
    from migrator.verification.replay.planning import shown

    for line in shown(plan, given["max_requests"], given["max_usd"]):
        sys.stderr.write(line + "\n")
    sys.stderr.flush()
    if not given["live"] or given["yes"] or not plan.requests:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to confirm on: pass --yes")
    try:
        return click.confirm("Send?", err=True)
    except click.Abort:
        return False


def _ended(result: Result, options: Options, given: dict[str, Any]) -> int:
    """Print how the run ended and what it shows; return the exit status."""
    run, stop = result.run, result.stop
    spent = f"; ${result.usd:.4f} spent" if result.usd else ""
    answers = sum(1 for each in run.exchanges if each.complete)
    missing = len(run.prepared) * 2 * run.header.draws - len(run.exchanges)
    sys.stderr.write(f"{answers} answers{spent}.\n")
    if stop is None:
        return concluded(run, options.prices, given)
    both = [
        {each.sample for each in run.exchanges if each.side == side} for side in run.header.urls
    ]
    if set.intersection(*both):
        concluded(run, options.prices, given)
    resume = f"; run again to go on from {options.journal}" if options.journal else ""
    status = refuse(f"{stop.message}; {missing} requests were not sent or not served{resume}")
    return 130 if stop.kind == "interrupted" else status
