"""Edits of reads by key, and of dumps: ``d["usage"]`` → ``d.usage``, ``r.model_dump()`` → ``r``."""

from __future__ import annotations

from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.links import attribute_link, subscript_link
from migrator.planning.model import Splice


def dict_read(module: Module, step: Step) -> list[Splice] | None:
    """Return the edits of a read by key or of a dump, None where they can't be placed."""
    whole = step.whole
    text = f".{step.to}" if step.to else ""
    if isinstance(whole, ast.Subscript):
        link = subscript_link(module.source, whole)
        return None if link is None else [Splice(link.start, link.end, text)]
    if not isinstance(whole, ast.Call):
        return None
    if isinstance(whole.func, ast.Attribute) and whole.func.value is step.value:
        link = attribute_link(module.source, whole.func)
        end = module.source.span(whole)[1]
        if link is None or b"#" in module.source.utf8[link.start : end]:
            return None
        return [Splice(link.start, end, text)]
    return _unwrapped(module, whole, step.value)


def _unwrapped(module: Module, whole: ast.Call, value: ast.expr) -> list[Splice] | None:
    """``dict(x)`` → ``x``, ``json.loads(x.model_dump_json())`` → ``x``."""
    source = module.source
    start, end = source.span(whole)
    inner_start, inner_end = source.span(value)
    around = source.utf8[start:inner_start] + source.utf8[inner_end:end]
    # The parentheses that go may be what lets the value stand on several lines.
    if b"#" in around or b"\n" in source.utf8[inner_start:inner_end] or b"\n" in around:
        return None
    return [Splice(start, inner_start, ""), Splice(inner_end, end, "")]
