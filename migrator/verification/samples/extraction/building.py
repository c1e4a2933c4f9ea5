"""Lists that statements build: what leads to a call, in order, on the way every run takes."""

from __future__ import annotations

import ast

from migrator.analysis.functions import default_of
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, dotted, walk
from migrator.analysis.values import attribute_bindings, attribute_owner

Step = tuple[str, ast.expr]
_ADDING = {"append": "append", "extend": "extend"}


def added_to(module: Module, node: ast.expr, call: ast.AST) -> list[Step] | None:
    """Return how the list ``node`` comes to be what ``call`` sends, ``None`` if it is not built.

    Each step is set, append, extend or insert (in front) with its expression.  Statements of
    branches and loops that do not lead to the call are left out: a run may pass them by.
    """
    name = dotted(node)
    function = module.enclosing(call, FUNCTIONS)
    if name is None:
        return None
    top: ast.AST = function if function is not None else module.tree
    if isinstance(node, ast.Name):
        owner = owner_of(module, node)
        if owner is None or (function is not None and owner.node is not function):
            return None
    steps = [
        (statement, step)
        for statement in _statements(module, top)
        if (step := _step(statement, name)) is not None
        and _before(statement, call)
        and _leads_to(module, statement, call)
    ]
    if not any(how != "set" for _, (how, _) in steps):
        return None
    found = [step for _, step in sorted(steps, key=lambda each: _position(each[0]))]
    if found[0][0] != "set":
        begun = _begun(module, node)
        if begun is None:
            return None
        found.insert(0, ("set", begun))
    last = max(number for number, (how, _) in enumerate(found) if how == "set")
    return found[last:]


def _statements(module: Module, top: ast.AST) -> list[ast.stmt]:
    """Return the statements of a function or module, without those of functions in it."""
    return [
        each
        for each in walk(top)
        if isinstance(each, ast.stmt)
        and each is not top
        and (module.enclosing(each, FUNCTIONS) or module.tree) is top
    ]


def _step(statement: ast.stmt, name: str) -> Step | None:
    """Return what a statement does to the list ``name``."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
        return ("set", value) if dotted(target) == name else None
    if isinstance(statement, ast.AnnAssign) and statement.value is not None:
        return ("set", statement.value) if dotted(statement.target) == name else None
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        return ("extend", statement.value) if dotted(statement.target) == name else None
    call = statement.value if isinstance(statement, ast.Expr) else None
    func = call.func if isinstance(call, ast.Call) else None
    if not isinstance(func, ast.Attribute) or dotted(func.value) != name:
        return None
    assert isinstance(call, ast.Call)
    if func.attr in _ADDING and len(call.args) == 1:
        return _ADDING[func.attr], call.args[0]
    if func.attr == "insert" and len(call.args) == 2:
        first = call.args[0]
        if isinstance(first, ast.Constant) and first.value == 0:
            return "insert", call.args[1]
    return None


def _position(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "lineno", 0), getattr(node, "col_offset", 0)


def _before(statement: ast.stmt, call: ast.AST) -> bool:
    end = (statement.end_lineno or statement.lineno, statement.end_col_offset or 0)
    return end <= _position(call)


def _leads_to(module: Module, statement: ast.stmt, call: ast.AST) -> bool:
    """Return whether every way to the call passes the statement: its block is around the call."""
    parent = module.parent(statement)
    block = next(
        (
            value
            for _, value in ast.iter_fields(parent)
            if isinstance(value, list) and any(each is statement for each in value)
        ),
        None,
    )
    if block is None:
        return False
    current: ast.AST = call
    while current is not module.tree:
        if any(current is each for each in block):
            return True
        current = module.parent(current)
    return False


def _begun(module: Module, node: ast.expr) -> ast.expr | None:
    """Return the list that an attribute or a parameter begins with."""
    if isinstance(node, ast.Name):
        defaults = [
            default_of(binding.statement, binding.name)
            for binding in bindings_of(module, node)
            if binding.kind == "param" and isinstance(binding.statement, FUNCTIONS)
        ]
        return defaults[0] if len(defaults) == 1 else None
    if not isinstance(node, ast.Attribute):
        return None
    owner = attribute_owner(module, node)
    found = attribute_bindings(module, owner, node.attr) if owner is not None else []
    lists = [each.value for each in found if isinstance(each.value, ast.List)]
    return lists[0] if len(lists) == 1 else None
