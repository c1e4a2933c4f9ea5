"""Streams: where they go, and the loops that read them.

A stream is what ``create(stream=True)`` returns.  The ``stream`` helper returns a manager; inside
its ``with`` there is a helper, which yields events and has the final answer.
"""

from __future__ import annotations

from migrator.analysis.chunkvalues import Raises, Refused
from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import own_nodes
from migrator.analysis.loops import Asked, StreamLoop, free_name, new_name, specialised
from migrator.analysis.pieces import Piece, flat
from migrator.analysis.resultuses import Step, looked_up, shows_whole
from migrator.analysis.scopes import Binding, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, walk
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.loops import Loop
    from migrator.analysis.results import Results


class Streams:
    """Follows the streams of one module to their loops, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        self.asked: dict[int, Asked] = {}
        self.loops: list[tuple[int, StreamLoop]] = []
        # Messages that say what a stream said: the variable for the response, and which items.
        # Groups whose streams are handed on by generators.
        self.relays: list[int] = []
        self.replays: dict[ast.AST, dict[str, str]] = {}

    def follow(self, call: ast.expr, group: int, asked: Asked) -> None:
        """Follow the stream that ``call`` returns."""
        self.expect(group, asked)
        self.results.track(call, "stream", group)

    def expect(self, group: int, asked: Asked) -> None:
        """Note that the answer of ``group`` is streamed, and what comes with it."""
        self.asked[group] = asked

    def streams(self, group: int) -> bool:
        """Return whether an answer of ``group`` is streamed."""
        find = self.results.groups.find
        return any(find(asked) == find(group) for asked in self.asked)

    def manage(self, call: ast.expr, group: int) -> None:
        """Follow what the ``stream`` helper returns."""
        self.results.track(call, "opener", group)

    def use(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        """Deal with a use that only streams have; return whether it was one."""
        if kind == "final" and isinstance(parent, ast.Call) and parent.func is node:
            message = "raises `RuntimeError` where an answer that was cut off or failed came back"
            self.results.reason(group, "CC331", message, node)
            self.results.track(parent, "completion", group)
        elif kind == "opener" and not isinstance(parent, ast.withitem):
            self.results.reason(group, "CC223", "the helper is used without `with`", node)
        elif isinstance(parent, (ast.For, ast.AsyncFor)) and parent.iter is node:
            self._loop(parent, kind, group)
        elif isinstance(parent, ast.withitem) and parent.context_expr is node:
            target = parent.optional_vars
            binding = self.module.binding_of.get(target) if target is not None else None
            if binding is not None and isinstance(target, ast.Name):
                inside = "helper" if kind == "opener" else kind
                self.results.bound(binding, node, inside, group)
            elif target is not None:
                self.results.reason(group, "CC309", "the stream is stored", node)
        elif isinstance(parent, ast.comprehension) and parent.iter is node:
            message = "an expression reads the stream, and can't raise when the answer fails"
            self.results.reason(group, "CC316", message, node)
        elif isinstance(parent, ast.YieldFrom):
            self._relayed(node, parent, group)
        else:
            return False
        return True

    def _relayed(self, node: ast.expr, yields: ast.expr, group: int) -> None:
        """Follow a stream out of the generator that hands on every element of it."""
        function = self.module.enclosing(yields, FUNCTIONS)
        assert isinstance(function, FUNCTIONS)
        others = [
            part for part in own_nodes(function)
            if isinstance(part, (ast.Yield, ast.YieldFrom)) and part is not yields
        ]  # fmt: skip
        if others or not isinstance(self.module.parent(yields), ast.Expr):
            self.results.reason(group, "CC504", "the chunks are yielded", node)
            return
        self.relays.append(group)
        self.results.across.returned(node, "stream", group, relayed=True)

    def _whole(self, node: Loop, group: int) -> bool:
        """Follow the chunks out of a loop that does nothing but yield or print them."""
        statement = node.body[0]
        given = statement.value if isinstance(statement, ast.Expr) else None
        binding = self.module.binding_of.get(node.target)
        if len(node.body) != 1 or node.orelse or binding is None or binding.remote:
            return False
        uses = uses_of(self.module, binding)
        yields = isinstance(given, ast.Yield) and uses == [given.value]
        shows = isinstance(given, ast.Call) and bool(uses) and shows_whole(self.module, given, uses)
        if not yields and not shows:
            return False
        if looked_up(self.module, binding.name, binding.node) or binding.scope.kind == "class":
            return False
        loop = StreamLoop(node, binding, new_name(self.module, binding))
        loop.whole, loop.shown = uses, shows
        self.loops.append((group, loop))
        self.results.member(group, "reader", node.target)
        if isinstance(given, ast.Yield):
            self._relayed(node.iter, given, group)
        else:
            self.results.reason(group, "CC322", "whole chunks are printed", statement)
        return True

    def _loop(self, node: Loop, kind: str, group: int) -> None:
        if kind == "stream" and self._whole(node, group):
            return
        asked = None
        if kind == "stream":
            asked = self.asked.get(group) or self.asked[min(self._together(group))]
        try:
            loop = specialised(self.module, node, asked)
        except Refused as error:
            self.results.reason(group, error.code, error.message, error.node)
            return
        except Raises as error:
            message = "the loop raises for some kind of chunk"
            self.results.reason(group, "CC215", message, error.node)
            return
        self.loops.append((group, loop))
        self.results.member(group, "reader", node.target)
        for used in loop.untyped:
            step = Step(used, used, "type", "type", {"to": ""}, "type")
            self.results.steps.append((group, step))
        for piece in loop.says_none[:1]:
            message = "prints `None` for chunks without text, and would not any more"
            self.results.reason(group, "CC330", message, piece.node)
        ends = [*loop.endings.values(), loop.called or []]
        for piece in flat([piece for pieces in ends for piece in pieces]):
            self._kept(piece, group)
        for scope, name in loop.tables:
            self._table(scope, name, node, group)
        for bindings in loop.objects:
            self._objects(bindings, loop, group)

    def _table(self, scope: Scope, name: str, node: ast.AST, group: int) -> None:
        """Add what follows from a table of tool calls that other code can read."""
        if scope.kind == "module":
            message = f"`{name}` has other keys than before and is used in"
            reason = Reason("CC501", message, self.module.source.place(node), "block")
            self.results.mentions.append((group, Mention((name.encode(),), reason)))
        if looked_up(self.module, name, node):
            self.results.reason(group, "CC317", f"`{name}` may be read by name", node)

    def replay(self, node: ast.Dict) -> int | None:
        """Return the group whose stream said what the message ``node`` says, else None."""
        from migrator.analysis.replays import replayed

        found = replayed(self.module, [loop for _, loop in self.loops], node)
        if found is None:
            return None
        group, loop = self.loops[found[0]]
        if not loop.response:
            used = [other.response for _, other in self.loops]
            loop.response = free_name(self.module, loop.node, used)
        if not loop.response:
            return None
        self.replays[node] = {"response": loop.response, "without": "" if found[1] else "text"}
        return group

    def _objects(self, bindings: list[Binding], loop: StreamLoop, group: int) -> None:
        """Follow the tool calls that a table holds behind the loop."""
        inside = {part for item in loop.node.body for part in walk(item)}
        uses = {use for b in bindings for use in uses_of(self.module, b)} - inside
        for use in sorted(uses, key=lambda use: (use.lineno, use.col_offset)):
            parent = self.module.parent(use)
            if isinstance(parent, ast.Subscript):
                self.results.track(parent, "call", group)
            elif isinstance(parent, ast.Attribute):
                call = self.module.parent(parent)
                assert isinstance(call, ast.Call)
                if parent.attr == "values":
                    self.results.track(call, "calls", group)
                elif parent.attr == "items":
                    self._pairs(call, group)
                elif parent.attr not in ("keys", "clear"):
                    self.results.track(call, "call", group)

    def _pairs(self, call: ast.expr, group: int) -> None:
        """Follow the calls in ``for key, call in table.items()``."""
        node: ast.AST = call
        while not isinstance(node, (ast.For, ast.comprehension)):
            node = self.module.parent(node)
        assert isinstance(node.target, ast.Tuple)
        target = node.target.elts[1]
        binding = self.module.binding_of.get(target)
        if binding is None or not isinstance(target, ast.Name):
            self.results.reason(group, "CC303", "a tool call is unpacked", target)
            return
        self.results.bound(binding, call, "call", group)

    def apart(self, calls: list[tuple[int, ast.Call]]) -> None:
        """Add a reason where other calls, or their results, stand in a loop: one has to wait.

        They are decided together, so that a second run finds nothing to do.
        """
        found: list[tuple[ast.AST, int]] = [(call, number) for number, call in calls]
        for node, (kind, number) in self.results.kinds.items():
            if kind not in ("stream", "helper", "usage", "input_details", "output_details"):
                found.append((node, number))
        for group, loop in self.loops:
            inside = {part for item in loop.node.body for part in walk(item)}
            for node, number in found:
                if node in inside:
                    message = "another result is made or read inside the loop"
                    self.results.reason(group, "CC215", message, node)
                    self.results.groups.join(number, group)

    def finish(self) -> None:
        """Check that streams that meet were asked for the same."""
        for binding, (kind, group) in self.results.bindings.items():
            if kind in ("stream", "helper"):
                self._once(binding, group)
        find = self.results.groups.find
        relays = {find(group) for group in self.relays}
        for group, loop in self.loops:
            loop.generated = find(group) in relays
            asked = {self.asked[number].key() for number in self._together(group)}
            if len(asked) > 1:
                message = "streams of different requests meet here"
                self.results.reason(group, "CC316", message, loop.node)

    def _once(self, binding: Binding, group: int) -> None:
        """Add a reason where two places read one stream: its last event answers both."""
        readers = [
            use for use in uses_of(self.module, binding)
            if not isinstance(self.module.parent(use), (ast.Attribute, ast.withitem, ast.Compare))
            and not isinstance(self.module.parent(use), (ast.If, ast.UnaryOp))
        ]  # fmt: skip
        for index, use in enumerate(readers):
            for other in readers[index + 1 :]:
                if not self._exclusive(use, other):
                    line = self.module.source.place(use).line
                    message = f"`{binding.name}` is read in line {line}, too"
                    self.results.reason(group, "CC316", message, other)
                    return

    def _exclusive(self, one: ast.AST, two: ast.AST) -> bool:
        """Return whether two nodes stand in different branches of an ``if``."""
        above: dict[ast.AST, ast.AST] = {}
        while not isinstance(one, ast.Module):
            above[self.module.parent(one)] = one
            one = self.module.parent(one)
        while self.module.parent(two) not in above:
            two = self.module.parent(two)
        parent = self.module.parent(two)
        first = above[parent]
        if not isinstance(parent, ast.If):
            return False
        return (first in parent.body) != (two in parent.body)

    def _together(self, group: int) -> list[int]:
        find = self.results.groups.find
        return [number for number in self.asked if find(number) == find(group)]

    def _kept(self, piece: Piece, group: int) -> None:
        """Follow a part of the usage that is needed behind the loop."""
        value = piece.value
        if piece.keeps is None or value is None or value.kind not in ("usage", "details"):
            return
        node = piece.node
        assert isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(value.data, tuple)
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(node, ast.AnnAssign):
            self.results.annotation(node.annotation, group, str(value.data[0]))
        binding = self.module.binding_of[target]
        assert node.value is not None
        self.results.bound(binding, node.value, str(value.data[0]), group)
