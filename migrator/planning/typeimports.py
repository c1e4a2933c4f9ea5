"""Imports of chat types that go, or change, with the calls of one group."""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.reaching import uses_of
from migrator.analysis.scopes import Module
from migrator.analysis.sites import Mark
from migrator.analysis.syntax import ast


def renamed_imports(
    module: Module, marks: list[Mark], reshapes: list[tuple[int, Reshape]]
) -> dict[ast.AST, int]:
    """Return the import statements whose every name is written differently by one group.

    ``reshapes`` are all of the file, each with the root of its group.
    """
    roots: dict[ast.AST, set[int]] = {}
    for root, reshape in reshapes:
        if reshape.kind == "types.name":
            base = reshape.node
            while isinstance(base, ast.Attribute):
                base = base.value
            roots.setdefault(base, set()).add(root)
    result: dict[ast.AST, int] = {}
    for mark in marks:
        if mark.code != "CC108" or not roots:
            continue
        uses = [
            use
            for binding in module.imports
            if binding.statement is mark.node
            for use in uses_of(module, binding)
        ]
        found = set().union(*(roots.get(use, {-1}) for use in uses))
        if len(found) == 1 and -1 not in found:
            result[mark.node] = found.pop()
    return result
