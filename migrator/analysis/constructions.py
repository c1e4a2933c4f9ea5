"""Who makes the instances of a class, and what they give its constructor or its fields."""

from __future__ import annotations

from migrator.analysis.functions import default_of, named_in_string, own_nodes
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, is_none, keyword, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import ancestry, attribute_bindings, definitions, qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.functions import Function

# Decorators and bases that make the annotated names of a class body its parameters.
_DATACLASS = {"dataclass", "define", "frozen", "mutable", "attrs", "s"}
_MODELS = {"BaseModel", "SQLModel", "Struct", "RootModel"}
_PLAIN = {"object", "ABC", "Generic", "Protocol", "Exception", "Enum", "NamedTuple", "TypedDict"}
# Functions that look at a class and make nothing of it.
_LOOKS = {"isinstance", "issubclass", "cast", "super", "TypeVar", "hasattr", "type"}
_COPIES = {"replace", "evolve", "copy", "model_copy", "_replace"}


class Constructions:
    """The calls that make instances; ``bare`` if it is also handed on to be called with nothing.

    ``unsure`` says why there may be more, empty where all are seen here; ``classes`` are those
    whose calls these are.
    """

    __slots__ = ("calls", "bare", "unsure", "classes")

    def __init__(self) -> None:
        self.calls: list[ast.Call] = []
        self.classes: list[ast.ClassDef] = []
        self.bare = False
        self.unsure = ""


class Given:
    """What reaches a parameter of a constructor or a field.

    ``values`` are the arguments, defaults where a call leaves it out; ``open`` says what else may
    arrive, empty where all is seen; ``made`` whether an instance is made here at all.
    """

    __slots__ = ("values", "open", "made")

    def __init__(self, values: list[ast.expr], open: str, made: bool) -> None:
        self.values = values
        self.open = open
        self.made = made


def constructions(module: Module, scope: Scope) -> Constructions:
    """Return where instances of a class of the project are made."""
    key = ("constructions", scope)
    known = module.memo.get(key)
    if isinstance(known, Constructions):
        return known
    result = Constructions()
    module.memo[key] = result
    node = scope.node
    assert isinstance(node, ast.ClassDef)
    result.classes.append(node)
    for decorator in node.decorator_list:
        name = last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if name not in _DATACLASS and name not in ("final", "total_ordering", "runtime_checkable"):
            result.unsure = f"what a decorator makes of `{node.name}`"
    if named_in_string(module, node.name.encode()):
        result.unsure = f"who looks up `{node.name}` by its name"
    for use in uses_of(module, module.binding_of[node]):
        _use(module, scope, use, result)
    _from_inside(module, scope, result)
    if module.links is not None and not result.calls:
        module.links.unseen.append(node)
    return result


def _use(module: Module, scope: Scope, use: ast.expr, result: Constructions) -> None:
    parent = module.parent(use)
    assert isinstance(scope.node, ast.ClassDef)
    if isinstance(parent, ast.Call) and parent.func is use:
        result.calls.append(parent)
    elif isinstance(parent, ast.Call) and last_name(parent.func) in _LOOKS:
        return
    elif isinstance(parent, ast.keyword) and parent.arg == "default_factory":
        result.bare = True
    elif isinstance(parent, ast.ClassDef) and use in parent.bases:
        _derived(module, module.scopes[parent], result)
    elif isinstance(parent, ast.Attribute):
        call = module.parent(parent)
        if parent.attr == "__init__" and isinstance(call, ast.Call) and call.func is parent:
            result.calls.append(call)
        elif not attribute_bindings(module, scope, parent.attr) and parent.attr != "__name__":
            result.unsure = f"what `{scope.node.name}.{parent.attr}` makes"
    elif not _describes(module, scope, use) and not isinstance(parent, ast.ExceptHandler):
        result.unsure = f"who is handed `{scope.node.name}`"


def _derived(module: Module, scope: Scope, result: Constructions) -> None:
    """Add what makes instances of a derived class, or what its own constructor passes up."""
    own = [b.node for b in scope.bindings.get("__init__", ()) if isinstance(b.node, FUNCTIONS)]
    if not own:
        below = constructions(module, scope)
        result.calls.extend(call for call in below.calls if call not in result.calls)
        result.classes.extend(below.classes)
        result.bare = result.bare or below.bare
        result.unsure = result.unsure or below.unsure
        return
    for function in own:
        for node in own_nodes(function):
            if isinstance(node, ast.Call) and _is_super(node):
                result.calls.append(node)


