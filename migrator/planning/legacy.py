"""Edits that go with calls of openai before 1.0: the error classes of the file."""

from __future__ import annotations

from migrator.analysis.legacy import Legacy, Rename
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.links import attribute_link, is_name
from migrator.planning.model import Splice


def legacy_edits(module: Module, legacy: Legacy) -> list[Splice]:
    """Return the edits outside the calls and their results; raises `Unclear`."""
    result: list[Splice] = []
    for statement in legacy.statements:
        result.append(_source(module, statement))
    for rename in legacy.renames:
        result.extend(_renamed(module, rename))
    return result


def _source(module: Module, statement: ast.ImportFrom) -> Splice:
    """``from openai.error import …`` → ``from openai import …``."""
    start, end = module.source.span(statement)
    text = module.source.utf8[start:end]
    at = text.find(b"openai.error")
    if at < 0 or text[:at].split() != [b"from"]:
        raise Unclear("CC506", "an import can't be located exactly", statement)
    return Splice(start + at + len("openai"), start + at + len("openai.error"), "")


def _renamed(module: Module, rename: Rename) -> list[Splice]:
    node, source = rename.node, module.source
    if isinstance(node, ast.Attribute):
        link = attribute_link(source, node)
        if link is None:
            raise Unclear("CC506", f"`{node.attr}` can't be located exactly", node)
        result = [] if node.attr == rename.to else [Splice(link.name, link.end, rename.to)]
        if isinstance(node.value, ast.Attribute):
            inner = attribute_link(source, node.value)
            if inner is None:
                raise Unclear("CC506", f"`{node.attr}` can't be located exactly", node)
            result.append(Splice(inner.start, inner.end, ""))
        return result
    start, end = source.span(node)
    if isinstance(node, ast.alias) and source.utf8[start:end].startswith(node.name.encode()):
        return [Splice(start, start + len(node.name.encode()), rename.to)]
    if isinstance(node, ast.Name) and is_name(source, node):
        return [Splice(start, end, rename.to)]
    raise Unclear("CC506", "a name can't be located exactly", node)
