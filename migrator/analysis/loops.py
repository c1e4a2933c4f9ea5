"""Loops over streams of chunks, taken apart by the kinds of chunks that come."""

from __future__ import annotations

from migrator.analysis.chunks import Reader
from migrator.analysis.chunkvalues import (
    BLANK,
    CALLED,
    CALLS,
    DELTA,
    DONE,
    FINISHES,
    QUIET,
    SILENT,
    TEXT,
    USAGE,
    Kind,
    Raises,
    Refused,
    pure,
)
from migrator.analysis.reaching import uses_of
from migrator.analysis.residual import Piece, Walker
from migrator.analysis.resultuses import looked_up
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast, literal, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunkvalues import Key

    Loop = ast.For | ast.AsyncFor
    Signature = tuple[object, ...]

_NEW_NAME = "event"
# Names that are as true of an event as of a chunk.
_TRUE = ("event", "ev", "evt", "e", "item", "update", "data", "x", "it")


class Asked:
    """What a streamed request asks for: ``usage`` at the end, ``tools`` to call."""

    __slots__ = ("usage", "tools")

    def __init__(self, *, usage: bool, tools: bool) -> None:
        self.usage = usage
        self.tools = tools


class StreamLoop:
    """A loop over a stream and what it does for each kind of event.

    ``text`` is what stays for a piece of text, ``endings`` what happens at the end, by finish
    reason; ``event`` is the new name of the loop variable; ``says_none`` are statements that
    print ``None`` for chunks without text.  ``others`` are the other events of a ``stream`` helper:
    their type, a field that must not be empty, and what stays.  ``keeps`` is the variable that
    remembers the id of the answer.
    """

    __slots__ = ("node", "binding", "event", "text", "endings", "says_none", "others", "keeps")

    def __init__(self, node: Loop, binding: Binding, event: str) -> None:
        self.node = node
        self.binding = binding
        self.event = event
        self.text: list[Piece] = []
        self.endings: dict[str, list[Piece]] = {}
        self.says_none: list[Piece] = []
        self.others: list[tuple[str, str, list[Piece]]] = []
        self.keeps = ""


def specialised(module: Module, node: Loop, asked: Asked | None) -> StreamLoop:
    """Return what becomes of a loop; raises `Refused` and `Raises`.

    Without ``asked`` it goes through the events of a ``stream`` helper.
    """
    if asked is None:
        return _Specialised(module, node, Asked(usage=False, tools=False)).helper()
    return _Specialised(module, node, asked).run()


