"""The comparison as a comment for a pull request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.verification.comparing import TITLES, SampleResult, Verification
from migrator.verification.comparing.known import RULES

from .wording import change, first_words, headline, number, site_name, spread, tally

_SIGNS = {
    "failed": "❌", "outside": "❌", "inconclusive": "❔", "within": "✅", "same": "✅",
    "skipped": "➖",
}  # fmt: skip
# A comment on GitHub has 65,536 characters; what is left out is counted.
_MOST_ROWS = 60


def markdown_report(result: Verification) -> str:
    """Return the comparison in Markdown."""
    return "\n".join(_lines(result)) + "\n"


def _lines(result: Verification) -> Iterator[str]:
    title, _, what = headline(result).partition(": ")
    yield f"## {_SIGNS[result.verdict]} migrator verify: {title.lower()}"
    yield ""
    yield f"{_plain(what)} {_plain(tally(result))}."
    if result.reason:
        yield ""
        yield _plain(f"{result.reason}.")
    for note in result.notes:
        yield ""
        yield f"> {_plain(note)}"
    yield from _table(
        ("", "call site", "samples", "verdict", "why"),
        [
            (_SIGNS[site.verdict], _code(site_name(site)), str(len(site.samples)),
             TITLES[site.verdict], _plain(site.reason))
            for site in result.sites
        ],
    )  # fmt: skip
    yield from _bad(result)
    yield from _known(result)
    if result.measures:
        yield from _table(
            ("", "chat", "p90", "Responses", "p90", "difference", "95 % of the mean"),
            [
                (
                    each.name,
                    *(number(value, each.unit) for value in (*each.chat, *each.responses)),
                    change(each),
                    spread(each),
                )
                for each in result.measures
            ],
        )


def _bad(result: Verification) -> Iterator[str]:
    """Yield the samples that a person should look at."""
    shown = ("failed", "outside", "inconclusive")
    samples = [sample for sample in result.samples if sample.verdict in shown]
    if samples:
        yield from _table(
            ("sample", "call site", "asked", "verdict", "why"),
            [_row(sample) for sample in samples],
        )


def _row(sample: SampleResult) -> tuple[str, ...]:
    asked = _plain(first_words(sample, 40))
    verdict = TITLES[sample.verdict]
    return _code(sample.id), _code(site_name(sample)), asked, verdict, _plain(sample.reason)


def _known(result: Verification) -> Iterator[str]:
    counts = {
        rule: sum(any(each.rule == rule for each in sample.known) for sample in result.samples)
        for rule in RULES
    }
    rows = [(rule, RULES[rule], str(counts[rule])) for rule in RULES if counts[rule]]
    if rows:
        yield ""
        yield "<details><summary>Known differences, by rule</summary>"
        yield from _table(("rule", "what", "samples"), [(a, _plain(b), c) for a, b, c in rows])
        yield ""
        yield "</details>"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    found = list(rows)
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in found[:_MOST_ROWS]:
        yield f"| {' | '.join(row)} |"
    if len(found) > _MOST_ROWS:
        yield ""
        yield f"and {len(found) - _MOST_ROWS} more"


_SPECIAL = {ord(sign): f"\\{sign}" for sign in "\\*_[]<>|#~$&"}
_MENTION = {ord("@"): "@\u200b"}


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is, but for code between backticks."""
    pieces = _line(text).split("`")
    if len(pieces) % 2 == 0:
        return "`".join(pieces).translate(_SPECIAL | _MENTION | {ord("`"): "\\`"})
    return "".join(
        _code(piece) if n % 2 else piece.translate(_SPECIAL | _MENTION)
        for n, piece in enumerate(pieces)
    )


def _code(text: str) -> str:
    """Return text as code, in a table or not."""
    inside = _line(text).replace("|", "\\|").replace("`", "'")
    return f"`{inside}`" if inside else ""


def _line(text: str) -> str:
    """Return text on one line, without signs that nobody sees."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in " ".join(text.split()))
