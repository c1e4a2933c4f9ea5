"""Loops over streams of chunks, taken apart by the kinds of chunks that come."""

from __future__ import annotations

from migrator.analysis.calltables import CallTables
from migrator.analysis.chunks import Reader
from migrator.analysis.chunkvalues import (
    BLANK,
    CALLED,
    DELTA,
    DONE,
    FINISHES,
    OLD_CALLED,
    QUIET,
    SILENT,
    TEXT,
    USAGE,
    Kind,
    Raises,
    Refused,
)
from migrator.analysis.pieces import Piece, constant, flat, leaving, nothing, signature, stops
from migrator.analysis.residual import Walker
from migrator.analysis.resultuses import looked_up
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast, literal, walk
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunkvalues import Key

    Loop = ast.For | ast.AsyncFor

_NEW_NAME = "event"
# Names that are as true of an event as of a chunk.
_TRUE = ("event", "ev", "evt", "e", "item", "update", "data", "x", "it")


class Asked:
    """What a streamed request asks for: ``usage`` at the end, ``tools`` to call.

    ``legacy``: the tools are ``functions``.
    """

    __slots__ = ("usage", "tools", "legacy")

    def __init__(self, *, usage: bool, tools: bool, legacy: bool = False) -> None:
        self.usage = usage
        self.tools = tools
        self.legacy = legacy

    def key(self) -> tuple[bool, bool, bool]:
        """Return what two equal requests have in common."""
        return self.usage, self.tools, self.legacy


class StreamLoop:
    """A loop over a stream and what it does for each kind of event.

    ``text`` is what stays for a piece of text, ``added`` for a new tool call and ``arguments`` for
    a piece of its arguments; ``endings`` is what happens at the end, by finish reason, ``called``
    where tools were called and it isn't the same; ``event`` is the new name of the loop variable;
    ``says_none`` are statements that print ``None`` for chunks without text.  ``others`` are the
    other events of a ``stream`` helper: their type, what else has to be true, and what stays.
    ``tables`` are variables in which tool calls are collected, ``objects`` those of them that hold
    the calls themselves.  ``keeps`` is the variable that remembers the id of the answer.
    """

    __slots__ = ("node", "binding", "event", "text", "added", "arguments", "endings", "called",
                 "says_none", "others", "tables", "objects", "response",
                 "untyped", "whole", "shown", "generated", "keeps")  # fmt: skip

    def __init__(self, node: Loop, binding: Binding, event: str) -> None:
        self.node = node
        self.binding = binding
        self.event = event
        self.text: list[Piece] = []
        self.added: list[Piece] = []
        self.arguments: list[Piece] = []
        self.called: list[Piece] | None = None
        self.tables: list[Key] = []
        self.objects: list[list[Binding]] = []
        # The variable that keeps the response, where a message repeats it.
        self.response = ""
        # The uses of the chunk, where the loop does nothing but hand it on; and whether it is
        # shown to people, so that the loop has to raise what nobody else would.
        self.whole: list[ast.expr] = []
        self.shown = False
        # Whether a generator stands between the stream and some loop.
        self.generated = False
        # Names in annotations of variables that go.
        self.untyped: set[ast.Name] = set()
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
    try:
        return _Specialised(module, node, asked).run()
    except _Kept as error:
        return _Specialised(module, node, asked, error.keys).run()


class _Kept(Exception):
    """Variables that the first part of a tool call sets for the others."""

    def __init__(self, keys: set[Key]) -> None:
        super().__init__()
        self.keys = keys


