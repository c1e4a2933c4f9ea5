"""Messages of results that go back into a messages list, as objects or dumped."""

from __future__ import annotations

from migrator.analysis.resultuses import Step
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_DUMPS = ("model_dump", "to_dict", "dict")


class Placed:
    """A message that becomes an element of a list; a messages list may claim it.

    ``node`` is the element, ``whole`` what is edited: the call of ``append``, or the element.
    """

    __slots__ = ("node", "whole", "group", "claimed")

    def __init__(self, node: ast.expr, whole: ast.expr, group: int) -> None:
        self.node = node
        self.whole = whole
        self.group = group
        self.claimed = False


class History:
    """The messages of one module that become elements of lists."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        self.placed: dict[ast.expr, Placed] = {}

    def appended(self, node: ast.expr, group: int, call: ast.Call) -> bool:
        """Note ``list.append(node)``; False for any other call."""
        if not isinstance(self.module.parent(call), ast.Expr) or not _appends(call, node):
            return False
        self.placed[node] = Placed(node, call, group)
        return True

    def element(self, node: ast.expr, group: int) -> None:
        """Note a message that is written into a list display."""
        self.placed[node] = Placed(node, node, group)

    def dumped(self, node: ast.expr, group: int, method: ast.expr, name: str) -> bool:
        """Follow the dump of a message as the message where it is made for a list."""
        call = self.module.parent(method)
        if name not in _DUMPS or not isinstance(call, ast.Call) or call.func is not method:
            return False
        outer = self.module.parent(call)
        if not isinstance(outer, (ast.List, ast.Assign)) and not _appends(outer, call):
            return False
        if any(not isinstance(item.value, ast.Constant) for item in call.keywords) or call.args:
            return False
        self.results.steps.append((group, Step(call, node, "message", "undump", {}, "message")))
        self.results.track(call, "message", group)
        return True

    def claim(self, node: ast.expr, group: int) -> bool:
        """Let a messages list of ``group`` have the element ``node``; False if it is no message."""
        placed = self.placed.get(node)
        if placed is None:
            return False
        self.results.groups.join(placed.group, group)
        if not placed.claimed:
            placed.claimed = True
            kind = "element" if placed.whole is node else "append"
            self.results.steps.append(
                (group, Step(placed.whole, node, "message", kind, {}, "items"))
            )
        return True

    def unclaimed(self) -> None:
        """Add a reason for every message in a list that is no messages list."""
        for placed in self.placed.values():
            if not placed.claimed:
                message = "the object is put into a list"
                self.results.reason(placed.group, "CC305", message, placed.node)


def _appends(call: ast.AST, node: ast.expr) -> bool:
    """Return whether ``call`` is ``something.append(node)``."""
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "append"
        and call.args == [node]
        and not call.keywords
    )
