"""Functions of a module: who calls them, what they return, and whether that can be known."""

from __future__ import annotations

from migrator.analysis.changers import changers
from migrator.analysis.facts import Mention, Reason
from migrator.analysis.instances import is_assumed, is_foreign
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast
from migrator.analysis.uses import uses_of
from migrator.analysis.values import (
    ancestry,
    attribute_owner,
    constants,
    definitions,
    family,
    origins,
    qualified_names,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    Function = ast.FunctionDef | ast.AsyncFunctionDef

# Decorators that hand the function's result on as it is.
TRANSPARENT = {
    "staticmethod", "classmethod", "functools.lru_cache", "functools.cache", "functools.wraps",
    "tenacity.retry", "backoff.on_exception", "backoff.on_predicate", "retry.retry",
    "retrying.retry", "abc.abstractmethod", "typing.override", "typing_extensions.override",
    "contextlib.suppress", "ratelimit.limits", "ratelimit.sleep_and_retry", "property",
    "functools.cached_property", "pytest.fixture", "typing.no_type_check",
}  # fmt: skip
# Decorators under which a function is read like an attribute, without a call.
PROPERTIES = {"property", "functools.cached_property", "cached_property"}


# With one of these in the file, a function may be reached through its name as a string.
_BY_NAME = (b"globals(", b"locals(", b"vars(", b"getattr(")


# Arguments of retry decorators that are called with the result.
_RESULT_CALLBACKS = (
    "lambda", "result", "on_predicate", "retry_error_callback", "after=", "before_sleep",
)  # fmt: skip


class References:
    """All uses of a function in its file.

    ``calls`` are calls of it; ``others`` are uses as a value; ``unsure`` are attribute reads of
    its name on receivers that may or may not be it; ``foreign`` decorators may change its
    result; ``mixed`` are uses that may mean another definition of the name; ``is_assumed`` says
    that only an annotation tells what class a receiver is of.
    """

    __slots__ = ("calls", "others", "unsure", "foreign", "mixed", "is_property", "is_assumed")

    def __init__(self) -> None:
        self.calls: list[ast.expr] = []
        self.others: list[ast.AST] = []
        self.unsure: list[ast.AST] = []
        self.foreign: list[ast.expr] = []
        self.mixed: list[ast.AST] = []
        self.is_property = False
        self.is_assumed = False


def function_at(module: Module, node: ast.AST) -> Function | ast.Lambda | None:
    """Return the function whose body ``node`` is in, else None."""
    found = module.enclosing(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    assert found is None or isinstance(found, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
    return found


def references(module: Module, function: Function) -> References:
    """Return every use of ``function`` that its own file shows."""
    key = ("references", function)
    known = module.memo.get(key)
    if isinstance(known, References):
        return known
    result = References()
    module.memo[key] = result
    binding = module.binding_of[function]
    for decorator in function.decorator_list:
        _decorator(module, decorator, result)
    if named_in_string(module, function.name.encode()):
        result.others.append(function)
    if binding.scope.kind == "class":
        _method_uses(module, function, binding, result)
    else:
        for use in uses_of(module, binding):
            _classify(module, use, result)
            if len(definitions(module, use)) > 1:
                result.mixed.append(use)
        result.others.extend(_modules_handed_on(module, binding))
    if module.links is not None and not result.calls:
        module.links.unseen.append(function)
    return result


def _modules_handed_on(module: Module, binding: Binding) -> list[ast.expr]:
    """Return where a module with a function of another file goes, so that nobody sees its use."""
    if module.links is None or binding.scope.kind != "module":
        return []
    return [
        use
        for imported in module.links.modules_at(binding.scope)
        for use in uses_of(module, imported)
        if getattr(module.parent(use), "attr", "__dict__") == "__dict__"
    ]


def named_in_string(module: Module, name: bytes) -> bool:
    """Return whether the name stands in a doctest, or in quotes where names are looked up."""
    for data in module.source.files():
        if b">>>" in data and any(b">>>" in line and name in line for line in data.splitlines()):
            return True
        quoted = b'"' + name + b'"' in data or b"'" + name + b"'" in data
        if quoted and any(word in data for word in _BY_NAME):
            return True
    return False


def _decorator(module: Module, node: ast.expr, result: References) -> None:
    target = node.func if isinstance(node, ast.Call) else node
    names = qualified_names(module, target)
    if isinstance(target, ast.Name) and not bindings_of(module, target):
        names = {target.id}
    if names & PROPERTIES:
        result.is_property = True
    known = bool(names) and names <= (TRANSPARENT | PROPERTIES) and not of_project(module, target)
    if known and not _sees_result(module, node):
        return
    from migrator.analysis.callbacks import hands_on

    if not hands_on(module, node):
        result.foreign.append(node)


def of_project(module: Module, node: ast.expr) -> bool:
    """Return whether a name is imported from a file of the project."""
    while isinstance(node, ast.Attribute):
        node = node.value
    if module.links is None or not isinstance(node, ast.Name):
        return False
    return any(module.links.in_project(binding) for binding in bindings_of(module, node))


def _sees_result(module: Module, decorator: ast.expr) -> bool:
    """Return whether an argument of a decorator is called with what the function returns."""
    text = module.source.segment(decorator)
    return any(word in text for word in _RESULT_CALLBACKS)


def _method_uses(module: Module, function: Function, binding: Binding, result: References) -> None:
    owner = binding.scope
    result.foreign.extend(changers(module, owner))
    if len(owner.bindings[function.name]) > 1:
        result.mixed.append(function)
    for use in module.attributes.get(function.name, ()):
        if not isinstance(use.ctx, ast.Load):
            result.others.append(use)
            continue
        receiver = attribute_owner(module, use)
        if receiver is None:
            if not is_foreign(module, use.value):
                result.unsure.append(use)
        elif any("__getattr__" in base.bindings for base in ancestry(module, receiver)):
            # It may hand on what another object has.
            result.unsure.append(use)
        elif related(module, receiver, owner) and may_be(module, use, function):
            if is_assumed(module, use.value):
                result.is_assumed = True
                if _others_have(module, owner, function.name):
                    result.unsure.append(use)
            _classify(module, use, result)
    for name in owner.loads.get(function.name, ()):
        if owner_of(module, name) is owner:
            result.others.append(name)


def _others_have(module: Module, owner: Scope, name: str) -> bool:
    """Return whether a class that has nothing to do with ``owner`` has an attribute ``name``."""
    return any(
        scope.kind == "class" and name in scope.bindings and not related(module, owner, scope)
        for scope in list(module.scopes.values())
    )


def may_be(module: Module, use: ast.expr, function: Function) -> bool:
    """Return whether ``use`` may be ``function``: not, where it is sure to be another one."""
    found = origins(module, use)
    return any(origin.kind != "def" or origin.node is function for origin in found)


def related(module: Module, first: Scope, second: Scope) -> bool:
    """Return whether an object may be an instance of both classes, as far as is seen here."""
    return second in family(module, first)


def is_only_one(module: Module, function: Function) -> bool:
    """Return whether calls of a method can't mean one of the same name in a related class."""
    owner = module.binding_of[function].scope
    return owner.kind != "class" or not any(
        scope.kind == "class"
        and scope is not owner
        and function.name in scope.bindings
        and related(module, scope, owner)
        for scope in list(module.scopes.values())
    )


def _classify(module: Module, use: ast.expr, result: References) -> None:
    if result.is_property:
        result.calls.append(use)
        return
    parent = module.parent(use)
    if isinstance(parent, ast.Call) and parent.func is use:
        result.calls.append(parent)
        return
    from migrator.analysis.callbacks import called_by_others

    if not called_by_others(module, use, result):
        result.others.append(use)


def returned(function: Function) -> list[ast.Return]:
    """Return the return statements of ``function`` itself, nested functions left out."""
    return [node for node in own_nodes(function) if isinstance(node, ast.Return)]


def is_generator(function: Function) -> bool:
    """Return whether ``function`` yields."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))


def own_nodes(function: Function) -> list[ast.AST]:
    """Return the nodes of a function's body without those of nested functions and classes."""
    result: list[ast.AST] = []
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        result.append(node)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            continue
        for name in reversed(node._fields):
            value = getattr(node, name, None)
            if isinstance(value, ast.AST):
                stack.append(value)
            elif isinstance(value, list):
                stack.extend(item for item in reversed(value) if isinstance(item, ast.AST))
    return result


def parameter_of(
    module: Module, call: ast.Call, argument: ast.expr, function: Function
) -> ast.arg | None:
    """Return the parameter of ``function`` that ``argument`` of ``call`` is bound to."""
    parameters = [*function.args.posonlyargs, *function.args.args]
    if bound_method(module, call, function):
        parameters = parameters[1:]
    for index, item in enumerate(call.args):
        if isinstance(item, ast.Starred):
            return None
        if item is argument:
            return parameters[index] if index < len(parameters) else None
    for given in call.keywords:
        if given.value is argument and given.arg is not None:
            named = [*parameters, *function.args.kwonlyargs]
            return next((p for p in named if p.arg == given.arg), None)
    return None


def parameters_given(module: Module, use: ast.expr, call: ast.Call) -> list[Binding] | None:
    """Return the parameters ``use`` is bound to; None unless all callees are in this file."""
    if not isinstance(call.func, (ast.Name, ast.Attribute)):
        return None
    found = origins(module, call.func)
    if not found or any(origin.kind != "def" for origin in found):
        return None
    result: list[Binding] = []
    for origin in found:
        assert isinstance(origin.node, FUNCTIONS)
        arg = parameter_of(module, call, use, origin.node)
        if arg is None:
            return None
        result.append(module.binding_of[arg])
    return result


def argument_of(
    module: Module, call: ast.Call, name: str, function: Function
) -> tuple[bool, ast.expr | None]:
    """Return (True, what ``call`` gives parameter ``name``), default included.

    (False, None) when stars hide it.
    """
    parameters = [*function.args.posonlyargs, *function.args.args]
    if bound_method(module, call, function):
        parameters = parameters[1:]
    if any(isinstance(item, ast.Starred) for item in call.args) or any(
        item.arg is None for item in call.keywords
    ):
        return False, None
    for item in call.keywords:
        if item.arg == name:
            return True, item.value
    for index, parameter in enumerate(parameters):
        if parameter.arg == name and index < len(call.args):
            return True, call.args[index]
    return True, default_of(function, name)


def default_of(function: Function, name: str) -> ast.expr | None:
    """Return the default of a parameter, else None."""
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for parameter, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if parameter.arg == name:
            return default
    for parameter, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if parameter.arg == name:
            return value
    return None


def bound_method(module: Module, call: ast.Call, function: Function) -> bool:
    """Return whether ``call`` passes the first parameter by its receiver."""
    if module.binding_of[function].scope.kind != "class":
        return False
    if ("bound", call) in module.memo:
        return True
    static = any(
        isinstance(item, ast.Name) and item.id == "staticmethod" for item in function.decorator_list
    )
    if static or not isinstance(call.func, ast.Attribute):
        return False
    for binding in definitions(module, call.func.value):
        if binding.kind == "class":
            # Class.method(instance, …), unless it is a class method.
            return any(
                isinstance(item, ast.Name) and item.id == "classmethod"
                for item in function.decorator_list
            )
    return True


def passed_constants(module: Module, node: ast.expr) -> list[object]:
    """Return the constants that callers of this file, or a default, give a parameter."""
    result: list[object] = []
    for origin in origins(module, node):
        arg, binding = origin.node, origin.binding
        function = binding.statement if binding is not None else None
        if not isinstance(arg, ast.arg) or not isinstance(function, FUNCTIONS):
            continue
        values = [default_of(function, arg.arg)]
        for call in references(module, function).calls:
            if isinstance(call, ast.Call):
                values.append(argument_of(module, call, arg.arg, function)[1])
        for value in values:
            if value is not None:
                result.extend(constants(module, value)[1])
    return result


def question(
    function: Function | ast.ClassDef,
    binding: Binding,
    reason: Reason,
    more: tuple[bytes, ...] = (),
) -> Mention:
    """Return the question whether another file uses ``function`` (and holds ``more``)."""
    name = function.name.encode()
    method = binding.scope.kind == "class"
    needle = b"." + name if method else name
    result = Mention((needle, *more), reason, anywhere=method, seen=not more)
    result.owner = binding.scope
    return result


def type_checked(scope: Scope) -> bool:
    """Return whether type checkers look into a scope by default: not into untyped functions."""
    node = scope.node
    if not isinstance(node, FUNCTIONS):
        return True
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return node.returns is not None or any(item.annotation is not None for item in arguments)
