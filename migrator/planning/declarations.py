"""Where a ``global`` or ``nonlocal`` statement goes, and where lines end."""

from __future__ import annotations

from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string
from migrator.documents.source import Source
from migrator.planning.build import Unclear
from migrator.planning.layout import indent_of, newline_of
from migrator.planning.model import Splice


def line_end(source: Source, at: int) -> int:
    """Return where the line that holds the offset ``at`` ends."""
    utf8 = source.utf8
    ends = [found for found in (utf8.find(b"\n", at), utf8.find(b"\r", at)) if found >= 0]
    return min(ends) if ends else len(utf8)


def ends_line(source: Source, at: int) -> bool:
    """Return whether nothing but a comment stands behind ``at`` on its line."""
    tail = source.utf8[at : line_end(source, at)].strip()
    return not tail or tail.startswith(b"#")


def declaration(module: Module, scope: Scope, word: str, beside: str, name: str) -> Splice:
    """Return the edit that declares ``name`` in a function, next to ``beside`` where that is.

    Raises `Unclear` where the function has no line for it.
    """
    node, source = scope.node, module.source
    if not isinstance(node, FUNCTIONS):
        raise Unclear("CC506", "the scope can't take a declaration", node)
    for part in node.body:
        if isinstance(part, (ast.Global, ast.Nonlocal)) and beside in part.names:
            end = source.span(part)[1]
            return Splice(end, end, f", {name}")
    first = node.body[0]
    start, end = source.span(first)
    indent = indent_of(module, first)
    if indent is None or first.lineno == node.lineno:
        raise Unclear("CC506", "the function has no line for a declaration", first)
    newline = newline_of(module, first)
    if isinstance(first, ast.Expr) and constant_string(first.value) is not None:
        if not ends_line(source, end):
            raise Unclear("CC506", "other code stands on the line", first)
        stop = line_end(source, end)
        return Splice(stop, stop, f"{newline}{indent}{word} {name}")
    if getattr(first, "decorator_list", None):
        raise Unclear("CC506", "the function begins with a decorator", first)
    return Splice(start, start, f"{word} {name}{newline}{indent}")