class _Specialised:
    """One loop, taken apart by kinds of chunks."""

    def __init__(self, module: Module, node: Loop, asked: Asked) -> None:
        self.module = module
        self.node = node
        self.asked = asked
        self.visited: set[ast.AST] = set()
        self.carried: set[Key] = set()
        self.derived: set[Key] = set()
        self.inside = {part for item in node.body for part in walk(item)}
        binding = module.binding_of.get(node.target)
        if binding is None or not isinstance(node.target, ast.Name):
            raise Refused("CC316", "the chunk is unpacked", node.target)
        if binding.remote or binding.scope.kind == "class":
            raise Refused("CC323", f"`{binding.name}` belongs to another scope", node.target)
        for use in uses_of(module, binding):
            if use not in self.inside:
                raise Refused("CC316", "the chunk is used outside the loop", use)
        for other in binding.scope.bindings[binding.name]:
            if other.node in self.inside:
                raise Refused("CC316", "the loop sets its variable", other.node)
            if other.kind == "annotation":
                raise Refused("CC320", f"`{other.name}` is annotated", other.node)
        if looked_up(module, binding.name):
            raise Refused("CC317", f"`{binding.name}` may be read by name", node.target)
        self.binding = binding
        self.event = new_name(module, binding)
        self.local = self._local()
        self.loop = StreamLoop(node, binding, self.event)

    def run(self) -> StreamLoop:
        """Return what becomes of the loop; raises `Refused` and `Raises`."""
        before = [(kind, self._walk(kind)) for kind in SILENT]
        if self.asked.tools:
            before.append((CALLS, self._walk(CALLS)))
        try:
            blank = self._walk(BLANK)
        except Raises:
            # Whoever meets such chunks has a loop that can take them.
            blank = ([], "")
        before.append((BLANK, blank))
        text = self._walk(TEXT)
        usage = self._walk(USAGE) if self.asked.usage else ([], "")
        ends = {str(kind.finish): self._walk(kind) for kind in FINISHES}
        called = self._walk(CALLED) if self.asked.tools else ends["stop"]
        self._reached()
        self._no_clash()
        lists = [pieces for _, (pieces, _) in before]
        self._constants([*lists, text[0]], [pieces for pieces, _ in [*ends.values(), called]])
        # A stop button: where it is looked at for text and at the end, chunks between don't count.
        leaving = _leaving(text[0])
        for pieces in lists:
            self._silent([piece for piece in pieces if piece.node not in leaving])
        self.loop.text = text[0]
        for reason, end in ends.items():
            self.loop.endings[reason] = self._ending(*end, usage)
        if signature(self._ending(*called, usage)) != signature(self.loop.endings["stop"]):
            raise Refused("CC303", "the loop tells tool calls from other answers", self.node)
        return self.loop

    def helper(self) -> StreamLoop:
        """Return what becomes of a loop over the events of a helper."""
        quiet = [self._walk(kind)[0] for kind in QUIET]
        self.loop.text = self._walk(DELTA)[0]
        for kind, type_, field in DONE:
            pieces = self._cleaned(self._walk(kind)[0])
            self.loop.others.append((type_, field, [] if all(map(_nothing, pieces)) else pieces))
        self._reached()
        self._no_clash()
        leaving = _leaving(self.loop.text)
        for pieces in quiet:
            self._silent([piece for piece in pieces if piece.node not in leaving])
        return self.loop

    def _no_clash(self) -> None:
        """Refuse a loop that keeps a part of one chunk for the next."""
        if clash := self.carried & self.derived:
            name = min(name for _, name in clash)
            raise Refused("CC315", f"`{name}` keeps a part of one chunk for the next", self.node)

    def _walk(self, kind: Kind) -> tuple[list[Piece], str]:
        reader = Reader(self.module, self.binding, kind, self.event)
        walker = Walker(self.module, reader, self.local, self.visited)
        pieces, left = walker.run(self.node.body)
        self.carried |= reader.carried
        self.derived |= walker.derived | reader.inlined
        for _, name in sorted(reader.inlined - self.local, key=lambda key: key[1]):
            raise Refused(
                "CC316", f"`{name}` is set in a test and used outside the loop", self.node
            )
        return pieces, left

    def _local(self) -> set[Key]:
        """Return the variables that only the body sets and reads."""
        result: set[Key] = set()
        names = {
            part.id for part in self.inside if isinstance(part, ast.Name)
            and isinstance(part.ctx, ast.Store)
        }  # fmt: skip
        scope = self.binding.scope
        for name in names:
            bindings = scope.bindings.get(name, [])
            if all(
                binding.node in self.inside
                and not binding.remote
                and all(use in self.inside for use in uses_of(self.module, binding))
                for binding in bindings
            ):
                result.add((scope, name))
        return result

    def _reached(self) -> None:
        """Refuse a body with statements that no kind of chunk reaches."""
        for part in sorted(
            (part for part in self.inside if isinstance(part, ast.stmt)),
            key=lambda part: (part.lineno, part.col_offset),
        ):
            if part in self.visited or isinstance(part, (ast.Pass, ast.Continue, ast.Break)):
                continue
            test = getattr(self.module.parent(part), "test", part)
            text = self.module.source.segment(test)
            calls = "tool_call" in text or "function_call" in text
            code = "CC303" if calls else "CC215"
            raise Refused(code, "no chunk of this stream comes here", part)

    def _silent(self, pieces: list[Piece]) -> None:
        """Refuse what happens for chunks that have no event of their own."""
        for piece in pieces:
            if piece.says_none:
                self.loop.says_none.append(piece)
            elif not _nothing(piece):
                message = "this also happens for chunks without text"
                raise Refused("CC215", message, piece.node)

    def _ending(
        self, pieces: list[Piece], left: str, usage: tuple[list[Piece], str]
    ) -> list[Piece]:
        """Return what happens at the end of the stream, in order."""
        result = self._cleaned(pieces)
        if left not in ("break", "return") and usage[0]:
            if any(isinstance(piece.node, ast.Continue) for piece in flat(result)):
                raise Refused("CC215", "a `continue` behind the last text", self.node)
            result = self._cleaned([*result, *usage[0]])
            left = usage[1]
        if left == "break" and result and isinstance(result[-1].node, ast.Break):
            # Nothing follows the last event.
            if self.node.orelse:
                raise Refused("CC215", "the loop has an `else` and is left early", self.node)
            result = result[:-1]
        stops = [piece for piece in result if _stops(piece)]
        if stops and self.node.orelse:
            raise Refused("CC215", "the loop has an `else` and is left early", stops[0].node)
        return [] if all(_nothing(piece) or _stops(piece) for piece in result) else result

    def _cleaned(self, pieces: list[Piece]) -> list[Piece]:
        self.loop.says_none += [piece for piece in pieces if piece.says_none]
        pieces = [piece for piece in pieces if not piece.says_none]
        result: list[Piece] = []
        for index, piece in enumerate(pieces):
            again = [other.keeps for other in pieces[index + 1 :]]
            if piece.keeps is not None and piece.keeps in again and _constant(piece):
                continue
            result.append(piece)
        return result

    def _constants(self, before: list[list[Piece]], ends: list[list[Piece]]) -> None:
        """Drop variables set to what they are anyway, until the end brings their value."""
        keys = {p.keeps for pieces in before for p in pieces if p.keeps and _constant(p)}
        for key in sorted(keys, key=lambda item: item[1]):
            found = [p for pieces in before for p in pieces if p.keeps == key]
            data = {repr(p.value.data) for p in found if p.value is not None}
            if not all(map(_constant, found)) or len(data) != 1:
                continue
            if key in self.carried or not self._starts_as(key, data.pop()):
                continue
            if any(isinstance(p.node, (ast.Break, ast.Return)) for p in flat(before[-1])):
                continue
            first = found[0].value
            for pieces in [*before, *ends]:
                pieces[:] = [
                    p for p in pieces
                    if p.keeps != key or not _constant(p) or p.value is None or first is None
                    or p.value.data != first.data
                ]  # fmt: skip

    def _starts_as(self, key: Key, data: str) -> bool:
        """Return whether a variable is set to that constant right before the loop, or never."""
        others = [b for b in key[0].bindings[key[1]] if b.node not in self.inside]
        if not others:
            return True
        parent = self.module.parent(self.node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if not isinstance(block, list) or self.node not in block:
                continue
            values = [
                item.value
                for item in block[: block.index(self.node)]
                if isinstance(item, (ast.Assign, ast.AnnAssign))
                and any(b.statement is item and not b.path for b in others)
            ]
            known, value = literal(values[-1]) if values else (False, None)
            return known and repr(value) == data and all(
                literal(b.value)[0] and repr(literal(b.value)[1]) == data
                for b in others if b.kind != "annotation"
            )  # fmt: skip
        return False


def new_name(module: Module, binding: Binding) -> str:
    """Return what the loop variable is called behind the rewrite."""
    if binding.name in _TRUE:
        return binding.name
    for scope in module.scopes.values():
        current: Scope | None = scope
        while current is not None and current is not binding.scope:
            current = current.parent
        if current is not None and (_NEW_NAME in scope.bindings or _NEW_NAME in scope.loads):
            return binding.name
    return _NEW_NAME


def flat(pieces: list[Piece]) -> list[Piece]:
    """Return pieces and everything inside them."""
    result: list[Piece] = []
    for piece in pieces:
        result += [piece, *flat(piece.body or []), *flat(piece.orelse)]
    return result


def signature(pieces: list[Piece]) -> Signature:
    """Return what two equal lists of pieces have in common."""
    return tuple(
        (piece.node, tuple(sorted(piece.edits)), signature(piece.body or []),
         signature(piece.orelse))
        for piece in pieces
    )  # fmt: skip


def _only_leaves(node: ast.stmt) -> bool:
    """Return whether a statement is a harmless test that leaves the loop."""
    return (
        isinstance(node, ast.If)
        and not node.orelse
        and len(node.body) == 1
        and isinstance(node.body[0], (ast.Break, ast.Return, ast.Raise))
        and pure(node.test)
    )


def _leaving(pieces: list[Piece]) -> set[ast.AST]:
    """Return the harmless tests at the beginning that only leave."""
    result: set[ast.AST] = set()
    for piece in pieces:
        if not _only_leaves(piece.node):
            break
        result.add(piece.node)
    return result


def _stops(piece: Piece) -> bool:
    """Return whether a piece only leaves the loop, which ends here anyway."""
    node = piece.node
    return isinstance(node, ast.If) and _only_leaves(node) and isinstance(node.body[0], ast.Break)


def _constant(piece: Piece) -> bool:
    return piece.value is not None and piece.value.kind == "const"


def _nothing(piece: Piece) -> bool:
    """Return whether a piece changes nothing."""
    if isinstance(piece.node, ast.Continue):
        return True
    if not isinstance(piece.node, ast.If) or piece.body is None or not pure(piece.node.test):
        return False
    return all(map(_nothing, [*piece.body, *piece.orelse]))
