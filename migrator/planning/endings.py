"""Why an answer ended: comparisons of ``finish_reason`` become tests of the status.

A truncated answer never counts as one that calls tools: the status is asked first.
"""

from __future__ import annotations

from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, keyword
from migrator.analysis.values import constants
from migrator.planning.build import Unclear
from migrator.planning.layout import laid_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Request

_CALLED = 'any(item.type == "function_call" for item in {0}.output)'
_WHY = "{0}.incomplete_details is not None and {0}.incomplete_details.reason == "
_ENDED = {
    "length": _WHY + '"max_output_tokens"',
    "content_filter": _WHY + '"content_filter"',
    "stop": '{0}.status == "completed"',
    "tool_calls": '{0}.status == "completed" and {1}',
}
_CALLS = ("tool_calls", "function_call")


class Endings:
    """Writes the tests of one group, whose requests decide what can be an answer."""

    def __init__(self, module: Module, requests: Sequence[Request]) -> None:
        self.module = module
        self.tools = any({"tools", "functions", ""} & set(each.names) for each in requests)
        self.forced = any(self._forces(each) for each in requests)

    def _forces(self, request: Request) -> bool:
        """Return whether a call may name the function the model has to call."""
        for name in ("tool_choice", "function_call"):
            if name in request.names:
                value = keyword(request.site.call, name)
                known, values = constants(self.module, value) if value else (False, [])
                if not known or not all(isinstance(each, (str, type(None))) for each in values):
                    return True
        return False

    def asks(self, step: Step) -> bool:
        """Return whether the test asks if tools were called."""
        if step.becomes != "finished":
            return False
        return any(
            value in _CALLS or (value == "stop" and self.tools) for value in self._values(step)
        )

    @staticmethod
    def _values(step: Step) -> list[str]:
        compare = step.whole
        assert isinstance(compare, ast.Compare)
        other = compare.comparators[0] if compare.left is step.value else compare.left
        values = other.elts if isinstance(other, (ast.Tuple, ast.List, ast.Set)) else [other]
        return [constant_string(value) or "" for value in values]

    def text(self, step: Step, root: str, named: bool) -> str:
        """Return the test of one comparison; ``named`` when ``tool_calls`` holds the calls."""
        compare = step.whole
        assert isinstance(compare, ast.Compare)
        called = "tool_calls" if named else _CALLED.format(root)
        parts = [self._ended(value, root, called, compare) for value in self._values(step)]
        text = parts[0]
        if len(parts) > 1:
            text = " or ".join(f"({part})" if " and " in part else part for part in parts)
        if isinstance(compare.ops[0], (ast.NotEq, ast.NotIn)):
            simple = text == _ENDED["stop"].format(root)
            text = text.replace("==", "!=") if simple else f"not ({text})"
        elif not self._stands_alone(compare):
            return f"({text})"
        return laid_out(self.module, compare, text)

    def _stands_alone(self, node: ast.expr) -> bool:
        parent = self.module.parent(node)
        if isinstance(parent, (ast.If, ast.While)):
            return parent.test is node
        return isinstance(parent, (ast.Assign, ast.Return, ast.keyword))

    def _ended(self, value: str, root: str, called: str, node: ast.expr) -> str:
        if value in _CALLS:
            value = "tool_calls"
        if self.tools and self.forced and value in ("stop", "tool_calls"):
            raise Unclear("CC302", "a forced tool call ends with `stop` in chat", node)
        text = _ENDED[value].format(root, called)
        return f"{text} and not {called}" if value == "stop" and self.tools else text
