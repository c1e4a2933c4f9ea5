"""Functions that are handed to others: as an argument that is called, or to a decorator."""

from __future__ import annotations

from migrator.analysis.functions import (
    References,
    argument_of,
    own_nodes,
    parameters_given,
    references,
    returned,
)
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import FUNCTIONS, ast, is_none
from migrator.analysis.uses import uses_of
from migrator.analysis.values import definitions, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.functions import Function


def called_by_others(module: Module, use: ast.expr, result: References) -> bool:
    """Add the calls of a function that another one gets as an argument.

    Returns False, and adds nothing, unless all that one does with it is to call it.
    """
    parent = module.parent(use)
    call = module.parent(parent) if isinstance(parent, ast.keyword) else parent
    if not isinstance(call, ast.Call) or call.func is use:
        return False
    given = parameters_given(module, use, call)
    if not given:
        return False
    calls: list[ast.expr] = []
    mixed: list[ast.AST] = []
    for binding in given:
        if not _only_called(module, binding, use, calls, mixed):
            return False
    if isinstance(use, ast.Attribute):
        # The receiver is bound already where the argument is called.
        module.memo.update(dict.fromkeys((("bound", call) for call in calls), True))
    result.calls.extend(calls)
    result.mixed.extend(mixed)
    return True


def _only_called(
    module: Module, binding: Binding, use: ast.expr, calls: list[ast.expr], mixed: list[ast.AST]
) -> bool:
    function = binding.statement
    if not isinstance(function, FUNCTIONS):
        return False
    for inner in uses_of(module, binding):
        call = module.parent(inner)
        if not isinstance(call, ast.Call) or call.func is not inner:
            return False
        calls.append(call)
    uses = references(module, function)
    if uses.others or uses.unsure:
        return False
    own = definitions(module, use)
    for call in uses.calls:
        known, value = (
            argument_of(module, call, binding.name, function)
            if isinstance(call, ast.Call)
            else (False, None)
        )
        if not known:
            return False
        if value is None or value is use or is_none(value):
            continue
        if not own or definitions(module, value) != own:
            mixed.append(value)
    return True


def hands_on(module: Module, decorator: ast.expr) -> bool:
    """Return whether a decorator of the project calls what it wraps and returns just that.

    Understood are functions that define one function and return it, and functions that return
    such a one.
    """
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    found = origins(module, target)
    if len(found) != 1 or not isinstance(found[0].node, FUNCTIONS):
        return False
    function = found[0].node
    if isinstance(decorator, ast.Call):
        inner = _returned_function(module, function)
        if inner is None:
            return False
        function = inner
    wrapper = _returned_function(module, function)
    parameters = [*function.args.posonlyargs, *function.args.args]
    if wrapper is None or len(parameters) != 1 or function.decorator_list:
        return False
    return _is_transparent(module, wrapper, module.binding_of[parameters[0]])


def _returned_function(module: Module, function: Function) -> Function | None:
    """Return the nested function that ``function`` does nothing but define and return."""
    inner = [node for node in function.body if isinstance(node, FUNCTIONS)]
    returns = returned(function)
    if len(inner) != 1 or len(returns) != 1 or not isinstance(returns[0].value, ast.Name):
        return None
    found = definitions(module, returns[0].value)
    return inner[0] if len(found) == 1 and found[0].node is inner[0] else None


def _is_transparent(module: Module, wrapper: Function, wrapped: Binding) -> bool:
    """Return whether all that ``wrapper`` returns is what the function it wraps returned."""
    kept: set[ast.expr] = set()
    if not _only_passes_on(module, wrapper, wrapped):
        return False
    for use in uses_of(module, wrapped):
        call = module.parent(use)
        if isinstance(call, ast.Call) and use in call.args and _names_only(module, call, wrapper):
            continue
        if not isinstance(call, ast.Call) or call.func is not use:
            return False
        value: ast.expr = call
        if isinstance(module.parent(call), ast.Await):
            value = module.parent(call)  # type: ignore[assignment]
        if not _only_returned(module, value, kept):
            return False
    own = own_nodes(wrapper)
    if any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own):
        return False
    return all(
        statement.value in kept or statement.value is None for statement in returned(wrapper)
    )


def _only_passes_on(module: Module, wrapper: Function, wrapped: Binding) -> bool:
    """Return whether all ``wrapper`` does with its arguments is to hand them on as they are."""
    arguments = wrapper.args
    plain = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    stars = [arg for arg in (arguments.vararg, arguments.kwarg) if arg is not None]
    for arg in (*plain, *stars):
        for use in uses_of(module, module.binding_of[arg]):
            holder = module.parent(use)
            outer = (
                module.parent(holder) if isinstance(holder, (ast.Starred, ast.keyword)) else holder
            )
            if not isinstance(outer, ast.Call) or not isinstance(outer.func, ast.Name):
                return False
            if definitions(module, outer.func) != (wrapped,):
                return False
    return True


def _names_only(module: Module, call: ast.Call, wrapper: Function) -> bool:
    """Return whether ``call`` is ``functools.wraps(function)`` above the wrapper."""
    return call in wrapper.decorator_list and len(call.args) == 1


def _only_returned(module: Module, value: ast.expr, kept: set[ast.expr]) -> bool:
    parent = module.parent(value)
    if isinstance(parent, ast.Return):
        kept.add(value)
        return True
    if not isinstance(parent, ast.Assign) or not isinstance(parent.targets[0], ast.Name):
        return False
    if len(parent.targets) != 1:
        return False
    binding = module.binding_of[parent.targets[0]]
    if len(binding.scope.bindings[binding.name]) != 1:
        return False
    return all(_only_returned(module, use, kept) for use in uses_of(module, binding))
