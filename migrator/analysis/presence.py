"""Whether a parsed file holds anything at all to look at, before names are bound.

Most files that pass the byte filter only talk about the API in comments, docstrings and names of
their own.
"""

from __future__ import annotations

from migrator.analysis.syntax import ast, children

_WORDS = (b"completions", b"ChatCompletion", b"openai")
_STRINGS = ("chat/completions", "chat.completions", "ChatCompletion.", "completions")
_MODULES = ("openai.types", "openai.resources", "openai.lib", "openai.chat")
_NAMES = {"chat", "ChatCompletion", "types", "resources"}


def possible(tree: ast.Module, data: bytes) -> bool:
    """Return whether any node of ``tree`` could be a use of Chat Completions."""
    lines = _lines(data)
    stack: list[ast.AST] = list(tree.body)
    while stack:
        node = stack.pop()
        first = getattr(node, "lineno", None)
        # A definition begins behind its decorators.
        if getattr(node, "decorator_list", None):
            first = node.decorator_list[0].lineno  # type: ignore[attr-defined]
        # Parts of f-strings have no reliable lines before Python 3.12; they go with the string.
        if first is not None and not _spans(lines, first, node.end_lineno or first):  # type: ignore[attr-defined]
            continue
        if _is_use(node):
            return True
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.JoinedStr):
            if any(_is_use(part) for part in _everything(node)):
                return True
            continue
        stack.extend(children(node))
    return False


def _is_use(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ("completions", "ChatCompletion")
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(word in node.value for word in _STRINGS)
    if isinstance(node, ast.Import):
        return any(alias.name.startswith(_MODULES) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if module.startswith(_MODULES):
            return True
        return module == "openai" and any(alias.name in _NAMES for alias in node.names)
    return False


def _everything(node: ast.AST) -> list[ast.AST]:
    found = [node]
    for item in found:
        found.extend(children(item))
    return found


def _lines(data: bytes) -> list[int]:
    """Return the lines that hold one of the words, in order."""
    found: set[int] = set()
    for word in _WORDS:
        at = data.find(word)
        line, counted = 1, 0
        while at >= 0:
            line += _breaks(data, counted, at)
            counted = at
            found.add(line)
            at = data.find(word, at + 1)
    return sorted(found)


def _breaks(data: bytes, start: int, end: int) -> int:
    """Return how many lines end between two offsets, as Python counts lines."""
    if b"\r" not in data:
        return data.count(b"\n", start, end)
    return (
        data.count(b"\n", start, end)
        + data.count(b"\r", start, end)
        - data.count(b"\r\n", start, end)
    )


def _spans(lines: list[int], first: int, last: int) -> bool:
    """Return whether any of the sorted ``lines`` lies between two lines."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if lines[middle] < first:
            low = middle + 1
        else:
            high = middle
    return low < len(lines) and lines[low] <= last
