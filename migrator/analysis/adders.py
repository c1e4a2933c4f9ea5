"""Functions that do nothing but put a message into a list: ``add_message(role, content)``."""

from __future__ import annotations

from migrator.analysis.functions import argument_of, references
from migrator.analysis.listholders import Holder
from migrator.analysis.members import self_class
from migrator.analysis.rebuilt import field
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    Added = tuple[ast.Call, str, ast.expr]


def added_through(module: Module, holder: Holder, append: ast.Call) -> list[Added] | None:
    """Return the calls of a function whose only statement is ``list.append({…})``.

    Each with the role and the content it gives.  None unless every call is a statement of the same
    class or file, the role is always a constant, and the content comes from the call.
    """
    statement = module.parent(append)
    function = module.parent(statement)
    if not isinstance(function, ast.FunctionDef) or len(append.args) != 1:
        return None
    body = [part for part in function.body if not _is_text(part)]
    message = append.args[0]
    if body != [statement] or not isinstance(message, ast.Dict) or len(message.keys) != 2:
        return None
    role, content = field(message, "role"), field(message, "content")
    parameters = {arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)}
    if not isinstance(content, ast.Name) or content.id not in parameters or role is None:
        return None
    uses = references(module, function)
    if uses.others or uses.unsure or uses.foreign or uses.mixed or function.decorator_list:
        return None
    result: list[Added] = []
    for call in uses.calls:
        if not isinstance(call, ast.Call) or not _own(module, holder, call):
            return None
        said = _given(module, call, function, role, parameters)
        text = _argument(module, call, function, content.id)
        if said is None or text is None:
            return None
        result.append((call, said, text))
    return result


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and constant_string(node.value) is not None


def _own(module: Module, holder: Holder, call: ast.Call) -> bool:
    """Return whether a call is a statement that speaks of the same list."""
    if not isinstance(module.parent(call), ast.Expr):
        return False
    if not holder.is_attribute:
        return isinstance(call.func, ast.Name)
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and self_class(module.scope(call), func.value) is holder.scope
    )  # fmt: skip


def _given(
    module: Module, call: ast.Call, function: ast.FunctionDef, role: ast.expr,
    parameters: set[str],
) -> str | None:  # fmt: skip
    """Return the role a call gives the message."""
    if isinstance(role, ast.Name) and role.id in parameters:
        return constant_string(_argument(module, call, function, role.id))
    return constant_string(role)


def _argument(
    module: Module, call: ast.Call, function: ast.FunctionDef, name: str
) -> ast.expr | None:  # fmt: skip
    known, value = argument_of(module, call, name, function)
    return value if known else None
