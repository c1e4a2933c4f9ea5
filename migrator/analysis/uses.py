"""Every use of a binding, in its own file and in those analysed with it."""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast


def uses_of(module: Module, binding: Binding) -> list[ast.Name]:
    """Return every use that may see ``binding``, in source order."""
    key = ("uses", binding.scope)
    table = module.memo.get(key)
    if table is None:
        table = _uses(module, binding.scope)
        module.memo[key] = table
    assert isinstance(table, dict)
    return list(table.get(binding, ()))


def _uses(module: Module, scope: Scope) -> dict[Binding, list[ast.Name]]:
    """Return the uses of every binding of ``scope``, nested scopes included."""
    result: dict[Binding, list[ast.Name]] = {}
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
    for imported in module.links.importers.get(scope, ()) if module.links is not None else ():
        for inner in module.scopes.values():
            for node in inner.loads.get(imported.name, ()):
                if owner_of(module, node) is imported.scope:
                    for binding in bindings_of(module, node):
                        if binding.scope is scope:
                            result.setdefault(binding, []).append(node)
    for nodes in result.values():
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))
    return result


def _within(inner: Scope | None, outer: Scope) -> bool:
    if outer.kind == "module":
        return True
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False
