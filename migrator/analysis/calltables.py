"""Dicts in which a loop collects tool calls by their index.

The index of a tool call counts the calls of an answer, ``output_index`` counts all of its items.
Both tell the calls apart and grow in the same order, so one can take the place of the other where
nobody sees the keys themselves.
"""

from __future__ import annotations

from migrator.analysis.calllists import CallLists
from migrator.analysis.chunkvalues import Refused
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, last_name, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import definitions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunkvalues import Key
    from migrator.analysis.pieces import Piece

    Loop = ast.For | ast.AsyncFor

_CODE = "CC303"
_DICTS = ("dict", "defaultdict", "OrderedDict")
# Methods that are given a key.
KEYED = ("setdefault", "get")
_PASS_ON = ("sorted", "list", "tuple", "reversed")


class CallTables:
    """The tables of one loop; ``names`` are their variables."""

    def __init__(self, module: Module, loop: Loop) -> None:
        self.module = module
        self.loop = loop
        self.names: dict[Key, ast.Name] = {}
        # What the variables are bound to where the loop fills them.
        self.seen: dict[Key, set[Binding]] = {}
        # Expressions in which a table is given the index of a call.
        self.indexed: set[ast.AST] = set()
        # Tables of which it was decided whether they know a call.
        self.asked: dict[Key, ast.AST] = {}
        # Tables that hold the calls themselves, not what the program makes of them.
        self.objects: set[Key] = set()
        self.stored: set[Key] = set()
        self.lists = CallLists(module, loop, self.before)
        self._fresh: dict[Key, bool] = {}

    def add(self, table: ast.expr, whole: ast.AST) -> Key:
        """Note that ``whole`` looks up ``table`` by the index of a call; raises `Refused`."""
        owner = owner_of(self.module, table) if isinstance(table, ast.Name) else None
        if owner is None or owner.kind == "class":
            raise Refused(_CODE, "what is collected by index is not in a local variable", table)
        assert isinstance(table, ast.Name)
        key = (owner, table.id)
        self.names.setdefault(key, table)
        self.seen.setdefault(key, set()).update(bindings_of(self.module, table))
        self.indexed.add(whole)
        return key

    def fresh(self, key: Key, whole: ast.AST) -> bool:
        """Return whether a table is empty when the loop begins, and only the loop fills it."""
        if key not in self._fresh:
            self._fresh[key] = self._is_fresh(key)
        if self._fresh[key]:
            self.asked[key] = whole
        return self._fresh[key]

    def check(self, added: list[Piece]) -> None:
        """Raise `Refused` unless nobody sees the keys of the tables.

        ``added`` is what stays for the first part of a call.
        """
        self.lists.check(added)
        for key, node in self.names.items():
            for binding in self.bindings(key):
                if binding.remote or binding.kind != "assign" or binding.path:
                    raise Refused(_CODE, f"`{key[1]}` is bound in more than one way", binding.node)
                if not _is_dict(binding.value):
                    message = f"`{key[1]}` is indexed by the index of a tool call, and is no dict"
                    raise Refused(_CODE, message, node)
                for use in uses_of(self.module, binding):
                    if not self.seen[key].issuperset(definitions(self.module, use)):
                        raise Refused(_CODE, f"`{key[1]}` may be something else", use)
                    self._use(use)
                    if key in self.objects and not self._followed(use):
                        message = f"the tool calls in `{key[1]}` are read in the loop"
                        raise Refused(_CODE, message, use)
        for key in sorted(self.objects & self.stored, key=lambda item: item[1]):
            message = f"`{key[1]}` holds tool calls and something else"
            raise Refused(_CODE, message, self.names[key])
        for key, whole in self.asked.items():
            if not any(self._inserts(piece.node, key) for piece in added):
                raise Refused(_CODE, f"`{key[1]}` may not get every tool call", whole)

    # -- how the loop fills it ----------------------------------------------------------

    def bindings(self, key: Key) -> list[Binding]:
        """Return what binds a table, in source order."""
        return [binding for binding in key[0].bindings[key[1]] if binding in self.seen[key]]

    def _is_fresh(self, key: Key) -> bool:
        table = self.names[key]
        seen = bindings_of(self.module, table)
        if len(seen) != 1 or not _is_dict(seen[0].value):
            return False
        loop = self.loop
        if not self.before(seen[0]):
            return False
        inside = {part for item in loop.body for part in walk(item)}
        for use in uses_of(self.module, seen[0]):
            if use in inside:
                if not self._keeps(use):
                    return False
            elif self.module.scope(use).function() is not key[0] or use.lineno < loop.lineno:
                return False
        return True

    def before(self, binding: Binding) -> bool:
        """Return whether a variable is set right before the loop, whenever it runs."""
        above: ast.AST = self.loop
        while isinstance(parent := self.module.parent(above), (ast.With, ast.AsyncWith, ast.Try)):
            above = parent
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if isinstance(block, list) and above in block and binding.statement in block:
                return bool(block.index(binding.statement) < block.index(above))
        return False

    def _keeps(self, use: ast.expr) -> bool:
        """Return whether a use in the loop takes nothing out of the table."""
        parent = self.module.parent(use)
        if isinstance(parent, ast.Subscript):
            return not isinstance(parent.ctx, ast.Del)
        if isinstance(parent, ast.Attribute):
            return parent.attr in (*KEYED, "values", "items", "keys")
        return isinstance(parent, ast.Compare)

    def _inserts(self, node: ast.AST, key: Key) -> bool:
        """Return whether a statement gives the table a new call."""
        for part in walk(node):
            if part in self.indexed and isinstance(part, ast.Subscript):
                found = part.value
                stores = isinstance(part.ctx, ast.Store) and isinstance(node, ast.Assign)
            elif part in self.indexed and isinstance(part, ast.Call):
                assert isinstance(part.func, ast.Attribute)
                found, stores = part.func.value, part.func.attr == "setdefault"
            else:
                continue
            if stores and isinstance(found, ast.Name) and found.id == key[1]:
                return isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr, ast.AugAssign))
        return False

    def _followed(self, use: ast.expr) -> bool:
        """Return whether the flow behind the loop, or the loop itself, sees what is read here."""
        parent = self.module.parent(use)
        if parent in self.indexed or self._tested(use, parent):
            return True
        if isinstance(parent, ast.Attribute):
            call = self.module.parent(parent)
            if call in self.indexed:
                return True
        return use not in {part for item in self.loop.body for part in walk(item)}

    # -- who sees its keys --------------------------------------------------------------

    def _use(self, use: ast.expr) -> None:
        """Raise `Refused` where the keys of a table are seen."""
        parent = self.module.parent(use)
        if parent in self.indexed or self._tested(use, parent):
            return
        if isinstance(parent, ast.Subscript) and parent.value is use and self._is_key(parent.slice):
            return
        if isinstance(parent, ast.Compare) and self._is_key(parent.left):
            return
        if isinstance(parent, ast.Attribute):
            call = self.module.parent(parent)
            if call in self.indexed or parent.attr in ("values", "clear"):
                return
            if isinstance(call, ast.Call) and parent.attr in ("keys", "items") and not call.args:
                self._iterated(call, use, items=parent.attr == "items")
                return
            if (
                isinstance(call, ast.Call)
                and parent.attr in (*KEYED, "pop")
                and call.args
                and self._is_key(call.args[0])
            ):
                return
        self._iterated(use, use, items=False)

    def _tested(self, use: ast.expr, parent: ast.AST) -> bool:
        """Return whether only the truth or the length of the table matters."""
        while isinstance(parent, ast.BoolOp) or (
            isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not)
        ):
            use, parent = parent, self.module.parent(parent)
        if isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)):
            return parent.test is use
        if isinstance(use, ast.UnaryOp):
            return True
        return isinstance(parent, ast.Call) and last_name(parent.func) in ("len", "bool")

    def _iterated(self, node: ast.expr, use: ast.expr, *, items: bool) -> None:
        """Raise `Refused` unless a loop goes through ``node`` and only looks up calls by key."""
        parent = self.module.parent(node)
        while (
            isinstance(parent, ast.Call)
            and isinstance(parent.func, ast.Name)
            and parent.func.id in _PASS_ON
            and parent.args == [node]
            and not parent.keywords
        ):
            node, parent = parent, self.module.parent(parent)
        if isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is node:
            target: ast.AST = parent.target
            if items and isinstance(target, ast.Tuple) and len(target.elts) == 2:
                target = target.elts[0]
            elif items:
                target = parent
            binding = self.module.binding_of.get(target)
            if binding is not None and not binding.remote and self._only_key(binding):
                return
        message = (
            f"the keys of `{last_name(use)}` are seen; they count other things than tool calls now"
        )
        raise Refused(_CODE, message, use)

    def _only_key(self, binding: Binding) -> bool:
        """Return whether a variable for a key is used for nothing but looking up calls."""
        for use in uses_of(self.module, binding):
            parent = self.module.parent(use)
            if isinstance(parent, ast.Subscript) and parent.slice is use:
                found: ast.AST = parent.value
            elif isinstance(parent, ast.Compare) and parent.left is use and len(parent.ops) == 1:
                if not isinstance(parent.ops[0], (ast.In, ast.NotIn)):
                    return False
                found = parent.comparators[0]
            elif isinstance(parent, ast.Call) and parent.args[:1] == [use]:
                func = parent.func
                if not isinstance(func, ast.Attribute) or func.attr not in (*KEYED, "pop"):
                    return False
                found = func.value
            else:
                return False
            owner = owner_of(self.module, found) if isinstance(found, ast.Name) else None
            if owner is None or (owner, getattr(found, "id", "")) not in self.names:
                return False
        return True

    def _is_key(self, node: ast.expr) -> bool:
        """Return whether ``node`` is a variable that goes through the keys of a table."""
        if not isinstance(node, ast.Name):
            return False
        seen = bindings_of(self.module, node)
        return bool(seen) and all(
            binding.kind in ("for", "comp")
            and self._goes_through(binding.value)
            and self._only_key(binding)
            for binding in seen
        )

    def _goes_through(self, node: ast.AST | None) -> bool:
        """Return whether an iterable is a table: its keys, perhaps with the calls."""
        while isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name) and node.func.id in _PASS_ON and node.args:
                node = node.args[0]
            elif isinstance(node.func, ast.Attribute) and node.func.attr in ("keys", "items"):
                node = node.func.value
            else:
                return False
        return isinstance(node, ast.Name) and (owner_of(self.module, node), node.id) in self.names


def _is_dict(node: ast.AST | None) -> bool:
    if isinstance(node, ast.Dict):
        return not node.keys
    return isinstance(node, ast.Call) and last_name(node.func) in _DICTS
