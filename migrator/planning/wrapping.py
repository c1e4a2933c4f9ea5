"""Lines that got too long are broken the way formatters break them."""

from __future__ import annotations

from migrator.analysis.syntax import ast
from migrator.documents.source import Source

# What formatters keep to by default, and the most that projects choose.
_USUAL, _MOST = 88, 120


def width_of(source: Source) -> int:
    """Return how wide lines of a file may get: as wide as some are, within reason."""
    longest = max((len(line) for line in source.text.splitlines()), default=0)
    return min(max(longest, _USUAL), _MOST)


def wrapped_test(line: str, unit: str, width: int) -> list[str]:
    """Return the header of an ``if`` on as many lines as it takes; ``line`` ends in a colon."""
    indent = line[: len(line) - len(line.lstrip())]
    word, _, test = line.strip().partition(" ")
    test = test[:-1]
    node = _parsed(test)
    if len(line) <= width or not isinstance(node, ast.BoolOp) or not test.isascii():
        return [line]
    operator = "or" if isinstance(node.op, ast.Or) else "and"
    ends = [0, *(value.col_offset for value in node.values[1:]), len(test)]
    parts = [test[ends[i] : ends[i + 1]].rstrip() for i in range(len(node.values))]
    parts = [part.removesuffix(f" {operator}") for part in parts]
    inner = indent + unit
    rest = [f"{inner}{operator} {part}" for part in parts[1:]]
    lines = [f"{indent}{word} (", f"{inner}{parts[0]}", *rest, f"{indent}):"]
    return lines if _parsed("".join(lines).strip().removeprefix(word)[:-1].strip()) else [line]


def wrapped_call(line: str, unit: str, width: int) -> list[str]:
    """Return a statement that ends in a call on as many lines as it takes."""
    indent = line[: len(line) - len(line.lstrip())]
    text = line.strip()
    call = _last_call(text)
    if len(line) <= width or call is None or not text.isascii():
        return [line]
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    opened = text.find("(", call.func.end_col_offset or 0) + 1
    if "\n" in line or "#" in text[opened:]:
        return [line]
    inside = text[opened:-1]
    if len(indent + unit + inside) <= width:
        return [indent + text[:opened], indent + unit + inside, indent + ")"]
    shown = [text[item.col_offset : item.end_col_offset] for item in given]
    if ", ".join(shown) != inside:
        return [line]
    return [indent + text[:opened], *(f"{indent}{unit}{item}," for item in shown), indent + ")"]


def _last_call(text: str) -> ast.Call | None:
    """Return the call with arguments that a simple statement ends in, else None."""
    try:
        tree = compile(text, "<statement>", "exec", 0x400, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    assert isinstance(tree, ast.Module)
    node: ast.AST | None = getattr(tree.body[0], "value", None) or getattr(
        tree.body[0], "exc", None
    )
    while isinstance(node, ast.Await):
        node = node.value
    if len(tree.body) != 1 or not isinstance(node, ast.Call) or not (node.args or node.keywords):
        return None
    return node if node.end_col_offset == len(text) else None


def _parsed(text: str) -> ast.expr | None:
    try:
        tree = compile(text, "<test>", "eval", 0x400, dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    assert isinstance(tree, ast.Expression)
    return tree.body
