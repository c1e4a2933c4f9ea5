"""Types of results that annotations name."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.analysis.values import qualified_names

CHAT_TYPES = ("ChatCompletion", "Choice", "CompletionUsage")
_ROWS = API["types"]["result"]
_HOMES = ("openai.types.chat.", "openai.types.")


def chat_words(text: str) -> int:
    """Return how often an annotation names a type of the Chat API."""
    return sum(text.count(word) for word in CHAT_TYPES)


def result_types(module: Module, annotation: ast.expr) -> list[tuple[ast.expr, str]]:
    """Return the names in an annotation that name results, with the types that replace them."""
    found: list[tuple[ast.expr, str]] = []
    for node in walk(annotation):
        if isinstance(node, (ast.Name, ast.Attribute)):
            for path in qualified_names(module, node):
                row = _ROWS.get(path.rsplit(".", 1)[-1])
                if row is not None and path.startswith(_HOMES):
                    found.append((node, row["to"]))
    return found
