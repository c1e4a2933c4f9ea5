"""Whether a list and what the server remembers say the same at every point of a program.

A conversation that is kept by the server is an id and a list of what was not sent yet.  That pair
stands for the whole history as long as an answer is only added to the list of the request it
answers, before anything else was.  Everything else that is done to the list, failed requests
included, means the same for both.  `Walk` follows one function statement by statement.
"""

from __future__ import annotations

from migrator.analysis.collected import mark_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, children, last_name, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from migrator.analysis.replies import Reply

NOTHING, MANY = "nothing", "many"
_SWALLOWING = ("suppress", "raises", "assertRaises")
_ROUNDS = 6


class Op:
    """One thing done to the list.

    ``kind``: start, add, reply, pop, clear, send; ``items`` are the elements put in, or the call
    that sends it.
    """

    __slots__ = ("kind", "statement", "node", "items", "reply", "count")

    def __init__(
        self, kind: str, statement: ast.stmt, node: ast.expr, items: list[ast.expr]
    ) -> None:
        self.kind = kind
        self.statement = statement
        self.node = node
        self.items = items
        self.reply: Reply | None = None
        # How many elements there are at least.
        self.count = len(items)


class State:
    """What is known where control stands.

    ``sent`` are the calls of which one was sent the list as it is (none: the list has changed, or
    may have), ``fresh`` the names bound since;
    ``said`` is what the server has been told: nothing, everything up to one reply, or many;
    ``tail`` is how many elements at least were added one by one since; ``new`` whether there is
    surely anything to send.
    """

    __slots__ = ("sent", "fresh", "said", "tail", "new")

    def __init__(
        self, sent: frozenset[ast.Call] = frozenset(), fresh: frozenset[str] = frozenset(),
        said: Op | str = MANY, tail: int = 0, new: bool = True,
    ) -> None:  # fmt: skip
        self.sent = sent
        self.fresh = fresh
        self.said = said
        self.tail = tail
        self.new = new

    def key(self) -> tuple[object, ...]:
        """Return what two equal states have in common."""
        return (self.sent, self.fresh, self.said, self.tail, self.new)


def merged(one: State | None, two: State | None) -> State | None:
    """Return what is known where two ways meet."""
    if one is None or two is None:
        return one or two
    sent = one.sent | two.sent if one.sent and two.sent else frozenset()
    return State(
        sent, one.fresh & two.fresh if sent else frozenset(),
        one.said if one.said is two.said else MANY, min(one.tail, two.tail), one.new and two.new,
    )  # fmt: skip


