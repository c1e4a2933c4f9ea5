"""Edits of answers that are read as JSON: keys renamed, the text collected from `output`.

The text takes several lines.  Where it is all that is assigned or returned it stands there;
otherwise it gets a variable in the line above.
"""

from __future__ import annotations

from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, walk
from migrator.planning.build import Unclear
from migrator.planning.hoists import Hoists
from migrator.planning.layout import indent_of, newline_of
from migrator.planning.links import attribute_link, subscript_link
from migrator.planning.model import Cut, Splice
from migrator.planning.nones import Nones
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_NAMES = ("text", "content", "output_text", "answer_text")


class Json:
    """Writes the reads of one group."""

    def __init__(self, module: Module, variables: Variables, nones: Nones, hoists: Hoists) -> None:
        self.module = module
        self.source = module.source
        self.variables = variables
        self.nones = nones
        self.hoists = hoists

    def edits(self, step: Step) -> list[Edit]:
        """Return the edits of one step; raises `Unclear`."""
        if step.becomes == "content":
            return self._content(step)
        if step.text:
            text = step.text.format(self._root(step.value)) if "{}" in step.text else step.text
            return [self._cut(step.whole, self._quoted(step.whole, text))]
        link = self._link(step)
        if link is None:
            raise Unclear("CC506", f"`{step.name}` can't be located exactly", step.whole)
        return [link]

    # -- keys ---------------------------------------------------------------------------

    def _link(self, step: Step) -> Splice | None:
        """Return the edit of one key: it gets another name, or goes."""
        whole = step.whole
        key = whole.slice if isinstance(whole, ast.Subscript) else None
        if isinstance(whole, ast.Call) and isinstance(whole.func, ast.Attribute):
            key = whole.args[0]
        if key is not None and step.to:
            start, end = self.source.span(key)
            if self.source.utf8[start + 1 : end - 1] != (constant_string(key) or "").encode():
                return None
            return Splice(start + 1, end - 1, step.to)
        if isinstance(whole, ast.Subscript):
            found = subscript_link(self.source, whole)
            return None if found is None else Splice(found.start, found.end, "")
        assert isinstance(whole, ast.Call) and isinstance(whole.func, ast.Attribute)
        link = attribute_link(self.source, whole.func)
        end = self.source.span(whole)[1]
        if link is None or b"#" in self.source.utf8[link.start : end]:
            return None
        return Splice(link.start, end, "")

    def _quoted(self, node: ast.expr, text: str) -> str:
        """Return ``text`` in the quotes that ``node`` is written in."""
        start, end = self.source.span(node)
        old = self.source.utf8[start:end]
        if self.module.enclosing(node, (ast.JoinedStr,)) is not None:
            return text
        return text.replace('"', "'") if b"'" in old and b'"' not in old else text

    # -- the text -----------------------------------------------------------------------

    def _root(self, value: ast.expr) -> str:
        root = self.variables.root(value)
        if isinstance(root, ast.Name):
            return self.variables.name(root)
        start, end = self.source.span(root)
        text = self.source.utf8[start:end]
        if b"#" in text or b"\n" in text:
            raise Unclear("CC506", "the answer is not in a variable", root)
        return f"({text.decode()})" if isinstance(root, ast.Await) else text.decode()

    def _cut(self, node: ast.expr, text: str) -> Cut:
        start, end = self.source.span(node)
        if b"#" in self.source.utf8[start:end]:
            raise Unclear("CC506", "a comment stands in the expression", node)
        return Cut(start, end, text)

    def _content(self, step: Step) -> list[Edit]:
        whole = step.whole
        lines = self._quoted(whole, step.row["long"]).strip("\n").format(self._root(step.value))
        added = self.nones.edits(whole)
        statement = self.module.statement(whole)
        if indent_of(self.module, statement) is None:
            raise Unclear("CC506", "the statement does not begin its line", whole)
        if self._alone(statement, whole):
            return [self._cut(whole, self._laid_out(statement, lines, bool(added)))]
        name = self._named(step, statement)
        start = self.source.span(statement)[0]
        text = self._over_lines(statement, f"{name} = {lines}", "")
        indent = indent_of(self.module, statement)
        above = Splice(start, start, f"{text}{newline_of(self.module, statement)}{indent}")
        return [above, self._cut(whole, name), *added]

    def _alone(self, statement: ast.AST, whole: ast.expr) -> bool:
        """Return whether the text is all that a statement assigns or returns."""
        if not isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return)):
            return False
        if statement.value is not whole:
            return False
        start, end = self.source.span(statement)
        first, last = self.source.span(whole)
        before, behind = self.source.utf8[start:first], self.source.utf8[last:end]
        return not behind.strip() and b"\n" not in before and not before.rstrip().endswith(b"(")

    def _laid_out(self, statement: ast.stmt, lines: str, optional: bool) -> str:
        if not optional:
            return self._over_lines(statement, lines, "")
        inner = self._over_lines(statement, f"{lines}\nor None", "    ")
        newline, indent = newline_of(self.module, statement), indent_of(self.module, statement)
        return f"({newline}{indent}    {inner}{newline}{indent})"

    def _over_lines(self, statement: ast.stmt, text: str, more: str) -> str:
        indent = indent_of(self.module, statement)
        return f"{newline_of(self.module, statement)}{indent}{more}".join(text.split("\n"))

    def _named(self, step: Step, statement: ast.stmt) -> str:
        """Return a new variable for the text, set above ``statement``."""
        whole = step.whole
        root = self.variables.root(step.value)
        if isinstance(statement, ast.While) or not self.hoists.at_once(statement, whole):
            raise Unclear("CC506", "the text is read where no variable can be set before", whole)
        if any(isinstance(part, ast.Call) for part in walk(root)) and self._calls_before(
            statement, whole
        ):
            raise Unclear("CC506", "the answer is read behind another call", whole)
        scope = self.module.scope(whole).function()
        for name in _NAMES:
            if self.variables.names.claim(name, scope, statement, [whole]):
                return name
        raise Unclear("CC506", "the text needs a variable, and no name is free", whole)

    def _calls_before(self, statement: ast.stmt, whole: ast.expr) -> bool:
        """Return whether something else may happen in the statement before the text is read."""
        start = self.source.span(whole)[0]
        return any(
            isinstance(node, (ast.Call, ast.Await, ast.NamedExpr))
            and self.source.span(node)[1] <= start
            for node in walk(statement)
        )
