"""Every use of a binding, in its own file and in those analysed with it."""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast
from migrator.analysis.values import definitions, module_named


def uses_of(module: Module, binding: Binding) -> list[ast.expr]:
    """Return every use that may see ``binding``, in source order."""
    key = ("uses", binding.scope)
    table = module.memo.get(key)
    if table is None:
        table = _uses(module, binding.scope)
        module.memo[key] = table
    assert isinstance(table, dict)
    return list(table.get(binding, ()))


def _uses(module: Module, scope: Scope) -> dict[Binding, list[ast.expr]]:
    """Return the uses of every binding of ``scope``, nested scopes included."""
    result: dict[Binding, list[ast.expr]] = {}
    for inner in module.scopes.values():
        if not _within(inner, scope):
            continue
        for name, nodes in inner.loads.items():
            if name not in scope.bindings:
                continue
            for node in nodes:
                if owner_of(module, node) is scope:
                    for binding in bindings_of(module, node):
                        result.setdefault(binding, []).append(node)
    if module.links is not None and scope.kind == "module":
        _from_elsewhere(module, scope, result)
    for uses in result.values():
        uses.sort(key=lambda use: (use.lineno, use.col_offset))
    return result


def _from_elsewhere(
    module: Module, scope: Scope, result: dict[Binding, list[ast.expr]]
) -> None:  # fmt: skip
    """Add the uses in other files: of imported names, and by way of the module."""
    assert module.links is not None
    for imported in module.links.importers.get(scope, ()):
        for inner in module.scopes.values():
            for node in inner.loads.get(imported.name, ()):
                if owner_of(module, node) is imported.scope:
                    for binding in bindings_of(module, node):
                        if binding.scope is scope:
                            result.setdefault(binding, []).append(node)
    names = {(scope, name) for name in scope.bindings}
    names.update((b.scope, b.name) for b in module.links.importers.get(scope, ()))
    for owner, name in names:
        for use in module.attributes.get(name, ()):
            if isinstance(use.ctx, ast.Load) and module_named(module, use.value) is owner:
                for binding in definitions(module, use):
                    if binding.scope is scope:
                        result.setdefault(binding, []).append(use)


def _within(inner: Scope | None, outer: Scope) -> bool:
    if outer.kind == "module":
        return True
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False
