"""Unified diffs of bytes, such as ``git apply`` and ``patch -p1`` take."""

from __future__ import annotations

import difflib

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CONTEXT = 3
# The shortest diff takes time quadratic in the lines that repeat.
_LONG = 5000


def difference(path: str, before: bytes, after: bytes) -> bytes:
    """Return the unified diff of one file; empty when nothing changed.

    The shortest one: difflib's own function takes lines that repeat in long files for noise and
    shows them as changed.
    """
    name = path.encode("utf-8", "surrogateescape")
    old, new = _lines(before), _lines(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) > _LONG)
    parts: list[bytes] = []
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        if not parts:
            parts = [b"--- a/" + name + b"\n", b"+++ b/" + name + b"\n"]
        first, last = group[0], group[-1]
        ranges = (_range(first[1], last[2]), _range(first[3], last[4]))
        parts.append(b"@@ -%s +%s @@\n" % ranges)
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                parts.extend(_marked(b" ", old[i1:i2]))
            else:
                parts.extend(_marked(b"-", old[i1:i2]))
                parts.extend(_marked(b"+", new[j1:j2]))
    return b"".join(parts)


def _lines(data: bytes) -> list[bytes]:
    """Return the lines as diff counts them: only a line feed ends one."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def _range(start: int, stop: int) -> bytes:
    """Return a hunk's line range; an empty one names the line before it."""
    length = stop - start
    if length == 1:
        return b"%d" % (start + 1)
    return b"%d,%d" % (start + 1 if length else start, length)


def _marked(mark: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line
        if not line.endswith(b"\n"):
            yield b"\n\\ No newline at end of file\n"
