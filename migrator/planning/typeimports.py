"""Imports of chat types that go, or change, with the calls that are rewritten."""

from __future__ import annotations

from migrator.analysis.facts import Reason, Reshape
from migrator.analysis.scopes import Module
from migrator.analysis.sites import Mark
from migrator.analysis.syntax import ast
from migrator.analysis.uses import uses_of
from migrator.planning.imports import exported
from migrator.planning.model import BLOCKED, REWRITE, SUGGEST, FilePlan


def renamed_imports(
    module: Module, marks: list[Mark], reshapes: list[tuple[int, Reshape]]
) -> dict[ast.AST, list[int]]:
    """Return the import statements whose every use is written differently, and by which groups.

    ``reshapes`` are all of the file, each with the root of its group.
    """
    roots: dict[ast.AST, set[int]] = {}
    for root, reshape in reshapes:
        if reshape.kind == "types.name":
            base = reshape.node
            while isinstance(base, ast.Attribute):
                base = base.value
            roots.setdefault(base, set()).add(root)
    result: dict[ast.AST, list[int]] = {}
    for mark in marks:
        if mark.code != "CC108" or not roots:
            continue
        found = [binding for binding in module.imports if binding.statement is mark.node]
        uses = [use for binding in found for use in uses_of(module, binding)]
        if any(exported(module, binding.name) for binding in found):
            continue
        if uses and all(use in roots for use in uses):
            result[mark.node] = sorted(set().union(*(roots[use] for use in uses)))
    return result


def decide_imports(plan: FilePlan) -> None:
    """Set the verdicts of imports and test doubles: what keeps one group of theirs keeps them."""
    for finding, groups in plan.imports:
        verdicts = {group.verdict for group in groups}
        if verdicts <= {REWRITE, SUGGEST}:
            finding.verdict = SUGGEST if SUGGEST in verdicts else REWRITE
        else:
            finding.verdict = BLOCKED
            code = "CC503" if finding.code == "CC109" else "CC227"
            reason = Reason(code, finding.message, finding.place, "block")
            finding.reasons = [reason]