def _is_super(call: ast.Call) -> bool:
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "__init__"
        and isinstance(func.value, ast.Call)
        and last_name(func.value.func) == "super"
    )


def _from_inside(module: Module, scope: Scope, result: Constructions) -> None:
    """Add the calls of ``cls`` in the class itself."""
    for call in module.calls:
        func = call.func
        if isinstance(func, ast.Name) and func.id == "cls":
            if module.enclosing(call, (ast.ClassDef,)) is scope.node:
                result.calls.append(call)
        elif (
            isinstance(func, ast.Attribute)
            and func.attr == "__class__"
            and _class_around(module, call) in (scope, None)
        ):
            result.unsure = result.unsure or "what is made by way of `__class__`"


def _class_around(module: Module, node: ast.AST) -> Scope | None:
    """Return the class in whose body ``node`` stands, else None."""
    found = module.enclosing(node, (ast.ClassDef,))
    return None if found is None else module.scopes[found]


def _describes(module: Module, scope: Scope, use: ast.expr) -> bool:
    """Return whether a use is an annotation, of which nothing makes instances."""
    node: ast.AST = use
    parent = module.parent(node)
    while isinstance(parent, (ast.Subscript, ast.BinOp, ast.Tuple, ast.List, ast.Attribute)):
        node, parent = parent, module.parent(parent)
    if isinstance(parent, ast.Call) and last_name(parent.func) in _LOOKS:
        return True
    if isinstance(parent, ast.arg) and parent.annotation is node:
        function = module.enclosing(parent, FUNCTIONS)
        # Web frameworks and command lines fill such parameters.
        decorated = isinstance(function, FUNCTIONS) and bool(function.decorator_list)
        return not (record(module, scope) and decorated)
    if isinstance(parent, ast.AnnAssign) and parent.annotation is node:
        outer = module.scopes.get(module.parent(parent))
        inside = outer is not None and outer.kind == "class"
        # Models make their fields out of plain data.
        kinds = (record(module, scope), record(module, outer) if inside and outer else "")
        return not (inside and any(kind in ("model", "settings", "open") for kind in kinds))
    return isinstance(parent, FUNCTIONS) and parent.returns is node


def record(module: Module, scope: Scope) -> str:
    """Return how the annotated names of a class body are given values, empty if they are not.

    dataclass, model (pydantic: by keyword), settings (by the environment, too), open (by a class
    that is not seen here).
    """
    found = ""
    for known in ancestry(module, scope):
        node = known.node
        assert isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list:
            name = last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
            if name in _DATACLASS:
                found = found or "dataclass"
        for base in node.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            name = last_name(plain)
            if name.endswith("Settings") and not definitions_here(module, plain):
                return "settings"
            if name in _MODELS:
                found = "model"
            elif name in ("NamedTuple",):
                found = "dataclass"
            elif name not in _PLAIN and not definitions_here(module, plain):
                found = found or "open"
    return found


def definitions_here(module: Module, node: ast.expr) -> bool:
    """Return whether a class is defined in the files at hand."""
    return any(binding.kind == "class" for binding in definitions(module, node))


def constructor(module: Module, scope: Scope) -> Function | None:
    """Return the ``__init__`` that makes instances of a class, own or inherited."""
    for binding in attribute_bindings(module, scope, "__init__"):
        if isinstance(binding.node, FUNCTIONS):
            return binding.node
    return None


def argument(module: Module, function: Function, name: str) -> Given:
    """Return what reaches the parameter ``name`` of the ``__init__`` of a class."""
    scope = module.binding_of[function].scope
    made = constructions(module, scope)
    values: list[ast.expr] = []
    unclear = made.unsure
    default = default_of(function, name)
    for call in made.calls:
        known, value = _passed(call, function, name)
        if not known:
            unclear = unclear or f"what stars give `{name}`"
        elif value is not None:
            values.append(value)
    if default is not None and (made.bare or not made.calls):
        values.append(default)
    return Given(values, unclear, bool(made.calls) or made.bare)


