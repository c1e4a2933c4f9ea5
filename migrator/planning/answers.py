"""Reads of a result that take more than an attribute: lists of tool calls, refusals, why it ended.

A read becomes an expression over the response.  Where several reads want the same expression, it
gets a variable of its own right behind the response.
"""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, is_none, walk
from migrator.planning.build import Unclear
from migrator.planning.endings import Endings
from migrator.planning.layout import WIDEST, fits
from migrator.planning.links import alone
from migrator.planning.model import Cut, Splice
from migrator.planning.nones import Nones
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Request
    from migrator.planning.model import Edit


class Answers:
    """Writes such reads of one group."""

    def __init__(
        self, module: Module, variables: Variables, nones: Nones, requests: Sequence[Request]
    ) -> None:
        self.module = module
        self.variables = variables
        self.nones = nones
        self.endings = Endings(module, requests)
        self._named: dict[ast.expr, str] = {}

    # -- one step -----------------------------------------------------------------------

    def edits(self, step: Step) -> list[Edit] | None:
        """Return the edits of one step; None where an attribute takes its place."""
        if step.becomes == "finished":
            text = self.endings.text(step, self._root(step.value), step.whole in self._named)
            return [self._cut(step.whole, text)]
        if step.becomes == "status":
            return [self._cut(step.whole, f"{self._root(step.value)}.status")]
        if step.becomes == "constant":
            return [self._cut(step.whole, step.text)]
        if step.becomes == "items":
            return self._items(step)
        if not step.text:
            return None
        if step.whole in self._named:
            return [self._cut(step.whole, self._named[step.whole])]
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
        boolean = self._is_tested(step.whole)
        text = step.row.get("test", step.text) if boolean else step.text
        lists = step.becomes == "calls" and not boolean
        added = self.nones.edits(step.whole) if lists else []
        compared = self.module.parent(step.whole)
        if boolean and isinstance(compared, ast.Compare):
            return self._compared(step, compared, text)
        root = self._variable(step.value)
        if root is None:
            return [*self._around(step, text), *added]
        if "{}" not in text:
            return [self._cut(step.whole, text)]
        whole = text.format(root)
        if not added and not fits(self.module, step.whole, whole):
            whole = self._over_lines(step, root) or whole
        return [self._cut(step.whole, whole), *added]

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

    def _compared(self, step: Step, compare: ast.Compare, text: str) -> list[Edit]:
        """``calls is None`` → ``not any(…)``, where only the truth matters."""
        root = self._root(step.value)
        negative = isinstance(compare.ops[0], (ast.Is, ast.Eq))
        return [self._cut(compare, ("not " if negative else "") + text.format(root))]

    def _is_tested(self, node: ast.expr) -> bool:
        """Return whether only the truth of ``node``, or of its being None, matters."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.Compare):
            return (
                parent.left is node
                and len(parent.ops) == 1
                and isinstance(parent.ops[0], (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
                and is_none(parent.comparators[0])
                and self._is_tested(parent)
            )
        if isinstance(parent, ast.BoolOp):
            return self._is_tested(parent)
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        if isinstance(parent, ast.Call):
            return getattr(parent.func, "id", "") == "bool"
        return (
            isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)) and parent.test is node
        )

    # -- layout -------------------------------------------------------------------------

    def _over_lines(self, step: Step, root: str) -> str:
        """Return the expression laid out over lines, where it is all that is assigned."""
        statement = self.module.parent(step.whole)
        if not isinstance(statement, (ast.Assign, ast.Return)) or statement.value is not step.whole:
            return ""
        return self._long(step.row, root, statement)

    def _long(self, row: dict[str, str], root: str, statement: ast.stmt) -> str:
        source = self.module.source
        start = source.span(statement)[0]
        line = source.utf8.rfind(b"\n", 0, start) + 1
        indent = source.utf8[line:start].decode()
        if indent.strip():
            return ""
        newline = "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"
        lines = row.get("long", "").strip("\n").format(root).split("\n")
        return f"{newline}{indent}".join(lines)

    # -- messages in lists --------------------------------------------------------------

    def _items(self, step: Step) -> list[Edit]:
        source = self.module.source
        call = step.whole
        element = call.args[0] if isinstance(call, ast.Call) and step.name == "append" else call
        start, end = source.span(element)
        if isinstance(element, ast.Dict):
            output = f"{self._root(step.value)}.output"
            if step.name == "element":
                return [self._cut(element, f"*{output}")]
            assert isinstance(call, ast.Call)
            first, last = source.span(call.func)[1], source.span(call)[1]
            if b"#" in source.utf8[first:last]:
                raise Unclear("CC506", "a comment stands in the message", call)
            return [Cut(first - len("append"), last, f"extend({output})")]
        if step.name == "element":
            return [Splice(start, start, "*"), Splice(end, end, ".output")]
        assert isinstance(call, ast.Call)
        stop = source.span(call.func)[1]
        return [Splice(stop - len("append"), stop, "extend"), Splice(end, end, ".output")]

    # -- variables ----------------------------------------------------------------------

    def hoist(self, steps: list[Step]) -> list[Edit]:
        """Return the edits that give repeated expressions a variable, and note who reads it."""
        result: list[Edit] = []
        wanted: dict[tuple[Binding, str], list[Step]] = {}
        written = {
            part
            for step in steps
            if step.becomes == "items" and step.whole is not step.value
            for part in walk(step.whole)
            if not isinstance(part, ast.Name)
        }
        for step in steps:
            if step.whole in written:
                continue
            root = self.variables.root(step.whole)
            name = step.row.get("name") or ("tool_calls" if self.endings.asks(step) else "")
            if name and isinstance(root, ast.Name):
                seen = bindings_of(self.module, root)
                if len(seen) == 1:
                    wanted.setdefault((seen[0], name), []).append(step)
        for (binding, name), found in wanted.items():
            found.sort(key=lambda step: step.becomes == "finished")
            if self._worthwhile(found) and self._free(binding, name):
                result.extend(self._hoisted(binding, name, found))
        return result

    def _worthwhile(self, found: list[Step]) -> bool:
        parents = [self.module.parent(step.whole) for step in found]
        own = any(isinstance(parent, (ast.Assign, ast.NamedExpr)) for parent in parents)
        if own or found[0].becomes == "finished":
            return False
        reads = [step for step in found if step.becomes != "finished"]
        if any(self.nones.observed(step.whole, set()) for step in reads):
            return all(self._is_tested(step.whole) for step in reads) and len(found) > 1
        if len(found) > 1:
            return True
        step = found[0]
        root = self._variable(step.value)
        if root is None or self._is_tested(step.whole):
            return False
        return not fits(self.module, step.whole, step.text.format(root))

    def _free(self, binding: Binding, name: str) -> bool:
        return not any(
            name in scope.bindings or name in scope.loads
            for scope in self.variables.visible(binding.scope)
        )

    def _hoisted(self, binding: Binding, name: str, found: list[Step]) -> list[Edit]:
        statement = binding.statement
        alias = self.variables.by_binding.get(binding)
        gone = alias is not None and self.variables.removed(alias)
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return []
        if (
            not alone(self.module.source, statement)
            or len(binding.scope.bindings[binding.name]) > 1
        ):
            return []
        source = self.module.source
        start, end = source.span(statement)
        line = source.utf8.rfind(b"\n", 0, start) + 1
        indent = source.utf8[line:start].decode()
        root = self._root(found[0].whole)
        text = f"{name} = {found[0].text.format(root)}"
        if len(indent) + len(text) > WIDEST:
            text = f"{name} = {self._long(found[0].row, root, statement)}"
        for step in found:
            self._named[step.whole] = name
        if gone:
            self.variables.replaced.add(statement)
            return [Cut(start, end, text)]
        newline = "\r\n" if source.utf8[line - 2 : line] == b"\r\n" else "\n"
        return [Splice(end, end, f"{newline}{indent}{text}")]
