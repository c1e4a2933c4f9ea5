"""Where a module uses Chat Completions: calls, references, raw HTTP, test doubles, imports."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, attribute_step, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import attribute_owner, imported_path, origins, qualified_names

CREATE = "create"
PARSE = "parse"
STREAM = "stream"
# A request without the SDK.
RAW = "http"
_CALLS = {CREATE: "CC101", PARSE: "CC102", STREAM: "CC103"}
_STORED = {"retrieve", "list", "update", "delete", "messages"}
_RAW = {"with_raw_response": "raw", "with_streaming_response": "streaming"}
_MOCK = {
    "return_value",
    "side_effect",
    "call_args",
    "call_args_list",
    "call_count",
    "called",
    "mock_calls",
    "method_calls",
    "await_args",
    "await_count",
    "await_args_list",
    "reset_mock",
    "assert_called",
    "assert_called_once",
    "assert_called_with",
    "assert_called_once_with",
    "assert_any_call",
    "assert_not_called",
    "assert_has_calls",
    "assert_awaited",
    "assert_awaited_once",
    "assert_awaited_with",
    "assert_awaited_once_with",
    "assert_not_awaited",
    "__name__",
}


class Site:
    """A call that goes through the Chat Completions resource.

    ``receiver`` is the client expression (None for a bare imported resource), ``chain`` the
    nodes from the client to the method (``.chat``, ``.completions``, ``.create``) in source
    order, ``aliased`` whether the call itself is spelled through another name.
    """

    __slots__ = ("code", "operation", "call", "receiver", "chain", "raw", "aliased", "spelling")

    def __init__(
        self,
        code: str,
        operation: str,
        call: ast.Call,
        receiver: ast.expr | None,
        chain: list[ast.expr],
        raw: str,
        aliased: bool,
        spelling: str,
    ) -> None:
        self.code = code
        self.operation = operation
        self.call = call
        self.receiver = receiver
        self.chain = chain
        self.raw = raw
        self.aliased = aliased
        self.spelling = spelling

    @property
    def legacy(self) -> bool:
        """Whether this is a call of openai before 1.0."""
        return self.code == "CC104"


class Mark:
    """A reported use that is not a call of the resource."""

    __slots__ = ("code", "node", "message", "reason", "receiver")

    def __init__(
        self,
        code: str,
        node: ast.AST,
        message: str,
        reason: str,
        receiver: ast.expr | None = None,
    ) -> None:
        self.code = code
        self.node = node
        self.message = message
        self.reason = reason
        self.receiver = receiver


class _Resource:
    """A value that is ``….chat.completions``, and how it was reached."""

    __slots__ = ("node", "receiver", "chain", "raw", "aliased", "beta")

    def __init__(
        self,
        node: ast.expr,
        receiver: ast.expr | None,
        chain: list[ast.expr],
        raw: str,
        aliased: bool,
        beta: bool,
    ) -> None:
        self.node = node
        self.receiver = receiver
        self.chain = chain
        self.raw = raw
        self.aliased = aliased
        self.beta = beta


class Sites:
    """All call sites and marks of a module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.sites: list[Site] = []
        self.marks: list[Mark] = []
        self._seen: set[ast.AST] = set()
        for node in self._completions():
            resource = self._resource(node)
            if resource is not None:
                self._use(resource)
        if "ChatCompletion" in module.attributes or any(
            imported_path(binding) == "openai.ChatCompletion" for binding in module.imports
        ):
            from migrator.analysis.oldsites import add_old

            add_old(self)

    # -- the resource -------------------------------------------------------------------

    def _completions(self) -> list[ast.expr]:
        """Return everything that reads an attribute called ``completions``."""
        found: list[ast.expr] = list(self.module.attributes.get("completions", ()))
        for call in self.module.calls:
            step = attribute_step(call)
            if step is not None and step[1] == "completions":
                found.append(call)
        for binding in self.module.imports:
            if imported_path(binding) == "openai.chat.completions":
                found.extend(uses_of(self.module, binding))
        return found

    def _resource(self, node: ast.expr) -> _Resource | None:
        step = attribute_step(node)
        if step is None:
            return _Resource(node, None, [node], "", True, False)
        base = step[0]
        chain = [node]
        aliased = False
        names = qualified_names(self.module, base)
        if any(name.startswith(("openai.types", "openai.resources")) for name in names):
            return None
        inner = attribute_step(base)
        if inner is None or inner[1] != "chat":
            if "openai.chat" in names:
                return _Resource(node, None, chain, "", False, False)
            found = self._aliased_chat(base)
            if found is None:
                return None
            inner, aliased = (found, "chat"), True
        else:
            chain.insert(0, base)
        receiver = inner[0]
        raw, beta = "", False
        while (outer := attribute_step(receiver)) is not None:
            if outer[1] == "beta":
                beta = True
            elif outer[1] in _RAW:
                raw = _RAW[outer[1]]
            else:
                break
            chain.insert(0, receiver)
            receiver = outer[0]
        return _Resource(node, receiver, chain, raw, aliased, beta)

    def _aliased_chat(self, node: ast.expr) -> ast.expr | None:
        """Return the client when ``node`` is a variable that holds ``client.chat``."""
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        for origin in origins(self.module, node):
            step = attribute_step(origin.node) if origin.kind == "attribute" else None
            if step is not None and step[1] == "chat" and origin.node is not node:
                return step[0]
        return None

    def _use(self, resource: _Resource) -> None:
        if resource.node in self._seen:
            return
        self._seen.add(resource.node)
        parent = self.module.parent(resource.node)
        step = attribute_step(parent)
        if step is not None and step[0] is resource.node and isinstance(parent, ast.expr):
            name = step[1]
            if name in _RAW:
                wrapped = _Resource(
                    parent,
                    resource.receiver,
                    [*resource.chain, parent],
                    _RAW[name],
                    resource.aliased,
                    resource.beta,
                )
                self._use(wrapped)
            elif name in _CALLS:
                self._method(resource, parent, name, resource.aliased)
            elif name in _STORED:
                self._stored(resource, parent, name)
            elif name in _MOCK:
                self.mark(
                    "CC109",
                    parent,
                    "test double of the Chat Completions API",
                    "CC503",
                    resource.receiver,
                )
            return
        if isinstance(getattr(resource.node, "ctx", None), (ast.Store, ast.Del)):
            # `self.chat.completions = …` is how a class of the project gets the same shape.
            if getattr(resource.receiver, "id", "") != "self":
                self.mark(
                    "CC109",
                    resource.node,
                    "the Chat Completions resource is replaced",
                    "CC503",
                    resource.receiver,
                )
            return
        aliases = self._aliases(resource.node)
        for use in aliases:
            self._use(
                _Resource(use, resource.receiver, resource.chain, resource.raw, True, resource.beta)
            )
        if not aliases:
            self._reference(
                resource.node, "the Chat Completions resource is used as a value", resource.receiver
            )

    def _aliases(self, node: ast.expr) -> list[ast.expr]:
        """Return the uses of the variable or attribute ``node`` is assigned to."""
        parent = self.module.parent(node)
        if not isinstance(parent, (ast.Assign, ast.AnnAssign)) or parent.value is not node:
            return []
        targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        found: list[ast.expr] = []
        for target in targets:
            binding = self.module.binding_of.get(target)
            if isinstance(target, ast.Name) and binding is not None:
                found.extend(uses_of(self.module, binding))
            elif isinstance(target, ast.Attribute) and binding is not None:
                for use in self.module.attributes.get(target.attr, ()):
                    if isinstance(use.ctx, ast.Load) and (
                        attribute_owner(self.module, use) is binding.scope
                    ):
                        found.append(use)
        return found

    # -- methods ------------------------------------------------------------------------

    def _method(self, resource: _Resource, node: ast.expr, name: str, aliased: bool) -> None:
        if node in self._seen:
            return
        self._seen.add(node)
        parent = self.module.parent(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            chain = resource.chain if aliased and not resource.aliased else [*resource.chain, node]
            self.sites.append(
                Site(
                    _CALLS[name],
                    name,
                    parent,
                    resource.receiver,
                    chain,
                    resource.raw,
                    aliased,
                    _spelling(resource, name),
                )
            )
            return
        if isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            self.mark(
                "CC109", node, "the Chat Completions method is replaced", "CC503", resource.receiver
            )
            return
        step = attribute_step(parent)
        if step is not None and step[0] is node and isinstance(parent, ast.expr):
            if step[1] in _MOCK:
                self.mark(
                    "CC109",
                    parent,
                    "test double of the Chat Completions API",
                    "CC503",
                    resource.receiver,
                )
            else:
                self._reference(node, f"`.{step[1]}` of the method is read", resource.receiver)
            return
        aliases = self._aliases(node)
        for use in aliases:
            self._method(
                _Resource(
                    use,
                    resource.receiver,
                    [*resource.chain, node],
                    resource.raw,
                    resource.aliased,
                    resource.beta,
                ),
                use,
                name,
                True,
            )
        if not aliases:
            self._reference(
                node, "the Chat Completions method is used as a value", resource.receiver
            )

    def _stored(self, resource: _Resource, node: ast.expr, name: str) -> None:
        parent = self.module.parent(node)
        if name == "messages":
            step = attribute_step(parent)
            if step is None or step[1] != "list":
                return
            name, parent = "messages.list", self.module.parent(parent)
        if not (isinstance(parent, ast.Call)):
            return
        self.mark("CC106", parent, f"stored chat completions: `{name}`", "CC224", resource.receiver)

    def _reference(self, node: ast.AST, message: str, receiver: ast.expr | None) -> None:
        parent = self.module.parent(node)
        if isinstance(parent, ast.Call) and last_name(parent.func) in (
            "patch",
            "object",
            "setattr",
        ):
            self.mark("CC109", node, "the Chat Completions API is patched", "CC503", receiver)
        else:
            self.mark("CC107", node, message, "CC505", receiver)

    def mark(
        self,
        code: str,
        node: ast.AST,
        message: str,
        reason: str,
        receiver: ast.expr | None = None,
    ) -> None:
        """Report a use that is not a call."""
        self.marks.append(Mark(code, node, message, reason, receiver))


def _spelling(resource: _Resource, name: str) -> str:
    parts = ["beta." if resource.beta else "", "chat.completions."]
    if resource.raw:
        parts.append(
            {"raw": "with_raw_response.", "streaming": "with_streaming_response."}[resource.raw]
        )
    return "".join(parts) + name
