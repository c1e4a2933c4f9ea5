"""Whose client a call goes through: the receiver followed back to where it was built."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis import hosts
from migrator.analysis.annotations import Annotations
from migrator.analysis.constructors import Client, Constructors, shown
from migrator.analysis.facts import Host, Reason
from migrator.analysis.functions import argument_of, own_nodes, references, returned
from migrator.analysis.redirects import redirect
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, is_none, keyword, last_name
from migrator.analysis.values import (
    Origin,
    ask_for,
    attribute_owner,
    imported_path,
    origins,
    qualified_names,
)

_CLIENTS = API["hosts"]["client"]
_DEPTH = 8


def host_of_receiver(
    module: Module, node: ast.expr, trusted: tuple[str, ...]
) -> tuple[Host, list[Reason]]:
    """Return the host verdict of a receiver and the reasons that follow from it."""
    found = _Finder(module, trusted).resolve(node, 0)
    if not found:
        found = [Client("unknown", module.source.segment(node), "never assigned", node,
                        "CC405", "unknown")]  # fmt: skip
    return _combined(module, found, trusted)


def clients_of(module: Module, node: ast.expr, trusted: tuple[str, ...]) -> list[Client]:
    """Return every client a receiver may be."""
    return _Finder(module, trusted).resolve(node, 0)


def _combined(
    module: Module, found: list[Client], trusted: tuple[str, ...]
) -> tuple[Host, list[Reason]]:
    place = module.source.place
    moved = redirect(module, trusted, {client.node for client in found})
    if moved is not None and any(client.verdict == "openai" for client in found):
        reason = Reason(moved.code, moved.detail, place(moved.node), moved.effect)
        return Host(moved.verdict, found[0].name, moved.detail, place(found[0].node)), [reason]
    first = found[0]
    ours = [client for client in found if client.verdict not in ("other", "unknown")]
    foreign = [client for client in found if client.effect == "keep"]
    if foreign and len(foreign) < len(found):
        names = " or ".join(sorted({client.name for client in found}))
        reason = Reason("CC407", f"the receiver may be {names}", place(first.node), "block")
        return Host("unknown", names, "several clients", place(first.node)), [reason]
    worst = next((c for c in found if c.effect == "block"), None) or next(
        (c for c in found if c.effect), first
    )
    reasons: list[Reason] = []
    for client in found:
        if client.code and not any(
            r.code == client.code and r.message == client.detail for r in reasons
        ):
            reasons.append(Reason(client.code, client.detail, place(client.node), client.effect))
    chosen = worst if worst.code else (ours or found)[0]
    return Host(chosen.verdict, chosen.name, chosen.detail, place(chosen.node)), reasons


class _Finder:
    """Resolves receivers of one module; remembers what it is looking at to stop on cycles."""

    def __init__(self, module: Module, trusted: tuple[str, ...]) -> None:
        self.module = module
        self.trusted = trusted
        self.active: set[ast.AST] = set()
        self.built = Constructors(module, trusted)
        self.typed = Annotations(module)

    def resolve(self, node: ast.expr, depth: int) -> list[Client]:
        if depth > _DEPTH or node in self.active:
            return []
        self.active.add(node)
        try:
            result: list[Client] = []
            for origin in origins(self.module, node):
                result.extend(self.origin(origin, depth))
            return result
        finally:
            self.active.discard(node)

    def origin(self, origin: Origin, depth: int) -> list[Client]:
        node = origin.node
        if origin.kind == "expr":
            return self.expression(node, depth)
        if origin.kind == "import":
            return [self.imported(origin)]
        if origin.kind == "param":
            return self.parameter(origin, depth)
        if origin.kind == "def" and isinstance(node, FUNCTIONS):
            return self.returns(node, depth)
        if origin.kind == "bound" and origin.binding is not None:
            value = origin.binding.value
            if origin.binding.kind == "with" and isinstance(value, ast.expr):
                return self.resolve(value, depth + 1)
            return [self.unknown(node, "taken from a value that can't be followed")]
        if origin.kind == "attribute" and isinstance(node, ast.Attribute):
            return self.attribute(node, depth)
        if origin.kind == "class":
            return [self.unknown(node, "a class, not an instance")]
        return [self.unknown(node, f"`{self.module.source.segment(node)}` is not defined here")]

    def unknown(self, node: ast.AST, detail: str, code: str = "CC405") -> Client:
        ask_for(self.module, node)
        return Client("unknown", shown(self.module, node), detail, node, code, "unknown")

    # -- expressions --------------------------------------------------------------------

    def expression(self, node: ast.AST, depth: int) -> list[Client]:
        if is_none(node):
            return []
        if isinstance(node, ast.Await):
            return self.resolve(node.value, depth + 1)
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        return [self.unknown(node, "the receiver is an expression that can't be followed")]

    def call(self, call: ast.Call, depth: int) -> list[Client]:
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in ("with_options", "copy"):
            inner = self.resolve(func.value, depth + 1)
            url = keyword(call, "base_url")
            return [self.built.addressed(call, url, "with_options")] if url is not None else inner
        names = qualified_names(self.module, func)
        if names:
            return [self.named(call, name, depth) for name in sorted(names)]
        last = last_name(func)
        if last in self.trusted:
            return [Client("openai", last, f"`{last}` is named in `hosts`", call)]
        result: list[Client] = []
        for origin in origins(self.module, func):
            if origin.kind == "def" and isinstance(origin.node, FUNCTIONS):
                result.extend(self.returns(origin.node, depth))
            elif origin.kind == "class" and isinstance(origin.node, ast.ClassDef):
                result.append(self.own_class(call, origin.node))
            else:
                result.append(self.unknown(call, "returned by a call that can't be followed"))
        return result

    def named(self, call: ast.Call, name: str, depth: int) -> Client:
        row = _CLIENTS.get(name)
        if row is not None:
            return self.built.constructed(call, name.rsplit(".", 1)[-1], row)
        short = name.rsplit(".", 1)[-1]
        if short in self.trusted or name in self.trusted:
            return Client("openai", short, f"`{short}` is named in `hosts`", call)
        vendor = hosts.patch_vendor(name)
        if vendor is not None:
            detail = f"patched by {vendor}, which owns the call"
            return Client("other", vendor, detail, call, "CC408", "keep")
        vendor = hosts.wrapper_vendor(name)
        if vendor is not None:
            detail = f"wrapped by {vendor}, which has to support Responses too"
            return Client("unknown", vendor, detail, call, "CC409", "unknown")
        vendor = hosts.package_vendor(name)
        if vendor is not None:
            return Client("other", short, f"a client of {vendor}", call, "CC401", "keep")
        if name.startswith(("unittest.mock.", "mock.")):
            return Client("other", short, "a test double", call, "CC401", "keep")
        return self.unknown(call, f"built by `{name.lstrip('.')}`, which is not in this file")

    def own_class(self, call: ast.Call, node: ast.ClassDef) -> Client:
        for base in node.bases:
            for name in qualified_names(self.module, base):
                if name in _CLIENTS and _CLIENTS[name]["family"] == "azure":
                    detail = f"a subclass of {name}"
                    return Client("azure-dated", node.name, detail, call, "CC406", "block")
                if name in _CLIENTS:
                    return self.unknown(call, f"a subclass of {name}", "CC404")
                vendor = hosts.package_vendor(name)
                if vendor is not None:
                    return Client("other", node.name, f"a client of {vendor}", call,
                                  "CC401", "keep")  # fmt: skip
        if not node.bases:
            return Client("other", node.name, "a class of this project", call, "CC401", "keep")
        return self.unknown(call, f"`{node.name}` derives from a class outside this file")

    # -- names and functions ------------------------------------------------------------

    def imported(self, origin: Origin) -> Client:
        assert origin.binding is not None
        path = imported_path(origin.binding)
        node = origin.node
        if path == "openai":
            return Client("openai", "openai", "the module-level client", node)
        if path in self.trusted or path.rsplit(".", 1)[-1] in self.trusted:
            return Client("openai", path, f"`{path}` is named in `hosts`", node)
        vendor = hosts.package_vendor(path)
        if vendor is not None:
            return Client("other", path, f"a client of {vendor}", node, "CC401", "keep")
        vendor = hosts.wrapper_vendor(path)
        if vendor is not None:
            detail = f"wrapped by {vendor}, which has to support Responses too"
            return Client("unknown", vendor, detail, node, "CC409", "unknown")
        return self.unknown(node, f"imported from `{path}`")

    def parameter(self, origin: Origin, depth: int) -> list[Client]:
        arg = origin.node
        assert isinstance(arg, ast.arg) and origin.binding is not None
        typed = self.typed.annotated(arg.annotation, arg)
        # Where Azure's clients move, it matters which one it is.
        if typed is not None and not (typed.code == "CC406" and "azure" in self.module.memo):
            return [typed]
        function = origin.binding.statement
        if isinstance(function, FUNCTIONS):
            uses = references(self.module, function)
            found: list[Client] = []
            sure = not (uses.others or uses.unsure)
            for call in uses.calls:
                known, value = (
                    argument_of(self.module, call, arg.arg, function)
                    if isinstance(call, ast.Call)
                    else (False, None)
                )
                if not known:
                    sure = False
                elif value is not None:
                    found.extend(self.resolve(value, depth + 1))
            if found and sure:
                return found
        if typed is not None:
            return [typed]
        return [self.unknown(arg, f"parameter `{arg.arg}` without a telling annotation")]

    def returns(self, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> list[Client]:
        if function in self.active:
            return []
        typed = self.typed.annotated(function.returns, function)
        found: list[Client] = []
        self.active.add(function)
        for statement in returned(function):
            if statement.value is not None:
                found.extend(self.resolve(statement.value, depth + 1))
        for item in _yields(function):
            found.extend(self.resolve(item, depth + 1))
        self.active.discard(function)
        if typed is not None and (not found or all(c.verdict == "unknown" for c in found)):
            return [typed]
        return found or [self.unknown(function, f"`{function.name}` returns no client seen here")]

    def attribute(self, node: ast.Attribute, depth: int) -> list[Client]:
        owner = attribute_owner(self.module, node)
        if owner is not None:
            typed = self.typed.declared(owner, node.attr)
            if typed is not None:
                return [typed]
        names = qualified_names(self.module, node)
        for name in names:
            vendor = hosts.package_vendor(name)
            if vendor is not None:
                return [Client("other", name, f"a client of {vendor}", node, "CC401", "keep")]
        return [self.unknown(node, f"where `{shown(self.module, node)}` is built can't be seen")]


def _yields(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return what a generator (a fixture, a context manager) hands out."""
    return [
        node.value for node in own_nodes(function) if isinstance(node, ast.Yield) and node.value
    ]
