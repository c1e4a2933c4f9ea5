"""Dict displays: their entries, and which displays an expression stands for."""

from __future__ import annotations

from migrator.analysis.functions import returned
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import origins

_CHANGES = {"update", "pop", "setdefault", "popitem", "clear"}
_READERS = {"len", "dumps", "print"}


def fields_of(node: ast.Dict) -> dict[str, ast.expr] | None:
    """Return the entries of a display with constant keys, else None."""
    names = [constant_string(key) for key in node.keys]
    result = {
        name: value for name, value in zip(names, node.values, strict=True) if name is not None
    }
    return result if len(result) == len(names) else None


def displays_of(module: Module, node: ast.expr) -> list[ast.Dict] | None:
    """Return the displays a value is, all of them and unchanged since, else None."""
    result: list[ast.Dict] = []
    if isinstance(node, ast.Dict):
        return [node]
    if isinstance(node, ast.Call):
        found = origins(module, node.func)
        if not found or any(origin.kind != "def" for origin in found):
            return None
        for origin in found:
            assert isinstance(origin.node, FUNCTIONS)
            for statement in returned(origin.node):
                inner = displays_of(module, statement.value) if statement.value else None
                if inner is None:
                    return None
                result.extend(inner)
        return result
    if not isinstance(node, ast.Name):
        return None
    for binding in bindings_of(module, node):
        if _changed(module, binding) or not isinstance(binding.value, ast.expr) or binding.path:
            return None
        if binding.kind == "assign":
            inner = displays_of(module, binding.value)
        elif binding.kind in ("for", "comp"):
            inner = _elements_of(module, binding.value)
        else:
            return None
        if inner is None:
            return None
        result.extend(inner)
    return result


def _elements_of(module: Module, node: ast.expr) -> list[ast.Dict] | None:
    """Return the displays that are the elements of a list, else None."""
    result: list[ast.Dict] = []
    if isinstance(node, ast.Name):
        bindings = bindings_of(module, node)
        if not bindings or any(b.kind != "assign" or b.path for b in bindings):
            return None
        for binding in bindings:
            if not all(_only_read(module, use) for use in uses_of(module, binding)):
                return None
            value = binding.value
            inner = _elements_of(module, value) if isinstance(value, ast.expr) else None
            if inner is None:
                return None
            result.extend(inner)
        return result
    if not isinstance(node, (ast.List, ast.Tuple)):
        return None
    for item in node.elts:
        inner = displays_of(module, item)
        if inner is None:
            return None
        result.extend(inner)
    return result


def _only_read(module: Module, use: ast.expr) -> bool:
    """Return whether a use of a list neither changes it nor hands it on."""
    parent = module.parent(use)
    if isinstance(parent, ast.Call):
        return last_name(parent.func) in _READERS
    return isinstance(parent, (ast.comprehension, ast.For))


def _changed(module: Module, binding: Binding) -> bool:
    """Return whether a dict may be changed through one of its names."""
    return any(_changes(module, use) for use in uses_of(module, binding))


def _changes(module: Module, use: ast.expr) -> bool:
    parent = module.parent(use)
    if isinstance(parent, ast.Subscript) and parent.value is use:
        return not isinstance(parent.ctx, ast.Load)
    if isinstance(parent, ast.Attribute):
        return parent.attr in _CHANGES
    if isinstance(parent, ast.Assign):
        return parent.value is use
    if isinstance(parent, ast.Call):
        return last_name(parent.func) not in {"append", *_READERS}
    return isinstance(parent, (ast.AugAssign, ast.Return, ast.Yield))
