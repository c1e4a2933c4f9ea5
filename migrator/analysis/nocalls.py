"""What stands for "no tool calls" beside a list of them: empty lists, and flags of loops."""

from __future__ import annotations

from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast


def is_empty(node: ast.AST | None) -> bool:
    """Return whether ``node`` is ``[]`` or ``()``."""
    return isinstance(node, (ast.List, ast.Tuple)) and not node.elts


def starts_without(module: Module, binding: Binding, use: ast.expr) -> bool:
    """Return whether ``use`` may as well see what ``binding`` holds as a list of calls.

    ``calls = []`` before a loop is read like a list, ``calls = True`` where only the truth
    counts.  A test for None is neither: there is a list afterwards where None was.
    """
    if binding.kind != "assign":
        return False
    if is_empty(binding.value):
        return not isinstance(module.parent(use), ast.Compare)
    return isinstance(binding.value, ast.Constant) and _is_test(module, use)


def _is_test(module: Module, node: ast.expr) -> bool:
    """Return whether only the truth of ``node`` counts."""
    parent = module.parent(node)
    if isinstance(parent, (ast.If, ast.While)):
        return parent.test is node
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, ast.BoolOp) and _is_test(module, parent)
