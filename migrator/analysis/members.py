"""Which class a ``self`` belongs to."""

from __future__ import annotations

from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.scopes import Scope


def self_class(scope: Scope, node: ast.AST) -> Scope | None:
    """Return the class whose method ``scope`` is in, if ``node`` is that method's ``self``."""
    if not isinstance(node, ast.Name):
        return None
    current: Scope | None = scope
    while current is not None:
        if node.id in current.bindings:
            break
        current = current.parent
    if current is None or current.kind != "function" or current.parent is None:
        return None
    if current.parent.kind != "class" or len(current.bindings[node.id]) != 1:
        return None
    function = current.node
    assert isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef))
    parameters = [*function.args.posonlyargs, *function.args.args]
    if not parameters or parameters[0].arg != node.id:
        return None
    if any(isinstance(item, ast.Name) and item.id == "staticmethod"
           for item in function.decorator_list):  # fmt: skip
        return None
    return current.parent
