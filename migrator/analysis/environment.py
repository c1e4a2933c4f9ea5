"""Reads of environment variables."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string
from migrator.analysis.values import qualified_names


def environment(module: Module, node: ast.AST) -> tuple[str, ast.expr | None] | None:
    """Return (name, default) of a variable of the environment that ``node`` reads."""
    if isinstance(node, ast.Subscript):
        if qualified_names(module, node.value) == {"os.environ"}:
            return constant_string(node.slice) or "?", None
        return None
    if not isinstance(node, ast.Call) or not node.args:
        return None
    if not qualified_names(module, node.func) <= {"os.getenv", "os.environ.get"}:
        return None
    if not qualified_names(module, node.func):
        return None
    default = node.args[1] if len(node.args) > 1 else None
    for item in node.keywords:
        if item.arg == "default":
            default = item.value
    return constant_string(node.args[0]) or "?", default
