"""Names that the rewrite introduces: none may meet another, old or new."""

from __future__ import annotations

from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_SUITES = ("body", "orelse", "finalbody")


class _Taken:
    """A new name: where it is set, and who reads it."""

    __slots__ = ("name", "scope", "statement", "reads")

    def __init__(
        self, name: str, scope: Scope, statement: ast.stmt, reads: Sequence[ast.expr]
    ) -> None:
        self.name = name
        self.scope = scope
        self.statement = statement
        self.reads = reads


class NewNames:
    """The new names of one module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._taken: list[_Taken] = []

    def claim(
        self, name: str, scope: Scope, statement: ast.stmt, reads: Sequence[ast.expr]
    ) -> bool:
        """Take ``name`` for a variable set where ``statement`` is; False if it may meet another."""
        new = _Taken(name, scope, statement, reads)
        if any(name in seen.bindings or name in seen.loads for seen in self._inside(scope)):
            return False
        if any(old.name == name and not self._apart(old, new) for old in self._taken):
            return False
        self._taken.append(new)
        return True

    def _inside(self, scope: Scope) -> list[Scope]:
        """Return the scopes in which a new name of ``scope`` could meet another."""
        return [inner for inner in self.module.scopes.values() if _within(inner, scope)]

    def _apart(self, one: _Taken, two: _Taken) -> bool:
        """Return whether two variables of one name never see each other's value."""
        if one.scope is not two.scope:
            return not (_within(one.scope, two.scope) or _within(two.scope, one.scope))
        if any(self._scope(read) is not one.scope for read in (*one.reads, *two.reads)):
            return False
        if self.block(one.statement) is not self.block(two.statement):
            return False
        first, second = sorted((one, two), key=lambda taken: self._start(taken.statement))
        at = self._start(second.statement)
        return all(
            self._start(first.statement) <= self._start(r) < at for r in first.reads
        ) and all(at < self._start(r) for r in second.reads)

    def _scope(self, read: ast.expr) -> Scope | None:
        """Return the scope in which ``read`` is evaluated at once; None in what may run later."""
        scope = self.module.scope(read)
        return None if isinstance(scope.node, ast.GeneratorExp) else scope.function()

    def _start(self, node: ast.AST) -> int:
        return self.module.source.span(node)[0]

    def block(self, statement: ast.AST) -> list[ast.stmt] | None:
        """Return the suite that ``statement`` stands in."""
        parent = self.module.parent(statement)
        for name in _SUITES:
            block = getattr(parent, name, None)
            if isinstance(block, list) and statement in block:
                return block
        return None


def _within(inner: Scope, outer: Scope) -> bool:
    current: Scope | None = inner
    while current is not None:
        if current is outer:
            return True
        current = current.parent
    return False
