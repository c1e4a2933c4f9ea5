"""Everything that holds one value of a request, and everybody who looks at it.

A value that takes another shape on Responses may only change when all who see it are known.
`Holders` follows it both ways: back to the expressions it is made by, and forward from those to
every use.  What it can't follow is a reason.
"""

from __future__ import annotations

from migrator.analysis.functions import parameter_of
from migrator.analysis.scopes import Module
from migrator.analysis.sources import COPIES, Sources, is_builtin
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, last_name
from migrator.analysis.values import origins

_TESTS = {"len", "bool"}


class Holders(Sources):
    """Follows one kind of value; subclasses say what its sources and its uses mean."""

    def look(self, node: ast.expr, parent: ast.AST) -> bool:
        """Look at a use that holders in general don't know; return whether it is understood."""
        return False

    # -- forward to who looks at it -----------------------------------------------------

    def use(self, node: ast.expr) -> None:
        """Look at what is done with an expression that has the value."""
        if ("use", node) in self.seen:
            return
        self.seen.add(("use", node))
        parent = self.module.parent(node)
        if isinstance(parent, ast.keyword):
            call = self.module.parent(parent)
            assert isinstance(call, (ast.Call, ast.ClassDef))
            if not self._argument(node, parent, call) and not self.look(node, parent):
                self._unknown(node, parent)
        elif isinstance(parent, ast.Call):
            if not self._given(node, parent) and not self.look(node, parent):
                self._unknown(node, parent)
        elif not self._flows(node, parent) and not self.look(node, parent):
            self._unknown(node, parent)

    def _unknown(self, node: ast.expr, parent: ast.AST) -> None:
        shown = self.module.source.one_line(self.module.statement(node), 60)
        self.reason(f"{self.what} are also used in `{shown}`", node, shared=True)

    def _flows(self, node: ast.expr, parent: ast.AST) -> bool:
        if isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is node:
            for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
                self.target(target)
        elif isinstance(parent, (ast.NamedExpr, ast.BoolOp, ast.Await)):
            if isinstance(parent, ast.NamedExpr):
                self.target(parent.target)
            self.use(parent)
        elif isinstance(parent, ast.IfExp):
            if parent.test is not node:
                self.use(parent)
        elif isinstance(parent, ast.Return):
            function = self.module.enclosing(parent, FUNCTIONS)
            assert isinstance(function, FUNCTIONS)
            self.function(function, parent)
        elif isinstance(parent, ast.Dict) and node in parent.values:
            return self._entry(parent, parent.keys[parent.values.index(node)])
        elif isinstance(parent, ast.comprehension):
            return node in parent.ifs
        elif isinstance(parent, ast.Compare):
            others = [item for item in [parent.left, *parent.comparators] if item is not node]
            return all(is_none(other) for other in others)
        else:
            return isinstance(parent, (ast.Expr, ast.If, ast.While, ast.Assert)) or (
                isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
            )
        return True

    def target(self, target: ast.expr) -> None:
        """Look at what the value is assigned to."""
        binding = self.module.binding_of.get(target)
        if isinstance(target, ast.Name) and binding is not None:
            self.binding(binding, target)
        elif isinstance(target, ast.Attribute):
            self.attribute(target)
        elif isinstance(target, ast.Subscript) and self._keyword_key(target.slice):
            self._inside(target.value)
        elif not self.look(target, self.module.parent(target)):
            self._unknown(target, target)

    def _entry(self, display: ast.Dict, key: ast.expr | None) -> bool:
        if key is None or not self._keyword_key(key):
            return False
        self._inside(display)
        return True

    def _keyword_key(self, key: ast.expr) -> bool:
        return constant_string(key) in self.keywords

    def _inside(self, mapping: ast.expr) -> None:
        """The value is an entry of a mapping: that has to hold keywords of calls we know."""
        from migrator.analysis.keywords import keywords_of

        for found in keywords_of(self.module, mapping, library=self.library).reports():
            self.report.shared.extend([*found.unseen, *found.shared])
            self.report.mentions.extend(found.mentions)
            self.report.calls.extend(found.calls)

    def _argument(self, node: ast.expr, item: ast.keyword, call: ast.Call | ast.ClassDef) -> bool:
        """Look at ``call(name=node)``."""
        if not isinstance(call, ast.Call):
            return False
        if item.arg in self.keywords:
            if call in known_sites(self.module):
                self.report.calls.append(call)
                return True
            if is_builtin(self.module, call.func, {"dict"}):
                self._inside(call)
                return True
        return self._bound_to(node, call)

    def _given(self, node: ast.expr, call: ast.Call) -> bool:
        """Look at ``call(node)``; being called itself is not understood."""
        if call.func is node:
            return False
        if is_builtin(self.module, call.func, _TESTS):
            return True
        if last_name(call.func) in COPIES:
            self.use(call)
            return True
        return self._bound_to(node, call)

    def _bound_to(self, node: ast.expr, call: ast.Call) -> bool:
        """Follow an argument into the functions of this file that take it."""
        if not isinstance(call.func, (ast.Name, ast.Attribute)):
            return False
        found = origins(self.module, call.func)
        if not found or any(origin.kind != "def" for origin in found):
            return False
        for origin in found:
            assert isinstance(origin.node, FUNCTIONS)
            arg = parameter_of(self.module, call, node, origin.node)
            if arg is None:
                return False
            self.binding(self.module.binding_of[arg], node)
        return True


def known_bodies(module: Module) -> dict[ast.AST, ast.Call]:
    """Return the mappings that are sent as JSON without the SDK, and the request of each."""
    found = module.memo.setdefault("bodies", {})
    assert isinstance(found, dict)
    return found


def known_sites(module: Module) -> dict[ast.AST, str]:
    """Return the calls of Chat Completions in a module and the operation of each."""
    found = module.memo.setdefault("sites", {})
    assert isinstance(found, dict)
    return found
