"""What functions hand out beside what they return, and what only tests hand in."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.constructors import Client, is_test
from migrator.analysis.functions import own_nodes, returned
from migrator.analysis.guards import keeps_nothing
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.analysis.values import qualified_names

DOUBLE = "a test double"
_CLIENTS = set(API["hosts"]["client"])


def yielded(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return what a generator (a fixture, a context manager) hands out."""
    return [
        node.value for node in own_nodes(function) if isinstance(node, ast.Yield) and node.value
    ]


def returns_self(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a method hands out its own object."""
    found = [statement.value for statement in returned(function)]
    return bool(found) and all(isinstance(v, ast.Name) and v.id == "self" for v in found)


def builds(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether every call of a function makes a client of its own with its arguments."""
    for statement in returned(function):
        value = statement.value
        if isinstance(value, ast.Name):
            found = bindings_of(module, value)
            value = found[0].value if len(found) == 1 and not found[0].remote else None  # type: ignore[assignment]
        if not isinstance(value, ast.Call) or not qualified_names(module, value.func) & _CLIENTS:
            return False
    return keeps_nothing(module, function)


def is_double(module: Module, client: Client) -> bool:
    """Return whether tests use this instead of a client."""
    if client.detail == DOUBLE:
        return True
    doubtful = client.code in ("CC401", "CC405")
    return doubtful and is_test(module.source.place(client.node).path)
