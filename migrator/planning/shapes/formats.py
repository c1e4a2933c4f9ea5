"""Formats of answers, and values that stand in a dict unless they are None."""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.imports import drop
from migrator.planning.model import Splice
from migrator.planning.shapes.flat import flattened, spread
from migrator.planning.shapes.keywords import indent_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_TEXT = '{"type": "text"}'


def _more(reshape: Reshape) -> tuple[tuple[str, str], ...]:
    return (("strict", "False"),) if reshape.detail else ()


def _flat(module: Module, reshape: Reshape) -> list[Edit]:
    assert isinstance(reshape.node, ast.Dict)
    indent = indent_of(module, reshape.node)
    return list(flattened(module, reshape.node, "json_schema", _more(reshape), indent=indent)[0])


def _spread(module: Module, reshape: Reshape) -> list[Edit]:
    assert isinstance(reshape.node, ast.Dict)
    indent = indent_of(module, reshape.node)
    return list(spread(module, reshape.node, "json_schema", _more(reshape), indent))


def _text(module: Module, reshape: Reshape) -> list[Edit]:
    """Write the default format where None or "not sent" stood."""
    node = reshape.node
    result: list[Edit] = [Splice(*module.source.span(node), _TEXT)]
    name = node.func if isinstance(node, ast.Call) else node
    if isinstance(name, ast.Name):
        for binding in bindings_of(module, name):
            result.extend(drop(module, binding, [name]))
    return result


def _default(module: Module, reshape: Reshape) -> list[Edit]:
    end = module.source.span(reshape.node)[1]
    return [Splice(end, end, f" or {_TEXT}")]


def _arm(module: Module, reshape: Reshape) -> list[Edit]:
    start, end = module.source.span(reshape.node)
    return [Splice(start, start, f'{{"{reshape.detail}": '), Splice(end, end, "}")]


def _unless(module: Module, reshape: Reshape) -> list[Edit]:
    """``x`` → ``{"effort": x} if x is not None else None``."""
    shown = module.source.segment(reshape.node)
    if "\n" in shown or "#" in shown:
        raise Unclear("CC506", "a value can't be located exactly", reshape.node)
    return [*_arm(module, reshape), *_condition(module, reshape, shown)]


def _condition(module: Module, reshape: Reshape, shown: str) -> list[Edit]:
    end = module.source.span(reshape.node)[1]
    return [Splice(end, end, f" if {shown} is not None else None")]


KINDS = {
    "formats.flat": _flat,
    "formats.spread": _spread,
    "formats.text": _text,
    "formats.default": _default,
    "nested.arm": _arm,
    "nested.unless": _unless,
}
