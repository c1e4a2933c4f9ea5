"""Conversations: lists that are sent, get the answer appended, and are sent again.

One that is proven linear can live on the server (`migrator.planning.chaining`); for any other
`Conversation.stop` says which line needs the list.
"""

from __future__ import annotations

from migrator.analysis.adders import added_through
from migrator.analysis.lasting import Lasting
from migrator.analysis.linearity import MANY, NOTHING, Op, State, Walk
from migrator.analysis.listholders import (
    LOCAL,
    Holder,
    Risks,
    concurrent,
    holder_of,
)
from migrator.analysis.replies import Replies, Reply, Unproven
from migrator.analysis.scopes import Scope
from migrator.analysis.syntax import ast, keyword, walk
from migrator.analysis.withouttools import answers_in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.analysis.adders import Added
    from migrator.analysis.results import Results

LIST, REPLY, REQUEST = "CC602", "CC603", "CC604"


class Conversation:
    """One list, everything done to it, and what stops it from living on the server.

    ``stop`` is (code, message, node), or None.  ``told`` says what each request continues.
    """

    __slots__ = ("holder", "kind", "ops", "functions", "calls", "stop", "told")

    def __init__(self, holder: Holder) -> None:
        self.holder = holder
        self.kind = LOCAL
        self.ops: list[Op] = []
        self.functions: set[Scope] = set()
        self.calls: list[ast.Call] = []
        self.stop: tuple[str, str, ast.AST] | None = None
        self.told: dict[ast.expr, set[Op | str]] = {}

    def of(self, kind: str) -> list[Op]:
        """Return the ops of one kind."""
        return [op for op in self.ops if op.kind == kind]