def _passed(call: ast.Call, function: Function, name: str) -> tuple[bool, ast.expr | None]:
    """Return (True, argument or default); (False, None) when stars hide it."""
    for item in call.keywords:
        if item.arg == name:
            return True, item.value
    if any(isinstance(item, ast.Starred) for item in call.args) or any(
        item.arg is None for item in call.keywords
    ):
        return False, None
    parameters = [*function.args.posonlyargs, *function.args.args]
    func = call.func
    explicit = isinstance(func, ast.Attribute) and func.attr == "__init__" and not _is_super(call)
    for index, parameter in enumerate(parameters if explicit else parameters[1:]):
        if parameter.arg == name and index < len(call.args):
            return True, call.args[index]
    return True, default_of(function, name)


def field(module: Module, owner: Scope, name: str) -> Given | None:
    """Return what constructors give a field beside its default; None if it is no field."""
    bindings = [b for known in ancestry(module, owner) for b in known.bindings.get(name, ())]
    declared = [b for b in bindings if isinstance(b.statement, ast.AnnAssign)]
    kind = record(module, owner) if declared else ""
    if not kind or constructor(module, owner) is not None or _not_given(declared, kind, name):
        return None
    made = constructions(module, owner)
    values: list[ast.expr] = []
    unclear = made.unsure
    if kind == "settings":
        unclear = f"what the environment sets `{name}` to"
    elif kind == "open":
        unclear = f"what a class out of sight sets `{name}` to"
    order = _fields(module, owner)
    for call in made.calls:
        given = keyword(call, name)
        if given is not None:
            values.append(given)
        elif any(item.arg is None for item in call.keywords) or any(
            isinstance(item, ast.Starred) for item in call.args
        ):
            unclear = unclear or f"what stars give `{name}`"
        elif name in order and order.index(name) < len(call.args):
            values.append(call.args[order.index(name)])
    for call in module.calls:
        if last_name(call.func) in _COPIES and (keyword(call, name) or keyword(call, "update")):
            unclear = unclear or f"what a copy sets `{name}` to"
    return Given(values, unclear, bool(made.calls) or made.bare)


def _not_given(declared: list[Binding], kind: str, name: str) -> bool:
    """Return whether no constructor sets a field: private, or kept out of it."""
    if name.startswith("_") and kind != "dataclass":
        return True
    for binding in declared:
        value = binding.value
        init = keyword(value, "init") if isinstance(value, ast.Call) else None
        if isinstance(init, ast.Constant) and init.value is False:
            return True
    return False


def _fields(module: Module, owner: Scope) -> list[str]:
    """Return the names that positional arguments go to, base classes first."""
    result: list[str] = []
    for known in reversed(ancestry(module, owner)):
        for statement in getattr(known.node, "body", ()):
            target = statement.target if isinstance(statement, ast.AnnAssign) else None
            if isinstance(target, ast.Name) and target.id not in result:
                result.append(target.id)
    return result


def default_value(module: Module, node: ast.AST) -> tuple[bool, ast.expr | None]:
    """Return (True, default) for ``Field(…)``, ``field(…)`` and ``PrivateAttr(…)``.

    A ``default_factory`` is its result: the body of a lambda, or None where it can't be seen.
    """
    if not isinstance(node, ast.Call):
        return False, None
    names = qualified_names(module, node.func)
    if not names or not all(
        name.split(".")[0] in ("pydantic", "pydantic_settings", "dataclasses", "attrs", "attr",
                               "sqlmodel", "msgspec")
        and name.rsplit(".", 1)[-1] in ("Field", "PrivateAttr", "field", "ib", "attrib")
        for name in names
    ):  # fmt: skip
        return False, None
    value = keyword(node, "default")
    factory = keyword(node, "default_factory") or keyword(node, "factory")
    if value is None and node.args:
        value = node.args[0]
    if isinstance(factory, ast.Lambda):
        return True, factory.body
    if factory is not None:
        return False, None
    if value is None or (isinstance(value, ast.Constant) and value.value is ...):
        return True, None
    return True, None if is_none(value) else value
