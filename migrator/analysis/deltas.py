"""Deltas without text: what handing one on amounts to."""

from __future__ import annotations

from migrator.analysis.chunks import Reader
from migrator.analysis.chunkvalues import pure
from migrator.analysis.reaching import bindings_of
from migrator.analysis.syntax import ast, last_name
from migrator.analysis.uses import uses_of

_LOGGERS = {"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print",
            "echo", "secho", "pprint"}  # fmt: skip


def adds_nothing(reader: Reader, target: ast.Name, value: ast.expr) -> bool:
    """Return whether an assignment is ``text = text + ""``."""
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add):
        return False
    if not isinstance(value.left, ast.Name) or value.left.id != target.id:
        return False
    added = reader.read(value.right)
    return added.derived and added.kind == "const" and added.data == ""


# Where an empty text is a value like any other.
_SETTERS = ("set", "update", "replace", "assign")


def delivers(reader: Reader, node: ast.expr) -> str:
    """Return "nothing" for an expression that hands on an empty delta, "none" for a printed None.

    How an answer is cut into deltas is not fixed, so one that is empty may come or not.
    """
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Yield):
        if node.value is None:
            return ""
        return "nothing" if reader.read(node.value).data == "" else ""
    if not isinstance(node, ast.Call):
        return ""
    name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
    if name in ("flush", "sleep") and reader.kind.content != "text" and pure_arguments(node):
        return "nothing"
    if isinstance(node.func, ast.Name) and name == "print" and reader.key(node.func) is None:
        return _printed(reader, node)
    if (
        name.startswith(_SETTERS)
        or name in _LOGGERS
        or len(node.args) != 1
        or isinstance(node.args[0], ast.Starred)
    ):
        return ""
    if any(not isinstance(item.value, ast.Constant) for item in node.keywords):
        return ""
    value = reader.read(node.args[0])
    empty = value.derived and value.kind == "const" and value.data == ""
    if not empty or not pure(node.func) or _is_counted(reader, node.func):
        return ""
    return "nothing"


def _is_counted(reader: Reader, func: ast.expr) -> bool:
    """Return whether a list that gets the deltas is asked how many they are, or for one of them."""
    if not isinstance(func, ast.Attribute) or not isinstance(func.value, ast.Name):
        # The first part of a call always comes, and who counts what is in a table isn't known.
        return bool(reader.kind.calls) and isinstance(func, ast.Attribute)
    module = reader.module
    for binding in bindings_of(module, func.value):
        for use in uses_of(module, binding):
            parent = module.parent(use)
            if isinstance(parent, ast.Call) and last_name(parent.func) == "len":
                return True
            if isinstance(parent, (ast.Subscript, ast.If, ast.While, ast.UnaryOp, ast.BoolOp,
                                   ast.IfExp, ast.Compare, ast.Assert)):  # fmt: skip
                return True
    return False


def _printed(reader: Reader, node: ast.Call) -> str:
    end = next((item.value for item in node.keywords if item.arg == "end"), None)
    if not isinstance(end, ast.Constant) or end.value != "":
        return ""
    if len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
        return ""
    if any(item.arg not in ("end", "flush", "sep", "file") for item in node.keywords):
        return ""
    value = reader.read(node.args[0])
    if not value.derived or value.kind != "const":
        return ""
    return "nothing" if value.data == "" else "none" if value.data is None else ""


def pure_arguments(call: ast.Call) -> bool:
    """Return whether nothing happens in a call but the call itself."""
    return pure(call.func) and all(pure(item) for item in [*call.args, *call.keywords])
