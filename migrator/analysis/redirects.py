"""Statements that send OpenAI's clients somewhere else after, or before, they are built."""

from __future__ import annotations

from migrator.analysis import hosts
from migrator.analysis.constructors import Client, shown
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, walk
from migrator.analysis.values import constants, origins

_VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_BASE")
_ADDRESSES = ("base_url", "_base_url", "api_base")
_SETTERS = {"setdefault", "putenv", "setenv"}


def redirect(module: Module, trusted: tuple[str, ...], built: set[ast.AST]) -> Client | None:
    """Return the client that assignments of this file make of the OpenAI clients ``built``.

    Looked for: ``openai.base_url = …``, ``client.base_url = …``, ``openai.api_type = "azure"``
    and writes of the environment variables the SDK reads.
    """
    if "redirects" not in module.memo:
        module.memo["redirects"] = _find(module, trusted)
    found = module.memo["redirects"]
    assert isinstance(found, list)
    for client, targets in found:
        if targets is None or targets & built:
            assert isinstance(client, Client)
            return client
    return None


def _find(module: Module, trusted: tuple[str, ...]) -> list[tuple[Client, set[ast.AST] | None]]:
    """Return the new clients with what they replace; None stands for every client."""
    result: list[tuple[Client, set[ast.AST] | None]] = []
    for name in _ADDRESSES:
        for node in module.attributes.get(name, ()):
            statement = module.parent(node)
            if not isinstance(node.ctx, ast.Store) or not isinstance(statement, ast.Assign):
                continue
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                continue
            client = _addressed(module, statement.value, node, trusted)
            if client is None:
                continue
            found = origins(module, node.value)
            module_level = any(origin.kind == "import" for origin in found)
            result.append((client, None if module_level else {origin.node for origin in found}))
    for node in module.attributes.get("api_type", ()):
        statement = module.parent(node)
        if not isinstance(node.ctx, ast.Store) or not isinstance(statement, ast.Assign):
            continue
        if (constant_string(statement.value) or "azure").startswith("azure"):
            detail = "`api_type` makes the module-level client an Azure client"
            result.append((Client("azure-dated", "openai", detail, node, "CC406", "block"), None))
    if any(name.encode() in module.source.utf8 for name in _VARIABLES):
        moved = _environment(module, trusted)
        if moved is not None:
            result.append((moved, None))
    return result


def _named(module: Module, tree: ast.Module) -> bool:
    """Return whether a file names one of the variables."""
    data = module.source.file_of(tree.body[0])
    return any(name.encode() in data for name in _VARIABLES)


def _environment(module: Module, trusted: tuple[str, ...]) -> Client | None:
    trees = [tree for tree in module.trees if tree.body and _named(module, tree)]
    for node in (node for tree in trees for node in walk(tree)):
        value: ast.expr | None = None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            if constant_string(node.targets[0].slice) in _VARIABLES:
                value = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            known = node.func.attr in _SETTERS and len(node.args) > 1
            if known and constant_string(node.args[0]) in _VARIABLES:
                value = node.args[1]
        if value is not None:
            client = _addressed(module, value, node, trusted)
            if client is not None:
                return client
    return None


def _addressed(
    module: Module, value: ast.expr, node: ast.AST, trusted: tuple[str, ...]
) -> Client | None:
    complete, values = constants(module, value)
    if not complete:
        detail = f"the address is set to `{shown(module, value)}`, which is not a constant"
        return Client("unknown", "OpenAI", detail, node, "CC404", "unknown")
    for url in values:
        if url and hosts.url_verdict(str(url), trusted) == "other":
            detail = f"the address is set to {hosts.host_of(str(url))}"
            return Client("other", "OpenAI", detail, node, "CC402", "keep")
        if url and hosts.url_verdict(str(url), trusted) == "azure-dated":
            detail = "the address is set to Azure outside `/openai/v1`"
            return Client("azure-dated", "OpenAI", detail, node, "CC406", "block")
    return None
