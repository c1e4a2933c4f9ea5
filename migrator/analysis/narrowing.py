"""Whether code has made sure that a variable is not None before it is used."""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, is_none

_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def given_for_none(module: Module, node: ast.Name) -> list[ast.expr] | None:
    """Return the values the variable gets where it would be None, if code before makes sure.

    ``assert x`` and ``if x is None: raise`` give none, ``if not x: x = y`` gives ``y``.  None means
    that nothing makes sure.
    """
    current: ast.AST = module.statement(node)
    while True:
        parent = module.parent(current)
        for block in (getattr(parent, name, None) for name in ("body", "orelse", "finalbody")):
            if not isinstance(block, list) or current not in block:
                continue
            for earlier in block[: block.index(current)]:
                if _settles(earlier, node.id) and not _rebound(module, node, earlier):
                    last = earlier.body[-1] if isinstance(earlier, ast.If) else None
                    return [last.value] if isinstance(last, ast.Assign) else []
        if isinstance(parent, (*FUNCTIONS, ast.Module, ast.ClassDef)):
            return None
        current = parent


def _settles(statement: ast.stmt, name: str) -> bool:
    if isinstance(statement, ast.Assert):
        return _is_name(statement.test, name) or _compares(statement.test, name, ast.IsNot)
    if not isinstance(statement, ast.If) or statement.orelse or not _missing(statement.test, name):
        return False
    last = statement.body[-1]
    if isinstance(last, _LEAVES):
        return True
    return (
        len(statement.body) == 1
        and isinstance(last, ast.Assign)
        and len(last.targets) == 1
        and _is_name(last.targets[0], name)
    )


def _missing(test: ast.expr, name: str) -> bool:
    """Return whether a test is true wherever the variable is None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _is_name(test.operand, name)
    return _compares(test, name, ast.Is)


def _compares(test: ast.expr, name: str, operator: type[ast.cmpop]) -> bool:
    return (
        isinstance(test, ast.Compare)
        and len(test.ops) == 1
        and isinstance(test.ops[0], operator)
        and _is_name(test.left, name)
        and is_none(test.comparators[0])
    )


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _rebound(module: Module, node: ast.Name, settled: ast.stmt) -> bool:
    """Return whether the variable may get its value after the statement that makes sure."""
    end = settled.end_lineno or settled.lineno
    return any(
        binding.remote or getattr(binding.node, "lineno", 0) > end
        for binding in bindings_of(module, node)
    )
