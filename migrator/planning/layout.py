"""How much room a line has, and expressions laid out over several."""

from __future__ import annotations

from migrator.analysis.syntax import ast
from migrator.documents.source import Source

WIDEST = 88


def fits(source: Source, node: ast.expr, text: str) -> bool:
    """Return whether ``text`` has room in the place of ``node``."""
    start, end = source.span(node)
    line = source.utf8.rfind(b"\n", 0, start) + 1
    stop = source.utf8.find(b"\n", end)
    tail = source.utf8[end : stop if stop >= 0 else len(source.utf8)]
    return start - line + len(text) + len(tail.rstrip()) <= WIDEST


def indent_of(source: Source, statement: ast.stmt) -> str | None:
    """Return the white space before a statement; None where other code stands there."""
    start = source.span(statement)[0]
    line = source.utf8.rfind(b"\n", 0, start) + 1
    indent = source.utf8[line:start].decode()
    return None if indent.strip() else indent


def newline_of(source: Source, statement: ast.stmt) -> str:
    """Return how the line before a statement ends."""
    line = source.utf8.rfind(b"\n", 0, source.span(statement)[0]) + 1
    return "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"


def laid_out(source: Source, row: dict[str, str], root: str, statement: ast.stmt) -> str:
    """Return the expression of a catalogue row over several lines, ``""`` if there is no room."""
    indent = indent_of(source, statement)
    if indent is None:
        return ""
    lines = row.get("long", "").strip("\n").format(root).split("\n")
    return f"{newline_of(source, statement)}{indent}".join(lines)
