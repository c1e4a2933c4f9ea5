"""Every client of a run: where it is built, whose it is, and what hangs on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from migrator.planning.model import VERDICTS
from migrator.reporting.remedies import COMMENT, Remedy, remedy
from migrator.reporting.text import count, plain

if TYPE_CHECKING:
    from rich.console import Console

    from migrator.checking.outcome import Outcome
    from migrator.planning.model import Finding, Place

_COLOURS = {"openai": "green", "azure-v1": "green", "unknown": "yellow", "other": "dim"}


class Row:
    """One client; ``calls`` are the calls that go through it."""

    def __init__(self, finding: Finding) -> None:
        host = finding.host
        assert host is not None
        self.place: Place | None = host.built
        self.client = host.client
        self.verdict = host.verdict
        self.evidence = host.detail
        self.calls: list[Finding] = []
        self.remedy: Remedy | None = None

    def add(self, finding: Finding) -> None:
        """Count a call that goes through the client."""
        self.calls.append(finding)
        found = remedy(finding)
        if found is not None:
            self.remedy = self.remedy or found
            if self.verdict != "unknown":
                # Something beyond the constructor leaves it open; the reasons say what.
                self.verdict = "unknown"
                self.evidence = next(
                    reason.message for reason in finding.reasons if reason.effect == "unknown"
                )

    def counts(self) -> dict[str, int]:
        """Return the number of calls by verdict."""
        found = dict.fromkeys(VERDICTS, 0)
        for finding in self.calls:
            found[finding.verdict] += 1
        return found

    @property
    def where(self) -> str:
        """Where it is built; the module-level client is built nowhere."""
        return "-" if self.place is None else f"{self.place.path}:{self.place.line}"


def rows(outcome: Outcome) -> list[Row]:
    """Return the clients, those with most calls first."""
    found: dict[tuple[object, str, str], Row] = {}
    for _, finding in outcome.findings():
        host = finding.host
        if host is None or not finding.spelling:
            continue
        built = host.built
        key = (None if built is None else built.key(), host.client, host.verdict)
        found.setdefault(key, Row(finding)).add(finding)
    return sorted(found.values(), key=lambda row: (-len(row.calls), row.where, row.client))


def closing(found: list[Row]) -> str:
    """Return the line under all clients."""
    calls = sum(len(row.calls) for row in found)
    doubtful = [row for row in found if row.verdict == "unknown"]
    text = f"{count(len(found), 'client')} of {count(calls, 'call')}"
    if not doubtful:
        return f"{text}, none unknown."
    hanging = sum(len(row.calls) for row in doubtful)
    hang = "hangs" if hanging == 1 else "hang"
    return f"{text}; {len(doubtful)} unknown, on which {count(hanging, 'call')} {hang}."


def as_text(found: list[Row]) -> str:
    """Return one line for each client, and under the unknown ones the line that settles them."""
    cells = [(row.where, row.client, row.verdict, _hanging(row)) for row in found]
    widths = [max((len(cell[at]) for cell in cells), default=0) for at in range(4)]
    lines: list[str] = []
    for row, cell in zip(found, cells, strict=True):
        padded = [text.ljust(width) for text, width in zip(cell, widths, strict=True)]
        lines.append("  ".join([*padded, plain(row.evidence)]).rstrip())
        if row.remedy is not None:
            lines.append(f"    help: {row.remedy.sentence()}")
    return "".join(line + "\n" for line in [*lines, closing(found)])


def print_table(found: list[Row], console: Console) -> None:
    """Print the clients as a table on a terminal."""
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("built at", "client", "host", "calls", "evidence"):
        table.add_column(name, overflow="fold")
    for row in found:
        evidence = Text(plain(row.evidence))
        if row.remedy is not None:
            evidence.append(f"\n{row.remedy.sentence()}", style="yellow")
        verdict = Text(row.verdict, style=_COLOURS.get(row.verdict, "red"))
        table.add_row(
            Text(row.where), Text(plain(row.client)), verdict, Text(_hanging(row)), evidence
        )
    if found:
        console.print(table)
    console.print(Text(closing(found)))


def _hanging(row: Row) -> str:
    counts = row.counts()
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def as_json(found: list[Row]) -> str:
    """Return the clients as JSON."""
    content = {"version": 1, "clients": [_client(row) for row in found], "summary": _summary(found)}
    return json.dumps(content, indent=2) + "\n"


def _client(row: Row) -> dict[str, Any]:
    settle = None
    if row.remedy is not None:
        settle = {
            "comment": COMMENT,
            "path": row.remedy.place.path,
            "line": row.remedy.place.line,
            "setting": row.remedy.setting or None,
        }
    return {
        "client": row.client,
        "host": row.verdict,
        "evidence": row.evidence,
        "path": None if row.place is None else row.place.path,
        "line": None if row.place is None else row.place.line,
        "verdicts": row.counts(),
        "settle": settle,
        "calls": [
            {"path": call.place.path, "line": call.place.line, "verdict": call.verdict}
            for call in row.calls
        ],
    }


def _summary(found: list[Row]) -> dict[str, Any]:
    hosts: dict[str, int] = {}
    for row in found:
        hosts[row.verdict] = hosts.get(row.verdict, 0) + 1
    return {
        "clients": len(found),
        "calls": sum(len(row.calls) for row in found),
        "hosts": dict(sorted(hosts.items())),
    }
