"""Assistant messages put together from what a stream said: its text and its tool calls.

``{"role": "assistant", "content": text, "tool_calls": list(calls.values())}`` says what the answer
said where the loop kept all of it, so the output of the answer can take that place.
"""

from __future__ import annotations

from migrator.analysis.chunkvalues import rendered
from migrator.analysis.pieces import flat
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, constant_string, is_none, last_name, walk
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.loops import StreamLoop
    from migrator.analysis.pieces import Piece

    Path = tuple[str, ...]
    Entry = dict[Path, str]

# What a call of the chat API looks like in a message, path by path.
_CALL: Entry = {
    ("id",): "id",
    ("type",): "function",
    ("function", "name"): "name",
    ("function", "arguments"): "arguments",
}
# What is left of a tool call that was kept as it came.
_DUMPS = ("model_dump", "to_dict", "dict")


def replayed(module: Module, loops: list[StreamLoop], node: ast.Dict) -> tuple[int, bool] | None:
    """Return which loop heard what the message ``node`` says, and whether that is all of it.

    Otherwise the message leaves out the text.  None where it may say anything else.
    """
    fields = {constant_string(k): v for k, v in zip(node.keys, node.values, strict=True)}
    calls, content = fields.get("tool_calls"), fields.get("content")
    if not set(fields) <= {"role", "content", "tool_calls"} or len(fields) != len(node.keys):
        return None
    if calls is None or constant_string(fields.get("role")) != "assistant":
        return None
    for index, loop in enumerate(loops):
        found = _Heard(module, loop)
        if not found.dominates(node) or not found.calls(calls):
            continue
        if content is None or is_none(content) or constant_string(content) == "":
            return index, False
        return (index, True) if found.text(content) else None
    return None


