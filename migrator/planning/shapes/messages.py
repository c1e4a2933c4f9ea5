"""Messages and content parts, written for the Responses API."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.facts import Reshape
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string
from migrator.planning.build import Unclear
from migrator.planning.model import Cut, Splice
from migrator.planning.shapes.displays import (
    Entry,
    added,
    entries,
    find,
    lifted,
    opened,
    quoted,
    removed,
    renamed,
    retyped,
    room,
    separator,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit
    from migrator.planning.shapes import Kind

# A part has the same shape in every message that may have it.
_PARTS: dict[str, dict[str, str]] = API["parts"]["user"]


def part(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits of a content part: its type, and its fields one level up."""
    node = reshape.node
    assert isinstance(node, ast.Dict)
    found = entries(module, node)
    space = separator(module, node, found)
    result = _part(module, found, space)
    wide, wraps = room(module, node, _growth(result))
    if wide:
        result = [*_part(module, found, wide), *opened(module, node, found, wide)]
    return [*wraps, *result]


def _part(module: Module, found: list[Entry], space: str) -> list[Splice]:
    tag = find(found, "type")
    assert tag is not None
    row = _PARTS[str(constant_string(tag.value))]
    result = [retyped(module, tag.value, row["to"])]
    inside = find(found, row.get("inside", ""))
    names = {entry.name for entry in found}
    if inside is not None and isinstance(inside.value, ast.Dict):
        fields = entries(module, inside.value)
        result.extend(lifted(module, inside, fields, space))
        for old, new in _renamed(row):
            field = find(fields, old)
            if field is not None:
                result.append(renamed(module, field, new))
        names |= {entry.name for entry in fields}
    for default in row.get("default", "").split():
        name, _, value = default.partition("=")
        if name not in names:
            key = found[0].key
            text = f"{quoted(module, key, name)}: {quoted(module, key, value)}"
            result.append(added(found, text, space))
    return result


def _renamed(row: dict[str, str]) -> list[tuple[str, str]]:
    pairs = [name.partition(">") for name in row["fields"].split()]
    return [(old, new) for old, mark, new in pairs if mark and old != new]


# Keys of a message that answers a tool call.
_OUTPUT = {"role": "type", "tool_call_id": "call_id", "content": "output"}


def output(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits that make an item of a message that answers a tool call."""
    node = reshape.node
    if isinstance(node, ast.Call):
        return _output_call(module, node)
    assert isinstance(node, ast.Dict)
    found = entries(module, node)
    role, extra = find(found, "role"), find(found, "name")
    assert role is not None
    result = [retyped(module, role.value, "function_call_output")]
    result.extend(
        renamed(module, entry, _OUTPUT[entry.name]) for entry in found if entry is not extra
    )
    if extra is not None:
        gone = removed(module, found, extra)
        result.append(Cut(gone.start, gone.end, ""))
        return [*result]
    wide, wraps = room(module, node, _growth(result))
    return [*wraps, *result, *(opened(module, node, found, wide) if wide else ())]


def _growth(edits: list[Splice]) -> int:
    return sum(len(edit.text) - (edit.end - edit.start) for edit in edits)


def _output_call(module: Module, node: ast.Call) -> list[Edit]:
    result: list[Edit] = []
    for index, item in enumerate(node.keywords):
        start = module.source.span(item)[0]
        assert item.arg is not None
        if item.arg == "name":
            raise Unclear("CC231", "a tool message carries `name`", item.value)
        if module.source.utf8[start : start + len(item.arg)] != item.arg.encode():
            raise Unclear("CC506", "a keyword can't be located exactly", node.keywords[index])
        result.append(Splice(start, start + len(item.arg), _OUTPUT[item.arg]))
        if item.arg == "role":
            result.append(retyped(module, item.value, "function_call_output"))
    return result


def text(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edit of the type of a part that a call makes."""
    assert isinstance(reshape.node, ast.expr)
    return [retyped(module, reshape.node, _PARTS[str(constant_string(reshape.node))]["to"])]


def string(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits that leave the text of a list with one text part."""
    node = reshape.node
    assert isinstance(node, ast.List) and isinstance(node.elts[0], ast.Dict)
    found = find(entries(module, node.elts[0]), "text")
    assert found is not None
    source = module.source
    start, end = source.span(node)
    first, last = _parenthesised(module, found)
    if b"#" in source.utf8[start:first] + source.utf8[last:end] or b"\n" in source.utf8[first:last]:
        raise Unclear("CC506", "the text of a part can't be lifted out of its list", node)
    return [Splice(start, first, ""), Splice(last, end, "")]


def _parenthesised(module: Module, entry: Entry) -> tuple[int, int]:
    """Return where the value of an entry begins and ends, parentheses included."""
    at = module.source.utf8.find(b":", module.source.span(entry.key)[1]) + 1
    while module.source.utf8[at : at + 1].isspace():
        at += 1
    return at, entry.end


KINDS: dict[str, Kind] = {
    "messages.part": part,
    "messages.text": text,
    "messages.string": string,
    "messages.output": output,
}
