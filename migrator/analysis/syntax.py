"""The syntax tree and small questions about it.

`ast` itself costs as much as half a Python start (it pulls in `re` and `enum`), so the node
classes come straight from `_ast`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast as ast
    from collections.abc import Iterator
else:
    import _ast as ast

_ONLY_AST = 0x400  # ast.PyCF_ONLY_AST

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def parse(text: str, path: str) -> ast.Module:
    """Return the tree of ``text``; raises `SyntaxError`, `ValueError`, `RecursionError`."""
    tree = compile(text, path, "exec", _ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


# Fields that hold names, constants, operators and contexts: nothing to visit there.
_LEAVES = {"ctx", "op", "ops", "id", "attr", "arg", "name", "kind", "type_comment",
           "level", "module", "is_async", "simple", "conversion", "asname", "lineno"}  # fmt: skip
_fields: dict[type, tuple[str, ...]] = {}


def children(node: ast.AST) -> list[ast.AST]:
    """Return the direct children of ``node`` in field order, operators and contexts left out."""
    kind = node.__class__
    names = _fields.get(kind)
    if names is None:
        names = tuple(
            name
            for name in kind._fields
            if name not in _LEAVES or (name == "name" and kind.__name__ == "TypeAlias")
        )
        _fields[kind] = names
    result: list[ast.AST] = []
    for name in names:
        value = getattr(node, name, None)
        if value.__class__ is list:
            # Lists hold nodes, or nodes and None (dict keys, defaults), or names.
            if value and value[0].__class__ is not str:
                result.extend(value if None not in value else [x for x in value if x is not None])
        elif isinstance(value, ast.AST):
            result.append(value)
    return result


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Yield ``node`` and everything below it, depth first, in source order."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(children(current)))


def constant_string(node: ast.AST | None) -> str | None:
    """Return the value of a string constant, else None."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def is_none(node: ast.AST | None) -> bool:
    """Return whether ``node`` is the constant None."""
    return isinstance(node, ast.Constant) and node.value is None


def mentions_none(node: ast.AST) -> bool:
    """Return whether an operand is None, or a display that holds it."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return any(is_none(item) for item in node.elts)
    return is_none(node)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument, else None."""
    for item in call.keywords:
        if item.arg == name:
            return item.value
    return None


def attribute_step(node: ast.AST) -> tuple[ast.expr, str] | None:
    """Return (object, name) for ``object.name`` and ``getattr(object, "name", …)``."""
    if isinstance(node, ast.Attribute):
        return node.value, node.attr
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) in (2, 3)
        and not node.keywords
    ):
        name = constant_string(node.args[1])
        if name is not None:
            return node.args[0], name
    return None


def dotted(node: ast.AST) -> str | None:
    """Return ``a.b.c`` for a plain chain of names, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def last_name(node: ast.AST | None) -> str:
    """Return ``c`` for ``a.b.c`` and for ``c``, else an empty string."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def literal(node: ast.AST | None) -> tuple[bool, object]:
    """Return (True, value) when ``node`` is a literal of constants, lists, tuples and dicts."""
    if isinstance(node, ast.Constant):
        return True, node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        known, value = literal(node.operand)
        if known and isinstance(value, (int, float)):
            return True, -value
        return False, None
    if isinstance(node, (ast.List, ast.Tuple)):
        items = [literal(item) for item in node.elts]
        if all(known for known, _ in items):
            values = [value for _, value in items]
            return True, values if isinstance(node, ast.List) else tuple(values)
        return False, None
    if isinstance(node, ast.Dict):
        result: dict[object, object] = {}
        for key, value_node in zip(node.keys, node.values, strict=True):
            known_key, name = literal(key) if key is not None else (False, None)
            known, value = literal(value_node)
            if not (known_key and known) or not isinstance(name, (str, int, float, type(None))):
                return False, None
            result[name] = value
        return True, result
    return False, None


def alternatives(node: ast.IfExp | ast.BoolOp) -> list[ast.expr]:
    """Return the operands that the value of ``node`` may be."""
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else list(node.values)
