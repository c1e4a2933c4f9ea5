"""Keywords written elsewhere than in the call: entries of mappings that are splatted into it."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.facts import Reshape
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string
from migrator.planning.build import Unclear
from migrator.planning.links import alone
from migrator.planning.model import Cut, RemoveStatement, Splice
from migrator.planning.shapes.displays import entries, find, removed, retyped
from migrator.planning.shapes.lines import indented

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_ROWS = API["parameters"]["chat"]
_SUITES = ("body", "orelse", "finalbody", "handlers")


def _value(module: Module, node: ast.AST) -> ast.expr:
    """Return the value of the entry whose key, subscript or keyword ``node`` is."""
    parent = module.parent(node)
    if isinstance(node, ast.keyword):
        return node.value
    if isinstance(node, ast.Subscript) and isinstance(parent, ast.Assign):
        return parent.value
    if isinstance(node, ast.Constant) and isinstance(parent, ast.Dict):
        return parent.values[parent.keys.index(node)]
    raise Unclear("CC506", "an entry can't be located exactly", node)


def _rename(module: Module, reshape: Reshape) -> list[Edit]:
    node = reshape.node
    if isinstance(node, ast.keyword):
        start = module.source.span(node)[0]
        old = (node.arg or "").encode()
        if module.source.utf8[start : start + len(old)] != old:
            raise Unclear("CC506", "a keyword can't be located exactly", node)
        return [Splice(start, start + len(old), reshape.detail)]
    key = node.slice if isinstance(node, ast.Subscript) else node
    assert isinstance(key, ast.expr)
    return [retyped(module, key, reshape.detail)]


def _wrap(module: Module, reshape: Reshape) -> list[Edit]:
    new, key = reshape.detail.split(".")
    value = _value(module, reshape.node)
    start, end = module.source.span(value)
    renamed = _rename(module, Reshape(reshape.kind, reshape.node, new))
    lead = _lead(module, reshape.node) or ""
    deeper = _deeper(module, reshape.node, value)
    if not deeper:
        return [*renamed, Splice(start, start, f'{{"{key}": '), Splice(end, end, "}")]
    newline = "\r\n" if b"\r\n" in module.source.utf8[start:end] else "\n"
    head = f'{{{newline}{lead}{deeper}"{key}": '
    return [
        *renamed,
        Splice(start, start, head),
        *indented(module, value, deeper),
        Splice(end, end, f",{newline}{lead}}}"),
    ]


def indent_of(module: Module, value: ast.expr) -> str:
    """Return how much deeper the lines of ``value`` come to stand in a dict it is put into."""
    parent = module.parent(value)
    node: ast.AST | None = None
    if isinstance(parent, ast.Dict):
        node = parent.keys[parent.values.index(value)]
    elif isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Subscript):
        node = parent.targets[0]
    key = node.slice if isinstance(node, ast.Subscript) else node
    name = constant_string(key)
    if node is None or name not in _ROWS or "key" not in _ROWS[name]:
        return ""
    return _deeper(module, node, value)


def _deeper(module: Module, node: ast.AST, value: ast.expr) -> str:
    start, end = module.source.span(value)
    lead = _lead(module, node)
    if lead is None or b"\n" not in module.source.utf8[start:end]:
        return ""
    return "\t" if "\t" in lead else "    "


def _lead(module: Module, node: ast.AST) -> str | None:
    """Return the white space before an entry that begins its line, else None."""
    at = module.source.span(node)[0]
    lead = module.source.utf8[module.source.utf8.rfind(b"\n", 0, at) + 1 : at]
    return None if lead.strip() else lead.decode()


def _set(module: Module, reshape: Reshape) -> list[Edit]:
    return [Splice(*module.source.span(_value(module, reshape.node)), reshape.detail)]


def _remove(module: Module, reshape: Reshape) -> list[Edit]:
    node = reshape.node
    parent = module.parent(node)
    if isinstance(node, ast.keyword):
        return [_argument(module, node, parent)]
    if isinstance(node, ast.Constant) and isinstance(parent, ast.Dict):
        return [_entry(module, parent, node)]
    assert isinstance(parent, ast.Assign)
    if not alone(module.source, parent) or not _keeps_suite(module, parent):
        raise Unclear("CC506", "a statement can't be left out", node)
    return [RemoveStatement(*module.source.span(parent))]


def _entry(module: Module, display: ast.Dict, key: ast.expr) -> Splice:
    found = entries(module, display)
    return removed(module, found, next(entry for entry in found if entry.key is key))


def _argument(module: Module, node: ast.keyword, call: ast.AST) -> Splice:
    assert isinstance(call, ast.Call)
    around: list[ast.AST] = [*call.args, *call.keywords]
    around.sort(key=lambda item: module.source.span(item)[0])
    at = around.index(node)
    start, end = module.source.span(node)
    if at + 1 < len(around):
        end = module.source.span(around[at + 1])[0]
    elif at:
        start = module.source.span(around[at - 1])[1]
    if b"#" in module.source.utf8[start:end]:
        raise Unclear("CC506", "a comment stands in the way", node)
    return Cut(start, end, "")


def _keeps_suite(module: Module, statement: ast.Assign) -> bool:
    """Return whether other statements stay in the block."""
    parent = module.parent(statement)
    for name in _SUITES:
        block = getattr(parent, name, None)
        if isinstance(block, list) and statement in block:
            return any(not _may_go(other) for other in block)
    return False


def _may_go(statement: ast.stmt) -> bool:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else None
    key = constant_string(target.slice) if isinstance(target, ast.Subscript) else None
    return key in _ROWS and _ROWS[key]["action"] in ("drop", "body", "options", "same")


def _without(module: Module, reshape: Reshape) -> list[Edit]:
    """Take one key out of a display."""
    assert isinstance(reshape.node, ast.Dict)
    found = entries(module, reshape.node)
    entry = find(found, reshape.detail)
    if entry is None:
        raise Unclear("CC506", f"`{reshape.detail}` can't be located exactly", reshape.node)
    return [removed(module, found, entry)]


KINDS = {
    "keywords.rename": _rename,
    "keywords.wrap": _wrap,
    "keywords.set": _set,
    "keywords.remove": _remove,
    "keywords.without": _without,
}
