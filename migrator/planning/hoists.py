"""Variables for expressions that several reads want: ``tool_calls = […]`` behind the response.

Where the response may be None, the variable is set where the program reads it first anyway.
"""

from __future__ import annotations

from migrator.analysis.functions import own_nodes
from migrator.analysis.reaching import bindings_of
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.styles import style
from migrator.analysis.syntax import COMPREHENSIONS, FUNCTIONS, SCOPES, ast, walk
from migrator.analysis.values import origins
from migrator.planning.endings import Endings
from migrator.planning.layout import WIDEST, fits, indent_of, newline_of, over_lines
from migrator.planning.links import alone
from migrator.planning.model import Cut, Splice
from migrator.planning.nones import Nones
from migrator.planning.truth import is_tested
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_HEADERS = {ast.If: "test", ast.While: "test", ast.For: "iter", ast.AsyncFor: "iter"}
_WHOLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.Return, ast.Assert)
_ENDS = (ast.Return, ast.Raise)


class Hoists:
    """Decides for the reads of one group; ``named`` says which read gets which variable."""

    def __init__(
        self, module: Module, variables: Variables, nones: Nones, endings: Endings
    ) -> None:
        self.module = module
        self.variables = variables
        self.nones = nones
        self.endings = endings
        self.named: dict[ast.expr, str] = {}

    def edits(self, steps: list[Step]) -> list[Edit]:
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
            if step.whole in written or style(step.kind) == "wire":
                continue
            root = self.variables.root(step.whole)
            name = step.row.get("name") or ("tool_calls" if self.endings.asks(step) else "")
            if name and isinstance(root, ast.Name):
                seen = bindings_of(self.module, root)
                if len(seen) == 1:
                    wanted.setdefault((seen[0], name), []).append(step)
        for (binding, name), found in wanted.items():
            found.sort(key=lambda step: step.becomes == "finished")
            if self._worthwhile(found):
                result.extend(self._hoisted(binding, name, found))
        return result

    def _worthwhile(self, found: list[Step]) -> bool:
        parents = [self.module.parent(step.whole) for step in found]
        step = found[0]
        if step.becomes == "finished" or any(
            each.becomes != "finished" and isinstance(parent, (ast.Assign, ast.NamedExpr))
            for each, parent in zip(found, parents, strict=True)
        ):
            return False
        if len(found) > 1:
            return True
        root = self._root(step)
        if root is None or is_tested(self.module, step.whole):
            return False
        if step.becomes == "calls" and self.nones.observed(step.whole, set()):
            return False
        return not fits(self.module, step.whole, step.text.format(root))

    def _root(self, step: Step) -> str | None:
        root = self.variables.root(step.whole)
        return self.variables.name(root) if isinstance(root, ast.Name) else None

    def _hoisted(self, binding: Binding, name: str, found: list[Step]) -> list[Edit]:
        statement = binding.statement
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return []
        if not alone(self.module.source, statement):
            return []
        before = None if self._certain(binding.value, set()) else self._first(statement, found)
        if before is statement:
            return []
        reads = [step.whole for step in found]
        if not self.variables.names.claim(name, binding.scope, before or statement, reads):
            return []
        for read in reads:
            self.named[read] = name
        if before is not None:
            return [self._above(before, name, found[0])]
        return [self._behind(binding, statement, name, found[0])]

    def _text(self, name: str, step: Step, statement: ast.stmt) -> str:
        root = self._root(step)
        assert root is not None
        indent = indent_of(self.module, statement)
        assert indent is not None
        text = f"{name} = {step.text.format(root)}"
        if len(indent) + len(text) <= WIDEST:
            return text
        return f"{name} = {over_lines(self.module, step.row, root, statement)}"

    def _behind(
        self, binding: Binding, statement: ast.stmt, name: str, step: Step
    ) -> Splice:  # fmt: skip
        source = self.module.source
        start, end = source.span(statement)
        text = self._text(name, step, statement)
        alias = self.variables.by_binding.get(binding)
        if alias is not None and self.variables.removed(alias):
            self.variables.replaced.add(statement)
            return Cut(start, end, text)
        indent = indent_of(self.module, statement)
        return Splice(end, end, f"{newline_of(self.module, statement)}{indent}{text}")

    def _above(self, statement: ast.stmt, name: str, step: Step) -> Splice:
        source = self.module.source
        start = source.span(statement)[0]
        text = self._text(name, step, statement)
        indent = indent_of(self.module, statement)
        return Splice(start, start, f"{text}{newline_of(self.module, statement)}{indent}")

    # -- responses that may be None -----------------------------------------------------

    def _certain(self, value: ast.AST | None, seen: set[ast.AST]) -> bool:
        """Return whether ``value`` certainly is a response or a part of one, never None."""
        while isinstance(value, (ast.Await, ast.Attribute, ast.Subscript)):
            value = value.value
        if isinstance(value, ast.Name):
            bindings = bindings_of(self.module, value)
            return all(b.kind == "assign" and self._once(b.value, seen) for b in bindings)
        if not isinstance(value, ast.Call):
            return False
        if value in self.module.memo["sites"]:  # type: ignore[operator]
            return value not in self.module.memo.get("either", ())  # type: ignore[operator]
        found = origins(self.module, value.func)
        return bool(found) and all(
            isinstance(origin.node, FUNCTIONS) and self._gives(origin.node, seen)
            for origin in found
        )

    def _once(self, value: ast.AST | None, seen: set[ast.AST]) -> bool:
        if value is None or value in seen:
            return False
        seen.add(value)
        return self._certain(value, seen)

    def _gives(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, seen: set[ast.AST]
    ) -> bool:  # fmt: skip
        """Return whether a function certainly returns a response."""
        return _ends(function.body) and all(
            self._once(node.value, seen)
            for node in own_nodes(function)
            if isinstance(node, ast.Return)
        )

    def _first(self, statement: ast.stmt, found: list[Step]) -> ast.stmt:
        """Return what reads first, before anything else can; ``statement`` where nothing does."""
        block = self.variables.names.block(statement)
        reads = [step.whole for step in found]
        while block is not None:
            holders = [item for item in block if any(self._holds(item, read) for read in reads)]
            if not holders or holders[0] is statement:
                return statement
            first = min(reads, key=lambda read: self.module.source.span(read)[0])
            if len(holders) > 1 or self._heads(holders[0], first):
                return holders[0] if self.at_once(holders[0], first) else statement
            block = self._inner(holders[0], reads)
        return statement

    def _holds(self, statement: ast.stmt, read: ast.expr) -> bool:
        current: ast.AST = read
        while current is not statement and not isinstance(current, ast.Module):
            current = self.module.parent(current)
        return current is statement

    def _heads(self, statement: ast.stmt, read: ast.expr) -> bool:
        return self.module.statement(read) is statement

    def _inner(self, statement: ast.stmt, reads: list[ast.expr]) -> list[ast.stmt] | None:
        """Return the suite inside ``statement`` that holds all reads, if there is one."""
        if isinstance(statement, SCOPES):
            return None
        for name in ("body", "orelse", "finalbody"):
            block = getattr(statement, name, None)
            if isinstance(block, list) and all(
                any(self._holds(item, read) for item in block) for read in reads
            ):
                return block
        return None

    def at_once(self, statement: ast.stmt, read: ast.expr) -> bool:
        """Return whether ``statement`` always evaluates ``read``, and a line can stand above."""
        source = self.module.source
        if indent_of(self.module, statement) is None:
            return False
        if source.utf8.startswith(b"elif", source.span(statement)[0]):
            return False
        name = _HEADERS.get(type(statement))
        within = getattr(statement, name) if name else statement
        if not name and not isinstance(statement, _WHOLE):
            return False
        current: ast.AST = read
        while current is not within:
            parent = self.module.parent(current)
            if isinstance(parent, ast.stmt) and parent is not within:
                return False
            if isinstance(parent, ast.BoolOp) and parent.values[0] is not current:
                return False
            if isinstance(parent, ast.IfExp) and parent.test is not current:
                return False
            if isinstance(parent, ast.Compare) and current in parent.comparators[1:]:
                return False
            if isinstance(parent, ast.comprehension):
                whole = self.module.parent(parent)
                if parent.iter is not current or whole.generators[0] is not parent:  # type: ignore[attr-defined]
                    return False
                parent = whole
            elif isinstance(parent, (ast.Lambda, *COMPREHENSIONS)):
                return False
            current = parent
        return True


def _ends(block: list[ast.stmt]) -> bool:
    """Return whether control never runs off the end of a suite."""
    last = block[-1]
    if isinstance(last, _ENDS):
        return True
    if isinstance(last, ast.If):
        return bool(last.orelse) and _ends(last.body) and _ends(last.orelse)
    if isinstance(last, ast.Try):
        if last.finalbody and _ends(last.finalbody):
            return True
        tail = last.orelse or last.body
        return _ends(tail) and all(_ends(handler.body) for handler in last.handlers)
    if isinstance(last, ast.While):
        forever = isinstance(last.test, ast.Constant) and bool(last.test.value)
        return forever and not any(isinstance(node, ast.Break) for node in walk(last))
    return False
