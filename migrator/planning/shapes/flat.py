"""Objects that are one level flatter on Responses, and what is written out in them."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.model import Cut, Splice
from migrator.planning.shapes.displays import Entry, dedented, entries, find, quoted, separator


def flattened(
    module: Module, node: ast.Dict, key: str, more: tuple[tuple[str, str], ...] = (), moved: int = 0
) -> tuple[list[Splice], int]:
    """Return the edits that put the entries of the display under ``key`` where it stands.

    ``more`` are names and values of entries to add to them.  ``moved`` columns of every line are
    taken already by the edits around; the second result says how many are after these.
    """
    outer = entries(module, node)
    entry = find(outer, key)
    if entry is None or not isinstance(entry.value, ast.Dict):
        raise Unclear("CC506", f"`{key}` can't be located exactly", node)
    inner = entries(module, entry.value)
    first, last = inner[0], inner[-1]
    result: list[Splice] = [
        _cut(module, entry.start, first.start, entry),
        _cut(module, last.end, entry.end, entry),
    ]
    lines = dedented(module, entry.start, first.start, last.end, entry.value)
    result.extend(Splice(each.start + moved, each.end + moved, "") for each in lines)
    columns = _columns(module, entry, first)
    if more:
        space = separator(module, entry.value, inner)
        space = space[: len(space) - columns - moved] if "\n" in space else space
        text = "".join(f",{space}{quoted(module, last.key, name)}: {value}" for name, value in more)
        result.append(Splice(last.end, last.end, text))
    return result, moved + columns


def spread(
    module: Module, node: ast.Dict, key: str, more: tuple[tuple[str, str], ...] = ()
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
    head = f"{quoted(module, first.key, name)}: {quoted(module, first.key, value)},{space}"
    tail = "".join(f",{space}{quoted(module, last.key, key)}: {text}" for key, text in more)
    result = [Splice(first.start, first.start, head)]
    return [*result, Splice(last.end, last.end, tail)] if tail else result


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
