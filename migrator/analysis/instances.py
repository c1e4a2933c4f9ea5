"""Which class of the project a value is an instance of."""

from __future__ import annotations

from migrator.analysis.members import self_class
from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, last_name, literal
from migrator.analysis.values import (
    Origin,
    ancestry,
    attribute_owner,
    definitions,
    origins,
    qualified_names,
)

# Classes that describe others: what is annotated with them is an instance of something else.
_DESCRIPTIONS = {"Protocol", "Generic"}
_PLAIN = (ast.Constant, ast.JoinedStr, ast.List, ast.Dict, ast.Set, ast.Tuple, ast.ListComp,
          ast.DictComp, ast.SetComp)  # fmt: skip
_OPTIONAL = {"Optional", "Annotated", "Type", "type", "Awaitable", "ClassVar", "Final"}


def class_of(module: Module, node: ast.expr) -> Scope | None:
    """Return the class seen here that ``node`` is an instance of, or is, else None.

    Annotations of parameters and attributes count; a type checker holds people to them.
    """
    key = ("class", node)
    if key not in module.memo:
        # Functions that return what they call end here.
        module.memo[key] = None
        module.memo[key] = _found(module, node)
    found = module.memo[key]
    assert found is None or isinstance(found, Scope)
    return found


def is_assumed(module: Module, node: ast.expr) -> bool:
    """Return whether only an annotation says what ``node``, an instance of a class, is."""
    if isinstance(node, ast.Await):
        return is_assumed(module, node.value)
    if isinstance(node, ast.Name) and self_class(module.scope(node), node) is not None:
        return False
    return any(
        origin.kind in ("param", "attribute")
        or (isinstance(origin.node, ast.Call) and not _is_construction(module, origin.node))
        for origin in origins(module, node)
    )


def _is_construction(module: Module, call: ast.Call) -> bool:
    return [binding.kind for binding in definitions(module, call.func)] == ["class"]


def _found(module: Module, node: ast.expr) -> Scope | None:
    if isinstance(node, ast.Await):
        return class_of(module, node.value)
    if isinstance(node, ast.Call):
        return _made(module, node)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return None
    found: Scope | None = None
    for origin in origins(module, node):
        if origin.kind == "expr" and literal(origin.node) == (True, None):
            continue
        scope = _origin(module, origin)
        if scope is None or (found is not None and found is not scope):
            return None
        found = scope
    return found


def _origin(module: Module, origin: Origin) -> Scope | None:
    node = origin.node
    if origin.kind == "class":
        return module.scopes.get(node)
    if origin.kind == "expr" and isinstance(node, (ast.Call, ast.Await)):
        return class_of(module, node)
    if origin.kind == "param" and isinstance(node, ast.arg):
        return _annotated(module, node.annotation)
    if origin.kind == "attribute" and isinstance(node, ast.Attribute):
        return _declared(module, node)
    return None


def _made(module: Module, call: ast.Call) -> Scope | None:
    """Return the class of what a call returns."""
    bindings = definitions(module, call.func)
    if not bindings and isinstance(call.func, ast.Attribute):
        owner = attribute_owner(module, call.func)
        if owner is not None:
            bindings = tuple(owner.bindings.get(call.func.attr, ()))
    if len(bindings) != 1:
        return None
    target = bindings[0].node
    if bindings[0].kind == "class":
        return module.scopes.get(target)
    if not isinstance(target, FUNCTIONS):
        return None
    from migrator.analysis.functions import is_generator, returned

    if is_generator(target):
        return None
    found: Scope | None = None
    for statement in returned(target):
        if statement.value is None or is_none(statement.value):
            continue
        scope = class_of(module, statement.value)
        if scope is None or (found is not None and found is not scope):
            return _annotated(module, target.returns)
        found = scope
    return found


def _declared(module: Module, node: ast.Attribute) -> Scope | None:
    """Return the class an attribute is annotated with in the body of its own."""
    owner = attribute_owner(module, node)
    for base in ancestry(module, owner) if owner is not None else ():
        for binding in base.bindings.get(node.attr, ()):
            if isinstance(binding.statement, ast.AnnAssign):
                return _annotated(module, binding.statement.annotation)
    return None


def _annotated(module: Module, annotation: ast.expr | None) -> Scope | None:
    """Return the class an annotation names, unless it describes others."""
    if annotation is None:
        return None
    if isinstance(annotation, ast.Subscript) and last_name(annotation.value) in _OPTIONAL:
        return _annotated(module, annotation.slice)
    if isinstance(annotation, ast.BinOp):
        sides = [side for side in (annotation.left, annotation.right) if not is_none(side)]
        return _annotated(module, sides[0]) if len(sides) == 1 else None
    text = constant_string(annotation)
    if text is not None:
        return _named(module, annotation, text)
    found = definitions(module, annotation)
    return _real(module, module.scopes.get(found[0].node)) if len(found) == 1 else None


def _named(module: Module, node: ast.expr, text: str) -> Scope | None:
    """Return the class of this name at the top of the file of ``node``."""
    root = module.scopes[module.tree_of(node)]
    found = tuple(root.bindings.get(text.strip(), ()))
    if module.links is not None:
        found = module.links.expanded(found)
        for binding in found:
            module.links.want(binding)
    return _real(module, module.scopes.get(found[0].node)) if len(found) == 1 else None


def _real(module: Module, scope: Scope | None) -> Scope | None:
    if scope is None or scope.kind != "class":
        return None
    for known in ancestry(module, scope):
        bases = known.node.bases if isinstance(known.node, ast.ClassDef) else ()
        names = {last_name(b.value if isinstance(b, ast.Subscript) else b) for b in bases}
        if names & _DESCRIPTIONS:
            return None
    return scope


def is_foreign(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` is certainly no instance of a class of the project.

    Such are displays, text, what the openai package makes, and what those hold or return.
    """
    key = ("foreign", node)
    if key not in module.memo:
        # What is made of itself (`node = node.parent`) ends here.
        module.memo[key] = False
        found = origins(module, node)
        module.memo[key] = bool(found) and all(_is_foreign(module, each) for each in found)
    return bool(module.memo[key])


def _is_foreign(module: Module, origin: Origin) -> bool:
    node = origin.node
    if origin.kind == "attribute" and isinstance(node, ast.Attribute):
        return is_foreign(module, node.value)
    if origin.kind != "expr":
        return False
    if isinstance(node, ast.Await):
        return is_foreign(module, node.value)
    if not isinstance(node, ast.Call):
        return isinstance(node, _PLAIN)
    names = qualified_names(module, node.func)
    if names:
        return all(name.startswith("openai.") for name in names)
    return isinstance(node.func, ast.Attribute) and is_foreign(module, node.func.value)
