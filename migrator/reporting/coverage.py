"""How far a tree is: uses, verdicts and reasons per folder."""

from __future__ import annotations

import json

from migrator._tables import CODES
from migrator.planning.model import VERDICTS
from migrator.reporting.conversations import as_lines, as_rows, conversations
from migrator.reporting.json import policies, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.checking.outcome import Outcome
    from migrator.planning.model import Finding


def folders(outcome: Outcome) -> list[dict[str, Any]]:
    """Return one row per folder that holds uses, in order of their names."""
    found: dict[str, list[Finding]] = {}
    for file, finding in outcome.findings():
        folder = file.target.shown.rpartition("/")[0] or "."
        found.setdefault(folder, []).append(finding)
    return [_row(folder, findings) for folder, findings in sorted(found.items())]


def _row(folder: str, findings: list[Finding]) -> dict[str, Any]:
    verdicts = dict.fromkeys(VERDICTS, 0)
    reasons: dict[str, int] = {}
    for finding in findings:
        verdicts[finding.verdict] += 1
        for code in {reason.code for reason in finding.reasons}:
            reasons[code] = reasons.get(code, 0) + 1
    return {
        "folder": folder,
        "uses": len(findings),
        "verdicts": verdicts,
        "reasons": dict(sorted(reasons.items(), key=lambda row: (-row[1], row[0]))),
    }


def as_json(outcome: Outcome) -> str:
    """Return the coverage as JSON."""
    content = {
        "version": 1,
        "policies": policies(outcome),
        "folders": folders(outcome),
        "kept_on_server": as_rows(conversations(outcome.files, unsafe=True)),
        "summary": summary(outcome),
    }
    return json.dumps(content, indent=2) + "\n"


def as_text(outcome: Outcome) -> str:
    """Return the coverage as a table, the totals last, then the reasons of the whole."""
    total = summary(outcome)
    rows: list[tuple[str, ...]] = [("folder", "uses", *VERDICTS, "most frequent reasons")]
    for row in folders(outcome):
        counts = [str(row["verdicts"][verdict]) for verdict in VERDICTS]
        rows.append((row["folder"], str(row["uses"]), *counts, ", ".join(list(row["reasons"])[:3])))
    counts = [str(total["verdicts"][verdict]) for verdict in VERDICTS]
    rows.append(("all", str(total["findings"]), *counts, ""))
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = [_aligned(row, widths) for row in rows]
    reasons = sorted(total["reasons"].items(), key=lambda row: (-row[1], row[0]))
    if reasons:
        lines += ["", "reasons"]
        lines += [f"  {count:>5}  {code}  {CODES[code]['summary']}" for code, count in reasons]
    kept = list(as_lines(conversations(outcome.files, unsafe=True), would=True))
    if kept:
        lines += ["", *kept]
    return "".join(line + "\n" for line in lines)


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    name, *numbers, reasons = (*row,)
    cells = [name.ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True)]
    return "  ".join((*cells, reasons)).rstrip()
