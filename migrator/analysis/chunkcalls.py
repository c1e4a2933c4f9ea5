"""Calls in the loop over a stream, and look-ups of tool calls by their index."""

from __future__ import annotations

from migrator.analysis.calltables import KEYED
from migrator.analysis.chunkfields import FIELDS
from migrator.analysis.chunkvalues import METHODS, VIRTUAL, Refused, Value, compared, rendered
from migrator.analysis.syntax import ast, literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunks import Reader
    from migrator.analysis.chunkvalues import Edits, Key


def looked_up(reader: Reader, node: ast.Subscript, table: Value) -> Value | None:
    """Return ``table[index]`` where the index is that of a tool call, else None."""
    index = reader.read(node.slice)
    if index.kind != "index":
        return None
    lists = reader.tables.lists
    key = lists.key(node.value)
    if key is not None and isinstance(node.value, ast.Name):
        if _last(reader, key, node) != 0:
            raise Refused("CC303", f"`{key[1]}` has no place for the call yet", node)
        lists.add(node.value, key, node)
        start, end = reader.module.source.span(node.slice)
        return Value("unknown", None, [(start, end, "-1")], derived=True, names=table.names)
    key = reader.tables.add(node.value, node)
    if isinstance(node.ctx, ast.Store):
        reader.filled.add(key)
    return _entry(reader, key, _combined([table, index]))


def _entry(reader: Reader, key: Key, value: Value) -> Value:
    """Return ``value``, an entry of a table, as the call it may be."""
    if key in reader.tables.objects:
        value.kind = "held"
    return value


def kept(reader: Reader, targets: list[ast.expr], node: ast.expr, value: Value) -> Value:
    """Return what stands for a tool call that is put into a table; other values as they are."""
    for target in targets:
        found = target.value if isinstance(target, ast.Subscript) else None
        if found is None or reader.read(target.slice).kind != "index":  # type: ignore[attr-defined]
            continue
        key = reader.tables.add(found, target)
        if value.kind != "call":
            reader.tables.stored.add(key)
        elif reader.kind.calls == "added" and len(targets) == 1:
            reader.tables.objects.add(key)
            return reader.written(node, Value("unknown"), f"{reader.event}.item")
    return value


def asked(reader: Reader, node: ast.Compare) -> Value | None:
    """Return whether a table has the tool call of this chunk, where that is what is asked."""
    if len(node.ops) != 1:
        return None
    if not isinstance(node.ops[0], (ast.In, ast.NotIn)):
        return _placed(reader, node)
    index = reader.read(node.left)
    if index.kind != "index":
        return None
    key = reader.tables.add(node.comparators[0], node)
    has = _has(reader, key, node)
    if has is None:
        return _combined([index, reader.read(node.comparators[0])])
    return reader.constant(node, has is isinstance(node.ops[0], ast.In))


def _last(reader: Reader, key: Key, node: ast.AST) -> int:
    """Return how far behind the last call of a list the one in hand is: it is 0, or new and 1."""
    if key in reader.unclear:
        raise Refused("CC303", f"`{key[1]}` may not get every tool call", node)
    return int(reader.kind.calls == "added" and key not in reader.filled)


def _placed(reader: Reader, node: ast.Compare) -> Value | None:
    """Return what comparing the length of a list of calls with an index gives, else None."""
    lists = reader.tables.lists

    def is_index(part: ast.expr) -> bool:
        return reader.read(part).kind == "index"

    sides = [lists.number(part, is_index) for part in (node.left, node.comparators[0])]
    named = next((side[2] for side in sides if side is not None and side[2] is not None), None)
    if named is None or {side[0] for side in sides if side} != {"length", "index"}:
        return None
    key = lists.key(named)
    assert key is not None
    lists.add(named, key, reader.module.parent(named))
    lists.compared.add(node)
    # A list of one call; the index is 0 for the last one, 1 for the next.
    values = {"length": 1, "index": _last(reader, key, node)}
    left, right = (values[side[0]] + side[1] for side in sides if side is not None)
    return reader.constant(node, compared(node, left, right))


