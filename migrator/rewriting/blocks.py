"""Blocks whose head goes: what stood in them moves left, lines inside strings stay."""

from __future__ import annotations

from migrator.analysis.syntax import ast, parse, walk
from migrator.rewriting.selfcheck import Failed


def unrolled(text: str, outer: int, inner: int) -> str:
    """Return the body ``text`` of a block as it stands in its place, first indentation left out.

    ``outer`` and ``inner`` are the columns of the block and of its body.
    """
    if "\r" in text.replace("\r\n", ""):
        raise Failed("a block has lines that end in a carriage return alone")
    kept = _string_lines(text)
    lines = text.split("\n")
    moved = [
        line if number in kept else _left(line, inner - outer)
        for number, line in enumerate(lines, 1)
    ]
    if moved[0][:outer].strip():
        raise Failed("a block does not begin where it should")
    return "\n".join([moved[0][outer:], *moved[1:]])


def _left(line: str, columns: int) -> str:
    """Return a line moved left, as far as it has white space there."""
    space = len(line) - len(line.lstrip(" \t"))
    return line[min(columns, space) :]


def _string_lines(text: str) -> set[int]:
    """Return the numbers, from 1, of the lines that begin inside a string."""
    try:
        tree = parse(f"if True:\n{text}", "<block>")
    except SyntaxError as error:
        raise Failed(f"a block would not parse: {error}") from error
    result: set[int] = set()
    for node in walk(tree):
        text_of = isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
        if isinstance(node, ast.JoinedStr) or text_of:
            assert isinstance(node, ast.expr) and node.end_lineno is not None
            result.update(range(node.lineno, node.end_lineno))
    return result
