"""Where a value comes from: names followed back to the expressions that made it."""

from __future__ import annotations

from migrator.analysis.members import self_class
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast, attribute_step, last_name, literal

_LIMIT = 40


class Origin:
    """One place a value may come from.

    ``kind``: expr (``node`` is the expression), param, import, def, class, bound (any other
    binding: loop variables, unpacking, ``except … as``), unbound (a builtin or unknown name),
    attribute (an attribute that can't be followed).
    """

    __slots__ = ("kind", "node", "binding")

    def __init__(self, kind: str, node: ast.AST, binding: Binding | None = None) -> None:
        self.kind = kind
        self.node = node
        self.binding = binding


def origins(module: Module, node: ast.expr) -> list[Origin]:
    """Return every place the value of ``node`` may come from, in source order, none twice."""
    result: list[Origin] = []
    seen: set[ast.AST] = set()
    _collect(module, node, result, seen)
    return result


def origins_through(
    module: Module, node: ast.expr
) -> tuple[list[Origin], list[ast.Attribute]]:  # fmt: skip
    """Return the origins of ``node`` and the attributes that are read on the way to them."""
    result: list[Origin] = []
    seen: set[ast.AST] = set()
    _collect(module, node, result, seen)
    read = [each for each in seen if isinstance(each, ast.Attribute)]
    return result, sorted(read, key=lambda each: (each.lineno, each.col_offset))


def _collect(module: Module, node: ast.AST, result: list[Origin], seen: set[ast.AST]) -> None:
    if node in seen or len(seen) > _LIMIT:
        return
    seen.add(node)
    if isinstance(node, ast.Name):
        bindings = bindings_of(module, node)
        if not bindings:
            result.append(Origin("unbound", node))
        for binding in bindings:
            _from_binding(module, binding, node, result, seen)
    elif isinstance(node, ast.NamedExpr):
        _collect(module, node.value, result, seen)
    elif isinstance(node, ast.IfExp):
        _collect(module, node.body, result, seen)
        _collect(module, node.orelse, result, seen)
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            _collect(module, value, result, seen)
    elif isinstance(node, ast.Attribute):
        _from_attribute(module, node, result, seen)
    else:
        result.append(Origin("expr", node))


def _from_binding(
    module: Module, binding: Binding, node: ast.AST, result: list[Origin], seen: set[ast.AST]
) -> None:
    if binding.kind in ("assign", "walrus") and not binding.path and binding.value is not None:
        _collect(module, binding.value, result, seen)
    elif binding.kind in ("assign",) and (picked := _unpacked(binding)) is not None:
        _collect(module, picked, result, seen)
    elif binding.kind in ("import", "from"):
        if module.links is not None:
            module.links.want(binding)
        result.append(Origin("import", node, binding))
    elif binding.kind in ("def", "class", "param"):
        if binding.node not in seen:
            seen.add(binding.node)
            result.append(Origin(binding.kind, binding.node, binding))
    elif binding.kind == "annotation":
        return
    else:
        result.append(Origin("bound", node, binding))


def _unpacked(binding: Binding) -> ast.expr | None:
    """Return the element a tuple assignment gives this name, when both sides are displays."""
    value = binding.value
    for index in binding.path:
        if not isinstance(value, (ast.Tuple, ast.List)) or not isinstance(index, int):
            return None
        if index >= len(value.elts) or any(isinstance(e, ast.Starred) for e in value.elts):
            return None
        value = value.elts[index]
    return value if isinstance(value, ast.expr) else None


def _from_attribute(
    module: Module, node: ast.Attribute, result: list[Origin], seen: set[ast.AST]
) -> None:
    shared = module_named(module, node.value)
    if shared is not None and node.attr in shared.bindings:
        for binding in definitions(module, node):
            _from_binding(module, binding, node, result, seen)
        return
    owner = attribute_owner(module, node)
    bindings = given_attribute(module, owner, node)
    if all(binding.kind == "annotation" for binding in bindings):
        result.append(Origin("attribute", node))
        return
    for value in set_from_outside(module, owner, node.attr):
        _collect(module, value, result, seen)
    for binding in bindings:
        if binding.kind in ("def", "class"):
            result.append(Origin(binding.kind, binding.node, binding))
        else:
            _from_binding(module, binding, node, result, seen)


def given_attribute(module: Module, owner: Scope | None, node: ast.Attribute) -> list[Binding]:
    """Return what gives an attribute of an instance of ``owner`` its value; nothing for None."""
    return [] if owner is None else meanings(module, owner, node)


