"""Why an answer ended: comparisons of ``finish_reason`` become tests of the status.

A truncated answer never counts as one that calls tools: the status is asked first.
"""

from __future__ import annotations

from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Module
from migrator.analysis.styles import style
from migrator.analysis.syntax import ast, constant_string, keyword
from migrator.analysis.values import constants
from migrator.planning.build import Unclear
from migrator.planning.layout import laid_out
from migrator.planning.truth import is_tested

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Request

_CALLED = 'any(item.type == "function_call" for item in {0}.output)'
_CUT = '{0}.incomplete_details is not None and {0}.incomplete_details.reason == "%s"'
_WHOLE = '{0}.incomplete_details is None or {0}.incomplete_details.reason != "%s"'
_WORD = """
(
    "stop"
    if {0}.status == "completed"
    else "content_filter"
    if {0}.incomplete_details is not None
    and {0}.incomplete_details.reason == "content_filter"
    else "length"
)"""
_CALLS = ("tool_calls", "function_call")
# What `incomplete_details` calls the reasons of answers that were cut off.
_CUTS = {"length": "max_output_tokens", "content_filter": "content_filter"}
# What a request may say of tools so that the model is free to call none.
_FREE = ("auto", "none")


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
                if not known or not all(each is None or each in _FREE for each in values):
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
        found = dict.fromkeys("tool_calls" if v in _CALLS else v for v in self._values(step))
        if self.tools and self.forced and {"stop", "tool_calls"} & set(found):
            raise Unclear("CC302", "a forced tool call ends with `stop` in chat", compare)
        called = _CALLED
        if named:
            called = "tool_calls" if is_tested(self.module, compare) else "bool(tool_calls)"
        negative = isinstance(compare.ops[0], (ast.NotEq, ast.NotIn))
        text = _spelled(step, self._test(list(found), negative, called)).format(root)
        text = text.replace("not bool(tool_calls)", "not tool_calls")
        parent = self.module.parent(compare)
        if isinstance(parent, ast.BoolOp) and isinstance(parent.op, ast.And) and " or " in text:
            return f"({text})"
        if isinstance(parent, ast.UnaryOp) and (" and " in text or " or " in text):
            return f"({text})"
        return laid_out(self.module, compare, text)

    def word(self, step: Step, root: str) -> str:
        """Return the reason itself, over lines."""
        if self.tools:
            raise Unclear("CC302", "`finish_reason` goes on as a value", step.whole)
        return _spelled(step, _WORD.strip("\n")).format(root)

    def _test(self, words: list[str], negative: bool, called: str) -> str:
        if set(words) == set(_CUTS):
            return '{0}.status != "incomplete"' if negative else '{0}.status == "incomplete"'
        if set(words) == {"stop", "tool_calls"} or (words == ["stop"] and not self.tools):
            return '{0}.status != "completed"' if negative else '{0}.status == "completed"'
        if len(words) == 1:
            return self._ended(words[0], negative, called)
        parts = [self._ended(word, False, called) for word in words]
        text = " or ".join(f"({part})" if " and " in part else part for part in parts)
        return f"not ({text})" if negative else text

    def _ended(self, word: str, negative: bool, called: str) -> str:
        if word in _CUTS:
            return (_WHOLE if negative else _CUT) % _CUTS[word]
        if word == "stop" and not self.tools:
            return '{0}.status == "completed"'
        calls = word == "tool_calls"
        if negative:
            return f'{{0}}.status != "completed" or {"not " if calls else ""}{called}'
        return f'{{0}}.status == "completed" and {"" if calls else "not "}{called}'


def _spelled(step: Step, text: str) -> str:
    """Return a test with keys instead of attributes where the answer is JSON."""
    if style(step.kind) != "wire":
        return text
    for name in ("status", "incomplete_details", "reason", "output", "type"):
        text = text.replace(f".{name}", f'["{name}"]')
    return text
