"""What a loop over a stream keeps of each tool call, and under which keys."""

from __future__ import annotations

from migrator.analysis.chunkvalues import rendered
from migrator.analysis.pieces import flat
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, constant_string, last_name, walk
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.loops import StreamLoop
    from migrator.analysis.pieces import Piece

    Path = tuple[str, ...]
    Entry = dict[Path, str]

_HARMLESS = (ast.If, ast.While, ast.Assert, ast.UnaryOp, ast.Compare, ast.Return, ast.Dict,
             ast.FormattedValue)  # fmt: skip
_READERS = ("len", "bool", "print", "dumps")
_LISTS = ("list", "tuple", "sorted", "reversed", "enumerate")


def entry_of(module: Module, loop: StreamLoop, table: Binding) -> Entry | None:
    """Return what each entry of ``table`` holds when the stream has ended, by its path.

    The values are ``id``, ``name`` and ``arguments`` of the call, ``?`` or the text of a constant.
    A call that is kept as it is has the one path ``()`` and the value ``held``.  None where
    entries may be changed in other ways.
    """
    found = _Entries(module, loop, table)
    if found.read() and found.left_alone():
        return found.entry
    return None


class _Entries:
    """Follows the entries of one table through the loop."""

    def __init__(self, module: Module, loop: StreamLoop, table: Binding) -> None:
        self.module = module
        self.loop = loop
        self.table = table
        self.entry: Entry | None = None
        # Variables that hold the entry of the call in hand, and displays that may become one.
        self.aliases: set[str] = set()
        self.displays: dict[str, Entry] = {}

    def read(self) -> bool:
        """Read what the loop does; False where that can't be followed."""
        loop = self.loop
        for piece in loop.added:
            if not self._piece(piece):
                return False
        if self.entry is None:
            return False
        self.displays.clear()
        for piece in loop.arguments:
            if not self._piece(piece):
                return False
        ends = [*loop.endings.values(), loop.called or []]
        others = [loop.text, *ends, *(pieces for _, _, pieces in loop.others)]
        return not any(self._touches(piece.node) for pieces in others for piece in flat(pieces))

    def _piece(self, piece: Piece) -> bool:
        node = piece.node
        if piece.body is not None:
            return not self._touches(node)
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            return self._assign(piece, node.targets[0], node.value)
        if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
            path = self._path(node.target)
            if path is None:
                return not self._touches(node)
            return self._set(path, self._meaning(piece, node.value), adds=True)
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and self._path_of_table(call.func, "append"):
            return len(call.args) == 1 and self._new(piece, call.args[0])
        return not self._touches(node)

    def _assign(self, piece: Piece, target: ast.expr, value: ast.expr) -> bool:
        if isinstance(target, ast.Name):
            self.aliases.discard(target.id)
            self.displays.pop(target.id, None)
            if isinstance(value, ast.Dict):
                self.displays[target.id] = self._display(piece, value)
            elif self._path(value) == ():
                self.aliases.add(target.id)
            elif isinstance(value, ast.Call) and self._path_of_table(value.func, "setdefault"):
                if self.entry is None and not self._new(piece, value.args[1]):
                    return False
                self.aliases.add(target.id)
            else:
                return not self._touches(value)
            return True
        if isinstance(target, ast.Subscript) and _is(target.value, self.table.name):
            return self._new(piece, value)
        path = self._path(target)
        if path is None:
            return not self._touches(target) and not self._touches(value)
        return self._set(path, self._meaning(piece, value), adds=False)

    def _new(self, piece: Piece, value: ast.expr) -> bool:
        """Take what is put into the table for a new call."""
        if self.entry is not None:
            return False
        if rendered(self.module.source, value, piece.edits) == f"{self.loop.event}.item":
            self.entry = {(): "held"}
        elif isinstance(value, ast.Dict):
            self.entry = self._display(piece, value)
        elif isinstance(value, ast.Name) and value.id in self.displays:
            self.entry = self.displays.pop(value.id)
            self.aliases.add(value.id)
        return self.entry is not None

    def _set(self, path: Path, meaning: str, *, adds: bool) -> bool:
        assert self.entry is not None
        if self.entry == {(): "held"}:
            return adds and meaning == "arguments" and path == ("function", "arguments")
        if adds and self.entry.get(path) != "":
            return False
        self.entry[path] = meaning
        return True

    def _display(self, piece: Piece, node: ast.Dict, above: Path = ()) -> Entry:
        result: Entry = {}
        for key, value in zip(node.keys, node.values, strict=True):
            path = (*above, constant_string(key) or "?")
            if isinstance(value, ast.Dict):
                result |= self._display(piece, value, path)
            else:
                result[path] = self._meaning(piece, value)
        return result

    def _meaning(self, piece: Piece, node: ast.expr) -> str:
        """Return what a value is: a part of the call or a constant; ``?`` if anything else."""
        event = self.loop.event
        parts = {f"{event}.item.call_id": "id", f"{event}.item.name": "name",
                 f"{event}.delta": "arguments"}  # fmt: skip
        text = rendered(self.module.source, node, piece.edits)
        if text in ('"function"', "'function'"):
            return "function"
        return "" if text in ('""', "''") else parts.get(text, "?")

    def _path(self, node: ast.expr) -> Path | None:
        """Return where in the entry of the call in hand ``node`` is, else None."""
        path: list[str] = []
        while True:
            if isinstance(node, ast.Subscript) and _is(node.value, self.table.name):
                return tuple(path) if self.entry is not None else None
            if isinstance(node, ast.Name):
                return tuple(path) if node.id in self.aliases and self.entry is not None else None
            if isinstance(node, ast.Subscript):
                name = constant_string(node.slice)
            else:
                name = node.attr if isinstance(node, ast.Attribute) else None
            if name is None or not isinstance(node, (ast.Subscript, ast.Attribute)):
                return None
            path.insert(0, name)
            node = node.value

    def _path_of_table(self, func: ast.expr, method: str) -> bool:
        return (
            isinstance(func, ast.Attribute)
            and func.attr == method
            and _is(func.value, self.table.name)
        )

    def _touches(self, node: ast.AST) -> bool:
        names = {self.table.name, *self.aliases, *self.displays}
        return any(isinstance(part, ast.Name) and part.id in names for part in walk(node))

    # -- behind the loop ----------------------------------------------------------------

    def left_alone(self) -> bool:
        """Return whether nothing but the loop changes the entries."""
        inside = {part for item in self.loop.node.body for part in walk(item)}
        if self.module.scope(self.loop.node).kind not in ("function", "module"):
            return False
        uses = [use for use in uses_of(self.module, self.table) if use not in inside]
        if any(not self._reads(use) for use in uses):
            return False
        # A variable of the loop that still holds the last entry.
        scope = self.table.scope
        return not any(
            use not in inside
            for name in self.aliases
            for binding in scope.bindings.get(name, ())
            if binding.node in inside
            for use in uses_of(self.module, binding)
        )

    def _reads(self, node: ast.expr) -> bool:
        """Return whether what is done with a table, or an entry, changes nothing in it."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.Subscript) and parent.value is node:
            return isinstance(parent.ctx, ast.Load) and self._reads(parent)
        if isinstance(parent, ast.Attribute):
            call = self.module.parent(parent)
            if not isinstance(call, ast.Call) or call.func is not parent:
                return isinstance(parent.ctx, ast.Load) and self._reads(parent)
            if parent.attr in ("get", "keys", "model_dump", "to_dict", "dict"):
                return True
            return parent.attr in ("values", "items", "clear") and self._reads(call)
        if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
            return all(
                self._reads(use)
                for part in walk(parent.target)
                if (binding := self.module.binding_of.get(part)) is not None
                for use in uses_of(self.module, binding)
            )
        if isinstance(parent, ast.Call) and node in parent.args:
            name = last_name(parent.func)
            leaf = isinstance(node, (ast.Subscript, ast.Attribute)) and self._is_leaf(node)
            return leaf or name in _READERS or (name in _LISTS and self._reads(parent))
        if isinstance(parent, ast.Subscript):
            return True
        if isinstance(node, (ast.Subscript, ast.Attribute)) and self._is_leaf(node):
            return True
        if isinstance(parent, (ast.BoolOp, ast.IfExp, ast.ListComp)):
            return getattr(parent, "test", None) is node or self._reads(parent)
        return isinstance(parent, _HARMLESS)

    def _is_leaf(self, node: ast.expr) -> bool:
        """Return whether ``node`` reads a text of an entry, not the entry or a part with parts."""
        name = node.attr if isinstance(node, ast.Attribute) else ""
        if isinstance(node, ast.Subscript):
            name = constant_string(node.slice) or ""
        return name in ("id", "name", "arguments", "type") or any(
            path and path[-1] == name for path in self.entry or ()
        )


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
