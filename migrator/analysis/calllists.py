"""Lists in which a loop collects tool calls, each at the place of its index.

The first part of a call comes when the list has as many calls as its index says, and the others
before the next call begins: so what is meant is always the last one.
"""

from __future__ import annotations

from migrator.analysis.chunkvalues import Refused
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, last_name, literal, walk
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.analysis.calltables import Loop
    from migrator.analysis.chunkvalues import Key
    from migrator.analysis.pieces import Piece
    from migrator.analysis.scopes import Binding

_CODE = "CC303"
_SUMS = {ast.Add: 1, ast.Sub: -1}


class CallLists:
    """The lists of one loop."""

    def __init__(self, module: Module, loop: Loop, before: Callable[[Binding], bool]) -> None:
        self.module = module
        self.loop = loop
        # Whether a variable is set right before the loop, whenever it runs.
        self.before = before
        self.names: dict[Key, ast.Name] = {}
        # Expressions that ask a list for its length, or for the call at an index.
        self.understood: set[ast.AST] = set()
        # Tests that compare the length of a list with an index.
        self.compared: set[ast.AST] = set()

    def key(self, node: ast.AST) -> Key | None:
        """Return the variable of a list that is empty when the loop begins, else None."""
        if not isinstance(node, ast.Name):
            return None
        seen = bindings_of(self.module, node)
        value = seen[0].value if len(seen) == 1 else None
        if not isinstance(value, ast.List) or value.elts or seen[0].remote:
            return None
        if seen[0].path or not self.before(seen[0]):
            return None
        owner = owner_of(self.module, node)
        return None if owner is None or owner.kind == "class" else (owner, node.id)

    def add(self, node: ast.Name, key: Key, whole: ast.AST) -> None:
        """Note that ``whole`` asks for the call at an index, or for the length of a list."""
        self.names.setdefault(key, node)
        self.understood.add(whole)

    def number(
        self, node: ast.expr, is_index: Callable[[ast.expr], bool]
    ) -> tuple[str, int, ast.Name | None] | None:
        """Return what a number is: ``index`` or ``length``, what is added, and the list."""
        if isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
            found = self.number(node.left, is_index)
            known, more = literal(node.right)
            if found is None or not known or not isinstance(more, int):
                return None
            return found[0], found[1] + _SUMS[type(node.op)] * more, found[2]
        if isinstance(node, ast.Call) and last_name(node.func) == "len" and len(node.args) == 1:
            given = node.args[0]
            if isinstance(given, ast.Name) and self.key(given) is not None:
                return "length", 0, given
            return None
        return ("index", 0, None) if is_index(node) else None

    def check(self, added: list[Piece]) -> None:
        """Raise `Refused` unless every call gets its place, once; ``added`` stays for a new one."""
        inside = {part for item in self.loop.body for part in walk(item)}
        for key, node in self.names.items():
            appends = [call for piece in added if (call := self._append(piece.node, key))]
            if len(appends) != 1:
                raise Refused(_CODE, f"`{key[1]}` may not get every tool call", node)
            for binding in bindings_of(self.module, node):
                for use in uses_of(self.module, binding):
                    if use in inside:
                        self._inside(use, appends[0])
                    elif use.lineno < self.loop.lineno:
                        message = f"`{key[1]}` may hold something before the first call"
                        raise Refused(_CODE, message, use)

    def _append(self, node: ast.AST, key: Key) -> ast.Call | None:
        call = node.value if isinstance(node, ast.Expr) else None
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return None
        appends = call.func.attr == "append" and self.key(call.func.value) == key
        return call if appends else None

    def _inside(self, use: ast.expr, append: ast.Call) -> None:
        """Raise `Refused` for a use in the loop that may change the places of calls."""
        parent = self.module.parent(use)
        if parent in self.understood or parent is append.func:
            return
        last = isinstance(parent, ast.Subscript) and literal(parent.slice) == (True, -1)
        if last and not isinstance(parent.ctx, ast.Del):  # type: ignore[attr-defined]
            return
        if isinstance(parent, (ast.If, ast.For, ast.comprehension)):
            return
        message = f"`{last_name(use)}` is used in another way while the calls are collected"
        raise Refused(_CODE, message, use)
