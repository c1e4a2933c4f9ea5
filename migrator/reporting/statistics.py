"""Counts by code: findings with their verdicts, then the reasons."""

from __future__ import annotations

import json

from migrator._tables import CODES
from migrator.planning.model import VERDICTS
from migrator.reporting.json import summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.checking.outcome import Outcome


def statistics(outcome: Outcome, *, as_json: bool) -> str:
    """Return the counts, most frequent first, as a table or as JSON."""
    findings = _findings(outcome)
    reasons = _by_number(summary(outcome)["reasons"])
    if as_json:
        content = {
            "version": 1,
            "findings": findings,
            "reasons": [
                {"code": code, "name": CODES[code]["name"], "count": count}
                for code, count in reasons
            ],
        }
        return json.dumps(content, indent=2) + "\n"
    lines = []
    for row in findings:
        verdicts = ", ".join(f"{row[verdict]} {verdict}" for verdict in VERDICTS if row[verdict])
        lines.append(f"{row['count']}\t{row['code']}\t{row['name']}\t[{verdicts}]")
    lines += [f"{count}\t{code}\t{CODES[code]['name']}" for code, count in reasons]
    return "".join(line + "\n" for line in lines)


def _findings(outcome: Outcome) -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    for _, finding in outcome.findings():
        code = finding.code
        if code not in rows:
            rows[code] = {"code": code, "name": CODES[code]["name"], "count": 0}
            rows[code].update(dict.fromkeys(VERDICTS, 0))
        rows[code]["count"] += 1
        rows[code][finding.verdict] += 1
    return sorted(rows.values(), key=lambda row: (-row["count"], row["code"]))


def _by_number(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
