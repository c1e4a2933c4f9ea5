"""Whose client a call goes through: the receiver followed back to where it was built."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis import constructions, hosts
from migrator.analysis.annotations import Annotations
from migrator.analysis.constructors import Client, Constructors, shown
from migrator.analysis.facts import Host, Mention, Reason
from migrator.analysis.functions import (
    argument_of,
    default_of,
    question,
    references,
    returned,
)
from migrator.analysis.handouts import DOUBLE, builds, is_double, returns_self, yielded
from migrator.analysis.hostcomments import said
from migrator.analysis.hostverdicts import combined
from migrator.analysis.instances import class_of
from migrator.analysis.lookups import looked_up
from migrator.analysis.ownclients import own_client
from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, is_none, keyword, last_name
from migrator.analysis.values import (
    Origin,
    ask_for,
    attribute_bindings,
    attribute_owner,
    definitions,
    imported_path,
    origins,
    origins_through,
    qualified_names,
    set_from_outside,
)

_CLIENTS = API["hosts"]["client"]
_DEPTH = 8


def host_of_receiver(
    module: Module, node: ast.expr, trusted: tuple[str, ...], *, library: bool = False
) -> tuple[Host, list[Reason]]:
    """Return the host verdict of a receiver and the reasons that follow from it.

    In a ``library`` others give public parameters their values.
    """
    module.memo["tables"] = []
    finder = _Finder(module, trusted, library)
    found = finder.resolve(node, 0)
    if not found:
        found = [Client("unknown", module.source.segment(node), "never assigned", node,
                        "CC405", "unknown")]  # fmt: skip
    named = [said(module, client) for client in found]
    host, reasons = combined(module, [each or old for each, old in zip(named, found, strict=True)],
                              trusted, all(named))  # fmt: skip
    if not (host.settled or reasons):
        host.mentions = tuple(finder.mentions())
    return host, reasons


def clients_of(module: Module, node: ast.expr, trusted: tuple[str, ...]) -> list[Client]:
    """Return every client a receiver may be; asked for once."""
    key = ("clients", node)
    if key not in module.memo:
        module.memo[key] = _Finder(module, trusted, library=False).resolve(node, 0)
    found = module.memo[key]
    assert isinstance(found, list)
    return list(found)


class _Finder:
    """Resolves receivers of one module; remembers what it is looking at to stop on cycles."""

    def __init__(self, module: Module, trusted: tuple[str, ...], library: bool) -> None:
        self.module = module
        self.trusted = trusted
        self.library = library
        self.asked: list[Mention] = []
        self.active: set[ast.AST] = set()
        self.built = Constructors(module, trusted)
        self.typed = Annotations(module)

    def resolve(self, node: ast.expr, depth: int) -> list[Client]:
        if depth > _DEPTH or node in self.active:
            return []
        self.active.add(node)
        try:
            result: list[Client] = []
            found, attributes = origins_through(self.module, node)
            doubtful = self.doubtful(attributes)
            for origin in found:
                clients = self.origin(origin, depth)
                if origin.node in doubtful and len(found) > len(doubtful):
                    clients = [client for client in clients if client.code != "CC405"]
                result.extend(clients)
            for attribute in attributes:
                result.extend(self.field(attribute, depth))
            return result
        finally:
            self.active.discard(node)

    def doubtful(self, attributes: list[ast.Attribute]) -> set[ast.AST]:
        """Return what files that never name a class give attributes of objects nobody knows.

        Where no client can be seen in that, it is taken for an attribute of something else.
        """
        result: set[ast.AST] = set()
        for attribute in attributes:
            owner = attribute_owner(self.module, attribute)
            if owner is None or not isinstance(owner.node, ast.ClassDef):
                continue
            for value in set_from_outside(self.module, owner, attribute.attr):
                statement = self.module.parent(value)
                target = statement.targets[0] if isinstance(statement, ast.Assign) else None
                named = owner.node.name.encode() in self.module.source.file_of(value)
                known = isinstance(target, ast.Attribute) and class_of(self.module, target.value)
                if not named and not known:
                    result.update(origin.node for origin in origins(self.module, value))
        return result

    def mentions(self) -> list[Mention]:
        """Return the questions to the project on which the answers depend."""
        return [*self.asked, *self.built.addresses.mentions, *self._tables()]

    def _tables(self) -> list[Mention]:
        """Ask whether other files fill the dicts in which clients and addresses were looked up."""
        tables = self.module.memo.get("tables", [])
        assert isinstance(tables, list)
        asked: list[Mention] = []
        for binding in tables:
            if binding.scope.kind in ("module", "class"):
                place = self.module.source.place(binding.node)
                message = f"entries of `{binding.name}` may be set in"
                reason = Reason("CC405", message, place, "unknown")
                asked.append(Mention((binding.name.encode(),), reason, seen=True))
        return asked

    def ask(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        """Ask whether another file calls what is seen to be given certain clients here."""
        message = f"`{node.name}` may be given another client in"
        reason = Reason("CC405", message, self.module.source.place(node), "unknown")
        self.asked.append(question(node, self.module.binding_of[node], reason))

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
                return self.entered(value, depth)
            return [self.unknown(node, "taken from a value that can't be followed")]
        if origin.kind == "attribute" and isinstance(node, ast.Attribute):
            return self.attribute(node, depth)
        if origin.kind == "class":
            return [self.unknown(node, "a class, not an instance")]
        return [self.unknown(node, f"`{self.module.source.segment(node)}` is not defined here")]

    def unknown(self, node: ast.AST, detail: str, code: str = "CC405", trust: str = "") -> Client:
        ask_for(self.module, node)
        client = Client("unknown", shown(self.module, node), detail, node, code, "unknown")
        client.trust = trust
        return client

    def entered(self, value: ast.expr, depth: int) -> list[Client]:
        """Return what a ``with`` statement binds: a class of the project decides it itself."""
        scope = class_of(self.module, value)
        for name in ("__enter__", "__aenter__"):
            for binding in attribute_bindings(self.module, scope, name) if scope else ():
                if isinstance(binding.node, FUNCTIONS) and not returns_self(binding.node):
                    return self.returns(binding.node, depth)
        return self.resolve(value, depth + 1)

    def field(self, node: ast.Attribute, depth: int) -> list[Client]:
        """Return the clients that constructors give a field of a dataclass or model."""
        owner = attribute_owner(self.module, node)
        given = None if owner is None else constructions.field(self.module, owner, node.attr)
        if owner is None or given is None:
            return []
        found = self.callers(given.values, depth)
        if self.typed.declared(owner, node.attr) is not None:
            return [client for client in found if client.code != "CC405"]
        self.ask_makers(owner)
        if given.open or self.library:
            cause = given.open or "this is a library"
            found.append(self.unknown(node, f"who gives `{node.attr}` is not in sight: {cause}"))
        return found

    def ask_makers(self, scope: Scope) -> None:
        """Ask whether another file makes instances of a class, or of those derived from it."""
        for node in constructions.constructions(self.module, scope).classes:
            self.ask(node)

    # -- expressions --------------------------------------------------------------------

    def expression(self, node: ast.AST, depth: int) -> list[Client]:
        if is_none(node):
            return []
        if isinstance(node, ast.Await):
            return self.resolve(node.value, depth + 1)
        looked = looked_up(self.module, node)
        if looked is not None:
            return [each for value in looked for each in self.resolve(value, depth + 1)]
        if isinstance(node, ast.Call):
            return self.call(node, depth)
        return [self.unknown(node, "the receiver is an expression that can't be followed")]

    def call(self, call: ast.Call, depth: int) -> list[Client]:
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in ("with_options", "copy"):
            inner = self.resolve(func.value, depth + 1)
            url = keyword(call, "base_url")
            return [self.built.addressed(call, [url], "with_options")] if url is not None else inner
        # By way of its module, too; and asks for the file that it is in.
        here = any(b.kind in ("def", "class") for b in definitions(self.module, func))
        names = set() if here else qualified_names(self.module, func)
        known, default = constructions.default_value(self.module, call)
        if known:
            return [] if default is None else self.resolve(default, depth + 1)
        factory = keyword(call, "default_factory") or keyword(call, "factory")
        if names and factory is not None and isinstance(self.module.parent(call), ast.AnnAssign):
            return self.factory(call, factory, depth)
        if names == {"fastapi.Depends"} and len(call.args) == 1:
            return self.factory(call, call.args[0], depth)
        if names:
            return [self.named(call, name) for name in sorted(names)]
        last = last_name(func)
        if last in self.trusted:
            return [Client("openai", last, f"`{last}` is named in `hosts`", call)]
        result: list[Client] = []
        for origin in origins(self.module, func):
            if origin.kind == "def" and isinstance(origin.node, FUNCTIONS):
                frames = self.built.addresses.frames
                own = builds(self.module, origin.node)
                self.built.addresses.frames = [*frames, (origin.node, call)] if own else []
                result.extend(self.returns(origin.node, depth))
                self.built.addresses.frames = frames
            elif origin.kind == "class" and isinstance(origin.node, ast.ClassDef):
                scope = self.module.scopes[origin.node]
                result.append(own_client(self.module, self.built, call, scope))
            else:
                detail = "returned by a call that can't be followed"
                result.append(self.unknown(call, detail, trust=last))
        return result

    def factory(self, call: ast.Call, factory: ast.expr, depth: int) -> list[Client]:
        """Return what a field's factory makes when it is called with nothing."""
        names = qualified_names(self.module, factory)
        if names:
            return [self.named(call, name) for name in sorted(names)]
        result: list[Client] = []
        for origin in origins(self.module, factory):
            if origin.kind == "def" and isinstance(origin.node, FUNCTIONS):
                result.extend(self.returns(origin.node, depth))
            else:
                detail = "made by a factory that can't be followed"
                result.append(self.unknown(call, detail, trust=last_name(factory)))
        return result

    def named(self, call: ast.Call, name: str) -> Client:
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
            return Client("other", short, DOUBLE, call, "CC401", "keep")
        detail = f"built by `{name.lstrip('.')}`, which is not in sight"
        return self.unknown(call, detail, trust=short)

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
        client = self.unknown(node, f"imported from `{path}`", trust=path.lstrip("."))
        # Every use of the name goes back to this line.
        client.node = origin.binding.node
        return client

    def parameter(self, origin: Origin, depth: int) -> list[Client]:
        arg = origin.node
        assert isinstance(arg, ast.arg) and origin.binding is not None
        typed = self.typed.annotated(arg.annotation, arg)
        function = origin.binding.statement
        if not isinstance(function, FUNCTIONS):
            return [typed or self.unknown(arg, f"parameter `{arg.arg}` of a lambda")]
        given = self.given(function, arg.arg)
        found = self.callers(given.values, depth)
        if typed is not None:
            # A type checker holds callers to it; where they send the requests it does not know.
            built = [client for client in found if client.code != "CC405"]
            if built and not given.open:
                return built
            return [typed, *(client for client in built if client.code)]
        default = default_of(function, arg.arg)
        seen = bool(found) or default is not None
        if given.open or not seen or self.library:
            cause = f" ({given.open})" if given.open else ""
            detail = f"parameter `{arg.arg}` without a telling annotation{cause}"
            return [*found, self.unknown(arg, detail)]
        scope = self.module.binding_of[function].scope
        if function.name == "__init__" and scope.kind == "class":
            self.ask_makers(scope)
        else:
            self.ask(function)
        return found

    def callers(self, values: list[ast.expr], depth: int) -> list[Client]:
        """Return what callers give; what tests give instead of a client stands for any."""
        found = [each for value in values for each in self.resolve(value, depth + 1)]
        return [client for client in found if not is_double(self.module, client)]

    def given(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str
    ) -> constructions.Given:
        """Return what callers give a parameter."""
        scope = self.module.binding_of[function].scope
        if function.name == "__init__" and scope.kind == "class":
            return constructions.argument(self.module, function, name)
        uses = references(self.module, function)
        unclear = f"who is handed `{function.name}`" if uses.others or uses.unsure else ""
        values: list[ast.expr] = []
        for call in uses.calls:
            known, value = (
                argument_of(self.module, call, name, function)
                if isinstance(call, ast.Call)
                else (False, None)
            )
            if not known:
                unclear = unclear or "what stars give it"
            elif value is not None:
                values.append(value)
        default = default_of(function, name)
        if default is not None and not uses.calls:
            values.append(default)
        return constructions.Given(values, unclear, bool(uses.calls))

    def returns(self, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> list[Client]:
        if function in self.active:
            return []
        typed = self.typed.annotated(function.returns, function)
        found: list[Client] = []
        self.active.add(function)
        for statement in returned(function):
            if statement.value is not None:
                found.extend(self.resolve(statement.value, depth + 1))
        for item in yielded(function):
            found.extend(self.resolve(item, depth + 1))
        self.active.discard(function)
        # A type says nothing of an address that is seen to be open.
        if typed is not None and all(client.code in ("CC405", "CC409") for client in found):
            return [typed]
        detail = f"`{function.name}` returns no client seen here"
        return found or [self.unknown(function, detail, trust=function.name)]

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
