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
    if name in ("tool_calls", "function_call") and not kind.calls:
        return reader.constant(node, None)
    codes = {"tool_calls": "CC303", "function_call": "CC303", "refusal": "CC311"}
    raise Refused(codes.get(name, "CC313"), f"`.{name}` of a delta is read", node)


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
