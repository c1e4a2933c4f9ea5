"""The JSON document; its schema is ``docs/json-schema/findings-1.json``."""

from __future__ import annotations

import json

import migrator
from migrator._tables import CODES
from migrator.checking.outcome import UNUSED_IGNORE
from migrator.planning.model import VERDICTS
from migrator.reporting.remedies import remedy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from migrator.checking.outcome import Outcome
    from migrator.config import Settings
    from migrator.planning.model import Finding, Group, Host, Place, Problem, Reason

VERSION = 1
_POLICIES = ("store", "history", "system", "unknown_hosts", "hosts", "drop", "library", "azure_v1")


def document(outcome: Outcome, applied: Collection[Finding] = ()) -> str:
    """Return everything that was found, kept findings included.

    ``applied`` are findings that `fix` has just rewritten.
    """
    done = {id(finding) for finding in applied}
    findings = []
    for file, finding in outcome.findings():
        group = next((each for each in file.plan.groups if each.id == finding.group), None)
        findings.append(_finding(finding, group, id(finding) in done))
    content = {
        "version": VERSION,
        "tool": {"name": "migrator", "version": migrator.__version__},
        "policies": policies(outcome),
        "findings": findings,
        "problems": [_problem(problem) for problem in outcome.problems()],
        "summary": summary(outcome, len(done)),
    }
    return json.dumps(content, indent=2) + "\n"


def policies(outcome: Outcome) -> list[dict[str, Any]]:
    """Return the settings that decided the verdicts, once per configured root."""
    found: dict[str, Settings] = {}
    for file in outcome.files:
        found.setdefault(file.target.settings.root, file.target.settings)
    return [
        {"root": root, **{name.replace("_", "-"): getattr(settings, name) for name in _POLICIES}}
        for root, settings in sorted(found.items())
    ]


def summary(outcome: Outcome, applied: int = 0) -> dict[str, Any]:
    """Return the counts of files, verdicts, codes and reasons."""
    verdicts = dict.fromkeys(VERDICTS, 0)
    codes: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for _, finding in outcome.findings():
        verdicts[finding.verdict] += 1
        codes[finding.code] = codes.get(finding.code, 0) + 1
        for code in {reason.code for reason in finding.reasons}:
            reasons[code] = reasons.get(code, 0) + 1
    return {
        "files": outcome.seen,
        "findings": sum(verdicts.values()),
        "applied": applied,
        "verdicts": verdicts,
        "codes": dict(sorted(codes.items())),
        "reasons": dict(sorted(reasons.items())),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
    }


def _finding(finding: Finding, group: Group | None, applied: bool) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": CODES[finding.code]["name"],
        "message": finding.message,
        "place": _place(finding.place),
        "verdict": finding.verdict,
        "applied": applied,
        "spelling": finding.spelling,
        "model": finding.model,
        "host": None if finding.host is None else _host(finding.host),
        "reasons": [_reason(reason) for reason in finding.reasons],
        "ledger": [
            {
                "keyword": row.keyword,
                "action": row.action,
                "before": row.before,
                "after": row.after,
                "note": row.note,
            }
            for row in finding.ledger
        ],
        "group": finding.group,
        "members": [
            {"role": member.role, "place": _place(member.place), "text": member.text}
            for member in (group.members if group is not None else ())
        ],
        "notes": list(finding.notes),
        "help": _help(finding),
    }


def _help(finding: Finding) -> str | None:
    """Return the line that settles whose client it is, where that is open."""
    found = remedy(finding)
    return None if found is None else found.sentence()


def _host(host: Host) -> dict[str, Any]:
    return {
        "verdict": host.verdict,
        "client": host.client,
        "detail": host.detail,
        "built": None if host.built is None else _place(host.built),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "code": reason.code,
        "name": CODES[reason.code]["name"],
        "effect": reason.effect,
        "message": reason.message,
        "place": _place(reason.place),
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "name": CODES[problem.code]["name"],
        "message": problem.message,
        "place": _place(problem.place),
        "incomplete": problem.code != UNUSED_IGNORE,
    }
