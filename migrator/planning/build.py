"""Edits of one group: reading chains, variables that vanish, the calls themselves.

Everything is a range and a text; `Unclear` is raised where a range can't be established, and
the group is then blocked.
"""

from __future__ import annotations

from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.sites import Site
from migrator.analysis.syntax import ast, attribute_step, last_name
from migrator.planning.defaults import without_default
from migrator.planning.dictreads import dict_read
from migrator.planning.links import attribute_link
from migrator.planning.model import Cut, Splice, Unroll
from migrator.planning.nones import Nones

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.planning.model import Edit

_WRAPPERS = ("with_raw_response", "with_streaming_response")
_RESOURCES = ("completions", "ChatCompletion")
_CONSUMERS = {"join", "list", "tuple", "set", "sum", "any", "all", "max", "min", "sorted"}


class Unclear(Exception):
    """An edit can't be given a place or a text; ``code`` and ``node`` say why and where."""

    def __init__(self, code: str, message: str, node: ast.AST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.node = node


def chain_edits(module: Module, site: Site) -> list[Splice]:
    """Return the edits that turn ``.chat.completions`` into ``.responses``."""
    if site.receiver is None or site.aliased:
        raise Unclear("CC505", "the method is reached through another name", site.call)
    result: list[Splice] = []
    for node in site.chain[:-1]:
        if isinstance(node, ast.Attribute) and node.attr in _WRAPPERS:
            continue
        if not isinstance(node, ast.Attribute):
            raise Unclear("CC505", "the method is looked up with `getattr`", node)
        link = attribute_link(module.source, node)
        if link is None:
            raise Unclear("CC506", "the receiver can't be located exactly", node)
        text = ".responses" if node.attr in _RESOURCES else ""
        result.append(Splice(link.start, link.end, text))
    if not isinstance(site.chain[-1], ast.Attribute):
        raise Unclear("CC505", "the method is looked up with `getattr`", site.call)
    return result


def step_edits(module: Module, step: Step, nones: Nones) -> Sequence[Edit]:
    """Return the edits for one link of a reading chain."""
    if step.becomes == "comprehension":
        return _comprehension(module, step)
    if step.becomes == "loop":
        return [_unrolled(module, step)]
    whole = step.whole
    if step.name == "undump":
        return _dump(module, step)
    if isinstance(whole, ast.Attribute):
        result = _attribute(module, step, whole)
    elif attribute_step(whole) is not None:
        result = _getattr(module, step, whole)
    else:
        found = dict_read(module, step)
        if found is None:
            raise Unclear("CC506", f"`{step.name}` can't be located exactly", whole)
        result = found
    if step.becomes == "content":
        result.extend(without_default(module, whole) or nones.edits(whole))
    return result


def _dump(module: Module, step: Step) -> list[Splice]:
    """``message.model_dump()`` → ``message``."""
    start = module.source.span(step.value)[1]
    end = module.source.span(step.whole)[1]
    text = module.source.utf8[start:end]
    if b"#" in text or not text.lstrip(b" \t\r\n").startswith(b"."):
        raise Unclear("CC506", "the dump can't be located exactly", step.whole)
    return [Splice(start, end, "")]


def _attribute(module: Module, step: Step, whole: ast.Attribute) -> list[Splice]:
    if step.to == whole.attr:
        return []
    link = attribute_link(module.source, whole)
    if link is None:
        raise Unclear("CC506", f"`.{whole.attr}` can't be located exactly", whole)
    if not step.to:
        dot = module.source.utf8.rfind(b".", link.start, link.end)
        return [Splice(dot if _fluent(step.value) else link.start, link.end, "")]
    return [Splice(link.name, link.end, step.to)]


def _fluent(node: ast.expr) -> bool:
    """Return whether ``node`` is a call on a call, whose chain formatters keep on several lines."""
    value = node.func if isinstance(node, ast.Call) else None
    return isinstance(value, ast.Attribute) and isinstance(value.value, ast.Call)


def _getattr(module: Module, step: Step, whole: ast.expr) -> list[Splice]:
    found = attribute_step(whole)
    if found is None or not isinstance(whole, ast.Call):
        raise Unclear("CC506", "the expression can't be located exactly", whole)
    source = module.source
    start, end = source.span(whole)
    inner_start, inner_end = source.span(step.value)
    if not step.to:
        if b"#" in source.utf8[inner_end:end]:
            raise Unclear("CC506", "a comment stands inside `getattr`", whole)
        return [Splice(start, inner_start, ""), Splice(inner_end, end, "")]
    name = whole.args[1]
    name_start, name_end = source.span(name)
    text = source.utf8[name_start:name_end]
    if text[1:-1] != step.name.encode():
        raise Unclear("CC506", "the name given to `getattr` can't be located exactly", whole)
    return [Splice(name_start + 1, name_end - 1, step.to)]


def _unrolled(module: Module, step: Step) -> Unroll:
    """``for c in r.choices: f(c)`` → ``f(r)``."""
    loop = module.parent(step.whole)
    assert isinstance(loop, ast.For)
    source = module.source
    start, end = source.span(loop)
    body = source.span(loop.body[0])[0]
    behind = source.span(step.whole)[1]
    line = source.utf8.rfind(b"\n", 0, start) + 1
    first = source.utf8.rfind(b"\n", 0, body) + 1
    if source.utf8[line:start].strip():
        raise Unclear("CC304", "the loop does not begin its line", loop)
    if first <= start:
        raise Unclear("CC304", "the loop stands on one line", loop)
    header = source.utf8.find(b"\n", behind) + 1
    if source.utf8[behind : header or behind].strip(b" \t\r\n)") != b":" or not header:
        raise Unclear("CC304", "the head of the loop can't be located exactly", loop)
    return Unroll(start, end, header, start - line, body - first)


def _comprehension(module: Module, step: Step) -> list[Splice]:
    """``[f(c) for c in r.choices]`` → ``[f(r)]``."""
    whole = step.whole
    source = module.source
    assert isinstance(whole, (ast.ListComp, ast.GeneratorExp))
    start, end = source.span(whole)
    target = whole.generators[0].target
    elt_end = source.span(whole.elt)[1]
    target_start = source.span(target)[0]
    gap = source.utf8[elt_end:target_start]
    at = gap.rfind(b"for")
    if at < 0 or b"#" in source.utf8[elt_end:end] or gap[at + 3 :].strip():
        raise Unclear("CC506", "the comprehension can't be located exactly", whole)
    closing = gap[:at].rstrip()
    cut = elt_end + len(closing)
    if isinstance(whole, ast.ListComp):
        return [Cut(cut, end - 1, "")]
    parent = module.parent(whole)
    func = parent.func if isinstance(parent, ast.Call) else None
    name = last_name(func)
    if name not in _CONSUMERS or source.utf8[start : start + 1] != b"(":
        raise Unclear("CC304", "a generator goes through the choices", whole)
    return [Splice(start, start + 1, "(["), Cut(cut, end, "])")]