class _Heard:
    """What one loop keeps of a stream."""

    def __init__(self, module: Module, loop: StreamLoop) -> None:
        self.module = module
        self.loop = loop
        self.inside = {part for item in loop.node.body for part in walk(item)}
        self.above: ast.AST = loop.node
        while isinstance(parent := module.parent(self.above), (ast.With, ast.AsyncWith)):
            self.above = parent
        self.block = self._block()

    def _block(self) -> list[ast.AST]:
        parent = self.module.parent(self.above)
        for name in ("body", "orelse", "finalbody"):
            found = getattr(parent, name, None)
            if isinstance(found, list) and self.above in found:
                return found
        return []

    def dominates(self, node: ast.AST) -> bool:
        """Return whether the whole stream has been heard wherever ``node`` is reached."""
        early = [*self.loop.text, *self.loop.added, *self.loop.arguments]
        if any(isinstance(piece.node, ast.Break) for piece in flat(early)):
            return False
        if self.module.scope(self.loop.node).function() is not self.module.scope(node).function():
            return False
        above = node
        while above not in self.block and not isinstance(above, ast.Module):
            above = self.module.parent(above)
        return above in self.block and self.block.index(above) > self.block.index(self.above)

    def _starts(self, binding: Binding) -> bool:
        """Return whether a variable is set right before the loop, each time it runs."""
        start = binding.statement
        return start in self.block and self.block.index(start) < self.block.index(self.above)

    # -- text ---------------------------------------------------------------------------

    def text(self, node: ast.expr) -> bool:
        """Return whether ``node`` is the text of the answer."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            other = node.values[1]
            empty = isinstance(other, ast.Constant) and not other.value
            return empty and self.text(node.values[0])
        if isinstance(node, ast.IfExp):
            same = isinstance(node.test, ast.Name) and isinstance(node.body, ast.Name)
            other = node.orelse
            empty = isinstance(other, ast.Constant) and not other.value
            return same and empty and _is(node.test, node.body) and self.text(node.body)
        if isinstance(node, ast.Name):
            return self._added_up(node)
        return (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "join"
            and constant_string(node.func.value) == ""
            and len(node.args) == 1
            and isinstance(node.args[0], ast.Name)
            and self._appended(node.args[0])
        )

    def _added_up(self, node: ast.Name) -> bool:
        seen = bindings_of(self.module, node)
        outside = [binding for binding in seen if binding.node not in self.inside]
        if len(seen) == 1 and outside and not self._starts(seen[0]):
            value = seen[0].value
            plain = seen[0].kind == "assign" and not seen[0].path
            return plain and isinstance(value, ast.expr) and self.text(value)
        if len(outside) != 1 or constant_string(outside[0].value) != "":
            return False
        pieces = [piece for piece in self.loop.text if self._adds(piece, node)]
        return self._starts(outside[0]) and len(pieces) == 1 and len(seen) == 2

    def _adds(self, piece: Piece, name: ast.Name) -> bool:
        node = piece.node
        if not isinstance(node, ast.AugAssign) or not isinstance(node.op, ast.Add):
            return False
        return _is(node.target, name) and self._shown(piece, node.value) == self._delta()

    def _appended(self, node: ast.Name) -> bool:
        seen = bindings_of(self.module, node)
        value = seen[0].value if len(seen) == 1 else None
        if not isinstance(value, ast.List) or value.elts or not self._starts(seen[0]):
            return False
        adds: list[ast.AST] = []
        for piece in self.loop.text:
            call = piece.node.value if isinstance(piece.node, ast.Expr) else None
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
                continue
            if call.func.attr == "append" and _is(call.func.value, node) and len(call.args) == 1:
                if self._shown(piece, call.args[0]) != self._delta():
                    return False
                adds.append(call.func.value)
        uses = uses_of(self.module, seen[0])
        joins = [use for use in uses if use not in adds and self._joins(use)]
        return len(adds) == 1 and len(joins) + 1 == len(uses)

    def _joins(self, use: ast.expr) -> bool:
        call = self.module.parent(use)
        return isinstance(call, ast.Call) and last_name(call.func) in ("join", "len")

    def _delta(self) -> str:
        return f"{self.loop.event}.delta"

    def _shown(self, piece: Piece, node: ast.expr) -> str:
        text = rendered(self.module.source, node, piece.edits)
        for other in self.loop.text:
            # `content = event.delta` in the line before.
            if isinstance(other.node, ast.Assign) and other.sets and other.sets[1] == text:
                return rendered(self.module.source, other.node.value, other.edits)
        return text

    # -- tool calls ---------------------------------------------------------------------

    def calls(self, node: ast.expr) -> bool:
        """Return whether ``node`` is the list of the tool calls of the answer."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            return is_none(node.values[1]) and self.calls(node.values[0])
        if isinstance(node, ast.ListComp) and len(node.generators) == 1:
            return self._written(node)
        name = self._all(node)
        return name is not None and self._entry(name) == _CALL

    def _written(self, node: ast.ListComp) -> bool:
        """Return whether a comprehension writes every tool call out again."""
        generator = node.generators[0]
        target, name = generator.target, self._all(generator.iter)
        keys = self._keys(generator.iter)
        name = name or keys
        if generator.ifs or name is None or not isinstance(target, ast.Name):
            return False
        entry = self._entry(name)
        if entry is None:
            return False
        if self._one(node.elt, target, name, keys is not None) == ():
            return entry == _CALL
        if isinstance(node.elt, ast.Call):
            func = node.elt.func
            held = isinstance(func, ast.Attribute) and func.attr in _DUMPS and not node.elt.args
            return held and _is(func.value, target) and entry == {(): "held"}  # type: ignore[attr-defined]
        if not isinstance(node.elt, ast.Dict):
            return False
        shown: Entry = {}
        for path, value in _leaves(node.elt):
            place = self._one(value, target, name, keys is not None)
            if place is None or not place:
                shown[path] = constant_string(value) or "?"
            elif entry == {(): "held"}:
                shown[path] = {"type": "function"}.get(place[-1], place[-1])
            else:
                shown[path] = entry.get(place, "?")
        return shown == _CALL

    def _one(self, node: ast.expr, target: ast.Name, table: ast.Name, by_key: bool) -> Path | None:
        """Return the path in the entry of one call that ``node`` reads, else None."""
        path: list[str] = []
        while True:
            if by_key and isinstance(node, ast.Subscript) and _is(node.value, table):
                return tuple(path) if _is(node.slice, target) else None
            if isinstance(node, ast.Subscript):
                name = constant_string(node.slice)
            elif isinstance(node, ast.Attribute):
                name = node.attr
            else:
                return tuple(path) if not by_key and _is(node, target) else None
            if name is None:
                return None
            path.insert(0, name)
            node = node.value

    def _all(self, node: ast.expr) -> ast.Name | None:
        """Return the variable whose entries a list has, in order."""
        while isinstance(node, ast.Call) and last_name(node.func) in ("list", "values"):
            if isinstance(node.func, ast.Attribute) and not node.args:
                return node.func.value if isinstance(node.func.value, ast.Name) else None
            if not node.args or isinstance(node.func, ast.Attribute):
                return None
            node = node.args[0]
        return node if isinstance(node, ast.Name) and self._is_list(node) else None

    def _is_list(self, node: ast.Name) -> bool:
        return all(isinstance(b.value, ast.List) for b in bindings_of(self.module, node))

    def _keys(self, node: ast.expr) -> ast.Name | None:
        """Return the table whose keys an iterable goes through, in order."""
        while isinstance(node, ast.Call) and last_name(node.func) in ("sorted", "list", "keys"):
            if isinstance(node.func, ast.Attribute):
                node = node.func.value
            elif len(node.args) == 1 and not node.keywords:
                node = node.args[0]
            else:
                return None
        table = isinstance(node, ast.Name) and not self._is_list(node)
        return node if isinstance(node, ast.Name) and table else None

    def _entry(self, name: ast.Name) -> Entry | None:
        """Return what the loop puts into ``name`` for each call; None if that can't be seen."""
        from migrator.analysis.entries import entry_of

        seen = bindings_of(self.module, name)
        owner = owner_of(self.module, name)
        if len(seen) != 1 or owner is None or not self._starts(seen[0]):
            return None
        return entry_of(self.module, self.loop, seen[0])


def _leaves(node: ast.Dict, above: Path = ()) -> list[tuple[Path, ast.expr]]:
    """Return the values of a display and of those inside it, with the way to them."""
    result: list[tuple[Path, ast.expr]] = []
    for key, value in zip(node.keys, node.values, strict=True):
        path = (*above, constant_string(key) or "?")
        result += _leaves(value, path) if isinstance(value, ast.Dict) else [(path, value)]
    return result


def _is(node: ast.AST, name: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(name, ast.Name) and node.id == name.id