class _Specialised:
    """One loop, taken apart by kinds of chunks."""

    def __init__(
        self, module: Module, node: Loop, asked: Asked, kept: set[Key] | None = None
    ) -> None:
        self.module = module
        self.node = node
        self.asked = asked
        self.tables = CallTables(module, node)
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
        if looked_up(module, binding.name, binding.node):
            raise Refused("CC317", f"`{binding.name}` may be read by name", node.target)
        self.binding = binding
        self.event = new_name(module, binding)
        self.local = self._local() - (kept or set())
        # The kinds of chunks for which a variable is set.
        self.setters: dict[Key, set[str]] = {}
        self.loop = StreamLoop(node, binding, self.event)

    def run(self) -> StreamLoop:
        """Return what becomes of the loop; raises `Refused` and `Raises`."""
        lists = [self._walk(kind)[0] for kind in SILENT]
        try:
            blank = self._walk(BLANK)[0]
        except Raises:
            # Whoever meets such chunks has a loop that can take them.
            blank = []
        lists.append(blank)
        text = self._walk(TEXT)[0]
        added, arguments = self._calls() if self.asked.tools else ([], [])
        usage = self._walk(USAGE) if self.asked.usage else ([], "")
        ends = {str(kind.finish): self._walk(kind) for kind in FINISHES}
        last = OLD_CALLED if self.asked.legacy else CALLED
        called = self._walk(last) if self.asked.tools else ends["stop"]
        self._reached()
        self._no_clash()
        live = [text, added, arguments]
        self._constants([*lists, *live], [pieces for pieces, _ in [*ends.values(), called]])
        # A stop button: where it is looked at for text and at the end, chunks between don't count.
        left = leaving(text)
        for pieces in lists:
            self._silent([piece for piece in pieces if piece.node not in left])
        self.loop.text = text
        self.loop.added, self.loop.arguments = map(self._live, (added, arguments))
        self.tables.check(self.loop.added)
        self.loop.tables = list(self.tables.names)
        self.loop.objects = [self.tables.bindings(key) for key in self.tables.objects]
        for reason, end in ends.items():
            self.loop.endings[reason] = self._ending(*end, usage)
        at_call = self._ending(*called, usage)
        if signature(at_call) != signature(self.loop.endings["stop"]):
            self.loop.called = at_call
        return self.loop

    def _calls(self) -> tuple[list[Piece], list[Piece]]:
        """Return what happens for the first part of a tool call, and for its arguments."""
        legacy = self.asked.legacy
        added = self._walk(Kind("calls", calls="added", legacy=legacy))[0]
        # The first chunk of an answer that only calls tools has the role as well.
        first = self._walk(Kind("calls", calls="added", role="assistant", legacy=legacy))[0]
        if signature(added) != signature(first):
            raise Refused("CC303", "the role is looked at where a tool is called", self.node)
        return added, self._walk(Kind("calls", calls="arguments", legacy=legacy))[0]

    def _live(self, pieces: list[Piece]) -> list[Piece]:
        pieces = self._cleaned(pieces)
        return [] if all(map(nothing, pieces)) else pieces

    def helper(self) -> StreamLoop:
        """Return what becomes of a loop over the events of a helper."""
        quiet = [self._walk(kind)[0] for kind in QUIET]
        self.loop.text = self._walk(DELTA)[0]
        for kind, type_, field in DONE:
            pieces = self._cleaned(self._walk(kind)[0])
            self.loop.others.append((type_, field, [] if all(map(nothing, pieces)) else pieces))
        self._reached()
        self._no_clash()
        left = leaving(self.loop.text)
        for pieces in quiet:
            self._silent([piece for piece in pieces if piece.node not in left])
        return self.loop

    def _no_clash(self) -> None:
        """Refuse a loop that keeps a part of one chunk for the next."""
        if clash := self.carried & self.derived:
            if all(self.setters.get(key) == {"calls"} for key in clash):
                raise _Kept(clash)
            name = min(name for _, name in clash)
            raise Refused("CC315", f"`{name}` keeps a part of one chunk for the next", self.node)

    def _walk(self, kind: Kind) -> tuple[list[Piece], str]:
        reader = Reader(self.module, self.binding, kind, self.event, self.tables)
        walker = Walker(self.module, reader, self.local, self.visited)
        pieces, left = walker.run(self.node.body)
        self.carried |= reader.carried
        self.derived |= walker.derived | reader.inlined
        self.loop.untyped |= set(walker.untyped)
        for key in walker.derived | reader.inlined:
            self.setters.setdefault(key, set()).add(kind.name)
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
            # What is bound anew behind the loop, or was before it, may go by the same name.
            if not any(
                binding.remote
                or any(
                    (use in self.inside) is not (binding.node in self.inside)
                    for use in uses_of(self.module, binding)
                )
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
            elif not nothing(piece):
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
        early = [piece for piece in result if stops(piece)]
        if early and self.node.orelse:
            raise Refused("CC215", "the loop has an `else` and is left early", early[0].node)
        return [] if all(nothing(piece) or stops(piece) for piece in result) else result

    def _cleaned(self, pieces: list[Piece]) -> list[Piece]:
        self.loop.says_none += [piece for piece in pieces if piece.says_none]
        pieces = [piece for piece in pieces if not piece.says_none]
        result: list[Piece] = []
        for index, piece in enumerate(pieces):
            again = [other.keeps for other in pieces[index + 1 :]]
            if piece.keeps is not None and piece.keeps in again and constant(piece):
                continue
            result.append(piece)
        return result

    def _constants(self, before: list[list[Piece]], ends: list[list[Piece]]) -> None:
        """Drop variables set to what they are anyway, until the end brings their value."""
        keys = {p.keeps for pieces in before for p in pieces if p.keeps and constant(p)}
        for key in sorted(keys, key=lambda item: item[1]):
            found = [p for pieces in before for p in pieces if p.keeps == key]
            data = {repr(p.value.data) for p in found if p.value is not None}
            if not all(map(constant, found)) or len(data) != 1:
                continue
            if key in self.carried or not self._starts_as(key, data.pop()):
                continue
            if any(
                isinstance(p.node, (ast.Break, ast.Return)) for ps in before[-3:] for p in flat(ps)
            ):
                continue
            first = found[0].value
            for pieces in [*before, *ends]:
                pieces[:] = [
                    p for p in pieces
                    if p.keeps != key or not constant(p) or p.value is None or first is None
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


def free_name(module: Module, node: ast.AST, used: list[str]) -> str:
    """Return a name for the response at the end of a stream; empty where all are taken."""
    scope = module.scope(node).function()
    taken = set(used)
    for seen in module.scopes.values():
        above: Scope | None = seen
        while above is not None and above is not scope:
            above = above.parent
        if above is not None:
            taken.update(seen.bindings, seen.loads)
    return next((name for name in ("response", "completed", "answer") if name not in taken), "")
