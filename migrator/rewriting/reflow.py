"""Statements that a rewrite changed, laid out as the file lays out its others.

Nothing happens to a file that no formatter keeps: only where our rules give the old statements
exactly the lines they had do they decide about the new ones.
"""

from __future__ import annotations

import ast
from bisect import bisect_right

from migrator.documents.source import line_starts
from migrator.rewriting.formatted import width_of
from migrator.rewriting.leaves import Unsuited
from migrator.rewriting.pieces import Piece, pieces_of, statements_of

# The bytes that an edit replaced: from and to, before and after.
Range = tuple[int, int, int, int]


def reflowed(old: bytes, new: bytes, ranges: list[Range]) -> bytes:
    """Return ``new`` with the statements laid out anew that differ from ``old``.

    ``ranges`` are the bytes, before and after, that edits replaced; -1 where a statement went.
    """
    newline = _newline(old)
    if newline is None:
        return new
    nodes, lines = _parsed(old)
    pieces = pieces_of(nodes, lines)
    gone = _within(pieces, old, [(start, end) for start, end, _, _ in ranges])
    width = width_of(nodes, lines, pieces, gone)
    if width is None:
        return new
    nodes, lines = _parsed(new)
    known = {piece.text() for piece in gone}
    places = [(start, end) for _, _, start, end in ranges if start >= 0]
    for piece in reversed(_within(pieces_of(nodes, lines), new, places)):
        if piece.text() not in known:
            _replace(lines, piece, width)
    return newline.join(lines).encode("utf-8")


def _newline(data: bytes) -> str | None:
    """Return how lines end; None where it is not the same everywhere."""
    ends, returns = data.count(b"\r\n"), data.count(b"\r")
    if ends != returns or (ends and ends != data.count(b"\n")):
        return None
    return "\r\n" if ends else "\n"


def _parsed(data: bytes) -> tuple[list[ast.stmt], list[str]]:
    """Return all statements and the lines of a file."""
    text = data.decode("utf-8").replace("\r\n", "\n")
    tree = compile(text, "<file>", "exec", 0x400, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return statements_of(tree), text.split("\n")


def _within(pieces: list[Piece], data: bytes, places: list[tuple[int, int]]) -> list[Piece]:
    """Return the pieces that some ranges of bytes reach into."""
    starts = line_starts(data)
    touched: set[int] = set()
    for start, end in places:
        first, last = bisect_right(starts, start), bisect_right(starts, max(start, end - 1))
        touched.update(range(first - 1, last))
    return [piece for piece in pieces if not touched.isdisjoint(piece.numbers())]


def _replace(lines: list[str], piece: Piece, width: int) -> None:
    try:
        found = piece.laid_out(width)
        # The next run of a formatter has to find nothing to do.
        if found != Piece(found, piece.first).laid_out(width):
            return
    except Unsuited:
        return
    if found != piece.lines and _same(piece.text(), "\n".join(found)):
        lines[piece.first : piece.first + len(piece.lines)] = found


def _same(one: str, two: str) -> bool:
    """Return whether two texts are the same statement."""
    return _dumped(one) == _dumped(two) is not None


def _dumped(text: str) -> str | None:
    text = text.strip()
    if text.startswith("elif"):
        text = text[2:]
    if text.startswith("async "):
        text = text[6:]
    if text.endswith(":"):
        text += " pass"
    try:
        return ast.dump(compile(text, "<statement>", "exec", 0x400, dont_inherit=True))
    except (SyntaxError, ValueError):
        return None