class Conversations:
    """Finds the conversations of one module.

    ``calls`` are all calls of the API that are followed; ``tools`` those that offer tools.
    """

    def __init__(self, results: Results, calls: Iterable[ast.Call], tools: set[ast.Call]) -> None:
        self.module = results.module
        self.results = results
        self.calls = list(calls)
        self.tools = tools
        self.replies = Replies(results)
        self.lasting = Lasting(self.module)
        self.found: list[Conversation] = []
        seen: set[tuple[Scope, str]] = set()
        for call in self.calls:
            sent = keyword(call, "messages")
            for node in walk(sent) if sent is not None else ():
                holder = holder_of(self.module, node) if isinstance(node, ast.expr) else None
                if holder is not None and (holder.scope, holder.name) not in seen:
                    seen.add((holder.scope, holder.name))
                    self._look(holder)

    def _look(self, holder: Holder) -> None:
        uses = holder.uses()
        gains = [
            binding.node for binding in holder.bindings() if isinstance(binding.node, ast.expr)
        ]
        if not any(self._keeps_reply(holder, use) for use in (*uses, *gains)):
            return
        talk = Conversation(holder)
        self.found.append(talk)
        odd = holder.odd()
        if odd is not None:
            talk.stop = (LIST, *odd)
            return
        for binding in holder.bindings():
            if binding.kind != "annotation" and talk.stop is None:
                self._set(talk, binding.node, binding.statement)
        for use in uses:
            if talk.stop is None and holder.foreign(use):
                talk.stop = (LIST, f"`{holder.name}` is used from outside its class", use)
            if talk.stop is None and not self._is_target(use):
                self._use(talk, use)
        if talk.stop is None:
            self._prove(talk)

    def _is_target(self, use: ast.expr) -> bool:
        parent = self.module.parent(use)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            return parent.value is not use
        return False

    def _keeps_reply(self, holder: Holder, use: ast.expr) -> bool:
        """Return whether an answer seems to be put into the list here."""
        append = self.module.parent(self.module.parent(use))
        if isinstance(append, ast.Call):
            for _, role, content in added_through(self.module, holder, append) or ():
                if role == "assistant" and self.replies.from_answer(content, set()):
                    return True
        return any(self.replies.like(item) for item in self._given(use))

    def _given(self, use: ast.expr) -> list[ast.expr]:
        """Return the elements that a use puts into the list."""
        parent = self.module.parent(use)
        if isinstance(parent, ast.AugAssign):
            return _elements(parent.value)
        call = self.module.parent(parent) if isinstance(parent, ast.Attribute) else None
        if isinstance(parent, ast.Attribute) and isinstance(call, ast.Call) and call.args:
            if parent.attr in ("append", "insert"):
                return [call.args[-1]]
            if parent.attr == "extend":
                return _elements(call.args[0])
        if isinstance(parent, (ast.BinOp, ast.Starred)):
            return [item for item in walk(self.module.statement(use)) if isinstance(item, ast.Dict)]
        return []

    # -- one use --------------------------------------------------------------------------

    def _set(self, talk: Conversation, target: ast.AST, statement: ast.AST) -> None:
        """Look at a statement that gives the holder a value, or adds to it by ``+=``."""
        assert isinstance(statement, ast.stmt)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
            self._add(talk, statement, statement.target, _elements(statement.value))
            return
        targets = statement.targets if isinstance(statement, ast.Assign) else [target]
        value = getattr(statement, "value", None)
        if len(targets) == 1 and isinstance(value, ast.expr) and targets[0] is target:
            items = self.lasting.fresh(value)
            own = {id(use) for use in talk.holder.uses()}
            if items is not None and not any(id(part) in own for part in walk(value)):
                assert isinstance(target, ast.expr)
                self._op(talk, Op("start", statement, target, items))
                return
        message = "becomes a list here that may be changed later, or belongs to others"
        talk.stop = (LIST, f"`{talk.holder.shown}` {message}", statement)

    def _use(self, talk: Conversation, use: ast.expr) -> None:
        parent = self.module.parent(use)
        statement = self.module.statement(use)
        if isinstance(parent, ast.keyword) and parent.arg == "messages":
            call = self.module.parent(parent)
            if isinstance(call, ast.Call) and call in self.calls:
                self._send(talk, call)
                return
        call = self.module.parent(parent)
        if (
            isinstance(parent, ast.Attribute)
            and isinstance(call, ast.Call)
            and call.func is parent
            and not call.keywords
            and isinstance(statement, ast.Expr)
            and statement.value is call
            and self._method(talk, parent, call, statement)
        ):
            return
        shown = self.module.source.one_line(statement, 60)
        talk.stop = (LIST, f"the list is needed in `{shown}`", use)

    def _method(
        self, talk: Conversation, method: ast.Attribute, call: ast.Call, statement: ast.Expr
    ) -> bool:
        name, args = method.attr, call.args
        if name == "append" and len(args) == 1:
            through = added_through(self.module, talk.holder, call)
            if through:
                self._through(talk, through)
            else:
                self._add(talk, statement, call, [args[0]])
        elif name == "extend" and len(args) == 1 and _elements(args[0]):
            self._add(talk, statement, call, _elements(args[0]))
        elif name == "clear" and not args:
            self._op(talk, Op("clear", statement, call, []))
        elif name == "pop" and all(_is_last(arg) for arg in args):
            self._op(talk, Op("pop", statement, call, []))
        else:
            return False
        return True

    def _send(self, talk: Conversation, call: ast.Call) -> None:
        statement = self.module.statement(call)
        above = self.module.parent(call)
        while above is not statement:
            if not isinstance(above, (ast.Await, ast.Attribute, ast.Subscript, ast.Call,
                                      ast.keyword, ast.NamedExpr, ast.withitem)):  # fmt: skip
                shown = self.module.source.one_line(statement, 60)
                talk.stop = (LIST, f"the request is made inside `{shown}`", call)
                return
            above = self.module.parent(above)
        talk.calls.append(call)
        self._op(talk, Op("send", statement, call, [call]))

    def _add(
        self, talk: Conversation, statement: ast.stmt, node: ast.expr, items: list[ast.expr]
    ) -> None:
        if not items:
            shown = self.module.source.one_line(statement, 60)
            talk.stop = (LIST, f"what `{shown}` adds can't be seen", statement)
            return
        if not any(self.replies.like(item) for item in items):
            for item in items:
                if not self.lasting.element(item):
                    talk.stop = (LIST, "the message may be changed later", item)
                    return
            op = Op("add", statement, node, items)
            if isinstance(self.module.parent(items[0]), ast.ListComp):
                op.count = 0
            self._op(talk, op)
            return
        op = Op("reply", statement, node, items)
        if not self._leads(items):
            talk.stop = (REPLY, "the answer is added together with other messages", statement)
            return
        try:
            self._replied(talk, op, self.replies.read(items[0]))
        except Unproven as error:
            talk.stop = (REPLY, error.message, error.node)
            return
        self._op(talk, op)

    def _replied(self, talk: Conversation, op: Op, reply: Reply) -> None:
        """Note which answer an op adds, and what speaks against it."""
        op.reply = reply
        if not reply.calls <= set(self.calls):
            talk.stop = (REPLY, "which request this answers can't be seen", op.items[0])
        elif reply.direct and not reply.names:
            talk.stop = (REPLY, "the response has no variable of its own", op.items[0])
        elif reply.text and reply.calls & self.tools and not answers_in_words(
            self.results, op.statement, reply
        ):  # fmt: skip
            talk.stop = (REPLY, "calls of tools would be left out here", op.statement)

    def _through(self, talk: Conversation, through: list[Added]) -> None:
        """Look at the calls of a function that adds a message to the list."""
        replies = [
            role == "assistant" and self.replies.from_answer(content, set())
            for _, role, content in through
        ]
        if all(replies):
            # Without them nobody would call it.
            talk.stop = (REPLY, "a function of its own adds the answers", through[0][0])
        for (call, _, content), is_reply in zip(through, replies, strict=True):
            kind = "reply" if is_reply else "add"
            op = Op(kind, self.module.statement(call), call, [content])
            if is_reply:
                try:
                    self._replied(talk, op, self.replies.text(content))
                except Unproven as error:
                    talk.stop = (REPLY, error.message, error.node)
            elif not self.lasting.value(content):
                talk.stop = (LIST, "the message may be changed later", content)
            self._op(talk, op)

    def _leads(self, items: list[ast.expr]) -> bool:
        """Return whether an answer stands alone, or as an object before messages that last."""
        first, *others = items
        if not others:
            return True
        return (
            not isinstance(first, ast.Dict)
            and self.replies.like(first)
            and self.results.kinds.get(first, ("", 0))[0] == "message"
            and all(self.lasting.element(item) and not self.replies.like(item) for item in others)
            # The answer is known to the server before the others are in the list.
            and all(_calm(part) for item in others for part in walk(item))
        )

    def _op(self, talk: Conversation, op: Op) -> None:
        if any(known.statement is op.statement and known.kind != "send" for known in talk.ops):
            talk.stop = talk.stop or (LIST, "several things happen to the list at once", op.node)
        talk.ops.append(op)
        talk.functions.add(self.module.scope(op.statement).function())

    # -- the proof ------------------------------------------------------------------------

    def _prove(self, talk: Conversation) -> None:
        holder = talk.holder
        talk.kind = holder.kind(talk.functions)
        if any(scope.kind in ("class", "lambda") for scope in talk.functions):
            talk.stop = (LIST, "the list is used in the body of a class", talk.ops[0].node)
            return
        if not talk.of("start"):
            talk.stop = (LIST, f"where `{holder.shown}` begins can't be seen", talk.ops[0].node)
            return
        for op in talk.of("reply"):
            assert op.reply is not None
            if not op.reply.calls <= set(talk.calls):
                talk.stop = (REPLY, "this may answer a request that was sent another list", op.node)
                return
        shared = talk.kind != LOCAL
        risks = Risks(self.module, talk.functions, shared=shared)
        found = concurrent(self.module, talk.functions, risks.names) if shared else None
        if found is not None:
            talk.stop = (LIST, *found)
            return
        for scope in sorted(talk.functions, key=lambda each: getattr(each.node, "lineno", 0)):
            ops = [op for op in talk.ops if self.module.scope(op.statement).function() is scope]
            walker = Walk(self.module, ops, risks, self._over_calls)
            body = getattr(scope.node, "body", [])
            walker.run(body, State())
            for call, told in walker.told.items():
                talk.told.setdefault(call, set()).update(told)
            if walker.wrong is not None and talk.stop is None:
                talk.stop = (REPLY, *walker.wrong)
        if not shared and all(told == {NOTHING} for told in talk.told.values()):
            # Nothing is sent after an answer: no conversation.
            self.found.remove(talk)
        elif any(op.items[0] not in talk.told for op in talk.of("send")):
            talk.stop = talk.stop or (LIST, "code that is never reached", talk.calls[0])

    def _over_calls(self, node: ast.expr) -> bool:
        return self.results.kinds.get(node, ("", 0))[0] == "calls"


def straight(talk: Conversation) -> bool:
    """Return whether every request is known to continue one certain answer, or none."""
    return talk.kind == LOCAL and all(
        len(told) == 1 and MANY not in told for told in talk.told.values()
    )


def _elements(node: ast.expr) -> list[ast.expr]:
    """Return the elements of a list display without stars, else nothing."""
    if isinstance(node, ast.List) and not any(isinstance(e, ast.Starred) for e in node.elts):
        return list(node.elts)
    if isinstance(node, ast.ListComp) and isinstance(node.elt, ast.Dict):
        return [node.elt]
    return []


def _calm(node: ast.AST) -> bool:
    """Return whether evaluating a node itself raises nothing that a program expects."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
    return isinstance(node, (ast.Dict, ast.Constant, ast.Name, ast.Attribute))


def _is_last(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
        and node.operand.value == 1
    )
