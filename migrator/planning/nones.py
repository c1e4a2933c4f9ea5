"""Where a program tells ``None`` from text: ``content`` may be None, ``output_text`` never is."""

from __future__ import annotations

from migrator.analysis.functions import function_at, parameter_of, references
from migrator.analysis.reaching import uses_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, is_none
from migrator.analysis.values import origins
from migrator.planning.model import Splice

_BARE = (ast.Assign, ast.AnnAssign, ast.Return, ast.keyword, ast.NamedExpr)


class Nones:
    """Finds tests for None behind the contents read in one module."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def edits(self, node: ast.expr) -> list[Splice]:
        """Return what has to be added around a content read so that None tests keep working."""
        parent = self.module.parent(node)
        start, end = self.module.source.span(node)
        if isinstance(parent, ast.Compare) and self.tests(parent, node):
            return self._compared(node, parent)
        if not self.observed(node, set()):
            return []
        if isinstance(parent, _BARE) or (isinstance(parent, ast.Call) and node in parent.args):
            return [Splice(end, end, " or None")]
        return [Splice(start, start, "("), Splice(end, end, " or None)")]

    @staticmethod
    def tests(compare: ast.Compare, node: ast.expr) -> bool:
        """Return whether ``compare`` asks whether ``node`` is None."""
        return (
            compare.left is node
            and len(compare.ops) == 1
            and isinstance(compare.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
            and is_none(compare.comparators[0])
        )

    def _compared(self, node: ast.expr, compare: ast.Compare) -> list[Splice]:
        start, end = self.module.source.span(node)
        last = self.module.source.span(compare)[1]
        if isinstance(compare.ops[0], (ast.Is, ast.Eq)):
            return [Splice(start, start, "not "), Splice(end, last, "")]
        if self._is_test(compare):
            return [Splice(end, last, "")]
        return [Splice(start, start, "bool("), Splice(end, last, ")")]

    def _is_test(self, node: ast.expr) -> bool:
        parent = self.module.parent(node)
        if isinstance(parent, ast.BoolOp):
            return self._is_test(parent)
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        return isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)) and (
            parent.test is node
        )

    def observed(self, node: ast.expr, seen: set[ast.AST]) -> bool:
        """Return whether the value of ``node`` is tested for None anywhere behind it."""
        if node in seen:
            return False
        seen.add(node)
        parent = self.module.parent(node)
        if isinstance(parent, ast.Compare):
            return self.tests(parent, node)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            if any(self._bound(target, seen) for target in targets):
                return True
            return isinstance(parent, ast.NamedExpr) and self.observed(parent, seen)
        if isinstance(parent, (ast.IfExp, ast.Await)):
            return self.observed(parent, seen)
        if isinstance(parent, ast.BoolOp):
            return parent.values[-1] is node and self.observed(parent, seen)
        if isinstance(parent, ast.Return):
            function = function_at(self.module, parent)
            if isinstance(function, FUNCTIONS):
                calls = references(self.module, function).calls
                return any(self.observed(call, seen) for call in calls)
        if isinstance(parent, ast.Call):
            return self._passed(node, parent, seen)
        return isinstance(parent, ast.Match)

    def _bound(self, target: ast.expr, seen: set[ast.AST]) -> bool:
        binding = self.module.binding_of.get(target)
        if isinstance(target, ast.Name) and binding is not None:
            return any(self.observed(use, seen) for use in uses_of(self.module, binding))
        if isinstance(target, ast.Attribute):
            return any(
                self.observed(use, seen)
                for use in self.module.attributes.get(target.attr, ())
                if isinstance(use.ctx, ast.Load)
            )
        return False

    def _passed(self, node: ast.expr, call: ast.Call, seen: set[ast.AST]) -> bool:
        if call.func is node or not isinstance(call.func, (ast.Name, ast.Attribute)):
            return False
        for origin in origins(self.module, call.func):
            if origin.kind != "def" or not isinstance(origin.node, FUNCTIONS):
                continue
            arg = parameter_of(self.module, call, node, origin.node)
            binding = self.module.binding_of.get(arg) if arg is not None else None
            if binding is not None and any(
                self.observed(use, seen) for use in uses_of(self.module, binding)
            ):
                return True
        return False
