"""Tests that say nothing any more: a message or choice that was there is the response itself."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import definitions
from migrator.planning.model import Cut
from migrator.planning.truth import is_tested

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.analysis.aliases import Alias
    from migrator.analysis.resultuses import Step
    from migrator.planning.variables import Variables

_PARTS = ("choice", "message")


def dropped(
    module: Module, steps: Iterable[Step], aliases: Iterable[Alias], variables: Variables
) -> list[Cut]:
    """Return the edits that take ``message and`` out of ``message and message.content``."""
    parts: list[ast.expr] = [step.whole for step in steps if step.becomes in _PARTS]
    for alias in aliases:
        if alias.kind in _PARTS and variables.removed(alias):
            uses = uses_of(module, alias.binding)
            parts += [use for use in uses if len(definitions(module, use)) == 1]
    result: list[Cut] = []
    seen: set[ast.AST] = set()
    for part in parts:
        whole = module.parent(part)
        if not isinstance(whole, ast.BoolOp) or whole in seen or not isinstance(whole.op, ast.And):
            continue
        # One at a time: what is left has to be read from the same response.
        found = _without(module, part, whole)
        if found is not None:
            seen.add(whole)
            result.append(found)
    return result


def _without(module: Module, part: ast.expr, whole: ast.BoolOp) -> Cut | None:
    """Return the edit that takes the operand ``part`` out of ``whole``, if it can go."""
    at = whole.values.index(part)
    last = at == len(whole.values) - 1
    if module.enclosing(whole, (ast.JoinedStr,)) is not None or (
        last and not is_tested(module, whole)
    ):
        return None
    others = [value for value in whole.values if value is not part]
    root = _root(part)
    if not root or not any(_root(node) == root for value in others for node in walk(value)):
        return None
    source = module.source
    if len(others) == 1 and source.utf8[: source.span(whole)[0]].rstrip().endswith(b"("):
        return None
    first = whole.values[at - 1] if last else part
    second = part if last else whole.values[at + 1]
    between = source.utf8[source.span(first)[1] : source.span(second)[0]]
    if between.split() != [b"and"]:
        return None
    if last:
        return Cut(source.span(first)[1], source.span(part)[1], "")
    return Cut(source.span(part)[0], source.span(second)[0], "")


def _root(node: ast.AST) -> str:
    """Return the name of the variable that a chain of attributes and items starts from."""
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
