"""GitHub workflow commands: one annotation per finding and problem."""

from __future__ import annotations

from migrator._tables import CODES
from migrator.planning.model import KEEP
from migrator.reporting.text import sentence, shown_findings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.checking.outcome import Outcome
    from migrator.planning.model import Finding, Place


def commands(outcome: Outcome, *, show_kept: bool) -> str:
    """Return the workflow commands; violations are errors, kept findings notices."""
    lines = []
    for _, finding in shown_findings(outcome, show_kept):
        level = "notice" if finding.verdict == KEEP else "error"
        lines.append(_command(level, finding.code, finding.place, _message(finding)))
    for problem in outcome.problems():
        lines.append(_command("error", problem.code, problem.place, problem.message))
    return "".join(line + "\n" for line in lines)


def _message(finding: Finding) -> str:
    place = finding.place
    parts = [f"{place}: {finding.code} [{finding.verdict}] {finding.message}"]
    parts += [f"{reason.place}: {reason.code} {sentence(reason)}" for reason in finding.reasons]
    return "\n".join(parts)


def _command(level: str, code: str, place: Place, message: str) -> str:
    properties = {
        "title": f"migrator ({code} {CODES[code]['name']})",
        "file": place.path,
        "line": place.line,
        "col": place.column,
        "endLine": place.end_line,
        "endColumn": place.end_column,
    }
    if place.end_line != place.line:
        # GitHub refuses columns on annotations over several lines.
        del properties["col"], properties["endColumn"]
    shown = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{level} {shown}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
