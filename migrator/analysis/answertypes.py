"""Types of answers and tools that annotations name, and what they are called afterwards."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.scopes import Module
from migrator.analysis.styles import base, style
from migrator.analysis.syntax import ast, walk
from migrator.analysis.values import qualified_names

WORDS = ("ChatCompletion", "Choice", "CompletionUsage")
# What such an annotation says of these stays true with other names.
_KINDS = {"completion", "choice", "message", "usage", "call", "calls", "stream"}


def answer_types(module: Module, annotation: ast.expr, kind: str) -> list[tuple[ast.expr, str]]:
    """Return the names in an annotation and the full path of each new one; none if one stays."""
    if base(kind) not in _KINDS or style(kind):
        return []
    return _renamed(module, annotation, API["types"]["answer"])


def tool_types(module: Module, annotation: ast.expr) -> list[tuple[ast.expr, str]]:
    """Return the same for the annotation of tools."""
    return _renamed(module, annotation, API["types"]["tool"])


def _renamed(
    module: Module, annotation: ast.expr, rows: dict[str, dict[str, str]]
) -> list[tuple[ast.expr, str]]:
    result: list[tuple[ast.expr, str]] = []
    for node in walk(annotation):
        if isinstance(node, ast.Constant) and any(word in str(node.value) for word in WORDS):
            return []
        if not isinstance(node, (ast.Name, ast.Attribute)):
            continue
        known = _replacement(module, node, rows)
        if known:
            result.append((node, known))
        elif any(word in (node.id if isinstance(node, ast.Name) else node.attr) for word in WORDS):
            return []
    return result


def _replacement(module: Module, node: ast.expr, rows: dict[str, dict[str, str]]) -> str:
    for path in qualified_names(module, node):
        row = rows.get(path.rsplit(".", 1)[-1])
        # A chunk has choices, too, of another type.
        of_chunk = path.endswith("chat_completion_chunk.Choice")
        if row is not None and path.startswith("openai.types.") and not of_chunk:
            return row["to"]
    return ""
