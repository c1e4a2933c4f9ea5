"""Objects that are one level flatter on Responses, and what is written out in them."""

from __future__ import annotations

from itertools import pairwise

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.model import Cut, Splice
from migrator.planning.shapes.displays import Entry, entries, find, quoted, separator
from migrator.planning.shapes.lines import begins_line, dedented, too_long


def flattened(
    module: Module,
    node: ast.Dict,
    key: str,
    more: tuple[tuple[str, str], ...] = (),
    moved: int = 0,
    indent: str = "",
) -> tuple[list[Splice], int]:
    """Return the edits that put the entries of the display under ``key`` where it stands.

    ``more`` are names and values of entries to add to them.  ``moved`` columns of every line are
    taken already by the edits around; the second result says how many are after these.  Lines
    that are new get ``indent`` more, like those that stand there.
    """
    outer = entries(module, node)
    entry = find(outer, key)
    if entry is None or not isinstance(entry.value, ast.Dict):
        raise Unclear("CC506", f"`{key}` can't be located exactly", node)
    inner = entries(module, entry.value)
    first, last = inner[0], inner[-1]
    columns = _columns(module, entry, first)
    space = separator(module, entry.value, inner)
    result: list[Splice] = []
    if "\n" in space and not columns and not begins_line(module, entry.start):
        result.extend(_unwrapped(module, entry, last))
        space += indent
    else:
        result.append(_cut(module, entry.start, first.start, entry))
        result.append(_cut(module, last.end, entry.end, entry))
        lines = dedented(module, entry.start, first.start, last.end, entry.value)
        result.extend(Splice(each.start + moved, each.end + moved, "") for each in lines)
        if "\n" in space:
            space = space[: len(space) - columns - moved] + indent
        elif "\n" in (around := separator(module, node, outer)):
            space = around[: len(around) - moved] + indent
            result.extend(_spaced(module, inner, space))
        elif wide := too_long(module, node, _growth(entry, inner, more)):
            space = wide
            result.extend([*_opened(module, node, outer, space), *_spaced(module, inner, space)])
    if more:
        text = "".join(f",{space}{quoted(module, last.key, name)}: {value}" for name, value in more)
        result.append(Splice(last.end, last.end, text))
    return result, moved + columns


def _growth(entry: Entry, inner: list[Entry], more: tuple[tuple[str, str], ...]) -> int:
    """Return how much longer a line gets."""
    gone = inner[0].start - entry.start + entry.end - inner[-1].end
    return sum(len(name) + len(value) + 6 for name, value in more) - gone


def _spaced(module: Module, found: list[Entry], space: str) -> list[Splice]:
    """Return the edits that put ``space`` before every entry but the first."""
    return [
        _cut(module, one.end, other.start, other, f",{space}") for one, other in pairwise(found)
    ]


def _opened(module: Module, node: ast.Dict, found: list[Entry], space: str) -> list[Splice]:
    """Return the edits that give every entry of a one-line display a line of its own."""
    start, end = module.source.span(node)
    outer = space[:-1] if space.endswith("\t") else space[:-4]
    return [
        _cut(module, start + 1, found[0].start, found[0], space),
        *_spaced(module, found, space),
        _cut(module, found[-1].end, end - 1, found[-1], f",{outer}"),
    ]


def spread(
    module: Module,
    node: ast.Dict,
    key: str,
    more: tuple[tuple[str, str], ...] = (),
    indent: str = "",
) -> list[Splice]:
    """Return the edits that make ``"key": value`` say ``**value``, entries added behind it."""
    outer = entries(module, node)
    entry = find(outer, key)
    if entry is None:
        raise Unclear("CC506", f"`{key}` can't be located exactly", node)
    start = module.source.span(entry.value)[0]
    result: list[Splice] = [_cut(module, entry.start, start, entry, "**")]
    if module.source.utf8[entry.start : start].rstrip().endswith(b"("):
        raise Unclear("CC506", f"`{key}` stands in parentheses", node)
    space = separator(module, node, outer)
    space += indent if "\n" in space else ""
    for name, value in more:
        text = f",{space}{quoted(module, entry.key, name)}: {value}"
        result.append(Splice(entry.end, entry.end, text))
    return result


def begun(
    module: Module, node: ast.Dict, name: str, value: str, more: tuple[tuple[str, str], ...] = ()
) -> list[Splice]:
    """Return the edits that put ``name: value`` first and ``more`` last."""
    found = entries(module, node)
    first, last = found[0], found[-1]
    space = separator(module, node, found)
    growth = sum(len(key) + len(text) + 6 for key, text in ((name, f'"{value}"'), *more))
    wide = "" if "\n" in space else too_long(module, node, growth)
    space = wide or space
    head = f"{quoted(module, first.key, name)}: {quoted(module, first.key, value)},{space}"
    tail = "".join(f",{space}{quoted(module, last.key, key)}: {text}" for key, text in more)
    # Where they meet, what is added stands before what closes and behind what opens.
    result = [Splice(last.end, last.end, tail)] if tail else []
    if wide:
        result.extend(_opened(module, node, found, space))
    return [*result, Splice(first.start, first.start, head)]


def _unwrapped(module: Module, entry: Entry, last: Entry) -> list[Splice]:
    """Return the edits that take ``"key": {`` and ``}`` away from around lines of their own."""
    start, end = module.source.span(entry.value)
    utf8 = module.source.utf8
    result: list[Splice] = [_cut(module, len(utf8[: entry.start].rstrip(b" \t")), start + 1, entry)]
    if b"," not in utf8[last.end : end].split(b"#")[0]:
        return [*result, _cut(module, last.end, entry.end, entry)]
    # Of the comma inside and the one behind, one stays.
    behind = utf8[entry.end :].lstrip()
    comma = len(utf8) - len(behind) + 1 if behind.startswith(b",") else entry.end
    return [*result, _cut(module, end - 1, comma, entry)]


def _columns(module: Module, entry: Entry, first: Entry) -> int:
    """Return how far left the entries inside move."""
    utf8 = module.source.utf8
    outer = utf8[utf8.rfind(b"\n", 0, entry.start) + 1 : entry.start]
    inner = utf8[utf8.rfind(b"\n", 0, first.start) + 1 : first.start]
    if outer.strip() or inner.strip() or not inner.startswith(outer):
        return 0
    return len(inner) - len(outer)


def _cut(module: Module, start: int, end: int, entry: Entry, text: str = "") -> Cut:
    if b"#" in module.source.utf8[start:end]:
        raise Unclear("CC506", "a comment stands in the way", entry.key)
    return Cut(start, end, text)
