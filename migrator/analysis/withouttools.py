"""Where an answer is known to call no tools."""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of
from migrator.analysis.replies import Reply
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_SUITES = ("body", "orelse", "finalbody")


def answers_in_words(results: Results, statement: ast.stmt, reply: Reply) -> bool:
    """Return whether ``statement`` is only reached where the answer calls no tools."""
    module = results.module
    current: ast.AST = statement
    while isinstance(current, ast.stmt):
        parent = module.parent(current)
        if isinstance(parent, ast.If):
            said = _calls_tools(results, parent.test, reply)
            if said is not None and (current in parent.orelse) == said:
                return True
        for name in _SUITES:
            block = getattr(parent, name, None)
            if isinstance(block, list) and current in block:
                for before in block[: block.index(current)]:
                    if _leaves(results, before, reply):
                        return True
        current = parent
        if isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.While, ast.For)):
            return False
    return False


def _leaves(results: Results, statement: ast.stmt, reply: Reply) -> bool:
    """Return whether a statement goes elsewhere with answers that call tools."""
    return (
        isinstance(statement, ast.If)
        and _calls_tools(results, statement.test, reply) is True
        and isinstance(statement.body[-1], (ast.Return, ast.Continue, ast.Break, ast.Raise))
    )


def _calls_tools(results: Results, test: ast.expr, reply: Reply) -> bool | None:
    """Return whether ``test`` says that the answer calls tools, or that it doesn't, else None."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        said = _calls_tools(results, test.operand, reply)
        return None if said is None else not said
    if results.kinds.get(test, ("", 0))[0] != "calls":
        return None
    node: ast.expr = test
    for _ in range(20):
        step = results.step_at.get(node)
        if step is not None:
            node = step.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Name):
            seen = bindings_of(results.module, node)
            if len(seen) != 1 or not isinstance(seen[0].value, ast.expr):
                return None
            node = seen[0].value
        elif isinstance(node, ast.Await):
            node = node.value
        else:
            return True if reply.calls == {node} else None
    return None
