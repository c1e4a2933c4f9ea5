"""Parts of a result that are values of their own: tool calls, the finish reason, choices tested.

Responses has them, spelled differently: calls are items of ``output``, the finish reason follows
from the status, and whether there is an answer from ``output`` itself.
"""

from __future__ import annotations

from migrator.analysis.resultuses import PRINTERS, Step
from migrator.analysis.styles import base, like
from migrator.analysis.syntax import (
    FUNCTIONS,
    SCOPES,
    ast,
    children,
    constant_string,
    is_none,
    last_name,
    literal,
)
from migrator.analysis.uses import uses_of
from migrator.analysis.values import qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results
    from migrator.analysis.scopes import Binding

_REASONS = {"stop", "length", "tool_calls", "function_call", "content_filter"}
_TYPES = {"function": "function_call"}
_EQUAL = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
_LISTS = {"list", "tuple", "reversed"}
_BESIDE = {"enumerate": 1, "zip": 0}


class Parts:
    """Follows such values of one module, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module

    def use(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        """Follow one use; return False where the rules for all values apply."""
        if kind == "calls":
            return self._calls(node, group, parent)
        if kind == "calltype":
            return self._type(node, group, parent)
        if base(kind) == "finish":
            return self._finish(node, kind, group, parent)
        return kind == "choices" and self.choices(node, group, parent)

    # -- tool calls ---------------------------------------------------------------------

    def _calls(self, node: ast.expr, group: int, parent: ast.AST) -> bool:
        results = self.results
        if isinstance(parent, ast.Subscript) and parent.value is node:
            if not isinstance(parent.ctx, ast.Load):
                return False
            kind = "calls" if isinstance(parent.slice, ast.Slice) else "call"
            results.track(parent, kind, group)
        elif isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            return parent.iter is node and self._each(parent.target, node, group)
        elif isinstance(parent, ast.Call) and node in parent.args and self._builtin(parent.func):
            return self._given(node, group, parent)
        else:
            return False
        return True

    def _builtin(self, func: ast.expr) -> bool:
        return isinstance(func, ast.Name) and not qualified_names(self.module, func)

    def _given(self, node: ast.expr, group: int, call: ast.Call) -> bool:
        name = last_name(call.func)
        if name == "len":
            return True
        if name in _LISTS and len(call.args) == 1:
            self.results.track(call, "calls", group)
            return True
        outer = self.module.parent(call)
        if name not in _BESIDE or not isinstance(outer, (ast.For, ast.AsyncFor, ast.comprehension)):
            return False
        place = _BESIDE[name] + call.args.index(node)
        target = outer.target
        if not isinstance(target, ast.Tuple) or any(
            isinstance(item, ast.Starred) for item in [*target.elts, *call.args]
        ):
            return False
        return place < len(target.elts) and self._each(target.elts[place], node, group)

    def _each(self, target: ast.expr, node: ast.expr, group: int) -> bool:
        binding = self.module.binding_of.get(target)
        if binding is None or not isinstance(target, ast.Name):
            return False
        self.results.bound(binding, node, "call", group)
        return True

    def _type(self, node: ast.expr, group: int, parent: ast.AST) -> bool:
        results = self.results
        if results.history.rebuilt.stored(node, group, parent):
            return True
        values = _compared(node, parent)
        if values is None or any(constant_string(value) not in _TYPES for value in values):
            results.reason(group, "CC303", "the type of a tool call is more than compared", node)
            return True
        for value in values:
            new = _TYPES[constant_string(value) or ""]
            step = Step(value, node, "calltype", "==", {"text": f'"{new}"'}, "constant")
            results.steps.append((group, step))
        return True

    # -- finish reason ------------------------------------------------------------------

    def _finish(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        results = self.results
        if isinstance(parent, (ast.Assign, ast.AnnAssign)) and all(
            isinstance(target, ast.Name)
            for target in (parent.targets if isinstance(parent, ast.Assign) else [parent.target])
        ):
            return self._kept(parent) and self._word(node, kind, group)
        values = _compared(node, parent)
        if values is not None and all(constant_string(value) in _REASONS for value in values):
            assert isinstance(parent, ast.Compare)
            results.steps.append((group, Step(parent, node, kind, "==", {}, "finished")))
        elif self._shown(node, parent):
            results.steps.append((group, Step(node, node, kind, "shown", {}, "status")))
            message = "`finish_reason` is shown; `status` has other words"
            results.reason(group, "CC302", message, node, "suggest")
        elif self._only_tested(node, parent):
            if node in results.step_at:
                results.steps.append((group, Step(node, node, kind, "tested", {}, "status")))
        elif _strange(values) or not self._word(node, kind, group):
            results.reason(group, "CC302", "`finish_reason` goes on as a value", node)
        return True

    def _kept(self, statement: ast.Assign | ast.AnnAssign) -> bool:
        """Return whether a variable with the reason is more than asked what it is."""
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            binding = self.module.binding_of.get(target)
            for use in uses_of(self.module, binding) if binding is not None else ():
                parent = self.module.parent(use)
                values = _compared(use, parent)
                asked = values is not None and None not in map(constant_string, values)
                if not (asked or self._shown(use, parent) or self._only_tested(use, parent)):
                    return True
        return False

    def _word(self, node: ast.expr, kind: str, group: int) -> bool:
        """Write the reason as a value where it is read from the answer itself."""
        if node not in self.results.step_at:
            return False
        self.results.steps.append((group, Step(node, node, kind, "word", {}, "word")))
        return True

    @staticmethod
    def _only_tested(node: ast.expr, parent: ast.AST) -> bool:
        if isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            return parent.test is node
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        if isinstance(parent, ast.BoolOp):
            return isinstance(parent.op, ast.And) and parent.values[-1] is not node
        if isinstance(parent, ast.Compare):
            return parent.left is node and all(is_none(item) for item in parent.comparators)
        return isinstance(parent, ast.Expr)

    def _shown(self, node: ast.expr, parent: ast.AST) -> bool:
        if isinstance(parent, ast.FormattedValue):
            return self._handed_to_printer(self.module.parent(parent))
        return (
            isinstance(parent, ast.Call)
            and node in parent.args
            and (last_name(parent.func) in PRINTERS)
        )

    def _handed_to_printer(self, text: ast.AST) -> bool:
        call = self.module.parent(text)
        return isinstance(call, ast.Call) and last_name(call.func) in PRINTERS

    # -- choices ------------------------------------------------------------------------

    def choices(self, node: ast.expr, group: int, parent: ast.AST) -> bool:
        """Turn a test for choices into one for output items; True when that could be done."""
        step = self.results.step_at.get(node)
        if step is None or not self._asks(node, parent):
            return False
        step.row = {"to": "output"}
        step.becomes = "plain"
        return True

    def looped(self, node: ast.expr, kind: str, group: int, loop: ast.AST) -> bool:
        """Turn a loop over the choices into its body, done once; True when that could be done."""
        if not isinstance(loop, ast.For) or loop.iter is not node:
            return False
        binding = self.module.binding_of.get(loop.target)
        if not isinstance(loop.target, ast.Name) or binding is None:
            return False
        if loop.orelse or _leaves(loop.body) or not self._inside(binding, loop):
            return False
        self.results.steps.append((group, Step(node, node, "choices", "for", {}, "loop")))
        self.results.bound(binding, node, like(kind, "choice"), group)
        return True

    def _inside(self, binding: Binding, loop: ast.For) -> bool:
        """Return whether the variable of a loop is only read in it, and what follows is reached."""
        start, end = self.module.source.span(loop)
        if any(
            not start <= self.module.source.span(use)[0] < end
            for use in uses_of(self.module, binding)
        ):
            return False
        last = isinstance(loop.body[-1], (ast.Return, ast.Raise))
        return not last or self._is_last(loop)

    def _is_last(self, loop: ast.For) -> bool:
        """Return whether nothing stands behind a loop that always leaves the function."""
        parent = self.module.parent(loop)
        return isinstance(parent, FUNCTIONS) and parent.body[-1] is loop

    def _asks(self, node: ast.expr, parent: ast.AST) -> bool:
        if isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            return parent.test is node
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        if isinstance(parent, ast.BoolOp):
            guards = isinstance(parent.op, ast.And) and parent.values[-1] is not node
            return guards or self._asks(parent, self.module.parent(parent))
        if not isinstance(parent, ast.Call) or not self._builtin(parent.func):
            return False
        if last_name(parent.func) == "bool":
            return True
        return last_name(parent.func) == "len" and self._counted(parent, self.module.parent(parent))

    def _counted(self, call: ast.Call, parent: ast.AST) -> bool:
        """Return whether a length only says whether there is anything at all."""
        if isinstance(parent, ast.Compare):
            if parent.left is not call or len(parent.ops) != 1:
                return False
            known, value = literal(parent.comparators[0])
            zero = (ast.Eq, ast.NotEq, ast.Gt, ast.LtE)
            one = (ast.Lt, ast.GtE)
            return (
                known
                and isinstance(parent.ops[0], zero if value == 0 else one)
                and (value in (0, 1) and not isinstance(value, bool))
            )
        return self._asks(call, parent)


def _strange(values: list[ast.expr] | None) -> bool:
    """Return whether one of the words is none that OpenAI sends."""
    words = {constant_string(value) for value in values or ()}
    return bool(words - _REASONS - {None})


def _leaves(body: list[ast.stmt]) -> bool:
    """Return whether a loop is left or goes on before its end."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, (ast.Break, ast.Continue)):
            return True
        if isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            # What leaves an inner loop leaves no more than that, unless it stands in its `else`.
            todo.extend(node.orelse)
        elif not isinstance(node, SCOPES):
            todo.extend(children(node))
    return False


def _compared(node: ast.expr, parent: ast.AST) -> list[ast.expr] | None:
    """Return what a value is compared with by ``==``, ``!=``, ``in`` or ``not in``, else None."""
    if not isinstance(parent, ast.Compare) or len(parent.ops) != 1:
        return None
    other = parent.comparators[0]
    op = parent.ops[0]
    if not isinstance(op, _EQUAL):
        return None
    if isinstance(op, (ast.Eq, ast.NotEq)):
        return [other if parent.left is node else parent.left]
    if parent.left is not node or not isinstance(other, (ast.Tuple, ast.List, ast.Set)):
        return None
    return list(other.elts) or None
