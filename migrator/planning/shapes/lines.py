"""Lines of expressions that move left or right with what they stand in; strings stay."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.planning.model import Splice

# What formatters take for too long.
WIDEST = 88


def dedented(module: Module, outer: int, inner: int, end: int, node: ast.AST) -> list[Splice]:
    """Return the edits that move the lines of ``inner:end`` as far left as ``outer`` stands.

    Nothing moves unless both begin their lines; lines inside strings stay.
    """
    source = module.source
    outer_line = source.utf8.rfind(b"\n", 0, outer) + 1
    inner_line = source.utf8.rfind(b"\n", 0, inner) + 1
    before, lead = source.utf8[outer_line:outer], source.utf8[inner_line:inner]
    if before.strip() or lead.strip() or not lead.startswith(before):
        return []
    extra = len(lead) - len(before)
    kept = _string_lines(node)
    result: list[Splice] = []
    at = source.utf8.find(b"\n", inner, end)
    while extra and at >= 0:
        number = source.utf8.count(b"\n", 0, at) + 2
        line = source.utf8[at + 1 : at + 1 + extra]
        if number not in kept and line == lead[:extra]:
            result.append(Splice(at + 1, at + 1 + extra, ""))
        at = source.utf8.find(b"\n", at + 1, end)
    return result


def indented(module: Module, node: ast.expr, more: str) -> list[Splice]:
    """Return the edits that move all lines of ``node`` but the first right; strings stay."""
    source = module.source
    start, end = source.span(node)
    kept = _string_lines(node)
    result: list[Splice] = []
    at = source.utf8.find(b"\n", start, end)
    number = node.lineno
    while at >= 0:
        number += 1
        if number not in kept and source.utf8[at + 1 : at + 2] not in (b"\n", b"\r"):
            result.append(Splice(at + 1, at + 1, more))
        at = source.utf8.find(b"\n", at + 1, end)
    return result


def _string_lines(node: ast.AST) -> set[int]:
    """Return the numbers of the lines that begin inside a string."""
    result: set[int] = set()
    for part in walk(node):
        text = isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes))
        if isinstance(part, ast.JoinedStr) or text:
            assert isinstance(part, ast.expr) and part.end_lineno is not None
            result.update(range(part.lineno + 1, part.end_lineno + 1))
    return result


def begins_line(module: Module, at: int) -> bool:
    """Return whether nothing but white space stands before ``at`` on its line."""
    line = module.source.utf8.rfind(b"\n", 0, at) + 1
    return not module.source.utf8[line:at].strip()


def too_long(module: Module, node: ast.expr, growth: int) -> str:
    """Return the white space before each entry if the display needs lines of its own, else "".

    That is so where it is the last thing on a line that is short enough now, and would not be.
    """
    utf8 = module.source.utf8
    start, end = module.source.span(node)
    first = utf8.rfind(b"\n", 0, start) + 1
    last = utf8.find(b"\n", end)
    line = utf8[first : last if last >= 0 else len(utf8)].rstrip(b"\r")
    width = len(line.decode())
    if b"\n" in utf8[start:end] or not width <= WIDEST < width + growth:
        return ""
    if line[end - first :].strip() not in (b"", b",") or not _alone(utf8[first:start]):
        return ""
    lead = line[: len(line) - len(line.lstrip())].decode()
    newline = "\r\n" if b"\r\n" in utf8[first - 2 : first] else "\n"
    return newline + lead + ("\t" if "\t" in lead else "    ")


def _alone(before: bytes) -> bool:
    """Return whether a display is an element on a line of its own, or all that is assigned."""
    text = before.strip()
    return not text or (text.endswith(b"=") and text[:-1].strip().decode().isidentifier())
