"""Results that cross a function of their file: returned by it, or passed to it."""

from __future__ import annotations

from migrator.analysis.facts import Reason
from migrator.analysis.functions import (
    argument_of,
    function_at,
    is_generator,
    parameter_of,
    question,
    references,
    returned,
)
from migrator.analysis.records import Records
from migrator.analysis.resultuses import NAMES
from migrator.analysis.syntax import FUNCTIONS, ast, is_none
from migrator.analysis.uses import uses_of
from migrator.analysis.values import origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results


class FunctionFlow:
    """Follows values of one module through its functions, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        self.records = Records(results)

    def returned(self, node: ast.expr, kind: str, group: int, *, relayed: bool = False) -> None:
        """Follow a value out of the function that returns it; ``relayed``: yields its elements."""
        function = function_at(self.module, node)
        if not isinstance(function, FUNCTIONS):
            self.results.reason(group, "CC502", f"a lambda returns {NAMES[kind]}", node)
            return
        known = self.results.functions.get(function)
        if known is not None:
            self.results.groups.join(known[1], group)
            if known[0] != kind:
                message = f"`{function.name}` returns {NAMES[kind]} or {NAMES[known[0]]}"
                self.results.reason(group, "CC315", message, node)
            return
        self.results.functions[function] = (kind, group)
        self.results.member(group, "wrapper", node)
        if is_generator(function) and not relayed:
            self.results.reason(group, "CC504", f"`{function.name}` is a generator", function)
        self.closed(function, kind, group, "returns")
        self.results.annotation(function.returns, group, kind)
        for call in references(self.module, function).calls:
            self.results.member(group, "caller", call)
            self.results.track(call, kind, group)

    def closed(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, kind: str, group: int, verb: str
    ) -> None:
        """Add reasons where uses of ``function`` can't all be seen."""
        name = function.name
        uses = references(self.module, function)
        for decorator in uses.foreign:
            message = f"`{name}` is decorated in a way that may matter"
            self.results.reason(group, "CC502", message, decorator)
        for node in uses.others:
            self.results.reason(group, "CC502", f"`{name}` is used as a value", node)
        for node in uses.mixed:
            self.results.reason(group, "CC315", f"`{name}` may be another definition", node)
        for node in uses.unsure:
            message = f"`.{name}` may be this function, which {verb} {NAMES[kind]}"
            self.results.reason(group, "CC502", message, node)
        binding = self.module.binding_of[function]
        if binding.scope.kind in ("function", "lambda"):
            return
        if name.startswith("__") and name.endswith("__"):
            self.results.reason(group, "CC502", f"`{name}` is called without its name", function)
            return
        if self.results.library and not name.startswith("_"):
            message = f"`{name}` is public and {verb} {NAMES[kind]}"
            self.results.reason(group, "CC501", message, function)
        message = f"`{name}` {verb} {NAMES[kind]} and is used in"
        reason = Reason("CC501", message, self.module.source.place(function), "block")
        self.results.mentions.append((group, question(function, binding, reason)))

    def finish(self) -> None:
        """Check that methods of other classes return the same, where a call may mean them."""
        for function, (kind, group) in list(self.results.functions.items()):
            assert isinstance(function, FUNCTIONS)
            if self.module.binding_of[function].scope.kind != "class":
                continue
            for call in references(self.module, function).calls:
                self._same_method(call, function.name, kind, group)

    def _same_method(self, call: ast.expr, name: str, kind: str, group: int) -> None:
        use = call.func if isinstance(call, ast.Call) else call
        if not isinstance(use, ast.Attribute):
            return
        for origin in origins(self.module, use):
            known = self.results.functions.get(origin.node)
            if known is not None and known[0] == kind:
                self.results.groups.join(known[1], group)
            elif origin.kind != "def" or _answers(origin.node):
                message = f"`{name}` may be another definition"
                self.results.reason(group, "CC315", message, use)

    def parameter(self, node: ast.expr, kind: str, group: int, call: ast.Call) -> bool:
        """Follow a value into a function of this file; return whether that was possible."""
        if not isinstance(call.func, (ast.Name, ast.Attribute)):
            return False
        if self.records.constructed(node, kind, group, call):
            return True
        found = origins(self.module, call.func)
        if len(found) != 1 or found[0].kind != "def":
            return False
        function = found[0].node
        assert isinstance(function, FUNCTIONS)
        arg = parameter_of(self.module, call, node, function)
        if arg is None or arg in (function.args.vararg, function.args.kwarg):
            return False
        self.results.annotation(arg.annotation, group, kind)
        binding = self.module.binding_of[arg]
        known = self.results.bindings.get(binding)
        if known is not None and known[0] != kind:
            message = f"`{arg.arg}` holds {NAMES[kind]} or {NAMES[known[0]]}"
            self.results.reason(group, "CC315", message, arg)
        elif known is None:
            self.closed(function, kind, group, "takes")
            self._callers_agree(function, arg.arg, kind, group)
        if known is not None:
            self.results.groups.join(known[1], group)
            return True
        self.results.bindings[binding] = (kind, group)
        for use in uses_of(self.module, binding):
            self.results.track(use, kind, group)
        return True

    def _callers_agree(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, name: str, kind: str, group: int
    ) -> None:
        for call in references(self.module, function).calls:
            known, value = (
                argument_of(self.module, call, name, function)
                if isinstance(call, ast.Call)
                else (False, None)
            )
            if not known:
                self.results.reason(group, "CC315", f"a caller hides what `{name}` is", call)
            elif value is not None:
                self.results.meetings.append((kind, group, [value]))


def _answers(function: ast.AST) -> bool:
    """Return whether a function returns or yields something; those that only raise don't."""
    assert isinstance(function, FUNCTIONS)
    return is_generator(function) or any(
        statement.value is not None and not is_none(statement.value)
        for statement in returned(function)
    )
