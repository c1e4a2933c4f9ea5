"""How one use got its verdict: host, group, ledger, reasons; plain text or rich tables."""

from __future__ import annotations

from migrator.reporting.remedies import remedy
from migrator.reporting.text import plain, sentence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from migrator.planning.model import Finding, Group, Host, LedgerRow, Member, Place

_ROLES = ("call", "client", "builder", "variable", "reader", "wrapper", "caller", "test-double")
_MEANING = {
    "rewrite": "`migrator fix` rewrites it",
    "suggest": "`migrator fix --unsafe-fixes` rewrites it; the difference is named below",
    "blocked": "it stays as it is, for the reasons below",
    "keep": "it is fine as it is, and no violation",
}


class Section:
    """A titled table; ``rows`` have one cell per name in ``columns``."""

    __slots__ = ("title", "columns", "rows")

    def __init__(self, title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
        self.title = title
        self.columns = columns
        self.rows = rows


def sections(finding: Finding, group: Group | None) -> Iterator[Section]:
    """Yield the steps of the derivation in the order they were taken."""
    here = finding.place.path
    yield Section("Verdict", ("verdict", "meaning"), [(finding.verdict, _MEANING[finding.verdict])])
    facts = [("spelling", finding.spelling), ("model", finding.model)]
    if finding.host is not None:
        facts += _host(finding.host, here)
        settles = remedy(finding)
        if settles is not None:
            facts.append(("help", settles.sentence(here)))
    yield Section(
        "Call", ("fact", "value"), [(name, plain(value)) for name, value in facts if value]
    )
    if group is not None and group.members:
        rows = [_member(member, here) for member in sorted(group.members, key=_member_order)]
        yield Section(f"Group {group.id}", ("role", "place", "text"), rows)
    if finding.ledger:
        columns = ("keyword", "becomes", "before", "after", "note")
        yield Section("Request", columns, [_ledger(row) for row in finding.ledger])
    if finding.reasons:
        rows = [
            (reason.code, reason.effect, _near(reason.place, here), sentence(reason))
            for reason in finding.reasons
        ]
        yield Section("Reasons", ("code", "effect", "place", "reason"), rows)
    if finding.notes:
        yield Section("Notes", ("note",), [(plain(note),) for note in finding.notes])


def as_text(finding: Finding, group: Group | None) -> str:
    """Return the derivation as aligned plain text."""
    lines = [f"{finding.place}: {finding.code} {finding.message}"]
    for section in sections(finding, group):
        lines += ["", f"{section.title}:"]
        widths = [
            max(len(row[at]) for row in section.rows) if section.rows else 0
            for at in range(len(section.columns))
        ]
        for row in section.rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
            lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def print_tables(finding: Finding, group: Group | None, console: Console) -> None:
    """Print the derivation as tables on a terminal."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(f"{finding.place}: {finding.code} {finding.message}", style="bold"))
    for section in sections(finding, group):
        table = Table(title=section.title, title_justify="left", title_style="bold blue")
        used = [at for at in range(len(section.columns)) if any(row[at] for row in section.rows)]
        for at in used:
            table.add_column(section.columns[at], overflow="fold")
        for row in section.rows:
            table.add_row(*(Text(row[at]) for at in used))
        console.print()
        console.print(table)


def _host(host: Host, here: str) -> list[tuple[str, str]]:
    built = "" if host.built is None else _near(host.built, here)
    return [
        ("host", host.verdict),
        ("client", host.client),
        ("built at", built),
        ("evidence", host.detail),
    ]


def _member_order(member: Member) -> tuple[int, str, int, int]:
    role = _ROLES.index(member.role) if member.role in _ROLES else len(_ROLES)
    return (role, *member.place.key())


def _member(member: Member, here: str) -> tuple[str, ...]:
    return (member.role, _near(member.place, here), _short(member.text))


def _ledger(row: LedgerRow) -> tuple[str, ...]:
    return (row.keyword, row.action, _short(row.before), _short(row.after), plain(row.note))


def _near(place: Place, here: str) -> str:
    return f"{place.line}:{place.column}" if place.path == here else str(place)


def _short(text: str) -> str:
    one_line = plain(" ".join(text.split()))
    return one_line if len(one_line) <= 60 else one_line[:59] + "…"
