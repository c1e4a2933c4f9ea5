"""Messages, and lists of them, that callers give a function."""

from __future__ import annotations

from migrator.analysis.functions import argument_of, is_generator, references
from migrator.analysis.scopes import Binding
from migrator.analysis.shapefacts import LIST
from migrator.analysis.syntax import FUNCTIONS, ast
from migrator.analysis.values import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.messages import MessageList


def parameter(report: MessageList, binding: Binding, node: ast.AST) -> None:
    """Look at every list that callers give the parameter ``binding``."""
    function = binding.statement
    arg = binding.node
    if not isinstance(function, FUNCTIONS) or not isinstance(arg, ast.arg):
        report.reason("CC230", f"`{binding.name}` is a parameter of a lambda", node)
        return
    if arg in (function.args.vararg, function.args.kwarg):
        report.reason("CC230", f"`{arg.arg}` collects arguments", node)
        return
    report.annotated(binding, LIST)
    uses = references(report.module, function)
    if uses.others or uses.unsure or not uses.calls:
        message = f"parameter `{arg.arg}` of `{function.name}`: not every caller is seen"
        report.reason("CC230", message, node)
        return
    for call in uses.calls:
        known, value = (
            argument_of(report.module, call, arg.arg, function)
            if isinstance(call, ast.Call)
            else (False, None)
        )
        if not known:
            report.reason("CC230", f"a caller hides what `{arg.arg}` is", call)
        elif value is not None:
            report.list_(value)
    report.ask(function, (), "CC230", f"`{function.name}` is called with messages from")


def element_parameter(report: MessageList, origin: Origin, node: ast.expr) -> bool:
    """Look at what callers give a parameter that is a message; return whether all are seen."""
    binding = origin.binding
    function = binding.statement if binding is not None else None
    if not isinstance(function, FUNCTIONS) or not isinstance(origin.node, ast.arg):
        return False
    uses = references(report.module, function)
    found = [
        argument_of(report.module, call, origin.node.arg, function)
        for call in uses.calls
        if isinstance(call, ast.Call)
    ]
    values = [value for known, value in found if known and value is not None]
    if uses.others or uses.unsure or not values or len(values) < len(uses.calls):
        return False
    for value in values:
        report.message(value)
    assert binding is not None
    report.changes.of_message(node)
    message = f"`{function.name}` is called with a message from"
    report.ask(function, (), "CC235", message)
    return True


def return_(found: list[Origin]) -> bool:
    """Return whether all that may be called are functions that return what they make."""
    return bool(found) and all(
        isinstance(origin.node, FUNCTIONS) and not is_generator(origin.node) for origin in found
    )
