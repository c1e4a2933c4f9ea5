"""What functions hand out beside what they return, and what only tests hand in."""

from __future__ import annotations

from migrator.analysis.constructors import Client, is_test
from migrator.analysis.functions import own_nodes, returned
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast

DOUBLE = "a test double"


def yielded(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return what a generator (a fixture, a context manager) hands out."""
    return [
        node.value for node in own_nodes(function) if isinstance(node, ast.Yield) and node.value
    ]


def returns_self(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether a method hands out its own object."""
    found = [statement.value for statement in returned(function)]
    return bool(found) and all(isinstance(v, ast.Name) and v.id == "self" for v in found)


def is_double(module: Module, client: Client) -> bool:
    """Return whether tests use this instead of a client."""
    if client.detail == DOUBLE:
        return True
    doubtful = client.code in ("CC401", "CC405")
    return doubtful and is_test(module.source.place(client.node).path)
