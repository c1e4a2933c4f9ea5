"""Tools, legacy functions and tool choices, flat and with what is no default on Responses."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.facts import Reshape
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string
from migrator.planning.build import Unclear
from migrator.planning.links import subscript_link
from migrator.planning.model import Splice
from migrator.planning.shapes.displays import entries, find, quoted
from migrator.planning.shapes.flat import begun, flattened, spread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_TOOLS = API["tools"]["tool"]
_CHOICES = API["tools"]["choice"]


def _missing(node: ast.Dict, module: Module, names: str) -> tuple[tuple[str, str], ...]:
    """Return the entries to add, in the quotes of the display."""
    key = node.keys[0]
    assert key is not None

    def q(text: str) -> str:
        return quoted(module, key, text)

    values = {
        "parameters": f"{{{q('type')}: {q('object')}, {q('properties')}: {{}}}}",
        "strict": "False",
    }
    return tuple((name, values[name]) for name in names.split())


def _display(reshape: Reshape) -> ast.Dict:
    assert isinstance(reshape.node, ast.Dict)
    return reshape.node


def _kind(module: Module, node: ast.Dict) -> str:
    entry = find(entries(module, node), "type")
    return constant_string(entry.value) or "" if entry is not None else ""


def _flat(module: Module, reshape: Reshape) -> list[Edit]:
    node = _display(reshape)
    inside = _TOOLS[_kind(module, node)]["inside"]
    result: list[Edit] = []
    edits, moved = flattened(module, node, inside, _missing(node, module, reshape.detail))
    result.extend(edits)
    inner = find(entries(module, node), inside)
    assert inner is not None and isinstance(inner.value, ast.Dict)
    form = find(entries(module, inner.value), "format")
    if (
        inside == "custom"
        and form is not None
        and isinstance(form.value, ast.Dict)
        and _kind(module, form.value) == "grammar"
    ):
        result.extend(flattened(module, form.value, "grammar", moved=moved)[0])
    return result


def _spread(module: Module, reshape: Reshape) -> list[Edit]:
    node = _display(reshape)
    inside = _TOOLS[_kind(module, node)]["inside"]
    return list(spread(module, node, inside, _missing(node, module, reshape.detail)))


def _legacy(module: Module, reshape: Reshape) -> list[Edit]:
    node = _display(reshape)
    more = _missing(node, module, reshape.detail)
    return list(begun(module, node, "type", "function", more))


def _named(module: Module, reshape: Reshape) -> list[Edit]:
    return list(begun(module, _display(reshape), "type", "function"))


def _choice(module: Module, reshape: Reshape) -> list[Edit]:
    node = _display(reshape)
    inside = _CHOICES[_kind(module, node)]["inside"]
    edits, moved = flattened(module, node, inside)
    result: list[Edit] = list(edits)
    if inside == "allowed_tools":
        inner = find(entries(module, node), inside)
        assert inner is not None and isinstance(inner.value, ast.Dict)
        tools = find(entries(module, inner.value), "tools")
        assert tools is not None and isinstance(tools.value, ast.List)
        for item in tools.value.elts:
            assert isinstance(item, ast.Dict)
            key = _CHOICES[_kind(module, item)]["inside"]
            result.extend(flattened(module, item, key, moved=moved)[0])
    return result


def _read(module: Module, reshape: Reshape) -> list[Edit]:
    """``tool["function"]["name"]`` → ``tool["name"]``."""
    assert isinstance(reshape.node, ast.Subscript)
    link = subscript_link(module.source, reshape.node)
    if link is None:
        raise Unclear("CC506", "a read of a tool can't be located exactly", reshape.node)
    return [Splice(link.start, link.end, "")]


def _false(module: Module, reshape: Reshape) -> list[Edit]:
    start, end = module.source.span(reshape.node)
    if module.source.utf8[start:end] != b"None":
        raise Unclear("CC506", "`strict` can't be located exactly", reshape.node)
    return [Splice(start, end, "False")]


def _empty(module: Module, reshape: Reshape) -> list[Edit]:
    """Write out the schema of no arguments."""
    outer = module.parent(reshape.node)
    assert isinstance(outer, ast.Dict)
    text = dict(_missing(outer, module, "parameters"))["parameters"]
    return [Splice(*module.source.span(reshape.node), text)]


KINDS = {
    "tools.empty": _empty,
    "tools.flat": _flat,
    "tools.spread": _spread,
    "tools.legacy": _legacy,
    "tools.named": _named,
    "tools.choice": _choice,
    "tools.read": _read,
    "tools.false": _false,
}
