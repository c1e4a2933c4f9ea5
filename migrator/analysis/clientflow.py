"""Where a client goes after it is built, and what it is used for."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import (
    is_generator,
    parameters_given,
    question,
    references,
    related,
)
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, is_none
from migrator.analysis.uses import uses_of
from migrator.analysis.values import attribute_owner, origins, qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.documents.place import Place

_CHAT = ("create", "parse", "stream")
_WRAPPERS = ("with_raw_response", "with_streaming_response", "beta")
_HARMLESS = (["close"], ["is_closed"])


class ClientFlow:
    """Every place the client that ``call`` builds is known to reach.

    ``values`` are the expressions that may be the client, ``calls`` its Chat Completions calls,
    ``embeddings`` its calls for embeddings, ``annotations`` what is written beside it.
    ``escapes`` are uses that nobody follows, ``mentions`` what other files could do with it.
    """

    def __init__(self, module: Module, call: ast.Call) -> None:
        self.module = module
        self.values: set[ast.AST] = set()
        self.calls: list[ast.Call] = []
        self.embeddings: list[ast.Call] = []
        self.annotations: list[ast.expr] = []
        self.escapes: list[tuple[str, ast.AST]] = []
        self.mentions: list[Mention] = []
        self._bindings: set[Binding] = set()
        self._attributes: set[tuple[Scope, str]] = set()
        self._functions: set[ast.AST] = set()
        self._reason = Reason("CC406", "the client is also used in", self._place(call), "block")
        self._value(call)

    def _place(self, node: ast.AST) -> Place:
        return self.module.source.place(node)

    def _escape(self, message: str, node: ast.AST) -> None:
        self.escapes.append((message, node))

    # -- expressions --------------------------------------------------------------------

    def _value(self, node: ast.AST) -> None:
        if node in self.values:
            return
        self.values.add(node)
        parent = self.module.parent(node)
        if isinstance(parent, ast.Attribute):
            self._read(parent)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign)):
            for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
                self._target(target)
        elif isinstance(parent, ast.NamedExpr):
            self._target(parent.target)
            self._value(parent)
        elif isinstance(parent, ast.IfExp):
            if node is not parent.test:
                self._value(parent)
        elif isinstance(parent, (ast.BoolOp, ast.Await)):
            self._value(parent)
        elif isinstance(parent, ast.Return):
            self._returned(parent)
        elif isinstance(parent, ast.withitem):
            if parent.optional_vars is not None:
                self._target(parent.optional_vars)
        elif isinstance(parent, (ast.Call, ast.keyword)):
            self._argument(node, parent)
        elif not self._only_tested(parent):
            self._escape("the client goes where it can't be followed", node)

    @staticmethod
    def _only_tested(parent: ast.AST) -> bool:
        """Return whether all that is asked of the client is whether it is there."""
        if isinstance(parent, ast.Compare):
            operands = [parent.left, *parent.comparators]
            return sum(is_none(operand) for operand in operands) == len(operands) - 1
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        return isinstance(parent, (ast.If, ast.While, ast.Assert, ast.Expr))

    def _argument(self, node: ast.AST, parent: ast.Call | ast.keyword) -> None:
        call = self.module.parent(parent) if isinstance(parent, ast.keyword) else parent
        given = None
        if isinstance(call, ast.Call) and isinstance(node, ast.expr):
            given = parameters_given(self.module, node, call)
        if given is None:
            self._escape("the client is handed to code that can't be seen", node)
            return
        for binding in given:
            self._bound(binding)
            function = binding.statement
            assert isinstance(function, FUNCTIONS)
            message = f"`{function.name}`, which is given the client, is used in"
            reason = Reason("CC406", message, self._place(function), "block")
            if any(self._own(each) for each in references(self.module, function).foreign):
                self._escape(f"a decorator sees what `{function.name}` is given", function)
            owner = self.module.binding_of[function]
            self.mentions.append(question(function, owner, reason))

    def _own(self, decorator: ast.expr) -> bool:
        """Return whether a decorator is written in this file."""
        name = decorator.func if isinstance(decorator, ast.Call) else decorator
        return any(origin.kind in ("def", "class") for origin in origins(self.module, name))

    # -- names, attributes and functions ------------------------------------------------

    def _target(self, target: ast.expr) -> None:
        binding = self.module.binding_of.get(target)
        if binding is not None and isinstance(target, ast.Name):
            self._bound(binding)
        elif binding is not None and isinstance(target, ast.Attribute):
            self._attribute(binding.scope, target.attr)
        else:
            self._escape("the client is kept where it can't be followed", target)

    def _bound(self, binding: Binding) -> None:
        if binding in self._bindings:
            return
        self._bindings.add(binding)
        owner = binding.scope
        if owner.kind == "class":
            self._attribute(owner, binding.name)
        elif owner.kind == "module":
            self.mentions.append(Mention((binding.name.encode(),), self._reason))
        same = owner.bindings.get(binding.name, [])
        for other in same if binding.name in owner.remote else [binding]:
            for use in uses_of(self.module, other):
                self._value(use)
        for other in [binding, *same]:
            self._annotated(other)

    def _attribute(self, owner: Scope, name: str) -> None:
        if (owner, name) in self._attributes:
            return
        self._attributes.add((owner, name))
        needle = f".{name}".encode()
        self.mentions.append(Mention((needle,), self._reason))
        data = self.module.source.utf8
        quoted = (f'"{name}"'.encode(), f"'{name}'".encode())
        if b"attr(" in data and any(each in data for each in quoted):
            self._escape("the client may be looked up by its name", owner.node)
        for use in self.module.attributes.get(name, ()):
            if not isinstance(use.ctx, ast.Load) or qualified_names(self.module, use):
                continue
            receiver = attribute_owner(self.module, use)
            if receiver is None or related(self.module, receiver, owner):
                self._value(use)
        for binding in [*owner.attributes.get(name, ()), *owner.bindings.get(name, ())]:
            self._annotated(binding)

    def _annotated(self, binding: Binding) -> None:
        statement = binding.statement
        annotation: ast.expr | None = None
        if isinstance(binding.node, ast.arg):
            annotation = binding.node.annotation
        elif isinstance(statement, ast.AnnAssign):
            annotation = statement.annotation
        if annotation is not None and annotation not in self.annotations:
            self.annotations.append(annotation)

    def _returned(self, statement: ast.Return) -> None:
        function = self.module.enclosing(statement, (*FUNCTIONS, ast.Lambda))
        if not isinstance(function, FUNCTIONS):
            self._escape("a lambda returns the client", statement)
            return
        if function in self._functions:
            return
        self._functions.add(function)
        found = references(self.module, function)
        if found.foreign or found.others or found.unsure or found.mixed or is_generator(function):
            self._escape(f"not every use of `{function.name}` is seen", function)
            return
        binding = self.module.binding_of[function]
        self.mentions.append(question(function, binding, self._reason))
        if function.returns is not None:
            self.annotations.append(function.returns)
        for call in found.calls:
            self._value(call)

    # -- what is read of it -------------------------------------------------------------

    def _read(self, node: ast.Attribute) -> None:
        names = [node.attr]
        top: ast.AST = node
        while isinstance(parent := self.module.parent(top), ast.Attribute):
            names.append(parent.attr)
            top = parent
        call = parent if isinstance(parent, ast.Call) and parent.func is top else None
        path = [name for name in names if name not in _WRAPPERS]
        if call is None or not isinstance(node.ctx, ast.Load):
            self._escape(f"`.{'.'.join(names)}` of the client is read", node)
        elif path[:2] == ["chat", "completions"] and path[2:] in [[name] for name in _CHAT]:
            self.calls.append(call)
        elif path == ["embeddings", "create"]:
            self.embeddings.append(call)
        elif path[0] != "responses" and path not in _HARMLESS:
            self._escape(f"`.{'.'.join(names)}` is another resource of the client", node)
