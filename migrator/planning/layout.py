"""How wide lines may get, and how formatters break what is wider."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast

WIDEST = 88


def fits(module: Module, node: ast.expr, text: str) -> bool:
    """Return whether the line of ``node`` stays short enough with ``text`` in its place."""
    source = module.source
    start, end = source.span(node)
    line = source.utf8.rfind(b"\n", 0, start) + 1
    stop = source.utf8.find(b"\n", end)
    tail = source.utf8[end : stop if stop >= 0 else len(source.utf8)]
    return start - line + len(text) + len(tail.rstrip()) <= WIDEST


def laid_out(module: Module, node: ast.expr, text: str) -> str:
    """Return the condition ``text`` for the place of ``node``, over lines when it is too wide.

    Only where it is all that a statement on lines of its own tests, assigns or returns.
    """
    if fits(module, node, text) or not _alone(module, node):
        return text
    source = module.source
    statement = module.statement(node)
    start = source.span(statement)[0]
    line = source.utf8.rfind(b"\n", 0, start) + 1
    indent = source.utf8[line:start].decode()
    word = source.utf8[start : source.span(node)[0]]
    if indent.strip() or b"\n" in word:
        return text
    newline = "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"
    inner = f"{newline}{indent}    "
    opening = _last_bracket(text)
    if opening:
        parts = text[opening:-1].split(" and ")
        return f"{text[:opening]}{inner}{f'{inner}and '.join(parts)}{newline}{indent})"
    return f"({inner}{f'{inner}and '.join(text.split(' and '))}{newline}{indent})"


def _last_bracket(text: str) -> int:
    """Return where the contents of the bracket begin that ends ``text``; 0 without one."""
    if not text.endswith(")"):
        return 0
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if not depth:
            return at + 1
    return 0


def _alone(module: Module, node: ast.expr) -> bool:
    parent = module.parent(node)
    if isinstance(parent, (ast.If, ast.While)):
        return parent.test is node
    return isinstance(parent, (ast.Assign, ast.Return)) and parent.value is node


def indent_of(module: Module, statement: ast.stmt) -> str | None:
    """Return the white space before a statement; None where other code stands there."""
    start = module.source.span(statement)[0]
    line = module.source.utf8.rfind(b"\n", 0, start) + 1
    indent = module.source.utf8[line:start].decode()
    return None if indent.strip() else indent


def newline_of(module: Module, statement: ast.stmt) -> str:
    """Return how the line before a statement ends."""
    utf8 = module.source.utf8
    line = utf8.rfind(b"\n", 0, module.source.span(statement)[0]) + 1
    return "\r\n" if utf8[line - 2 : line] == b"\r\n" else "\n"


def over_lines(module: Module, row: dict[str, str], root: str, statement: ast.stmt) -> str:
    """Return the expression of a catalogue row over several lines, ``""`` if there is no room."""
    indent = indent_of(module, statement)
    if indent is None:
        return ""
    lines = row.get("long", "").strip("\n").format(root).split("\n")
    return f"{newline_of(module, statement)}{indent}".join(lines)
