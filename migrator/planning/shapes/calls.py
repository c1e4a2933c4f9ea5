"""Tool calls of an assistant message, written as items of their own."""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.links import attribute_link
from migrator.planning.model import Splice
from migrator.planning.shapes.displays import (
    cut,
    deeper,
    entries,
    find,
    lead_of,
    moved,
    renamed,
    retyped,
    separator,
    unwrapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit
    from migrator.planning.shapes import Kind


def items(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits that leave an item per call, behind the text if there is one."""
    node = reshape.node
    assert isinstance(node, ast.Dict)
    found = entries(module, node)
    entry = find(found, "tool_calls")
    assert entry is not None and isinstance(entry.value, ast.List)
    calls = entry.value.elts
    start, end = module.source.span(node)
    first, last = module.source.span(calls[0])[0], module.source.span(calls[-1])[1]
    extra = deeper(module, start, first)
    moves = [(first, last, extra)]
    result: list[Edit] = []
    for call in calls:
        assert isinstance(call, ast.Dict)
        edits, move = _call(module, call, extra)
        result.extend(edits)
        moves.append(move)
    if reshape.detail:
        if entry is not found[-1] or len(found) < 2:
            raise Unclear("CC506", "the tool calls are not the last entry", entry.key)
        lead = lead_of(module, start)
        line = (
            ""
            if lead is None or b"\n" not in module.source.utf8[start:first]
            else _line(module, start)
        )
        closing = f",{line}}},{line}" if line else "}, "
        result.append(cut(module, found[-2].end, first, entry.key, closing))
    else:
        result.append(cut(module, start, first, entry.key))
    result.append(cut(module, last, end, entry.key))
    # What is cut out takes its line breaks with it.
    gone = [(edit.start, edit.end) for edit in result]
    result.extend(
        edit
        for edit in moved(module, moves, node)
        if not any(begin <= edit.start < stop for begin, stop in gone)
    )
    if len(calls) + bool(reshape.detail) > 1:
        result.extend(_several(module, node))
    return result


def _line(module: Module, at: int) -> str:
    """Return a line break and the indentation of the line that begins with ``at``."""
    begin = module.source.utf8.rfind(b"\n", 0, at) + 1
    newline = "\r\n" if module.source.utf8[begin - 2 : begin] == b"\r\n" else "\n"
    return newline + module.source.utf8[begin:at].decode()


def _call(module: Module, node: ast.Dict, extra: int) -> tuple[list[Splice], tuple[int, int, int]]:
    """Return the edits of one call, and the lines that move with its inner display.

    The whole call moves left by ``extra`` columns.
    """
    found = entries(module, node)
    tag, key, inside = find(found, "type"), find(found, "id"), find(found, "function")
    assert tag is not None and key is not None and inside is not None
    assert isinstance(inside.value, ast.Dict)
    inner = entries(module, inside.value)
    move = (inner[0].start, inner[-1].end, deeper(module, inside.start, inner[0].start))
    space = separator(module, node, found)
    if "\n" in space and extra:
        space = space[:-extra]
    edits = [
        retyped(module, tag.value, "function_call"),
        renamed(module, key, "call_id"),
        *unwrapped(module, inside, inner, space),
    ]
    return edits, move


def _several(module: Module, node: ast.Dict) -> list[Edit]:
    """Return the edits that let several items stand where ``node`` was appended."""
    call = module.parent(node)
    if not isinstance(call, ast.Call):
        return []
    assert isinstance(call.func, ast.Attribute)
    link = attribute_link(module.source, call.func)
    start, end = module.source.span(node)
    call_end = module.source.span(call)[1]
    if link is None or not _extends(module, call.func.value):
        raise Unclear("CC234", "there is no place for several items", node)
    before, behind = module.source.utf8[link.end : start], module.source.utf8[end : call_end - 1]
    if b"#" in before + behind or before.count(b"(") != 1 or b")" in behind:
        raise Unclear("CC506", "the call can't be located exactly", call)
    closing = behind.decode()
    if "\n" in closing and "," not in closing:
        closing = "," + closing
    opening = before.decode().replace("(", "[", 1).lstrip(" ")
    return [
        Splice(link.start, start, f" += {opening}"),
        Splice(end, call_end, f"{closing}]"),
    ]


def _extends(module: Module, node: ast.expr) -> bool:
    """Return whether ``node += …`` changes the list as a method would."""
    if not isinstance(node, ast.Name):
        return isinstance(node, ast.Attribute)
    bindings = bindings_of(module, node)
    scope = module.scope_of[node].function()
    return bool(bindings) and all(
        binding.scope is scope and not binding.remote for binding in bindings
    )


KINDS: dict[str, Kind] = {"calls.items": items}
