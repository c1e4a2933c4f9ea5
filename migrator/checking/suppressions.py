"""Inline ignores: ``# migrator: ignore[CC101]``, ``# migrator: ignore-file`` and ``# noqa: CC101``.

Comments are found by Python's tokenizer, so that strings which quote them don't count, and only
in files that hold the words at all.  A blanket ``# noqa`` says nothing about us and is not read.
"""

from __future__ import annotations

import re

from migrator.checking.selection import keep, selected
from migrator.documents.comments import Comment, comments
from migrator.documents.hostwords import WORDS, host_word
from migrator.planning.model import Place, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from migrator.checking.outcome import CheckedFile, Target
    from migrator.planning.model import Finding

_OWN = re.compile(r"#\s*migrator:\s*(ignore-file|ignore)\b(?!-)(?:\s*\[([^\]]*)\])?")
_NOQA = re.compile(r"#\s*noqa\s*:\s*([A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
# What asks for a list instead of a conversation on the server; planning heeds it.
ON_SERVER = "CC601"


def strange_hosts(target: Target, data: bytes) -> list[Problem]:
    """Return the comments that name a host and say neither of the words that are understood."""
    if not selected("CC906", target.settings):
        return []
    found: list[Problem] = []
    for comment in comments(data):
        word = host_word(comment.text)
        if word is not None and word not in WORDS:
            message = f"`# migrator: host={word}` settles nothing: say {' or '.join(WORDS)}"
            end = comment.column + len(comment.text) + 1
            place = Place(target.shown, comment.line, comment.column + 1, comment.line, end)
            found.append(Problem("CC906", message, place))
    return found


class Directive:
    """One inline ignore; ``codes`` empty means every code.

    ``lines`` are the lines it speaks about, ``None`` for the whole file.
    """

    __slots__ = ("text", "codes", "place", "lines")

    def __init__(
        self, text: str, codes: tuple[str, ...], place: Place, lines: tuple[int, ...] | None
    ) -> None:
        self.text = text
        self.codes = codes
        self.place = place
        self.lines = lines

    def covers(self, finding: Finding) -> bool:
        """Return whether it stands where it speaks about ``finding``, whatever the code."""
        place = finding.place
        return self.lines is None or place.line in self.lines or place.end_line in self.lines

    def speaks_of(self, line: int) -> bool:
        """Return whether it stands where it speaks about ``line``."""
        return self.lines is None or line in self.lines

    def code_for(self, finding: Finding) -> str | None:
        """Return which of its codes names ``finding``; ``""`` when it names all."""
        if not self.codes:
            return ""
        return next((code for code in self.codes if finding.code.startswith(code)), None)


def directives(path: str, data: bytes) -> list[Directive]:
    """Return the inline ignores of a file; what the tokenizer can't read ends the list."""
    return [found for comment in comments(data) for found in _in_comment(path, comment)]


def _in_comment(path: str, comment: Comment) -> Iterator[Directive]:
    line, column = comment.line, comment.column
    for match in _OWN.finditer(comment.text):
        place = _place(path, line, column, match)
        codes = tuple(code.strip() for code in (match[2] or "").split(",") if code.strip())
        lines = None if match[1] == "ignore-file" else comment.lines
        yield Directive(match[0], codes, place, lines)
    for match in _NOQA.finditer(comment.text):
        codes = tuple(code for code in re.split(r"[,\s]+", match[1].upper()) if _ours(code))
        if codes:
            place = _place(path, line, column, match)
            yield Directive(match[0], codes, place, comment.lines)


def _place(path: str, line: int, column: int, match: re.Match[str]) -> Place:
    return Place(path, line, column + match.start() + 1, line, column + match.end() + 1)


def _ours(code: str) -> bool:
    from migrator._tables import CODES

    return any(known.startswith(code) for known in CODES)


def suppress(file: CheckedFile) -> None:
    """Keep what an inline ignore allows, and note the ignores that allowed nothing."""
    for directive in file.directives:
        used: set[str] = set()
        for finding in file.plan.findings:
            code = directive.code_for(finding) if directive.covers(finding) else None
            if code is not None:
                used.add(code)
                keep(file.plan, finding, f"`{directive.text}` allows it", directive.place)
        if any(directive.speaks_of(line) for line in file.plan.heeded):
            used.add(ON_SERVER)
        if not file.plan.problems:
            file.unused += _unused(file, directive, used)


def _unused(file: CheckedFile, directive: Directive, used: set[str]) -> Iterator[Problem]:
    settings = file.target.settings
    if not selected("CC906", settings):
        return
    if not directive.codes:
        if not used and settings.select == ("ALL",) and not settings.ignore:
            yield Problem("CC906", f"`{directive.text}` allows nothing here", directive.place)
        return
    for code in directive.codes:
        if code in used:
            continue
        if not _ours(code):
            message = f"`{directive.text}` names the unknown code {code}"
            yield Problem("CC906", message, directive.place)
        elif selected(code, settings):
            message = f"`{directive.text}` allows nothing here: no {code} to allow"
            yield Problem("CC906", message, directive.place)
