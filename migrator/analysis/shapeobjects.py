"""Which object an expression is: displays and calls that made it, and its other names."""

from __future__ import annotations

from migrator.analysis.functions import argument_of, references, returned
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.shapefacts import CONTENT, MESSAGE, PART, hands_on, makes_message
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none
from migrator.analysis.values import attribute_owner, meanings, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.shapeflow import Flow

_LISTS = (ast.List, ast.ListComp, ast.BinOp)


class Objects:
    """Finds the objects that gain something and has the flow follow all their names."""

    __slots__ = ("module", "flow", "_done")

    def __init__(self, module: Module, flow: Flow) -> None:
        self.module = module
        self.flow = flow
        self._done: set[object] = set()

    def gains(self, node: ast.expr, level: int) -> None:
        """Follow every name of the object that ``node`` is, because it gains something."""
        if ("roots", node, level) in self._done:
            return
        self._done.add(("roots", node, level))
        if isinstance(node, ast.Subscript):
            if level == CONTENT and constant_string(node.slice) == "content":
                self.flow.vague = True
                self.gains(node.value, MESSAGE)
            elif level in (PART, MESSAGE) and constant_string(node.slice) is None:
                self.gains(node.value, level + 1)
            else:
                self.flow.escape(level, node)
        elif isinstance(node, ast.Attribute):
            self.flow.attribute(node, level)
            owner = attribute_owner(self.module, node)
            for binding in meanings(self.module, owner, node) if owner else ():
                self.given(binding, level, node)
        elif isinstance(node, ast.Name):
            bindings = bindings_of(self.module, node)
            if not bindings:
                self.flow.escape(level, node)
            for binding in bindings:
                self.flow.bound(binding, level)
                self.given(binding, level, node)
        else:
            self._made(node, level)

    def given(self, binding: Binding, level: int, node: ast.AST) -> None:
        """Follow the object that a binding was given."""
        if binding.kind in ("assign", "walrus") and not binding.path:
            if isinstance(binding.value, ast.expr):
                self._made(binding.value, level)
        elif binding.kind == "param":
            self._argument(binding, level, node)
        elif binding.kind in ("for", "comp") and not binding.path:
            if isinstance(binding.value, ast.expr) and level in (PART, MESSAGE):
                self.gains(binding.value, level + 1)
        elif binding.kind not in ("augassign", "annotation"):
            self.flow.escape(level, node)

    def _argument(self, binding: Binding, level: int, node: ast.AST) -> None:
        if ("argument", binding, level) in self._done:
            return
        self._done.add(("argument", binding, level))
        function, arg = binding.statement, binding.node
        if not isinstance(function, FUNCTIONS) or not isinstance(arg, ast.arg):
            self.flow.escape(level, node)
            return
        uses = references(self.module, function)
        if uses.others or uses.unsure or not uses.calls:
            self.flow.escape(level, node)
        for call in uses.calls:
            known, value = (False, None)
            if isinstance(call, ast.Call):
                known, value = argument_of(self.module, call, arg.arg, function)
            if value is not None:
                self._made(value, level)
            elif not known:
                self.flow.escape(level, call)

    def _made(self, node: ast.expr, level: int) -> None:
        """Follow an expression that is, or makes, the object."""
        if is_none(node):
            return
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
            self.gains(node, level)
            return
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            for value in values:
                self._made(value, level)
            return
        if isinstance(node, ast.Call):
            self._built(node, level)
        elif not isinstance(node, ast.Dict if level in (PART, MESSAGE) else _LISTS):
            self.flow.escape(level, node)
        holds = level == MESSAGE and isinstance(node, (ast.Dict, ast.Call))
        if holds and node not in self.flow.holders:
            self.flow.holders.append(node)
        self.flow.follow(node, level)

    def _built(self, node: ast.Call, level: int) -> None:
        """Follow what a call hands out: an object of its own, or one that others have."""
        found = origins(self.module, node.func)
        if found and all(isinstance(origin.node, FUNCTIONS) for origin in found):
            for origin in found:
                assert isinstance(origin.node, FUNCTIONS)
                for statement in returned(origin.node):
                    if statement.value is not None:
                        self._made(statement.value, level)
        elif not hands_on(self.module, node) and not makes_message(node):
            self.flow.escape(level, node)


def plain(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` is a variable that holds one message written out."""
    found = origins(module, node) if isinstance(node, ast.Name) else []
    return bool(found) and all(
        origin.kind == "expr" and isinstance(origin.node, (ast.Dict, ast.Call)) for origin in found
    )
