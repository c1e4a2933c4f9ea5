"""What is left of a loop body over a chat stream for one kind of chunk.

Tests that the kind decides go, and so do variables that only name parts of the chunk; what is
left are `Piece`s: statements of the program with the ranges to write anew.
"""

from __future__ import annotations

from migrator.analysis.chunkcalls import kept
from migrator.analysis.chunks import Reader
from migrator.analysis.chunkvalues import (
    ESCAPES,
    UNSENT,
    VIRTUAL,
    Raises,
    Refused,
    Value,
    pure,
    rendered,
)
from migrator.analysis.deltas import adds_nothing, delivers
from migrator.analysis.pieces import Piece, leaves, pruned
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunkvalues import Edits, Key


class Walker:
    """Goes through a loop body for one kind of chunk.

    ``local`` are the variables that nothing outside the body reads; ``visited`` collects the
    statements that some kind of chunk reaches; ``aliases`` the variables for parts of the chunk.
    """

    def __init__(
        self, module: Module, reader: Reader, local: set[Key], visited: set[ast.AST]
    ) -> None:
        self.module = module
        self.reader = reader
        self.local = local
        self.visited = visited
        self.derived: set[Key] = set()
        # Names in annotations of variables that go.
        self.untyped: list[ast.Name] = []

    def run(self, body: list[ast.stmt]) -> tuple[list[Piece], str]:
        """Return what is left of ``body`` and how it ends: "", continue, break or return."""
        pieces, left = self.block(body, conditional=False)
        return pruned(pieces, set())[0], left

    def block(self, body: list[ast.stmt], *, conditional: bool) -> tuple[list[Piece], str]:
        """Return what is left of some statements; ``conditional``: they may not all run."""
        pieces: list[Piece] = []
        for statement in body:
            self.visited.add(statement)
            found, left = self._statement(statement, conditional)
            pieces += found
            if left:
                return pieces, left
        return pieces, ""

    def _statement(self, node: ast.stmt, conditional: bool) -> tuple[list[Piece], str]:
        if isinstance(node, ast.Pass):
            return [], ""
        if isinstance(node, ast.Continue):
            return ([Piece(node, [])] if conditional else []), "continue"
        if isinstance(node, ast.Break):
            return [Piece(node, [])], "break"
        if isinstance(node, (ast.Return, ast.Raise)):
            return [self._plain(node)], "return"
        if isinstance(node, ast.If):
            return self._if(node, conditional)
        if isinstance(node, (ast.For, ast.While)) and self._involved(node):
            return self._loop(node), ""
        if isinstance(node, (ast.With, ast.AsyncWith)) and self._involved(node):
            return self._with(node, conditional)
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            return self._assign(node), ""
        if isinstance(node, ast.AugAssign):
            return self._augmented(node), ""
        if isinstance(node, ast.Expr):
            return self._expression(node), ""
        if isinstance(node, ast.Assert):
            value = self.reader.read(node.test, test=True)
            if value.derived and value.truth():
                return [], ""
        return [self._opaque(node)], ""

    def _involved(self, node: ast.AST) -> bool:
        """Return whether a statement with suites reads the chunk, or may end this round."""
        return self.reader.touches(node) or any(
            isinstance(part, (ast.Continue, ast.Break)) for part in walk(node)
        )

    # -- statements without suites ------------------------------------------------------

    def _plain(self, node: ast.stmt) -> Piece:
        value = self.reader.parts(node)
        assert value.edits is not None
        return Piece(node, value.edits, value.names)

    def _opaque(self, node: ast.stmt) -> Piece:
        """Return a statement that stays as it is, because the chunk has no part in it."""
        if self.reader.touches(node):
            what = node.__class__.__name__.lower()
            raise Refused("CC215", f"the chunk is read inside `{what}`", node)
        for part in walk(node):
            if isinstance(part, ast.stmt):
                self.visited.add(part)
            key = self.reader.key(part) if isinstance(part, ast.Name) else None
            if key is not None:
                self.reader.carried.add(key)
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    self.reader.known[key] = Value("unknown", None, [])
        return Piece(node, [])

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> list[Piece]:
        if node.value is None:
            return [self._opaque(node)]
        value = self.reader.read(node.value)
        targets: list[ast.expr] = (
            list(node.targets) if isinstance(node, ast.Assign) else [node.target]
        )
        target = targets[0]
        if len(targets) != 1 or not isinstance(target, ast.Name):
            value = kept(self.reader, targets, node.value, value)
            return [self._stored(node, targets, value)]
        key = self.reader.key(target)
        assert key is not None
        if value.kind in VIRTUAL:
            if isinstance(node, ast.AnnAssign):
                self.untyped += [
                    part for part in walk(node.annotation) if isinstance(part, ast.Name)
                ]
            self._local(key, target)
            self.reader.known[key] = value
            self.derived.add(key)
            return []
        if value.edits is None:
            raise Refused("CC215", "the value is used elsewhere", node)
        if value.kind == "inner":
            raise _stores(value, node)
        if value.kind in ("index", "held"):
            self._local(key, target)
        if adds_nothing(self.reader, target, node.value) or self._stays(target, node.value, value):
            return []
        piece = Piece(node, value.edits, value.names)
        piece.value = value
        stored = Value(value.kind, value.data, [], derived=value.derived)
        throwaway = key in self.local and (
            pure(node.value) or (value.kind == "const" and value.derived)
        )
        if value.derived or throwaway:
            if throwaway:
                self.derived.add(key)
                piece.sets = key
                stored.derived = True
            else:
                piece.keeps = key
        if stored.kind == "const" and not value.derived:
            stored.kind = "unknown"
        self.reader.known[key] = stored
        return [piece]

    def _stays(self, target: ast.expr, node: ast.expr, value: Value) -> bool:
        """Return whether an assignment has become ``x = x``."""
        source = self.module.source
        text = rendered(source, node, value.edits or [])
        return value.derived and value.kind == "unknown" and text == source.segment(target)

    def _stored(self, node: ast.stmt, targets: list[ast.expr], value: Value) -> Piece:
        if value.edits is None or value.kind in UNSENT:
            raise _stores(value, node)
        edits, names = value.edits, value.names
        for target in targets:
            for part in walk(target):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    key = self.reader.key(part)
                    assert key is not None
                    if value.derived and value.kind != "unknown":
                        raise Refused("CC309", "a part of the chunk is unpacked", node)
                    self.reader.known[key] = Value("unknown", None, [])
            if isinstance(target, (ast.Attribute, ast.Subscript)):
                found = self.reader.read(target)
                if found.edits is None:
                    raise Refused("CC314", "a part of the chunk is assigned", node)
                edits, names = edits + found.edits, names | found.names
        return Piece(node, edits, names)

    def _local(self, key: Key, node: ast.AST) -> None:
        if key not in self.local:
            raise Refused("CC316", f"`{key[1]}` is a part of the chunk used outside the loop", node)

    def _augmented(self, node: ast.AugAssign) -> list[Piece]:
        value = self.reader.read(node.value)
        if value.derived and value.kind == "const" and isinstance(node.op, ast.Add):
            if value.data == "":
                return []
            if value.data is None:
                raise Raises(node)
        if value.edits is None or value.kind in UNSENT:
            raise _stores(value, node)
        needs, edits = value.names, value.edits
        if isinstance(node.target, ast.Name):
            key = self.reader.key(node.target)
            assert key is not None
            if key in self.reader.known:
                needs |= {key}
            else:
                self.reader.carried.add(key)
            self.reader.known[key] = Value("unknown", None, [], names=frozenset((key,)))
        else:
            found = self.reader.read(node.target)
            if found.edits is None:
                raise Refused("CC314", "a part of the chunk is assigned", node)
            edits, needs = edits + found.edits, needs | found.names
        return [Piece(node, edits, needs)]

    def _expression(self, node: ast.Expr) -> list[Piece]:
        if isinstance(node.value, ast.Constant):
            if isinstance(node.value.value, str):
                raise Refused("CC506", "a string stands in the loop like a comment", node)
            return []
        piece = self._plain(node)
        self._filled(node.value)
        verdict = delivers(self.reader, node.value)
        if verdict == "nothing":
            return []
        piece.says_none = verdict == "none"
        return [piece]

    def _filled(self, call: ast.expr) -> None:
        """Note that a list gets the call in hand."""
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            key = self.reader.tables.lists.key(call.func.value)
            if key is not None and call.func.attr == "append":
                self.reader.filled.add(key)

    # -- statements with suites ---------------------------------------------------------

    def _if(self, node: ast.If, conditional: bool) -> tuple[list[Piece], str]:
        value = self.reader.read(node.test, test=True)
        decided = value.derived or value.kind in VIRTUAL
        truth = value.truth() if decided else None
        if value.guard or (value.kind in ("usage", "details") and decided):
            if not truth:
                return self.block(node.orelse, conditional=conditional)
            body, left = self.block(node.body, conditional=conditional)
            piece = Piece(node, value.edits or [], value.names)
            piece.body = body
            return ([piece] if body else []), left
        if truth is not None:
            if self.reader.certain(node.test):
                # Nobody ever comes to the other suite, whatever is streamed.
                gone = node.orelse if truth else node.body
                self.visited.update(part for item in gone for part in walk(item))
            return self.block(node.body if truth else node.orelse, conditional=conditional)
        if value.edits is None:
            raise Refused("CC215", "the test can't be written for events", node.test)
        before, filled = dict(self.reader.known), set(self.reader.filled)
        body, left = self.block(node.body, conditional=True)
        first = self.reader.known
        self.reader.known = before
        orelse, other = self.block(node.orelse, conditional=True)
        self.reader.unclear |= self.reader.filled - filled
        if other:
            self.reader.known = first
        elif not left:
            self._meet(first)
        if not body and not orelse and pure(node.test):
            return [], ""
        piece = Piece(node, value.edits, value.names)
        piece.body, piece.orelse = body, orelse
        return [piece], (left if left and other else "")

    def _meet(self, other: dict[Key, Value]) -> None:
        """Join what two branches know."""
        known = self.reader.known
        for key in {*known, *other}:
            one, two = known.get(key), other.get(key)
            if one is None or two is None or (one.kind, one.data) != (two.kind, two.data):
                derived = any(value is not None and value.derived for value in (one, two))
                known[key] = Value("mixed" if derived else "unknown", None, [], derived=derived)

    def _loop(self, node: ast.For | ast.While) -> list[Piece]:
        header = node.iter if isinstance(node, ast.For) else node.test
        value = self.reader.read(header)
        if isinstance(node, ast.For) and value.kind in ("choices", "calls"):
            return self._one(node, value)
        if isinstance(node, ast.For) and value.kind == "const" and value.derived:
            if value.data is None:
                raise Raises(node)
            if not value.data and not node.orelse:
                return []
        if node.orelse:
            raise Refused("CC215", "an inner loop has an `else`", node)
        if isinstance(node, ast.While) and value.derived and value.truth() is False:
            return []
        if isinstance(node, ast.While) and header in self.reader.tables.lists.compared:
            return self._until(node)
        self._forget(node)
        if isinstance(node, ast.While):
            value = self.reader.read(header)
        if value.edits is None or value.kind in UNSENT:
            raise Refused("CC215", "a loop goes through a part of the chunk", node)
        before, filled = dict(self.reader.known), set(self.reader.filled)
        # `break` and `continue` in here are the inner loop's own.
        body, _ = self.block(node.body, conditional=True)
        self._meet(before)
        self.reader.unclear |= self.reader.filled - filled
        piece = Piece(node, value.edits, value.names)
        piece.body = body
        return [piece]

    def _until(self, node: ast.While) -> list[Piece]:
        """``while len(calls) <= index``: the list lacks no more than the call in hand."""
        pieces, left = self.block(node.body, conditional=False)
        if left or any(map(leaves, pieces)) or self.reader.read(node.test).truth() is not False:
            raise Refused("CC303", "a loop makes room for a tool call in an odd way", node)
        return pieces

    def _forget(self, node: ast.For | ast.While) -> None:
        """Forget what rounds of an inner loop set: the first one does not tell of the others."""
        known = self.reader.known
        for part in walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                key = self.reader.key(part)
                if key is not None:
                    derived = key in known and known[key].derived
                    known[key] = Value("unknown", None, [], derived=derived)

    def _one(self, node: ast.For, value: Value) -> list[Piece]:
        """``for choice in chunk.choices``: once, or not at all; a chunk has one tool call."""
        code = "CC304" if value.kind == "choices" else "CC303"
        if node.orelse or not isinstance(node.target, ast.Name):
            raise Refused(code, f"a loop goes through the {value.kind} of a chunk", node)
        if value.kind == "choices" and not value.data:
            return []
        key = self.reader.key(node.target)
        assert key is not None
        self._local(key, node)
        self.derived.add(key)
        one = "choice" if value.kind == "choices" else "call"
        self.reader.known[key] = Value(one, derived=True)
        pieces, left = self.block(node.body, conditional=False)
        if left == "break":
            pieces = pieces[:-1]
        if left == "return" or any(leaves(piece) for piece in pieces):
            raise Refused(code, f"a loop through the {value.kind} is left early", node)
        return pieces

    def _with(self, node: ast.With | ast.AsyncWith, conditional: bool) -> tuple[list[Piece], str]:
        edits: Edits = []
        names: frozenset[Key] = frozenset()
        for item in node.items:
            value = self.reader.read(item.context_expr)
            if value.edits is None or value.derived:
                raise Refused("CC215", "a context manager is made from the chunk", node)
            for part in walk(item.optional_vars) if item.optional_vars is not None else ():
                key = self.reader.key(part) if isinstance(part, ast.Name) else None
                if key is not None:
                    self.reader.known[key] = Value("unknown", None, [])
            edits, names = edits + value.edits, names | value.names
        piece = Piece(node, edits, names)
        # Leaving a suite early leaves the context, so `continue` has to stay.
        piece.body, left = self.block(node.body, conditional=conditional)
        return [piece], left


def _stores(value: Value, node: ast.AST) -> Refused:
    if value.kind in ("calls", "call", "function", "index", "held", "inner"):
        return Refused(*ESCAPES[value.kind], node)
    return Refused("CC309", "a part of the chunk is stored", node)
