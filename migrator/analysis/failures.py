"""Code that only runs where a request failed: there, both endpoints answer the same."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, literal

_SUITES = ("body", "orelse", "finalbody")
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_GOOD = {"ok", "is_success"}
_BAD = {"is_error", "is_client_error", "is_server_error"}
_STATUS = {"status_code", "status"}


def says_failed(module: Module, node: ast.AST) -> bool:
    """Return whether ``node`` is only evaluated where the program knows of a failure."""
    current = node
    while not isinstance(current, (*FUNCTIONS, ast.Lambda, ast.Module)):
        parent = module.parent(current)
        if isinstance(parent, ast.If):
            good = outcome(parent.test)
            inside = current in parent.body
            if current is not parent.test and good is not None and good is not inside:
                return True
        elif isinstance(parent, ast.IfExp) and current is not parent.test:
            good = outcome(parent.test)
            if good is not None and good is not (current is parent.body):
                return True
        if isinstance(current, ast.stmt) and _left(parent, current):
            return True
        current = parent
    return False


def _left(parent: ast.AST, statement: ast.stmt) -> bool:
    """Return whether a good answer has left the suite before ``statement``."""
    for name in _SUITES:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return any(
                isinstance(item, ast.If)
                and not item.orelse
                and outcome(item.test) is True
                and isinstance(item.body[-1], _LEAVES)
                for item in block[: block.index(statement)]
            )
    return False


def outcome(test: ast.expr) -> bool | None:
    """Return what a test says where it is true: success (True), failure (False) or neither."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = outcome(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.Attribute):
        return True if test.attr in _GOOD else False if test.attr in _BAD else None
    if isinstance(test, ast.Call) and isinstance(test.func, ast.Attribute):
        name = constant_string(test.args[0]) if test.args else None
        return False if test.func.attr == "get" and name == "error" else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    return _compared(test, test.ops[0], test.comparators[0])


def _compared(test: ast.Compare, op: ast.cmpop, other: ast.expr) -> bool | None:
    name = constant_string(test.left)
    if name in ("error", "choices") and isinstance(op, (ast.In, ast.NotIn)):
        return (name == "choices") is isinstance(op, ast.In)
    if not isinstance(test.left, ast.Attribute) or test.left.attr not in _STATUS:
        return None
    value = literal(other)[1]
    if value == 200 and isinstance(op, (ast.Eq, ast.NotEq)):
        return isinstance(op, ast.Eq)
    if value in (400, 300) and isinstance(op, (ast.GtE, ast.Lt)):
        return isinstance(op, ast.Lt)
    if isinstance(value, int) and value >= 400 and isinstance(op, ast.Eq):
        return False
    return None
