"""Edits inside dict displays: keys renamed, values retyped, nested displays lifted out.

All edits are splices of the bytes as they stand, so what nobody talks about keeps its layout.
`Unclear` is raised where a range can't be established or a comment would have to go.
"""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, walk
from migrator.planning.build import Unclear
from migrator.planning.model import Splice


class Entry:
    """One ``key: value`` of a display; ``end`` is behind the value and its parentheses."""

    __slots__ = ("key", "value", "name", "start", "end")

    def __init__(self, key: ast.expr, value: ast.expr, name: str, start: int, end: int) -> None:
        self.key = key
        self.value = value
        self.name = name
        self.start = start
        self.end = end


def entries(module: Module, node: ast.Dict) -> list[Entry]:
    """Return the entries of a display in source order; raises `Unclear` for ``**`` in it."""
    source = module.source
    result: list[Entry] = []
    close = source.span(node)[1] - 1
    for index, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
        name = constant_string(key)
        if key is None or name is None:
            raise Unclear("CC506", "a key is not a constant", node)
        behind = source.span(value)[1]
        following = node.keys[index + 1] if index + 1 < len(node.keys) else None
        limit = source.span(following)[0] if following is not None else close
        if index + 1 < len(node.keys) and following is None:
            raise Unclear("CC506", "a key is not a constant", node)
        gap = source.utf8[behind:limit].split(b"#")[0].split(b",")[0]
        end = behind + gap.rfind(b")") + 1
        begin = result[-1].end if result else source.span(node)[0] + 1
        result.append(Entry(key, value, name, _opened(module, begin, key), end))
    return result


def _opened(module: Module, begin: int, key: ast.expr) -> int:
    """Return where ``key`` starts, with the parentheses around it; ``begin`` is before them."""
    start = module.source.span(key)[0]
    gap = module.source.utf8[begin:start]
    at = gap.find(b"(")
    if at < 0:
        return start
    if b"#" in gap:
        raise Unclear("CC506", "a comment stands in the way", key)
    return begin + at


def find(found: list[Entry], name: str) -> Entry | None:
    """Return the entry called ``name``, else None."""
    return next((entry for entry in found if entry.name == name), None)


def quoted(module: Module, node: ast.expr, text: str) -> str:
    """Return ``text`` as a literal in the quotes that the string ``node`` is written in."""
    start, end = module.source.span(node)
    mark = module.source.utf8[end - 1 : end].decode() if end > start else '"'
    return f"{mark}{text}{mark}" if mark in "'\"" else f'"{text}"'


def retyped(module: Module, node: ast.expr, new: str) -> Splice:
    """Return the edit that makes the string constant ``node`` say ``new``."""
    start, end = module.source.span(node)
    text = module.source.utf8[start:end]
    if text[:1] not in (b"'", b'"') or text[1:-1].decode("utf-8", "replace") != constant_string(
        node
    ):
        raise Unclear("CC506", "a string can't be located exactly", node)
    return Splice(start + 1, end - 1, new)


def removed(module: Module, found: list[Entry], entry: Entry) -> Splice:
    """Return the edit that takes one entry out, with the comma and space that go with it."""
    at = found.index(entry)
    if at + 1 < len(found):
        start, end = entry.start, found[at + 1].start
    elif at:
        start, end = found[at - 1].end, entry.end
    else:
        start, end = entry.start, entry.end
    return _cut(module, start, end, entry.key)


def added(module: Module, node: ast.Dict, found: list[Entry], text: str) -> Splice:
    """Return the edit that adds the entry ``text`` at the end, laid out like the others."""
    last = found[-1]
    return Splice(last.end, last.end, f",{separator(module, node, found)}{text}")


def separator(module: Module, node: ast.Dict, found: list[Entry]) -> str:
    """Return the white space that stands before an entry of this display."""
    source = module.source
    last = found[-1]
    line = source.utf8.rfind(b"\n", 0, last.start) + 1
    lead = source.utf8[line : last.start]
    if lead.strip() or line < source.span(node)[0]:
        return " "
    newline = "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"
    return newline + lead.decode()


def lifted(module: Module, entry: Entry, inner: list[Entry]) -> list[Splice]:
    """Return the edits that put the entries of the display ``entry.value`` where it stands."""
    assert inner
    first, last = inner[0], inner[-1]
    result = [
        _cut(module, entry.start, first.start, entry.key),
        _cut(module, last.end, entry.end, entry.key),
    ]
    result.extend(dedented(module, entry.start, first.start, last.end, entry.value))
    return result


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


def _string_lines(node: ast.AST) -> set[int]:
    """Return the numbers of the lines that begin inside a string."""
    result: set[int] = set()
    for part in walk(node):
        text = isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes))
        if isinstance(part, ast.JoinedStr) or text:
            assert isinstance(part, ast.expr) and part.end_lineno is not None
            result.update(range(part.lineno + 1, part.end_lineno + 1))
    return result


def _cut(module: Module, start: int, end: int, node: ast.AST) -> Splice:
    if b"#" in module.source.utf8[start:end]:
        raise Unclear("CC506", "a comment stands in the way", node)
    return Splice(start, end, "")
