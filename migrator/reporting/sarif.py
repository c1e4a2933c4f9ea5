"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from urllib.parse import quote

import migrator
from migrator._tables import CODES
from migrator.catalogue import page
from migrator.checking.outcome import UNUSED_IGNORE
from migrator.planning.model import KEEP
from migrator.reporting.text import sentence, shown_findings, unused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.checking.outcome import CheckedFile, Outcome
    from migrator.planning.model import Finding, Place, Problem, Reason

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def document(outcome: Outcome, *, show_kept: bool = False) -> str:
    """Return the log of one run; kept findings only if asked for, as suppressed or no failure."""
    found = list(shown_findings(outcome, show_kept))
    problems = outcome.problems()
    codes = sorted({finding.code for _, finding in found} | {p.code for p in problems})
    index = {code: at for at, code in enumerate(codes)}
    seen: dict[str, int] = {}
    results = [_result(file, finding, index, seen) for file, finding in found]
    results += [_ignore(problem, index) for problem in unused(outcome)]
    failed = [problem for problem in problems if problem.code != UNUSED_IGNORE]
    run = {
        "tool": {
            "driver": {
                "name": "migrator",
                "version": migrator.__version__,
                "semanticVersion": migrator.__version__,
                "rules": [_rule(code) for code in codes],
            }
        },
        "invocations": [
            {
                "executionSuccessful": not failed,
                "toolExecutionNotifications": [_notification(each, index) for each in failed],
            }
        ],
        "originalUriBaseIds": {"%SRCROOT%": {"uri": Path.cwd().as_uri() + "/"}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rule(code: str) -> dict[str, Any]:
    rule: dict[str, Any] = {
        "id": code,
        "name": CODES[code]["name"],
        "shortDescription": {"text": CODES[code]["summary"]},
        "defaultConfiguration": {"level": "error"},
    }
    try:
        text = page(code)
    except FileNotFoundError:
        return rule
    rule["help"] = {"text": text, "markdown": text}
    return rule


def _result(
    file: CheckedFile, finding: Finding, index: dict[str, int], seen: dict[str, int]
) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "kind": "fail",
        "level": "error",
        "message": {"text": _message(finding)},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"migrator/v1": _fingerprint(file, finding, seen)},
        "properties": {"verdict": finding.verdict, "group": finding.group},
    }
    related = [_related(at, reason) for at, reason in enumerate(finding.reasons)]
    if related:
        result["relatedLocations"] = related
    if finding.verdict == KEEP:
        allowed = next((each for each in finding.reasons if each.code == "CC508"), None)
        if allowed is not None:
            result["suppressions"] = [{"kind": "inSource", "justification": allowed.message}]
        else:
            result.update(kind="notApplicable", level="none")
    return result


def _message(finding: Finding) -> str:
    """Return the finding with its verdict and reasons as plain sentences."""
    parts = [f"{finding.message} [{finding.verdict}]"]
    parts += [f"{reason.code} {sentence(reason)}" for reason in finding.reasons]
    return "\n".join(parts)


def _fingerprint(file: CheckedFile, finding: Finding, seen: dict[str, int]) -> str:
    """Return what stays the same when lines move: code, file, text, and which of several."""
    line = file.lines.get(finding.place.line, "").strip()
    base = f"{finding.code}\0{finding.place.path}\0{line}"
    seen[base] = seen.get(base, 0) + 1
    return hashlib.sha256(f"{base}\0{seen[base]}".encode(errors="replace")).hexdigest()[:32]


def _related(at: int, reason: Reason) -> dict[str, Any]:
    return {
        **_location(reason.place),
        "id": at,
        "message": {"text": f"{reason.code} {sentence(reason)}"},
    }


def _location(place: Place) -> dict[str, Any]:
    region = {
        "startLine": place.line,
        "startColumn": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    return {"physicalLocation": {"artifactLocation": _artifact(place.path), "region": region}}


def _artifact(path: str) -> dict[str, Any]:
    if Path(path).is_absolute():
        return {"uri": Path(path).as_uri()}
    encoded = quote(path, safe="/", errors="replace")
    return {"uri": encoded, "uriBaseId": "%SRCROOT%"}


def _ignore(problem: Problem, index: dict[str, int]) -> dict[str, Any]:
    return {
        "ruleId": problem.code,
        "ruleIndex": index[problem.code],
        "level": "error",
        "message": {"text": problem.message},
        "locations": [_location(problem.place)],
    }


def _notification(problem: Problem, index: dict[str, int]) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": problem.message},
        "associatedRule": {"id": problem.code, "index": index[problem.code]},
        "locations": [_location(problem.place)],
    }
