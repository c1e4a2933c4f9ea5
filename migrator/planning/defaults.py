"""Defaults that say nothing any more: ``content`` may be None, ``output_text`` is always text."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.model import Splice

# In these parentheses around a value are its own, not those of a call or a tuple.
_HOLDERS = (ast.Attribute, ast.Subscript, ast.Compare, ast.BinOp, ast.Assign, ast.AnnAssign,
            ast.Return, ast.keyword, ast.Dict, ast.List)  # fmt: skip


def without_default(module: Module, node: ast.expr) -> list[Splice]:
    """Return the edits that leave out the ``or ""`` behind a read of the text, if there is one."""
    whole = module.parent(node)
    if not (
        isinstance(whole, ast.BoolOp)
        and isinstance(whole.op, ast.Or)
        and len(whole.values) == 2
        and whole.values[0] is node
        and isinstance(whole.values[1], ast.Constant)
        and whole.values[1].value == ""
    ):
        return []
    # Positions inside of f-strings are not to be relied on before Python 3.12.
    if module.enclosing(whole, (ast.JoinedStr,)) is not None:
        return []
    source = module.source
    start, end = source.span(whole)
    first = source.span(node)[1]
    if source.utf8[first:end].split()[:1] != [b"or"] or b"\n" in source.utf8[first:end]:
        return []
    around = _parentheses(source.utf8, start, end)
    if around is None or not isinstance(module.parent(whole), _HOLDERS):
        return [Splice(first, end, "")]
    opening, closing = around
    # ``return(x)`` needs a space for its parenthesis.
    space = " " if source.utf8[opening - 1 : opening].isalnum() else ""
    return [Splice(opening, start, space), Splice(first, closing, "")]


def _parentheses(utf8: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Return the range of the parentheses that hold ``start:end`` on one line, else None."""
    while utf8[start - 1 : start] == b" ":
        start -= 1
    while utf8[end : end + 1] == b" ":
        end += 1
    if utf8[start - 1 : start] != b"(" or utf8[end : end + 1] != b")":
        return None
    return start - 1, end + 1
