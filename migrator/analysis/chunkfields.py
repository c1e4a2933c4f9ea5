"""Fields of chunks, choices, deltas and usage, and what stands for them in an event."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.chunkvalues import Refused, Value
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunks import Reader

FIELDS = {
    "chunk": ("choices", "usage"),
    "choice": ("delta", "finish_reason", "index"),
    "delta": ("content", "role", "tool_calls", "function_call", "refusal"),
    "call": ("index", "id", "type", "function"),
    "function": ("name", "arguments"),
}


_HELD = {
    ("held", "id"): "call_id",
    ("inner", "name"): "name",
    ("inner", "arguments"): "arguments",
}


def field(reader: Reader, node: ast.expr, value: Value, name: str) -> Value:
    """Return what the field ``name`` of ``value``, read by ``node``, is worth; raises `Refused`."""
    if value.kind == "chunk":
        return _of_chunk(reader, node, name)
    if value.kind == "choice":
        return _of_choice(reader, node, name)
    if value.kind == "delta":
        return _of_delta(reader, node, name)
    if value.kind == "choices":
        raise Refused("CC304", "the list of choices itself is used", node)
    if value.kind in ("calls", "call", "function"):
        return _of_call(reader, node, value.kind, name)
    if value.kind in ("held", "inner"):
        return _of_held(reader, node, value, name)
    return _of_usage(reader, node, value, name)


def _of_event(reader: Reader, node: ast.expr, name: str) -> Value:
    """Return a field of an event of the ``stream`` helper."""
    kind = reader.kind
    assert kind.fields is not None
    if name == "type":
        return reader.constant(node, kind.name)
    if name == "delta" and kind.content == "text":
        return reader.written(node, Value("text"), f"{reader.event}.delta")
    if name == "delta" and kind.content is not None:
        return reader.constant(node, kind.content)
    if name not in kind.fields:
        raise Refused("CC223", f"`.{name}` of an event is read", node)
    if kind.fields[name] == '""':
        return reader.constant(node, "")
    return reader.written(node, Value("unknown"), f"{reader.event}.{kind.fields[name]}")


def _of_chunk(reader: Reader, node: ast.expr, name: str) -> Value:
    if reader.kind.fields is not None:
        return _of_event(reader, node, name)
    if name == "choices":
        return Value("choices", reader.kind.choices, derived=True)
    if name != "usage":
        code = API["results"]["completion"].get(name, {}).get("code", "CC313")
        raise Refused(code, f"`.{name}` of a chunk is read", node)
    if not reader.kind.usage:
        return reader.constant(node, None)
    text = f"{reader.event}.response.usage"
    return reader.written(node, Value("usage", ("usage", text)), text)


def _of_choice(reader: Reader, node: ast.expr, name: str) -> Value:
    if name == "delta":
        return Value("delta", derived=True)
    if name == "finish_reason":
        return reader.constant(node, reader.kind.finish)
    if name == "index":
        return reader.constant(node, 0)
    code = "CC219" if name == "logprobs" else "CC306"
    raise Refused(code, f"`.{name}` of a streamed choice is read", node)


def _of_delta(reader: Reader, node: ast.expr, name: str) -> Value:
    kind = reader.kind
    if name == "content":
        if kind.content == "text":
            return reader.written(node, Value("text"), f"{reader.event}.delta")
        return reader.constant(node, kind.content)
    if name == "role":
        return reader.constant(node, kind.role)
    if name in ("tool_calls", "function_call"):
        if not kind.calls or kind.legacy is (name == "tool_calls"):
            return reader.constant(node, None)
        return Value("function" if kind.legacy else "calls", derived=True)
    code = "CC311" if name == "refusal" else "CC313"
    raise Refused(code, f"`.{name}` of a delta is read", node)


def _of_call(reader: Reader, node: ast.expr, kind: str, name: str) -> Value:
    """Return a field of a part of a tool call: all but the arguments come with the first part."""
    first, event = reader.kind.calls == "added", reader.event
    if (kind, name) == ("call", "index"):
        return reader.written(node, Value("index"), f"{event}.output_index")
    if (kind, name) == ("call", "function"):
        return Value("function", derived=True)
    if (kind, name) == ("function", "arguments"):
        if first:
            return reader.constant(node, "")
        return reader.written(node, Value("text"), f"{event}.delta")
    if (kind, name) == ("call", "type"):
        return reader.constant(node, "function" if first else None)
    to = {("call", "id"): "call_id", ("function", "name"): "name"}.get((kind, name))
    if to is None:
        raise Refused("CC303", f"`.{name}` of a tool call is read", node)
    if not first:
        return reader.constant(node, None)
    return reader.written(node, Value("text"), f"{event}.item.{to}")


def _of_held(reader: Reader, node: ast.expr, value: Value, name: str) -> Value:
    """Return a field of a tool call that was kept: an item of the answer now."""
    assert value.edits is not None
    if not isinstance(node, ast.Attribute):
        raise Refused("CC317", "a field of a tool call is looked up by name", node)
    source = reader.module.source
    end = source.span(node)[1]
    start = source.span(node.value)[1]
    if (value.kind, name) == ("held", "function"):
        found = Value("inner", None, [*value.edits, (start, end, "")])
    elif (value.kind, name) in _HELD:
        new = (end - len(name.encode()), end, _HELD[value.kind, name])
        found = Value("unknown", None, [*value.edits, new])
    else:
        raise Refused("CC303", f"`.{name}` of a tool call is read", node)
    found.derived, found.names = True, value.names
    if b"#" in source.utf8[start:end]:
        raise Refused("CC506", "a comment stands in the expression", node)
    return found


def _of_usage(reader: Reader, node: ast.expr, value: Value, name: str) -> Value:
    assert isinstance(value.data, tuple) and value.edits is not None
    kind, text = value.data
    row = API["results"][kind].get(name, {"code": "CC301"})
    if "to" not in row:
        raise Refused(row["code"], f"`.{name}` of the usage is read", node)
    if not isinstance(node, ast.Attribute):
        raise Refused("CC317", "a field of the usage is looked up by name", node)
    plain = row["becomes"] == "plain"
    new = f"{text}.{row['to']}"
    found = Value("unknown" if plain else "details", None if plain else (row["becomes"], new))
    end = reader.module.source.span(node)[1]
    found.edits = [*value.edits, (end - len(name.encode()), end, row["to"])]
    found.derived, found.names = True, value.names
    return found
