"""Places where only the truth of an expression matters."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, is_none

_NONE_TESTS = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)


def is_none_test(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` is compared with None and nothing else."""
    parent = module.parent(node)
    return (
        isinstance(parent, ast.Compare)
        and parent.left is node
        and len(parent.ops) == 1
        and isinstance(parent.ops[0], _NONE_TESTS)
        and is_none(parent.comparators[0])
    )


def is_tested(module: Module, node: ast.expr) -> bool:
    """Return whether only the truth of ``node``, or of its being None, matters."""
    parent = module.parent(node)
    if isinstance(parent, ast.Compare):
        return is_none_test(module, node) and is_tested(module, parent)
    if isinstance(parent, ast.BoolOp):
        return is_tested(module, parent)
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    if isinstance(parent, ast.Call):
        return getattr(parent.func, "id", "") == "bool"
    return isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)) and parent.test is node
