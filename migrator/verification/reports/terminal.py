"""The comparison on a terminal: a table of call sites, then what a person should look at."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from migrator.verification.comparing import TITLES, VERDICTS, Verdict, Verification

from .wording import change, first_words, headline, number, site_name, tally

STYLES: dict[Verdict, str] = {
    "failed": "bold red", "outside": "red", "inconclusive": "yellow", "within": "cyan",
    "same": "green", "skipped": "dim",
}  # fmt: skip
_MOST_SAMPLES = 20
_MOST_SITES = 40
_LONGEST_SITE = 48
_BAD = ("failed", "outside", "inconclusive")


def print_report(result: Verification, console: Console) -> None:
    """Print the comparison."""
    if result.sites:
        console.print(_sites(result))
    bad = [sample for sample in result.samples if sample.verdict in _BAD]
    for sample in bad[:_MOST_SAMPLES]:
        where = f" {_one(sample.site)}" if sample.site else ""
        console.print(
            Text.assemble(
                (TITLES[sample.verdict], STYLES[sample.verdict]), f" {_one(sample.id)}{where}"
            )
        )
        console.print(Text(f"  “{_one(first_words(sample))}”", style="dim"))
        for check in sample.checks:
            if check.outcome in ("differs", "varies", "unknown"):
                console.print(Text(f"  {check.name}: {_one(check.detail)}"))
        console.print(Text(f"  {_one(sample.reason)}"))
    if len(bad) > _MOST_SAMPLES:
        console.print(f"and {len(bad) - _MOST_SAMPLES} more")
    if result.measures:
        console.print(_measures(result))
    console.print(Text(_one(headline(result)), style=STYLES[result.verdict]))
    console.print(Text(f"{tally(result)}."))
    if result.reason:
        console.print(Text(f"{_one(result.reason)}."))
    for note in result.notes:
        console.print(Text(f"note: {_one(note)}", style="dim"))


def _one(text: str) -> str:
    """Return text on one line, without what would steer the terminal."""
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line
    )


def _tail(text: str, length: int) -> str:
    """Return the end of a path, which tells more than its beginning."""
    return text if len(text) <= length else "…" + text[1 - length :]


def _table(*columns: tuple[str, dict[str, Any]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name, options in columns:
        table.add_column(name, **options)
    return table


def _sites(result: Verification) -> Table:
    shown = result.sites
    if len(shown) > _MOST_SITES:
        shown = tuple(sorted(shown, key=lambda site: VERDICTS.index(site.verdict)))[:_MOST_SITES]
    names = [_tail(_one(site_name(site)), _LONGEST_SITE) for site in shown]
    table = _table(
        ("call site", {"no_wrap": True, "min_width": max(map(len, names))}),
        ("samples", {"justify": "right"}),
        ("verdict", {"no_wrap": True}),
        ("why", {"overflow": "fold"}),
    )
    for name, site in zip(names, shown, strict=True):
        verdict = Text(TITLES[site.verdict], style=STYLES[site.verdict])
        why = Text(_one(site.reason))
        table.add_row(Text(name), str(len(site.samples)), verdict, why)
    more = len(result.sites) - len(shown)
    if more:
        table.add_row(Text(f"and {more} more, none worse", style="dim"))
    return table


def _measures(result: Verification) -> Table:
    right = {"justify": "right", "no_wrap": True}
    table = _table(
        ("median (p90)", {"no_wrap": True}),
        ("chat", right),
        ("Responses", right),
        ("difference", right),
    )
    for each in result.measures:
        sides = (
            f"{number(a, each.unit)} ({number(b, each.unit)})"
            for a, b in (each.chat, each.responses)
        )
        table.add_row(each.name, *sides, change(each))
    return table
