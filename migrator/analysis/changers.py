"""What may replace the methods of a class: its decorators and its metaclass."""

from __future__ import annotations

from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import ast
from migrator.analysis.values import definitions, qualified_names

# Packages whose decorators and metaclasses of classes leave methods as they are.
_HARMLESS = {
    "abc", "attr", "attrs", "dataclasses", "dataclasses_json", "enum", "functools", "pydantic",
    "six", "typing", "typing_extensions",
}  # fmt: skip
# What replaces them, in the text of those that are seen.
_REPLACE = ("setattr(", "__new__", "class ", "__dict__")


def changers(module: Module, owner: Scope) -> list[ast.expr]:
    """Return the decorators and the metaclass of a class that may replace its methods."""
    if not isinstance(owner.node, ast.ClassDef):
        return []
    found = [
        node.func if isinstance(node, ast.Call) else node for node in owner.node.decorator_list
    ]
    found += [item.value for item in owner.node.keywords if item.arg == "metaclass"]
    return [node for node in found if _may_replace(module, node)]


def _may_replace(module: Module, node: ast.expr) -> bool:
    bindings = definitions(module, node)
    if bindings and all(binding.kind in ("def", "class") for binding in bindings):
        texts = [_body(module, binding.node) for binding in bindings]
        return any(word in text for text in texts for word in _REPLACE)
    names = qualified_names(module, node)
    return not names or not all(name.split(".")[0] in _HARMLESS for name in names)


def _body(module: Module, node: ast.AST) -> str:
    text = module.source.segment(node)
    return text.partition(":")[2]
