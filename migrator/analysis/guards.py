"""What is replaced where it is None or empty, and functions that leave nothing behind."""

from __future__ import annotations

from migrator.analysis.functions import own_nodes
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, is_none


def guards(module: Module, binding: Binding) -> bool:
    """Return whether a binding replaces a value that is None or empty, in ``if not x: x = …``."""
    statement = binding.statement
    parent = module.parent(statement)
    if not isinstance(parent, ast.If) or statement not in parent.body:
        return False
    test = parent.test
    target: ast.AST = binding.node
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return name_of(test.operand) == name_of(target)
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.ops[0], ast.Is)
        and is_none(test.comparators[0])
        and name_of(test.left) == name_of(target)
    )


def name_of(node: ast.AST) -> str:
    """Return a dotted name, and something of its own for everything else."""
    parts: list[str] = []
    current = node
    while isinstance(current, ast.Attribute):
        parts.append(current.attr)
        current = current.value
    return ".".join([*parts, current.id]) if isinstance(current, ast.Name) else f"<{id(node)}>"


def keeps_nothing(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether no call of a function leaves anything behind for the next one."""
    if module.scopes[function].elsewhere or function.decorator_list:
        return False
    for node in own_nodes(function):
        if isinstance(node, (ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Store):
            return False
        if isinstance(node, ast.Attribute) and node.attr in ("setdefault", "update", "append"):
            return False
    return True
