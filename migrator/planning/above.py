"""Expressions that take several lines: in their place, or in a variable in the line above.

Where such an expression is all that a statement assigns or returns it stands there; otherwise it
gets a variable before the statement that reads it.
"""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.planning.build import Unclear
from migrator.planning.hoists import Hoists
from migrator.planning.layout import indent_of, newline_of
from migrator.planning.model import Cut, Splice
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class Above:
    """Places such expressions for one group."""

    def __init__(self, module: Module, variables: Variables, hoists: Hoists) -> None:
        self.module = module
        self.source = module.source
        self.variables = variables
        self.hoists = hoists

    def cut(self, node: ast.expr, text: str) -> Cut:
        """Return the edit that puts ``text`` in the place of ``node``."""
        start, end = self.source.span(node)
        if b"#" in self.source.utf8[start:end]:
            raise Unclear("CC506", "a comment stands in the expression", node)
        return Cut(start, end, text)

    def alone(self, whole: ast.expr) -> bool:
        """Return whether an expression is all that its statement assigns or returns."""
        statement = self.module.statement(whole)
        if indent_of(self.module, statement) is None:
            raise Unclear("CC506", "the statement does not begin its line", whole)
        if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return)):
            return False
        if statement.value is not whole:
            return False
        start, end = self.source.span(statement)
        first, last = self.source.span(whole)
        before, behind = self.source.utf8[start:first], self.source.utf8[last:end]
        return not behind.strip() and b"\n" not in before and not before.rstrip().endswith(b"(")

    def in_place(self, whole: ast.expr, lines: str) -> Cut:
        """Return the edit that puts ``lines`` where the expression stands."""
        return self.cut(whole, self.over_lines(self.module.statement(whole), lines))

    def over_lines(self, statement: ast.stmt, text: str, more: str = "") -> str:
        """Return ``text`` with the indentation of ``statement`` before every line but the first."""
        indent = indent_of(self.module, statement)
        return f"{newline_of(self.module, statement)}{indent}{more}".join(text.split("\n"))

    def before(
        self, whole: ast.expr, lines: str, names: Sequence[str], root: ast.expr
    ) -> tuple[Splice, str]:
        """Return the edit that sets a variable above, and its name; ``root`` is what is read."""
        statement = self.module.statement(whole)
        name = self._named(whole, statement, names, root)
        start = self.source.span(statement)[0]
        text = self.over_lines(statement, f"{name} = {lines}")
        indent = indent_of(self.module, statement)
        return Splice(start, start, f"{text}{newline_of(self.module, statement)}{indent}"), name

    def _named(
        self, whole: ast.expr, statement: ast.stmt, names: Sequence[str], root: ast.expr
    ) -> str:
        if isinstance(statement, ast.While) or not self.hoists.at_once(statement, whole):
            raise Unclear("CC506", "it is read where no variable can be set before", whole)
        if any(isinstance(part, ast.Call) for part in walk(root)) and self._calls_before(
            statement, whole
        ):
            raise Unclear("CC506", "the answer is read behind another call", whole)
        return self.claimed(whole, names)

    def claimed(self, whole: ast.expr, names: Sequence[str]) -> str:
        """Return a name for a variable that is set in the statement of ``whole`` and read there."""
        statement = self.module.statement(whole)
        scope = self.module.scope(whole).function()
        for name in names:
            if self.variables.names.claim(name, scope, statement, [whole]):
                return name
        raise Unclear("CC506", "this takes a variable, and no name is free", whole)

    def _calls_before(self, statement: ast.stmt, whole: ast.expr) -> bool:
        """Return whether something else may happen in the statement before the value is read."""
        start = self.source.span(whole)[0]
        return any(
            isinstance(node, (ast.Call, ast.Await, ast.NamedExpr))
            and self.source.span(node)[1] <= start
            for node in walk(statement)
        )
