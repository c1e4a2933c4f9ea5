"""Calls and other uses of ``openai.ChatCompletion``, the interface before openai 1.0."""

from __future__ import annotations

from migrator.analysis.sites import CREATE, Site, Sites
from migrator.analysis.syntax import ast, attribute_step
from migrator.analysis.uses import uses_of
from migrator.analysis.values import imported_path, qualified_names


def add_old(sites: Sites) -> None:
    """Add the calls of the old interface to ``sites``, and marks for what is no plain call."""
    for node in _classes(sites):
        parent = sites.module.parent(node)
        step = attribute_step(parent)
        if step is None or step[0] is not node or step[1] not in (CREATE, "acreate"):
            continue
        spelling = f"openai.ChatCompletion.{step[1]}"
        call = sites.module.parent(parent)
        if not isinstance(call, ast.Call) or call.func is not parent:
            sites.mark("CC104", parent, f"`{spelling}` is used as a value", "CC220")
        elif step[1] == CREATE and _is_plain(sites, node, parent):
            assert isinstance(node, ast.Attribute) and isinstance(parent, ast.expr)
            chain = [node, parent]
            site = Site("CC104", CREATE, call, node.value, chain, "", False, spelling)
            sites.sites.append(site)
        else:
            sites.mark("CC104", call, f"`{spelling}` was removed in openai 1.0", "CC220")


def _classes(sites: Sites) -> list[ast.expr]:
    """Return every mention of the class."""
    module = sites.module
    result: list[ast.expr] = [
        node
        for node in module.attributes.get("ChatCompletion", ())
        if qualified_names(module, node) == {"openai.ChatCompletion"}
        or (
            isinstance(node.value, ast.Name)
            and node.value.id == "openai"
            and not qualified_names(module, node)
        )
    ]
    for binding in module.imports:
        if imported_path(binding) == "openai.ChatCompletion":
            result.extend(uses_of(module, binding))
    return result


def _is_plain(sites: Sites, node: ast.expr, parent: ast.AST) -> bool:
    """Return whether the call is spelled ``openai.ChatCompletion.create``, import in sight."""
    return (
        isinstance(node, ast.Attribute)
        and isinstance(parent, ast.Attribute)
        and bool(qualified_names(sites.module, node))
    )