def _has(reader: Reader, key: Key, whole: ast.AST) -> bool | None:
    """Return whether a table has the tool call of this chunk; None if that can't be seen."""
    if key in reader.unclear or not reader.tables.fresh(key, whole):
        return None
    return key in reader.filled or reader.kind.calls != "added"


def _keyed(reader: Reader, node: ast.Call) -> Value | None:
    """Return what ``table.setdefault(index, …)`` or ``table.get(index)`` is worth."""
    func = node.func
    if not isinstance(func, ast.Attribute) or not node.args or node.keywords:
        return None
    index = reader.read(node.args[0])
    if index.kind != "index":
        return None
    table, rest = reader.read(func.value), [reader.read(item) for item in node.args[1:]]
    if func.attr not in KEYED or any(item.edits is None for item in rest):
        return None
    key = reader.tables.add(func.value, node)
    has = _has(reader, key, node)
    if func.attr == "setdefault":
        reader.filled.add(key)
    if has and func.attr == "setdefault":
        source = reader.module.source
        start, end = source.span(node)
        text = rendered(source, node.args[0], index.edits or [])
        found = _combined([table, index])
        found.edits = [(start, end, f"{source.segment(func.value)}[{text}]")]
        return _entry(reader, key, found)
    if has is False and func.attr == "get":
        return rest[0] if rest else reader.constant(node, None)
    if has and func.attr == "get" and key not in reader.tables.objects:
        source = reader.module.source
        start, end = source.span(node)
        text = rendered(source, node.args[0], index.edits or [])
        found = _combined([table, index])
        found.edits, found.kind = [(start, end, f"{source.segment(func.value)}[{text}]")], "entry"
        return found
    return _entry(reader, key, _combined([table, index, *rest]))


def _combined(values: list[Value]) -> Value:
    """Return a value that is not known, made of known ones."""
    edits: Edits = []
    names: frozenset[Key] = frozenset()
    for value in values:
        edits = edits + (value.edits or [])
        names |= value.names
    return Value("unknown", None, edits, derived=True, names=names)


def call(reader: Reader, node: ast.Call) -> Value | None:
    """Return what a call is worth, where that is known."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name and reader.key(node.func) is None and node.args and not node.keywords:  # type: ignore[arg-type]
        return _builtin(reader, node, name)
    if isinstance(node.func, ast.Attribute) and node.func.attr in KEYED:
        return _keyed(reader, node)
    if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        value = reader.read(node.func.value)
        given = [literal(item) for item in node.args]
        if (
            value.derived
            and isinstance(value.data, str)
            and value.kind == "const"
            and all(known for known, _ in given)
            and not node.keywords
        ):
            method = getattr(value.data, node.func.attr)
            return reader.constant(node, method(*(data for _, data in given)))
    return None


def _builtin(reader: Reader, node: ast.Call, name: str) -> Value | None:
    if name not in ("len", "bool", "str", "hasattr", "isinstance"):
        return None
    value = reader.read(node.args[0])
    if not value.derived and value.kind not in VIRTUAL:
        return None
    if name == "hasattr" and value.kind in FIELDS:
        field = literal(node.args[-1])[1]
        if field not in FIELDS[value.kind]:
            raise Refused("CC317", f"`hasattr` asks for `{field}`", node)
        return reader.constant(node, True)
    if name == "len" and value.kind == "choices":
        return reader.constant(node, value.data)
    if name == "len" and value.kind == "calls":
        return reader.constant(node, 1)
    if name == "len" and value.kind == "const" and isinstance(value.data, str):
        return reader.constant(node, len(value.data))
    if name == "bool" and value.truth() is not None:
        return reader.constant(node, value.truth())
    if name == "str" and isinstance(value.data, str):
        return reader.instead(node, node.args[0], value)
    if (
        name == "isinstance"
        and getattr(node.args[-1], "id", "") == "str"
        and value.kind in ("text", "const")
    ):
        return reader.constant(node, value.kind == "text" or isinstance(value.data, str))
    return None
