"""Messages of results that go back into a messages list, as objects or dumped."""

from __future__ import annotations

from migrator.analysis.functions import type_checked
from migrator.analysis.rebuilt import Rebuilt
from migrator.analysis.resultuses import Step
from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_DUMPS = ("model_dump", "to_dict", "dict")


class Placed:
    """A message that becomes an element of a list; a messages list may claim it.

    ``node`` is the element, ``whole`` what is edited: the call of ``append``, or the element;
    ``answer`` is a read of the answer: the element itself, unless it is written out again.
    """

    __slots__ = ("node", "whole", "group", "claimed", "answer")

    def __init__(self, node: ast.expr, whole: ast.expr, group: int) -> None:
        self.node = node
        self.whole = whole
        self.group = group
        self.claimed = False
        self.answer = node


class History:
    """The messages of one module that become elements of lists."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        self.placed: dict[ast.expr, Placed] = {}
        self.dumps: set[ast.expr] = set()
        self.rebuilt = Rebuilt(results)

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
        if type_checked(self.module.scope(call)):
            # Dicts stay dicts where a type checker looks; a variable for one can't.
            if isinstance(outer, ast.Assign):
                return False
            self.dumps.add(call)
        self.results.steps.append((group, Step(call, node, "message", "undump", {}, "message")))
        self.results.track(call, "message", group)
        return True

    def claim(self, node: ast.expr, group: int) -> bool:
        """Let a messages list of ``group`` have the element ``node``; False if it is no message."""
        placed = self.placed.get(node)
        if isinstance(node, ast.Dict):
            placed = self._written(node)
        if placed is None:
            return False
        self.results.groups.join(placed.group, group)
        if not placed.claimed:
            placed.claimed = True
            kind = "element" if placed.whole is node else "append"
            written = isinstance(node, ast.Dict) and type_checked(self.module.scope(node))
            row = {"dumped": "yes"} if written or node in self.dumps else {}
            if self.results.streams is not None:
                row |= self.results.streams.replays.get(placed.node, {})
            self.results.steps.append(
                (group, Step(placed.whole, placed.answer, "message", kind, row, "items"))
            )
        return True

    def _written(self, node: ast.Dict) -> Placed | None:
        """Return what places a message that is written out again from an answer."""
        call = self.module.parent(node)
        found = self.rebuilt.answer(node)
        streams = self.results.streams
        if found is None and streams is not None:
            heard = streams.replay(node)
            found = None if heard is None else (node, heard)
        if found is None:
            return None
        if isinstance(call, ast.List):
            placed = Placed(node, node, found[1])
        elif _appends(call, node) and isinstance(self.module.parent(call), ast.Expr):
            assert isinstance(call, ast.Call)
            placed = Placed(node, call, found[1])
        else:
            return None
        placed.answer = found[0]
        return self.placed.setdefault(node, placed)

    def unclaimed(self) -> None:
        """Add a reason for every message in a list that is no messages list."""
        for placed in self.placed.values():
            if not placed.claimed:
                message = "the object is put into a list"
                self.results.reason(placed.group, "CC305", message, placed.node)
        for node, group in self.rebuilt.stored_parts.items():
            above: ast.AST = node
            while isinstance(above, ast.expr) and above not in self.placed:
                above = self.module.parent(above)
            if above not in self.placed:
                message = "a part of the tool calls is put into a dict"
                self.results.reason(group, "CC303", message, node)


def _appends(call: ast.AST, node: ast.expr) -> bool:
    """Return whether ``call`` is ``something.append(node)``."""
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "append"
        and call.args == [node]
        and not call.keywords
    )
