"""Findings for people, as ruff prints them; plain strings only.  On the hook's path."""

from __future__ import annotations

import sys

from migrator._tables import CODES
from migrator.checking.outcome import UNUSED_IGNORE
from migrator.planning.model import BLOCKED, KEEP, REWRITE, SUGGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TextIO

    from migrator.checking.outcome import CheckedFile, Outcome
    from migrator.planning.model import Finding, Place, Problem, Reason

_WIDEST = 160
_STYLES = {"bold": "1", "red": "31;1", "green": "32", "yellow": "33", "blue": "34;1", "dim": "2"}
_LABELS = {"block": "blocked", "keep": "kept", "suggest": "differs"}
_COLOURS = {REWRITE: "green", SUGGEST: "yellow", BLOCKED: "red", KEEP: "dim"}


class Painter:
    """Puts ANSI styles round text, or leaves it alone."""

    __slots__ = ("_on",)

    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, text: str, style: str) -> str:
        """Return ``text`` in the style of that name."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self._on else text


def painter_for(stream: TextIO) -> Painter:
    """Return colours for a terminal unless ``NO_COLOR`` is set; ``FORCE_COLOR`` asks for them."""
    from os import environ

    if environ.get("NO_COLOR"):
        return Painter(False)
    return Painter(bool(environ.get("FORCE_COLOR")) or stream.isatty())


def plain(text: str) -> str:
    """Return source text without tabs and control characters, which would move the carets."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else " " if sign == "\t" else "\ufffd" for sign in text
    )


def full(outcome: Outcome, paint: Painter, *, show_kept: bool) -> Iterator[str]:
    """Yield every finding with its source line, its reasons and their places."""
    for file, finding in shown_findings(outcome, show_kept):
        yield _headline(finding, paint)
        yield from _frame(finding.place, file.lines.get(finding.place.line, ""), paint)
        for reason in finding.reasons:
            yield "  " + _reason(finding, reason, paint)
        if any(reason.effect == "unknown" for reason in finding.reasons):
            yield from _remedy(finding, paint)
        for note in finding.notes:
            yield f"  {paint('note:', 'blue')} {note}"
        yield ""
    for problem in unused(outcome):
        yield _complaint(problem, paint)


def concise(outcome: Outcome, paint: Painter, *, show_kept: bool) -> Iterator[str]:
    """Yield one line per finding, reasons with their places included."""
    for _, finding in shown_findings(outcome, show_kept):
        place = paint(str(finding.place), "bold")
        reasons = "; ".join(
            f"{reason.code} at {_near(finding, reason)}" for reason in finding.reasons
        )
        verdict = f"{finding.verdict}: {reasons}" if reasons else finding.verdict
        verdict = paint(f"[{verdict}]", _COLOURS[finding.verdict])
        yield f"{place}: {paint(finding.code, 'red')} {verdict} {finding.message}"
    for problem in unused(outcome):
        yield _complaint(problem, paint)


def _headline(finding: Finding, paint: Painter) -> str:
    verdict = paint(f"[{finding.verdict}]", _COLOURS[finding.verdict])
    return f"{paint(finding.code, 'red')} {verdict} {finding.message}"


def _complaint(problem: Problem, paint: Painter) -> str:
    place = paint(str(problem.place), "bold")
    return f"{place}: {paint(problem.code, 'red')} {problem.message}"


def _reason(finding: Finding, reason: Reason, paint: Painter) -> str:
    label = _LABELS.get(reason.effect, reason.effect)
    where = paint(f"({_near(finding, reason)})", "dim")
    return f"{paint(f'{label}:', 'blue')} {reason.code} {sentence(reason)} {where}"


def _remedy(finding: Finding, paint: Painter) -> Iterator[str]:
    from migrator.reporting.remedies import remedy

    found = remedy(finding)
    if found is not None:
        yield f"  {paint('help:', 'blue')} {found.sentence(finding.place.path)}"