class Walk:
    """Follows one body; ``wrong`` is the first thing that stops a proof, ``told`` what every
    request continues."""

    def __init__(
        self, module: Module, ops: list[Op], risky: Callable[[ast.AST], bool],
        over_calls: Callable[[ast.expr], bool],
    ) -> None:  # fmt: skip
        self.module = module
        # The variables that answers go through.
        self.chain = {name for op in ops if op.reply is not None for name in op.reply.proof}
        self.ops = {op.statement: op for op in ops if op.kind != "send"}
        self.sends: dict[ast.stmt, list[Op]] = {}
        for op in ops:
            if op.kind == "send":
                self.sends.setdefault(op.statement, []).append(op)
        self.risky = risky
        self.over_calls = over_calls
        self.wrong: tuple[str, ast.AST] | None = None
        self.told: dict[ast.expr, set[Op | str]] = {}
        self._watching: list[list[State | None]] = []
        self._loops: list[tuple[list[State | None], list[State | None]]] = []

    def run(self, body: list[ast.stmt], start: State) -> None:
        """Follow the statements of a function or module."""
        self._block(body, start)

    def _fail(self, message: str, node: ast.AST) -> None:
        if self.wrong is None:
            self.wrong = (message, node)

    def _at(self, state: State) -> State:
        """Note a state that an exception may leave behind."""
        for seen in self._watching:
            seen[0] = merged(seen[0], state)
        return state

    # -- statements -----------------------------------------------------------------------

    def _block(self, body: list[ast.stmt], state: State | None) -> State | None:
        for statement in body:
            if state is None:
                return None
            state = self._statement(statement, state)
        return state

    def _statement(self, node: ast.stmt, state: State) -> State | None:
        if isinstance(node, (ast.While, ast.For, ast.AsyncFor)):
            return self._loop(node, state)
        if isinstance(node, ast.If):
            state = self._header(node, [node.test], state)
            return merged(self._block(node.body, state), self._block(node.orelse, state))
        if isinstance(node, ast.Try) or node.__class__.__name__ == "TryStar":
            return self._try(node, state)  # type: ignore[arg-type]
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self._with(node, state)
        if isinstance(node, ast.Match):
            state = self._header(node, [node.subject], state)
            result: State | None = state
            for case in node.cases:
                inner = self._bound(case.pattern, state)
                result = merged(result, self._block(case.body, inner))
            return result
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            return self._at(self._named(node.name, state))
        return self._simple(node, state)

    def _simple(self, node: ast.stmt, state: State) -> State | None:
        for call in self.sends.get(node, ()):
            state = self._sent(call, state)
        if self._hazard(node):
            state = State(frozenset(), frozenset(), MANY, 0, state.new)
            self._at(state)
        op = self.ops.get(node)
        if op is not None:
            state = self._done(op, state)
        state = self._at(self._bound(node, state))
        if isinstance(node, (ast.Return, ast.Raise)):
            return None
        if isinstance(node, (ast.Break, ast.Continue)):
            if self._loops:
                self._loops[-1][isinstance(node, ast.Continue)].append(state)
            return None
        return state

    def _sent(self, op: Op, state: State) -> State:
        if any(self.risky(part) for item in children(op.items[0]) for part in walk(item)):
            self._fail("what the request is given may change the list", op.items[0])
        self.told.setdefault(op.items[0], set()).add(state.said)
        if not state.new:
            self._fail("nothing new may have been said before this request", op.items[0])
        call = op.items[0]
        assert isinstance(call, ast.Call)
        return self._at(State(frozenset({call}), frozenset(), state.said, state.tail, state.new))

    def _hazard(self, node: ast.stmt) -> bool:
        """Return whether what a statement does, besides its request, may touch the list."""
        inside = {
            part
            for op in self.sends.get(node, ())
            for item in children(op.items[0])
            for part in walk(item)
        }
        own = [op.items[0] for op in self.sends.get(node, ())]
        return any(
            self.risky(part) for part in walk(node) if part not in inside and part not in own
        )

    def _done(self, op: Op, state: State) -> State:
        if op.kind == "start":
            return State(frozenset(), frozenset(), NOTHING, len(op.items), bool(op.items))
        if op.kind == "clear":
            return State(frozenset(), frozenset(), NOTHING, 0, False)
        if op.kind == "add":
            return State(frozenset(), frozenset(), state.said, state.tail + op.count, True)
        if op.kind == "pop":
            if state.tail < 1:
                self._fail("what is taken out may be known to the server", op.node)
            return State(
                frozenset(), frozenset(), state.said, max(0, state.tail - 1), state.tail > 1
            )
        assert op.reply is not None
        sent = state.sent
        if not sent or not sent <= op.reply.calls or not op.reply.proof <= state.fresh:
            self._fail("this may not be the answer to what the list held last", op.node)
        others = len(op.items) - 1
        return State(frozenset(), frozenset(), op, others, others > 0)

    def _bound(self, node: ast.AST, state: State) -> State:
        """Note the names that a statement, or a part of one, gives a value.

        One that is made of an answer is no fresher than what it is made of.
        """
        stale = self._stale(node, state)
        for part in walk(node):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                state = self._named(part.id, state, stale=stale)
            elif isinstance(part, ast.alias):
                state = self._named((part.asname or part.name).split(".")[0], state)
            elif isinstance(part, (ast.MatchAs, ast.MatchStar)) and part.name:
                state = self._named(part.name, state)
        return state

    def _stale(self, node: ast.AST, state: State) -> bool:
        """Return whether something of an older answer is read."""
        asked = {op.items[0] for ops in self.sends.values() for op in ops}
        stack: list[ast.AST] = [node]
        while stack:
            part = stack.pop()
            if part in asked:
                continue
            read = isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
            if read and part.id in self.chain - state.fresh:  # type: ignore[attr-defined]
                return True
            stack.extend(children(part))
        return False

    def _named(self, name: str, state: State, *, stale: bool = False) -> State:
        said = state.said
        if isinstance(said, Op) and said.reply is not None and said.reply.held_in == name:
            said = MANY
        fresh = state.fresh
        if state.sent:
            fresh = fresh - {name} if stale and name in self.chain else fresh | {name}
        return State(state.sent, fresh, said, state.tail, state.new)

    def _header(self, node: ast.stmt, parts: list[ast.expr], state: State) -> State:
        for op in self.sends.get(node, ()):
            if isinstance(node, (ast.For, ast.AsyncFor, ast.With, ast.AsyncWith)) and parts:
                state = self._sent(op, state)
            elif parts:
                self._fail("the request stands in a condition", op.node)
        for part in parts:
            if any(self.risky(item) for item in walk(part)):
                state = State(frozenset(), frozenset(), MANY, 0, state.new)
            state = self._bound(part, state)
        return self._at(state)

    def _loop(self, node: ast.While | ast.For | ast.AsyncFor, state: State) -> State | None:
        endless = isinstance(node, ast.While) and (
            isinstance(node.test, ast.Constant) and bool(node.test.value)
        )
        entry: State | None = state
        if not isinstance(node, ast.While):
            entry = self._header(node, [node.iter], state)
        for left in range(_ROUNDS, -1, -1):
            assert entry is not None
            if not left:
                # It goes on changing: nothing is known.
                entry = State(said=MANY, new=False)
            if isinstance(node, ast.While):
                body = inner = self._header(node, [node.test], entry)
            else:
                body, inner = self._bound(node.target, entry), entry
            self._loops.append(([], []))
            end = self._block(node.body, body)
            breaks, again = self._loops.pop()
            back = end
            for each in again:
                back = merged(back, each)
            wider = merged(entry, back)
            assert wider is not None
            same = wider.key() == entry.key()
            entry = wider
            if same:
                break
        assert entry is not None
        after: State | None = None
        if not endless:
            inner = self._named(mark_of(node), self._at(entry))
            if not isinstance(node, ast.While) and back is not None and self.over_calls(node.iter):
                # An answer that calls tools has at least one call.
                inner = State(inner.sent, inner.fresh, inner.said, inner.tail, back.new)
            after = self._block(node.orelse, inner)
        for each in breaks:
            after = merged(after, each)
        return after

    def _try(self, node: ast.Try, state: State) -> State | None:
        seen: list[State | None] = [state]
        self._watching.append(seen)
        end = self._block(node.body, state)
        self._watching.pop()
        caught = seen[0]
        result = self._block(node.orelse, end) if end is not None else None
        for handler in node.handlers:
            assert caught is not None
            inner = self._named(handler.name, caught) if handler.name else caught
            result = merged(result, self._block(handler.body, inner))
        if any(part in self.ops or part in self.sends for part in _statements(node.finalbody)):
            self._fail("the list is used in a `finally`", node.finalbody[0])
        if result is None:
            return None
        return self._block(node.finalbody, result)

    def _with(self, node: ast.With | ast.AsyncWith, state: State) -> State | None:
        swallows = False
        for item in node.items:
            state = self._header(node, [item.context_expr], state)
            func = item.context_expr
            called = func.func if isinstance(func, ast.Call) else func
            swallows = swallows or last_name(called) in _SWALLOWING
            if item.optional_vars is not None:
                state = self._bound(item.optional_vars, state)
        seen: list[State | None] = [state]
        self._watching.append(seen)
        end = self._block(node.body, state)
        self._watching.pop()
        return merged(end, seen[0]) if swallows else end


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        for part in walk(statement):
            if isinstance(part, ast.stmt):
                yield part
