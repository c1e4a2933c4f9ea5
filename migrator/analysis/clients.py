"""Whose client a call goes through: the receiver followed back to where it was built."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis import hosts
from migrator.analysis.facts import Host, Reason
from migrator.analysis.functions import argument_of, references, returned
from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, keyword, walk
from migrator.analysis.values import (
    Origin,
    attribute_owner,
    constants,
    imported_path,
    origins,
    qualified_names,
)

_CLIENTS = API["hosts"]["client"]
_OLDEST_AZURE = "2025-03-01"
_DEPTH = 8


class Client:
    """One client a receiver may be.

    ``verdict`` as in `Host`; ``code`` and ``effect`` say what that means for its calls (empty
    for OpenAI's own host).
    """

    __slots__ = ("verdict", "name", "detail", "node", "code", "effect", "flavour")

    def __init__(
        self,
        verdict: str,
        name: str,
        detail: str,
        node: ast.AST,
        code: str = "",
        effect: str = "",
        flavour: str = "",
    ) -> None:
        self.verdict = verdict
        self.name = name
        self.detail = detail
        self.node = node
        self.code = code
        self.effect = effect
        self.flavour = flavour


def host_of_receiver(
    module: Module, node: ast.expr, trusted: tuple[str, ...]
) -> tuple[Host, list[Reason]]:
    """Return the host verdict of a receiver and the reasons that follow from it."""
    found = _Finder(module, trusted).resolve(node, 0)
    if not found:
        found = [Client("unknown", module.source.segment(node), "never assigned", node,
                        "CC405", "unknown")]  # fmt: skip
    return _combined(module, found)


def _combined(module: Module, found: list[Client]) -> tuple[Host, list[Reason]]:
    place = module.source.place
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
    reasons = []
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
        return Client("unknown", _short(self.module, node), detail, node, code, "unknown")

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
            return [self.addressed(call, url, "with_options")] if url is not None else inner
        names = qualified_names(self.module, func)
        if names:
            return [self.named(call, name, depth) for name in sorted(names)]
        last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
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
            return self.constructed(call, name.rsplit(".", 1)[-1], row)
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
                if name in _CLIENTS:
                    return self.unknown(call, f"a subclass of {name}", "CC404")
                vendor = hosts.package_vendor(name)
                if vendor is not None:
                    return Client("other", node.name, f"a client of {vendor}", call,
                                  "CC401", "keep")  # fmt: skip
        if not node.bases:
            return Client("other", node.name, "a class of this project", call, "CC401", "keep")
        return self.unknown(call, f"`{node.name}` derives from a class outside this file")

    # -- constructors -------------------------------------------------------------------

    def constructed(self, call: ast.Call, name: str, row: dict[str, str]) -> Client:
        client = self.azure(call, name) if row["family"] == "azure" else self.openai(call, name)
        client.flavour = row["flavour"]
        return client

    def openai(self, call: ast.Call, name: str) -> Client:
        url = keyword(call, "base_url")
        for item in call.keywords:
            if item.arg is None:
                known, url = self.splat(item.value, url)
                if not known:
                    detail = "keywords from a `**` mapping may set `base_url`"
                    return Client("unknown", name, detail, call, "CC404", "unknown")
        if keyword(call, "provider") is not None:
            detail = "a cloud provider decides per model which endpoints exist"
            return Client("unknown", name, detail, call, "CC404", "unknown")
        if url is not None:
            client = self.addressed(call, url, name)
            if client.verdict != "openai" or not is_none(url):
                return client
        vendor = self.key_vendor(keyword(call, "api_key"))
        if vendor is not None:
            detail = f"the key belongs to {vendor}"
            return Client("other", name, detail, call, "CC402", "keep")
        return Client("openai", name, "built without `base_url`", call)

    def splat(self, node: ast.expr, url: ast.expr | None) -> tuple[bool, ast.expr | None]:
        """Return (True, base_url) when every origin of a ``**`` mapping is a plain dict."""
        for origin in origins(self.module, node):
            if origin.kind != "expr" or not isinstance(origin.node, ast.Dict):
                return False, None
            for key, value in zip(origin.node.keys, origin.node.values):
                name = constant_string(key)
                if name is None:
                    return False, None
                if name == "base_url":
                    url = value
        return True, url

    def addressed(self, call: ast.Call, url: ast.expr, name: str) -> Client:
        complete, values = constants(self.module, url)
        if not complete:
            prefix = self.prefix(url)
            if prefix is not None:
                complete, values = True, [prefix]
        if not complete:
            detail = f"`base_url` is `{_short(self.module, url)}`, which is not a constant"
            return Client("unknown", name, detail, call, "CC404", "unknown")
        for value in values:
            if value is None or value == "":
                continue
            verdict = hosts.url_verdict(str(value), self.trusted)
            if verdict == "other":
                detail = f"`base_url` names {hosts.host_of(str(value))}"
                return Client("other", name, detail, call, "CC402", "keep")
            if verdict == "azure-dated":
                detail = "`base_url` is an Azure address outside `/openai/v1`"
                return Client("azure-dated", name, detail, call, "CC406", "block")
            if verdict == "azure-v1":
                return Client("azure-v1", name, "Azure's v1 address", call)
        return Client("openai", name, "`base_url` names OpenAI", call)

    def prefix(self, url: ast.expr) -> str | None:
        """Return the constant beginning of a URL when it holds the whole host."""
        found = origins(self.module, url)
        node = found[0].node if len(found) == 1 and found[0].kind == "expr" else None
        while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            node = node.left
        if isinstance(node, ast.JoinedStr) and node.values:
            node = node.values[0]
        text = constant_string(node)
        if text is None or "://" not in text:
            return None
        after = text.split("://", 1)[1]
        return text if any(end in after for end in "/:") else None

    def key_vendor(self, node: ast.expr | None) -> str | None:
        if node is None:
            return None
        for origin in origins(self.module, node):
            if origin.kind != "expr":
                continue
            text = constant_string(origin.node)
            if text is not None and (vendor := hosts.vendor_of_literal_key(text)):
                return vendor
            for part in walk(origin.node):
                name = constant_string(part)
                if name is not None and (vendor := hosts.vendor_of_key(name)):
                    return vendor
        return None

    def azure(self, call: ast.Call, name: str) -> Client:
        def blocked(detail: str) -> Client:
            return Client("azure-dated", name, detail, call, "CC406", "block")

        if any(item.arg is None for item in call.keywords):
            return blocked("keywords of the Azure client come from a `**` mapping")
        deployment = keyword(call, "azure_deployment")
        if deployment is not None and not is_none(deployment):
            return blocked("`azure_deployment` is ignored by Responses, which uses `model`")
        if keyword(call, "base_url") is not None:
            return blocked("`base_url` of an Azure client has another path on Responses")
        version = keyword(call, "api_version")
        complete, values = constants(self.module, version) if version is not None else (False, [])
        if complete and all(isinstance(v, str) and v[:10] >= _OLDEST_AZURE for v in values):
            return Client("azure-dated", name, f"api-version {values[0]}", call)
        if complete:
            return blocked(f"api-version {values[0]} is older than Responses on Azure")
        detail = "the Azure api-version is not a constant"
        return Client("azure-dated", name, detail, call, "CC406", "unknown")

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
        typed = self.annotated(arg.annotation, arg)
        if typed is not None:
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
        return [self.unknown(arg, f"parameter `{arg.arg}` without a telling annotation")]

    def annotated(self, annotation: ast.expr | None, node: ast.AST) -> Client | None:
        """Return the client an annotation names; a client typed as OpenAI's counts as OpenAI's."""
        if annotation is None:
            return None
        found: list[Client] = []
        for part in _annotation_parts(annotation):
            for name in self.annotation_names(part):
                row = _CLIENTS.get(name)
                short = name.rsplit(".", 1)[-1]
                if row is not None and row["family"] == "openai":
                    found.append(Client("openai", short, "annotated", node,
                                        flavour=row["flavour"]))  # fmt: skip
                elif row is not None:
                    detail = "annotated as an Azure client whose address can't be seen"
                    found.append(Client("azure-dated", short, detail, node, "CC406", "unknown",
                                        row["flavour"]))  # fmt: skip
                elif (vendor := hosts.package_vendor(name)) is not None:
                    detail = f"annotated as a client of {vendor}"
                    found.append(Client("other", short, detail, node, "CC401", "keep"))
        if not found:
            return None
        return next((client for client in found if client.code), found[0])

    def annotation_names(self, part: ast.expr) -> set[str]:
        text = constant_string(part)
        if text is None:
            return qualified_names(self.module, part)
        head = text.split("[", 1)[0].split("|", 1)[0].strip()
        for binding in self.module.root.bindings.get(head.split(".", 1)[0], ()):
            if binding.kind in ("import", "from"):
                return {imported_path(binding) + head[len(head.split(".", 1)[0]) :]}
        return set()

    def returns(self, function: ast.FunctionDef | ast.AsyncFunctionDef, depth: int) -> list[Client]:
        if function in self.active:
            return []
        typed = self.annotated(function.returns, function)
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
            typed = self.declared(owner, node.attr)
            if typed is not None:
                return [typed]
        names = qualified_names(self.module, node)
        for name in names:
            vendor = hosts.package_vendor(name)
            if vendor is not None:
                return [Client("other", name, f"a client of {vendor}", node, "CC401", "keep")]
        shown = self.module.source.segment(node)
        return [self.unknown(node, f"where `{shown}` is built can't be seen")]

    def declared(self, owner: Scope, name: str) -> Client | None:
        """Return the client a class-level annotation (dataclass field) names."""
        for statement in getattr(owner.node, "body", ()):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and statement.target.id == name
            ):
                return self.annotated(statement.annotation, statement)
        return None


def _annotation_parts(node: ast.expr) -> list[ast.expr]:
    """Return the alternatives of a union or Optional annotation."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_annotation_parts(node.left), *_annotation_parts(node.right)]
    if isinstance(node, ast.Subscript):
        inner = node.slice
        return list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    return [node]


def _yields(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    """Return what a generator (a fixture, a context manager) hands out."""
    from migrator.analysis.functions import own_nodes

    return [
        node.value for node in own_nodes(function) if isinstance(node, ast.Yield) and node.value
    ]


def _short(module: Module, node: ast.AST) -> str:
    text = " ".join(module.source.segment(node).split()) if hasattr(node, "lineno") else "?"
    return text if len(text) <= 60 else text[:57] + "..."