def sentence(reason: Reason) -> str:
    """Return what the reason's code means, and what was found here."""
    summary = CODES[reason.code]["summary"]
    return f"{summary}: {plain(reason.message)}" if reason.message else summary


def _near(finding: Finding, reason: Reason) -> str:
    """Return a reason's place, shortened to line and column within the same file."""
    place = reason.place
    if place.path == finding.place.path:
        return f"{place.line}:{place.column}"
    return str(place)


def _frame(place: Place, line: str, paint: Painter) -> Iterator[str]:
    margin = " " * len(str(place.line))
    yield f"{margin}{paint('-->', 'blue')} {place}"
    if not line:
        return
    start = place.column - 1
    end = place.end_column - 1 if place.end_line == place.line else len(line.rstrip())
    cut = max(0, start - _WIDEST // 2)
    shown = plain(line[cut : cut + _WIDEST])
    bar = paint("|", "blue")
    carets = max(1, _width(shown[start - cut : end - cut]))
    yield f"{margin} {bar}"
    yield f"{paint(str(place.line), 'blue')} {bar} {shown}"
    yield f"{margin} {bar} {' ' * _width(shown[: start - cut])}{paint('^' * carets, 'red')}"
    yield f"{margin} {bar}"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(
        0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text
    )


def shown_findings(outcome: Outcome, show_kept: bool) -> Iterator[tuple[CheckedFile, Finding]]:
    """Yield the findings that people asked to see; kept ones are no violations."""
    for file, finding in outcome.findings():
        if show_kept or finding.verdict != KEEP:
            yield file, finding


def unused(outcome: Outcome) -> list[Problem]:
    """Return the inline ignores that allow nothing."""
    return [problem for problem in outcome.problems() if problem.code == UNUSED_IGNORE]


def closing(outcome: Outcome, *, show_kept: bool) -> str:
    """Return the line under all findings."""
    counts = dict.fromkeys((REWRITE, SUGGEST, BLOCKED, KEEP), 0)
    for _, finding in outcome.findings():
        counts[finding.verdict] += 1
    uses = counts[REWRITE] + counts[SUGGEST] + counts[BLOCKED]
    ignores = len(unused(outcome))
    parts = []
    if counts[REWRITE]:
        parts.append(f"{counts[REWRITE]} to rewrite with `migrator fix`")
    if counts[SUGGEST]:
        parts.append(f"{counts[SUGGEST]} more with `--unsafe-fixes`")
    if counts[BLOCKED]:
        parts.append(f"{counts[BLOCKED]} blocked")
    kept = f"{counts[KEEP]} kept" if show_kept and counts[KEEP] else ""
    if not uses and not ignores:
        return f"All checks passed! ({kept})" if kept else "All checks passed!"
    lines = []
    if uses:
        lines.append(f"Found {count(uses, 'use')} of Chat Completions: {', '.join(parts)}.")
    if ignores:
        lines.append(f"Found {count(ignores, 'unused ignore')}.")
    if kept:
        lines.append(f"{kept[0].upper()}{kept[1:]}.")
    return " ".join(lines)


def count(number: int, noun: str) -> str:
    """Return the number with its noun in singular or plural."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_ADVICE = {
    "CC901": "; fix it, or exclude the file",
    "CC902": "; save it in the encoding it declares, or exclude it",
    "CC903": "; exclude it, or raise `max-file-size`",
    "CC905": "; please report it",
}


def complain(problems: Iterable[Problem]) -> None:
    """Write one line on standard error for each file that could not be dealt with."""
    for problem in problems:
        if problem.code != UNUSED_IGNORE:
            place = problem.place
            at = f":{place.line}:{place.column}" if place.line > 1 or place.column > 1 else ""
            message = plain(problem.message) + _ADVICE.get(problem.code, "")
            sys.stderr.write(f"migrator: {place.path}{at}: {message} ({problem.code})\n")