def module_named(module: Module, node: ast.expr) -> Scope | None:
    """Return the module scope of another file that ``node`` is, else None."""
    base = node
    while isinstance(base, ast.Attribute):
        base = base.value
    if module.links is None or not isinstance(base, ast.Name):
        return None
    bindings = bindings_of(module, base)
    for binding in bindings:
        module.links.want(binding)
    return module.links.module_of(bindings, node)


def ask_for(module: Module, node: ast.AST) -> None:
    """Note that the answer to what ``node`` is may stand in a file that is not here."""
    if module.links is None:
        return
    while not isinstance(node, ast.Name):
        if isinstance(node, (ast.Attribute, ast.Await, ast.Starred, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return
    for binding in bindings_of(module, node):
        module.links.want(binding)


def definitions(module: Module, node: ast.expr) -> tuple[Binding, ...]:
    """Return the bindings that a name, or a name of a module of the project, may see."""
    found: tuple[Binding, ...] = ()
    if isinstance(node, ast.Name):
        found = bindings_of(module, node)
    elif isinstance(node, ast.Attribute):
        shared = module_named(module, node.value)
        if shared is None or module.links is None:
            return ()
        known = shared.bindings.get(node.attr, ())
        found = module.links.expanded(tuple(b for b in known if b.kind != "annotation"))
    if module.links is not None:
        for binding in found:
            module.links.want(binding)
    return found


def meanings(module: Module, owner: Scope, node: ast.Attribute) -> list[Binding]:
    """Return what gives an attribute, read of an instance of ``owner``, its value.

    That is what the class itself sees, and what classes that derive from it see instead.
    """
    found = attribute_bindings(module, owner, node.attr)
    if is_super(node.value) or _is_made(module, node.value):
        return found
    return [*found, *_overrides(module, owner, node)]


def _overrides(module: Module, owner: Scope, node: ast.Attribute) -> list[Binding]:
    """Return what classes give an attribute where an instance of ``owner`` may be one of them.

    Such are classes that derive from it, and what those derive from besides.  Those that replace
    the method that reads it of ``self`` never get there.
    """
    method = module.enclosing(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
    named = own and isinstance(method, (ast.FunctionDef, ast.AsyncFunctionDef))
    reader = method.name if named else ""  # type: ignore[union-attr]
    result: list[Binding] = []
    for scope in family(module, owner):
        if scope in ancestry(module, owner):
            continue
        found = [*scope.attributes.get(node.attr, ()), *scope.bindings.get(node.attr, ())]
        if found and not (reader in scope.bindings and not _calls_up(module, scope, reader)):
            result.extend(found)
    return result


def _calls_up(module: Module, scope: Scope, name: str) -> bool:
    """Return whether a class calls a method of that name by way of anything but ``self``."""
    for use in module.attributes.get(name, ()):
        direct = isinstance(use.value, ast.Name) and use.value.id == "self"
        if not direct and module.enclosing(use, (ast.ClassDef,)) is scope.node:
            return True
    return False


def _is_made(module: Module, node: ast.expr) -> bool:
    """Return whether all that ``node`` may be is made by calls of classes seen here."""
    found = origins(module, node)
    return bool(found) and all(
        isinstance(origin.node, ast.Call)
        and [binding.kind for binding in definitions(module, origin.node.func)] == ["class"]
        for origin in found
    )


def family(module: Module, owner: Scope) -> list[Scope]:
    """Return every class seen here that an instance of ``owner`` may be an instance of as well."""
    key = ("family", owner)
    if key not in module.memo:
        found = [
            base
            for scope in list(module.scopes.values())
            if scope.kind == "class" and owner in ancestry(module, scope)
            for base in ancestry(module, scope)
        ]
        module.memo[key] = list(dict.fromkeys(found))
    known = module.memo[key]
    assert isinstance(known, list)
    return known


def ancestry(module: Module, scope: Scope) -> list[Scope]:
    """Return a class and everything seen here that it derives from."""
    result = [scope]
    for current in result:
        node = current.node
        for base in node.bases if isinstance(node, ast.ClassDef) else ():
            for binding in definitions(module, base):
                meant = _renamed(module, binding)
                found = module.scopes.get(meant.node) if meant.kind == "class" else None
                if found is not None and found not in result:
                    result.append(found)
    return result


def _renamed(module: Module, binding: Binding) -> Binding:
    """Return the class that ``binding`` is another name of, else itself."""
    if binding.kind == "assign" and isinstance(binding.value, (ast.Name, ast.Attribute)):
        found = definitions(module, binding.value)
        if len(found) == 1 and found[0].kind == "class":
            return found[0]
    return binding


def set_from_outside(module: Module, owner: Scope | None, name: str) -> list[ast.expr]:
    """Return what ``instance.name = …`` statements give an attribute of the class ``owner``."""
    from migrator.analysis.instances import class_of

    result: list[ast.expr] = []
    for store in module.attributes.get(name, ()):
        statement = module.parent(store)
        if (
            isinstance(store.ctx, ast.Store)
            and isinstance(statement, ast.Assign)
            and store not in module.binding_of
            and class_of(module, store.value) in (owner, None)
        ):
            result.append(statement.value)
    return result


def attribute_owner(module: Module, node: ast.Attribute) -> Scope | None:
    """Return the class of this file that ``node`` reads an attribute of, else None."""
    scope = module.scope(node)
    owner = self_class(scope, node.value)
    if owner is not None:
        return owner
    if isinstance(node.value, ast.Name) and node.value.id == "cls":
        current: Scope | None = scope
        while current is not None and current.kind != "class":
            current = current.parent
        return current
    if is_super(node.value):
        return _above(module, scope, node.attr)
    from migrator.analysis.instances import class_of

    return class_of(module, node.value)


def is_super(node: ast.expr) -> bool:
    """Return whether ``node`` is ``super()``."""
    return isinstance(node, ast.Call) and last_name(node.func) == "super"


def _above(module: Module, scope: Scope, name: str) -> Scope | None:
    """Return the base class that ``super()`` finds an attribute in, for a method at ``scope``."""
    current: Scope | None = scope
    while current is not None and current.kind != "class":
        current = current.parent
    if current is None:
        return None
    own = ancestry(module, current)
    for base in family(module, current):
        if base not in own and (name in base.bindings or name in base.attributes):
            # With several bases it may come first.
            return None
    for base in own[1:]:
        if name in base.bindings or name in base.attributes:
            return base
    return None


def attribute_bindings(
    module: Module, owner: Scope, name: str, seen: frozenset[Scope] = frozenset()
) -> list[Binding]:
    """Return what gives an attribute of a class its value: methods, class body, base classes."""
    result = [*owner.attributes.get(name, ()), *owner.bindings.get(name, ())]
    if result or not isinstance(owner.node, ast.ClassDef):
        return result
    for base in owner.node.bases:
        for binding in definitions(module, base):
            scope = module.scopes.get(binding.node) if binding.kind == "class" else None
            if scope is not None and scope is not owner and scope not in seen:
                result.extend(attribute_bindings(module, scope, name, seen | {owner}))
    return result


def qualified_names(
    module: Module, node: ast.AST, seen: frozenset[ast.AST] = frozenset()
) -> set[str]:
    """Return the dotted import paths ``node`` may stand for; empty when it is not imported."""
    step = attribute_step(node)
    if step is not None:
        base, name = step
        return {f"{prefix}.{name}" for prefix in qualified_names(module, base, seen)}
    if not isinstance(node, ast.Name) or node in seen:
        return set()
    result: set[str] = set()
    for binding in bindings_of(module, node):
        if binding.kind in ("import", "from"):
            result.add(imported_path(binding))
        elif (
            binding.kind == "assign"
            and not binding.path
            and isinstance(binding.value, (ast.Name, ast.Attribute))
            and binding.value is not node
        ):
            if _mentions(binding.value, node.id):
                continue
            result |= qualified_names(module, binding.value, seen | {node})
    return result


def _mentions(node: ast.AST, name: str) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id == name


def imported_path(binding: Binding) -> str:
    """Return the dotted path an import binds, relative dots kept."""
    alias = binding.node
    assert isinstance(alias, ast.alias)
    if isinstance(binding.statement, ast.ImportFrom):
        dots = "." * binding.statement.level
        inside = binding.statement.module or ""
        return f"{dots}{inside}.{alias.name}" if inside else f"{dots}{alias.name}"
    return alias.name if alias.asname else alias.name.split(".")[0]


def constants(module: Module, node: ast.expr) -> tuple[bool, list[object]]:
    """Return (True, values) when every origin of ``node`` is a literal, else (False, those)."""
    known, value = literal(node)
    if known:
        return True, [value]
    values: list[object] = []
    complete = True
    for origin in origins(module, node):
        known, value = literal(origin.node) if origin.kind == "expr" else (False, None)
        if known:
            values.append(value)
        else:
            complete = False
    return complete and bool(values), values
