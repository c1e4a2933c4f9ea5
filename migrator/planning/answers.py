"""Reads of a result that take more than an attribute: lists of tool calls, refusals, why it ended.

A read becomes an expression over the response.  Where several reads want the same expression, it
gets a variable of its own right behind the response.
"""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.nocalls import is_empty
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.styles import base, style
from migrator.analysis.syntax import ast
from migrator.planning.build import Unclear
from migrator.planning.endings import Endings
from migrator.planning.hoists import Hoists
from migrator.planning.layout import fits, over_lines
from migrator.planning.model import Cut, Splice
from migrator.planning.nones import Nones
from migrator.planning.truth import is_none_test, is_tested
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Request
    from migrator.planning.above import Above
    from migrator.planning.jsonreads import Json
    from migrator.planning.model import Edit

_DUMP = "item.model_dump(by_alias=True, exclude_unset=True)"


class Answers:
    """Writes such reads of one group."""

    def __init__(
        self, module: Module, variables: Variables, nones: Nones, requests: Sequence[Request]
    ) -> None:
        self.module = module
        self.variables = variables
        self.nones = nones
        self.endings = Endings(module, requests)
        self.hoists = Hoists(module, variables, nones, self.endings)
        self.json: Json | None = None
        self.above: Above | None = None

    def _json(self) -> Json:
        if self.json is None:
            from migrator.planning.jsonreads import Json

            self.json = Json(self.module, self.variables, self.nones, self._above())
        return self.json

    def _above(self) -> Above:
        if self.above is None:
            from migrator.planning.above import Above

            self.above = Above(self.module, self.variables, self.hoists)
        return self.above

    # -- one step -----------------------------------------------------------------------

    def edits(self, step: Step) -> list[Edit] | None:
        """Return the edits of one step; None where an attribute takes its place."""
        if style(step.kind) == "wire" and base(step.kind) != "finish":
            return self._json().edits(step)
        named = self.hoists.named
        if step.becomes == "finished":
            text = self.endings.text(step, self._root(step.value), step.whole in named)
            return [self._cut(step.whole, text)]
        if step.becomes == "status":
            text = f'{self._root(step.value)}["status"]'
            wired = style(step.kind) == "wire"
            return [self._cut(step.whole, text if wired else f"{self._root(step.value)}.status")]
        if step.becomes == "word":
            return self._word(step)
        if step.becomes == "constant":
            return [self._cut(step.whole, step.text)]
        if step.becomes == "items":
            return self._items(step)
        if step.becomes == "type":
            from migrator.planning.shapes import reshape_edits

            return reshape_edits(self.module, Reshape("types.name", step.whole, step.to))
        if not step.text:
            return None
        return self._text(step)

    def _cut(self, node: ast.expr, text: str) -> Cut:
        if self.module.enclosing(node, (ast.JoinedStr,)) is not None and '"' in text:
            raise Unclear("CC506", "the expression stands in an f-string", node)
        start, end = self.module.source.span(node)
        if b"#" in self.module.source.utf8[start:end]:
            raise Unclear("CC506", "a comment stands in the expression", node)
        return Cut(start, end, text)

    def _root(self, node: ast.expr) -> str:
        """Return the variable a chain reads from; raises `Unclear` where there is none."""
        root = self._variable(node)
        if root is None:
            raise Unclear("CC506", "the response is not in a variable", node)
        return root

    def _variable(self, node: ast.expr) -> str | None:
        root = self.variables.root(node)
        return self.variables.name(root) if isinstance(root, ast.Name) else None

    # -- expressions --------------------------------------------------------------------

    def _text(self, step: Step) -> list[Edit]:
        named = self.hoists.named.get(step.whole)
        tested = "test" in step.row and is_tested(self.module, step.whole)
        if "test" in step.row and is_none_test(self.module, step.whole):
            return self._compared(step, named, tested)
        lists = step.becomes == "calls" and not tested
        added = self.nones.edits(step.whole) if lists else []
        text = named or (step.row["test"] if tested else step.text)
        parent = self.module.parent(step.whole)
        whole = self._with_default(step, parent) if lists else step.whole
        if named is not None:
            return [self._cut(whole, text), *added]
        root = self._variable(step.value)
        if root is None:
            return [*self._around(step, text), *added]
        if "{}" not in text:
            return [self._cut(whole, text)]
        text = text.format(root)
        if not added and not fits(self.module, step.whole, text):
            text = self._over_lines(step, root) or text
        return [self._cut(whole, text), *added]

    @staticmethod
    def _with_default(step: Step, parent: ast.AST) -> ast.expr:
        """Return ``calls or []`` (or ``()``), which adds nothing to a list, else ``calls``."""
        if (
            isinstance(parent, ast.BoolOp)
            and isinstance(parent.op, ast.Or)
            and len(parent.values) == 2
            and parent.values[0] is step.whole
            and is_empty(parent.values[1])
        ):
            return parent
        return step.whole

    def _around(self, step: Step, text: str) -> list[Edit]:
        """Put ``text`` around the value, which is no variable."""
        if "{}" not in text or not isinstance(step.whole, ast.Attribute):
            raise Unclear("CC506", "the response is not in a variable", step.whole)
        before, after = text.split("{}")
        if '"' in text and self.module.enclosing(step.whole, (ast.JoinedStr,)) is not None:
            raise Unclear("CC506", "the expression stands in an f-string", step.whole)
        start, end = self.module.source.span(step.whole)
        inner = self.module.source.span(step.value)[1]
        link = self.module.source.utf8[inner:end]
        closing = link.rfind(b")") + 1
        if b"#" in link:
            raise Unclear("CC506", "a comment stands in the expression", step.whole)
        return [Splice(start, start, before), Splice(inner + closing, end, after)]

    def _compared(self, step: Step, named: str | None, tested: bool) -> list[Edit]:
        """``calls is None`` → ``not any(…)``."""
        compare = self.module.parent(step.whole)
        assert isinstance(compare, ast.Compare)
        negative = isinstance(compare.ops[0], (ast.Is, ast.Eq))
        text = named or step.row["test"].format(self._root(step.value))
        if negative:
            text = f"not {text}"
        elif named is not None and not tested:
            text = f"bool({named})"
        return [self._cut(compare, text)]

    def _over_lines(self, step: Step, root: str) -> str:
        """Return the expression laid out over lines, where it is all that is assigned."""
        statement = self.module.parent(step.whole)
        if not isinstance(statement, (ast.Assign, ast.Return)) or statement.value is not step.whole:
            return ""
        return over_lines(self.module, step.row, root, statement)

    def _word(self, step: Step) -> list[Edit]:
        """Write why the answer ended in the words of Chat Completions."""
        lines = self.endings.word(step, self._root(step.whole))
        above = self._above()
        if above.alone(step.whole):
            return [above.in_place(step.whole, lines)]
        root = self.variables.root(step.whole)
        setting, name = above.before(step.whole, lines, ("finish_reason", "reason"), root)
        return [setting, above.cut(step.whole, name)]

    # -- messages in lists --------------------------------------------------------------

    def _items(self, step: Step) -> list[Edit]:
        source = self.module.source
        call = step.whole
        element = call.args[0] if isinstance(call, ast.Call) and step.name == "append" else call
        start, end = source.span(element)
        dumped = "dumped" in step.row
        if isinstance(element, ast.Dict) or dumped:
            output = f"{step.row.get('response') or self._root(step.value)}.output"
            some = bool(step.row.get("without"))
            if dumped or some:
                output = f"{_DUMP if dumped else 'item'} for item in {output}"
            if some:
                output += ' if item.type != "message"'
            if step.name == "element":
                return [self._cut(element, f"*[{output}]" if dumped or some else f"*{output}")]
            assert isinstance(call, ast.Call)
            first, last = source.span(call.func)[1], source.span(call)[1]
            if b"#" in source.utf8[first:last]:
                raise Unclear("CC506", "a comment stands in the message", call)
            return [Cut(first - len("append"), last, f"extend({output})")]
        if step.name == "element":
            return self._element(element, start, end)
        assert isinstance(call, ast.Call)
        stop = source.span(call.func)[1]
        return [Splice(stop - len("append"), stop, "extend"), Splice(end, end, ".output")]

    def _element(self, element: ast.expr, start: int, end: int) -> list[Edit]:
        """``[message]`` → ``[*response.output]``, or ``response.output`` where a list is added."""
        display = self.module.parent(element)
        first, last = self.module.source.span(display)
        around = self.module.source.utf8[first:start] + self.module.source.utf8[end:last]
        adds = isinstance(self.module.parent(display), (ast.BinOp, ast.AugAssign))
        bare = not around.strip(b"[], \t\r\n")
        if adds and bare and isinstance(display, ast.List) and len(display.elts) == 1:
            return [Splice(first, start, ""), Splice(end, last, ".output")]
        return [Splice(start, start, "*"), Splice(end, end, ".output")]
