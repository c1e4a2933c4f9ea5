"""Clients whose class the project wrote: subclasses of OpenAI's, and look-alikes."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis import hosts
from migrator.analysis.constructions import constructor, definitions_here
from migrator.analysis.constructors import Client, Constructors
from migrator.analysis.functions import own_nodes
from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, last_name
from migrator.analysis.values import ancestry, qualified_names

_CLIENTS = API["hosts"]["client"]
# What a subclass may not define without changing where its requests go, or as what.
_TRANSPORT = {
    "chat", "responses", "beta", "post", "request", "_request", "_prepare_url",
    "_prepare_options", "_prepare_request", "_build_request", "_process_response", "base_url",
    "_base_url", "copy", "with_options", "__getattr__", "__getattribute__", "__new__",
}  # fmt: skip
_PLAIN = {"object", "ABC", "Generic", "Protocol"}


def own_client(module: Module, built: Constructors, call: ast.Call, scope: Scope) -> Client:
    """Return the client that a call of a class of the project makes."""
    node = scope.node
    assert isinstance(node, ast.ClassDef)
    unseen = ""
    for known in ancestry(module, scope):
        assert isinstance(known.node, ast.ClassDef)
        for base in known.node.bases:
            plain = base.value if isinstance(base, ast.Subscript) else base
            for name in sorted(qualified_names(module, plain)):
                if name in _CLIENTS:
                    return _subclass(module, built, call, scope, name)
                vendor = hosts.package_vendor(name)
                if vendor is not None:
                    detail = f"a client of {vendor}"
                    return Client("other", node.name, detail, call, "CC401", "keep")
                if hosts.wrapper_vendor(name) is not None:
                    detail = f"derives from a client of {hosts.wrapper_vendor(name)}"
                    return Client("unknown", node.name, detail, call, "CC409", "unknown")
            if not definitions_here(module, plain) and last_name(plain) not in _PLAIN:
                unseen = last_name(plain) or "an expression"
    if unseen:
        detail = f"`{node.name}` derives from `{unseen}`, which is not in sight"
        client = Client("unknown", node.name, detail, call, "CC405", "unknown")
        client.trust = node.name
        return client
    return Client("other", node.name, "a class of this project", call, "CC401", "keep")


def _subclass(
    module: Module, built: Constructors, call: ast.Call, scope: Scope, name: str
) -> Client:
    """Return the client that a subclass of one of OpenAI's makes."""
    node = scope.node
    assert isinstance(node, ast.ClassDef)
    if _CLIENTS[name]["family"] == "azure":
        detail = f"a subclass of {name}"
        return Client("azure-dated", node.name, detail, call, "CC406", "block")
    changed = [
        attribute
        for known in ancestry(module, scope)
        for attribute in (*known.bindings, *known.attributes)
        if attribute in _TRANSPORT
    ]
    if changed:
        detail = f"a subclass of {name} with a `{changed[0]}` of its own"
        client = Client("unknown", node.name, detail, call, "CC404", "unknown")
        client.trust = node.name
        return client
    function = constructor(module, scope)
    if function is None:
        return built.made(call, node.name, [call])
    passed = [
        each
        for each in own_nodes(function)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "__init__"
    ]
    if module.binding_of[function].scope is not scope or not passed:
        # The constructor of a class in between may call another one of the project.
        passed = passed or [call]
    if len(ancestry(module, scope)) > 1 and not _direct(module, function):
        detail = f"a subclass of {name} by way of other classes"
        client = Client("unknown", node.name, detail, call, "CC404", "unknown")
        client.trust = node.name
        return client
    return built.made(call, node.name, passed)


def _direct(module: Module, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether the class of a constructor derives from nothing else of the project."""
    return isinstance(function, FUNCTIONS) and (
        len(ancestry(module, module.binding_of[function].scope)) == 1
    )
