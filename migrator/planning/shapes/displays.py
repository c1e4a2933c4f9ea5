"""Edits inside dict displays: keys renamed, values retyped, nested displays lifted out.

All edits are splices of the bytes as they stand, so what nobody talks about keeps its layout.
`Unclear` is raised where a range can't be established or a comment would have to go.
"""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, walk
from migrator.planning.build import Unclear
from migrator.planning.model import Splice

# What formatters take for too long.
WIDEST = 88


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


def renamed(module: Module, entry: Entry, new: str) -> Splice:
    """Return the edit that gives an entry another key."""
    return retyped(module, entry.key, new)


def removed(module: Module, found: list[Entry], entry: Entry) -> Splice:
    """Return the edit that takes one entry out, with the comma and space that go with it."""
    at = found.index(entry)
    if at + 1 < len(found):
        start, end = entry.start, found[at + 1].start
    elif at:
        start, end = found[at - 1].end, entry.end
    else:
        start, end = entry.start, entry.end
    return cut(module, start, end, entry.key)


def added(found: list[Entry], text: str, space: str) -> Splice:
    """Return the edit that adds the entry ``text`` at the end, behind ``space``."""
    last = found[-1]
    return Splice(last.end, last.end, f",{space}{text}")


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


def lifted(module: Module, entry: Entry, inner: list[Entry], space: str) -> list[Splice]:
    """Return the edits that put the entries of the display ``entry.value`` where it stands.

    ``space`` is the white space before each entry of the outer display.
    """
    extra = deeper(module, entry.start, inner[0].start)
    moves = [(inner[0].start, inner[-1].end, extra)]
    return [*unwrapped(module, entry, inner, space), *moved(module, moves, entry.value)]


def unwrapped(module: Module, entry: Entry, inner: list[Entry], space: str) -> list[Splice]:
    """Return the edits of `lifted` that take away what stands around the inner entries."""
    return [
        cut(module, entry.start, inner[0].start, entry.key),
        cut(module, inner[-1].end, entry.end, entry.key),
        *spaced(module, inner, space),
    ]


def spaced(module: Module, found: list[Entry], space: str) -> list[Splice]:
    """Return the edits that put entries on one line, or on lines of their own, as ``space``."""
    result: list[Splice] = []
    for index, following in enumerate(found[1:]):
        entry = found[index]
        gap = module.source.utf8[entry.end : following.start]
        if (b"\n" in gap) == ("\n" in space):
            continue
        if b"#" in gap:
            raise Unclear("CC506", "a comment stands in the way", following.key)
        at = entry.end + gap.index(b",") + 1
        result.append(Splice(at, following.start, space))
    return result


def room(module: Module, node: ast.Dict, growth: int) -> tuple[str, list[Splice]]:
    """Return how a one-line display that grows is laid out so that its line is not too long.

    The first is the white space before each entry if each gets a line of its own, else "". The
    others put the display on a line of its own where it is all that a statement hands over.
    """
    source = module.source
    start, end = source.span(node)
    line = source.utf8.rfind(b"\n", 0, start) + 1
    tail = source.utf8.find(b"\n", end)
    whole = source.utf8[line : tail if tail >= 0 else len(source.utf8)].rstrip(b"\r")
    width = len(whole.decode("utf-8"))
    if b"\n" in source.utf8[start:end] or b"#" in whole or not width <= WIDEST < width + growth:
        return "", []
    newline = "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"
    lead = source.utf8[line:start]
    wraps: list[Splice] = []
    if lead.strip():
        call = module.parent(node)
        if not isinstance(call, ast.Call) or not _only_argument(module, call, line):
            return "", []
        lead = lead[: len(lead) - len(lead.lstrip())]
        before = newline + lead.decode()
        lead += b"\t" if b"\t" in lead else b"    "
        wraps.append(Splice(start, start, newline + lead.decode()))
        wraps.append(Splice(end, source.span(call)[1] - 1, before))
        if len(lead) + (end - start) + growth <= WIDEST:
            return "", wraps
    return newline + lead.decode() + ("\t" if b"\t" in lead else "    "), wraps


def _only_argument(module: Module, call: ast.Call, line: int) -> bool:
    """Return whether ``call`` is a statement that begins at ``line`` and has one argument."""
    statement = module.parent(call)
    start, end = module.source.span(call)
    return (
        isinstance(statement, ast.Expr)
        and lead_of(module, start) is not None
        and module.source.utf8.rfind(b"\n", 0, start) + 1 == line
        and len(call.args) == 1
        and not call.keywords
        and module.source.utf8[end - 1 : end] == b")"
        and not module.source.utf8[module.source.span(call.args[0])[1] : end - 1].strip()
        and module.source.utf8[: module.source.span(call.args[0])[0]].endswith(b"(")
    )


def opened(module: Module, node: ast.Dict, found: list[Entry], space: str) -> list[Splice]:
    """Return the edits that put every entry of a one-line display on a line of its own."""
    start, end = module.source.span(node)
    behind = module.source.utf8[found[-1].end : end - 1]
    step = 1 if space.endswith("\t") else 4
    return [
        Splice(start + 1, found[0].start, space),
        *spaced(module, found, space),
        Splice(
            found[-1].end + len(behind), end - 1, ("" if b"," in behind else ",") + space[:-step]
        ),
    ]


def deeper(module: Module, outer: int, inner: int) -> int:
    """Return how much deeper ``inner`` is indented than ``outer``; 0 unless both begin lines."""
    source = module.source
    before, lead = lead_of(module, outer), lead_of(module, inner)
    if before is None or lead is None or not lead.startswith(before):
        return 0
    if source.utf8.rfind(b"\n", 0, outer) == source.utf8.rfind(b"\n", 0, inner):
        return 0
    return len(lead) - len(before)


def lead_of(module: Module, at: int) -> bytes | None:
    """Return the white space before ``at`` when nothing else stands before it on its line."""
    start = module.source.utf8.rfind(b"\n", 0, at) + 1
    lead = module.source.utf8[start:at]
    return None if lead.strip() else lead


def moved(module: Module, moves: list[tuple[int, int, int]], node: ast.AST) -> list[Splice]:
    """Return the edits that move the lines inside each ``start:end`` left by so many columns.

    Lines that begin inside a string of ``node`` stay.
    """
    source = module.source
    columns: dict[int, int] = {}
    for start, end, extra in moves:
        at = source.utf8.find(b"\n", start, end)
        while extra and at >= 0:
            columns[at] = columns.get(at, 0) + extra
            at = source.utf8.find(b"\n", at + 1, end)
    kept = _string_lines(node)
    result: list[Splice] = []
    for at, extra in columns.items():
        line = source.utf8[at + 1 : at + 1 + extra]
        if source.utf8.count(b"\n", 0, at) + 2 in kept or line.strip(b" \t"):
            continue
        if len(line) == extra:
            result.append(Splice(at + 1, at + 1 + extra, ""))
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


def cut(module: Module, start: int, end: int, node: ast.AST, text: str = "") -> Splice:
    """Return the edit that replaces what stands between; raises `Unclear` for a comment."""
    if b"#" in module.source.utf8[start:end]:
        raise Unclear("CC506", "a comment stands in the way", node)
    return Splice(start, end, text)
