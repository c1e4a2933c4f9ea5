"""Two columns of lines round the place where they first differ."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_CONTEXT = 3
_MOST_ROWS = 24
# SequenceMatcher takes quadratic time; this much is read round the first difference.
_WINDOW = 300


@dataclass(frozen=True)
class Row:
    """One row; ``mark`` is ``" "`` for equal lines, ``"|"`` changed, ``"<"``, ``">"`` one only."""

    mark: str
    before: str
    after: str


def rows(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """Return the rows round the first difference, a few equal ones first."""
    start = _common(before, after)
    first = max(0, start - _CONTEXT)
    found = [
        Row(" ", one, other)
        for one, other in zip(before[first:start], after[first:start], strict=True)
    ]
    aligned = list(_aligned(before[start : start + _WINDOW], after[start : start + _WINDOW]))
    last = next(
        (n + _CONTEXT for n in range(len(aligned)) if _quiet(aligned[n : n + _CONTEXT + 1])),
        len(aligned),
    )
    return [*found, *aligned[: min(last, _MOST_ROWS)]]


def _quiet(following: Sequence[Row]) -> bool:
    return len(following) == _CONTEXT + 1 and all(row.mark == " " for row in following)


def _common(before: Sequence[str], after: Sequence[str]) -> int:
    length = 0
    for one, other in zip(before, after, strict=False):
        if one != other:
            break
        length += 1
    return length


def _aligned(before: Sequence[str], after: Sequence[str]) -> Iterator[Row]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, False).get_opcodes():
        if tag == "equal":
            yield from (Row(" ", line, line) for line in before[i1:i2])
            continue
        paired = min(i2 - i1, j2 - j1)
        for n in range(paired):
            yield Row("|", before[i1 + n], after[j1 + n])
        yield from (Row("<", line, "") for line in before[i1 + paired : i2])
        yield from (Row(">", "", line) for line in after[j1 + paired : j2])


def plain(found: Sequence[Row], width: int) -> Iterator[str]:
    """Yield the rows as text of at most ``width`` columns, long lines broken."""
    column = max(10, (width - 3) // 2)
    yield f"{'before':<{column}}   after"
    for row in found:
        left, right = _pieces(row.before, column), _pieces(row.after, column)
        for n in range(max(len(left), len(right))):
            one = left[n] if n < len(left) else ""
            other = right[n] if n < len(right) else ""
            yield f"{one:<{column}} {row.mark} {other}".rstrip()


def _pieces(line: str, column: int) -> list[str]:
    line = visible(line)
    return [line[at : at + column] for at in range(0, len(line), column)] or [""]


def visible(line: str) -> str:
    """Return a line with what can't be seen spelt out: tabs, control characters, end blanks."""
    if line.isprintable() and not line.endswith(" "):
        return line
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in line
    )
    stripped = shown.rstrip(" ")
    return stripped + "·" * (len(shown) - len(stripped))
