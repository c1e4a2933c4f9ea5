"""How a conversation on the server is written: where the id is kept, set and given."""

from __future__ import annotations

from migrator.analysis.conversations import Conversation, straight
from migrator.analysis.functions import type_checked
from migrator.analysis.linearity import NOTHING, Op
from migrator.analysis.listholders import ATTRIBUTE, CLOSURE, GLOBAL, LOCAL
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast, walk
from migrator.analysis.uses import uses_of
from migrator.planning.build import Unclear
from migrator.planning.declarations import declaration, ends_line, line_end
from migrator.planning.layout import WIDEST, indent_of, newline_of
from migrator.planning.links import alone
from migrator.planning.model import Cut, RemoveStatement, Splice
from migrator.planning.variables import Variables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from migrator.planning.model import Edit

_NAMES = ("previous_id", "previous_response_id", "last_response_id")
_RESPONSE, _ANSWER = "response", "response_id"
_CALM = (ast.Dict, ast.List, ast.Constant, ast.Name)
_SUITES = ("body", "orelse", "finalbody")


class ChainEdits:
    """The edits of one conversation; raises `Unclear` where one has no place."""

    def __init__(
        self, module: Module, variables: Variables, talk: Conversation,
        taken: Sequence[tuple[Scope, str]], others: Iterable[Conversation],
    ) -> None:  # fmt: skip
        self.module = module
        self.source = module.source
        self.variables = variables
        self.talk = talk
        self.straight = straight(talk)
        self.beside = any(
            other.stop is None and _meet(other.holder.scope, talk.holder.scope)
            for other in others
            if other is not talk and not straight(other)
        )
        self.name = "" if self.straight else self._new_name(taken)
        self.removed: list[ast.stmt] = []
        # What will stand before a call on its line, and how much deeper its other lines were.
        self.leads: dict[ast.Call, tuple[str, int]] = {}
        replies = talk.of("reply")
        if self.straight:
            told = {op for ops in talk.told.values() for op in ops}
            replies = [op for op in replies if op in told]
        # The calls whose answers are continued.
        self.continued = {call for op in replies if op.reply is not None for call in op.reply.calls}
        # Those among them whose responses get a variable.
        self.direct = {
            call
            for op in replies
            if op.reply is not None and op.reply.direct
            for call in op.reply.calls
        }
        self.response = self._certain(_RESPONSE, taken) if self.direct else ""
        # Loops over the streams of such calls, and the variable for the ids of their answers.
        self.loops = [op.reply.loop for op in replies if op.reply is not None and op.reply.loop]
        self.answer = self._certain(_ANSWER, taken) if self.loops else ""

    # -- names ----------------------------------------------------------------------------

    def _new_name(self, taken: Sequence[tuple[Scope, str]]) -> str:
        own = f"{self.talk.holder.name.lstrip('_')}_previous_id"
        # Beside another conversation, the name says whose id it is.
        for name in (own, *_NAMES) if self.beside else (*_NAMES, own):
            if self._free(name) and not any(
                known == name and _meet(scope, self.talk.holder.scope) for scope, known in taken
            ):
                return name
        raise Unclear("CC506", "no name is free for the id", self.talk.ops[0].node)

    def _certain(self, name: str, taken: Sequence[tuple[Scope, str]]) -> str:
        """Return ``name`` if nothing else has it; raises `Unclear`."""
        met = any(known == name and _meet(scope, self.talk.holder.scope) for scope, known in taken)
        if met or not self._free(name):
            raise Unclear("CC506", f"the name `{name}` is taken", self.talk.ops[0].node)
        return name

    def _free(self, name: str) -> bool:
        if name in self.module.attributes:
            return False
        return not any(
            name in scope.bindings or name in scope.loads for scope in self.module.scopes.values()
        )

    @property
    def id(self) -> str:
        """How the variable of the id is spelled."""
        return f"self.{self.name}" if self.talk.kind == ATTRIBUTE else self.name

    def before(self, call: ast.Call) -> str:
        """Return what a request continues; empty for the first one."""
        if not self.straight:
            return self.id
        (told,) = self.talk.told[call]
        return "" if told == NOTHING or isinstance(told, str) else self._answered(told)

    def _answered(self, op: Op) -> str:
        """Return how the id of an answer is spelled."""
        assert op.reply is not None
        if op.reply.loop is not None:
            return self.answer
        if op.reply.direct:
            return f"{self.response}.id"
        return f"{self.variables.name(op.reply.names[-1])}.id"

    # -- edits ----------------------------------------------------------------------------

    def edits(self, known: list[Edit]) -> list[Edit]:
        """Return what is to be done besides the changes of the calls."""
        result: list[Edit] = []
        for op in self.talk.of("reply"):
            if op.reply is not None and op.reply.calls & self.continued:
                result += self._reply(op)
        if not self.straight:
            for op in (*self.talk.of("start"), *self.talk.of("clear")):
                result.append(self._behind(op.statement, f"{self.id} = None", op))
            result += self._declared()
        gone = {(e.start, e.end) for e in known if isinstance(e, RemoveStatement)}
        result += self._unused(gone)
        for op in self.talk.of("reply"):
            if op.reply is not None and op.reply.calls & self.direct:
                result += self._named(op)
        return result + self._closed([e for e in result if isinstance(e, RemoveStatement)], gone)

    def _closed(self, removals: list[RemoveStatement], gone: set[tuple[int, int]]) -> list[Edit]:
        """Return the removal of blank lines that would stand behind other blank lines."""
        source = self.source
        lines = {
            line
            for start, end in [*gone, *((e.start, e.end) for e in removals)]
            for line in range(source.line_of(start), source.line_of(end) + 1)
        }
        result: list[Edit] = []
        for line in sorted(lines):
            if line + 1 in lines or line + 1 > len(source.starts) or source.line(line + 1).strip():
                continue
            above = line
            while above in lines:
                above -= 1
            if above >= 1 and not source.line(above).strip() and line + 1 < len(source.starts):
                result.append(Splice(source.starts[line], source.starts[line + 1], ""))
        return result

    def _reply(self, op: Op) -> list[Edit]:
        source, statement = self.source, op.statement
        start, end = source.span(statement)
        indent = indent_of(self.module, statement)
        if indent is None or b"#" in source.utf8[start:end] or not ends_line(self.source, end):
            raise Unclear("CC506", "the line of the answer holds something else", statement)
        newline = newline_of(self.module, statement)
        lines = [] if self.straight else [f"{self.id} = {self._answered(op)}"]
        if len(op.items) > 1:
            # The other messages stay, in a list that begins anew.
            lines.append(f"{self._list(op)}.clear()")
            opened = source.span(self.module.parent(op.items[0]))[0]
            first, second = source.span(op.items[0])[0], source.span(op.items[1])[0]
            text = "".join(f"{line}{newline}{indent}" for line in lines)
            before = source.utf8[opened:first].decode()
            return [Splice(start, start, text), Cut(opened, second, before)]
        self.removed.append(statement)
        follower = self._follower(statement)
        merged = self._merged(follower)
        if merged is not None:
            if not lines:
                return [*self._gone(statement), *merged]
            return [Cut(start, end, lines[0]), *merged]
        lines.append(f"{self._list(op)}.clear()")
        return [Cut(start, end, f"{newline}{indent}".join(lines))]

    def _gone(self, statement: ast.stmt) -> list[Edit]:
        if not alone(self.source, statement):
            raise Unclear("CC506", "a comment stands behind the answer", statement)
        return [RemoveStatement(*self.source.span(statement))]

    def _list(self, op: Op) -> str:
        return self.talk.holder.shown

    def _merged(self, follower: ast.stmt | None) -> list[Edit] | None:
        """Return the edits that make ``list.append(x)`` behind an answer ``list = [x]``."""
        talk = self.talk
        op = next((op for op in talk.of("add") if op.statement is follower), None)
        if op is None or talk.kind != LOCAL or follower is None or len(op.items) != 1:
            return None
        # What raises must find an empty list: the id of the answer is known already.
        if not all(isinstance(part, _CALM) for part in walk(op.items[0])):
            return None
        call = op.node
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            return None
        start, end = self.source.span(follower)
        first, last = self.source.span(op.items[0])
        if call.func.attr != "append" or b"\n" in self.source.utf8[start:end]:
            return None
        between = self.source.utf8[self.source.span(call.func)[1] : first]
        line = self.source.line(follower.lineno)
        if between.strip() != b"(" or self.source.utf8[last:end].strip() != b")":
            return None
        if len(line) > WIDEST or indent_of(self.module, follower) is None:
            return None
        text = f"{talk.holder.name} = ["
        return [Splice(start, first, text), Splice(last, end, "]")]

    def _behind(self, statement: ast.stmt, text: str, op: Op) -> Edit:
        """Insert a line behind a statement."""
        indent = indent_of(self.module, statement)
        _, end = self.source.span(statement)
        if indent is None or not ends_line(self.source, end):
            raise Unclear("CC506", "other code stands on the line", statement)
        if op is self.talk.of("start")[0] and self._typed():
            text = text.replace(" = ", ": str | None = ")
        stop = line_end(self.source, end)
        return Splice(stop, stop, f"{newline_of(self.module, statement)}{indent}{text}")

    def _typed(self) -> bool:
        """Return whether a type checker wants to be told what the id may be."""
        talk = self.talk
        if talk.kind == LOCAL:
            return False
        start = self.module.scope(talk.of("start")[0].statement).function()
        if talk.kind == ATTRIBUTE:
            return type_checked(start) and getattr(start.node, "name", "") == "__init__"
        setting = [self.module.scope(op.statement).function() for op in talk.of("reply")]
        if not any(type_checked(scope) for scope in setting if scope is not start):
            return False
        data = self.source.utf8
        # Evaluated in a module without the import, and an error before Python 3.10.
        modern = b"from __future__ import annotations" in data or b" | None" in data
        if talk.kind == GLOBAL and not modern:
            raise Unclear("CC506", "the id would need an annotation", talk.ops[0].node)
        return True

    # -- responses without a variable -----------------------------------------------------

    def _named(self, op: Op) -> list[Edit]:
        """Give the response of ``text = client….create(…)….content`` a variable of its own."""
        assert op.reply is not None
        name, (call,) = op.reply.names[-1], op.reply.calls
        binding = bindings_of(self.module, name)[0]
        statement, source = binding.statement, self.source
        if (
            not isinstance(statement, ast.Assign)
            or len(statement.targets) != 1
            or statement.targets[0] is not binding.node
            or self.module.statement(call) is not statement
        ):
            raise Unclear("CC506", "the response has no variable of its own", call)
        target = source.span(statement.targets[0])
        inner = self.module.parent(call)
        first = source.span(inner if isinstance(inner, ast.Await) else call)[0]
        (at, stop), end = source.span(call), source.span(statement)[1]
        opening, closing = source.utf8[target[1] : first], source.utf8[stop:end]
        indent = indent_of(self.module, statement)
        inside = source.utf8[at:stop]
        lines = b"\n" in inside and (b'"""' in inside or b"'''" in inside)
        if (
            indent is None
            or lines
            or not ends_line(source, end)
            or opening.strip(b" \t\r\n(\\") != b"="
            or b"#" in closing
            or not closing.lstrip(b" )\r\n\t\\").startswith(b".")
        ):
            raise Unclear("CC506", "the response has no variable of its own", statement)
        awaited = source.utf8[first:at].decode()
        self.leads[call] = (f"{indent}{self.response} = {awaited}", self._deeper(indent, at))
        result: list[Edit] = [Splice(*target, self.response), Cut(stop, end, "")]
        result.append(Cut(target[1], first, " = "))
        behind = line_end(source, end)
        if self._read(binding, name, own=False):
            text = f"{newline_of(self.module, statement)}{indent}{name.id} = "
            result.append(Splice(behind, behind, f"{text}{self.response}.output_text"))
        return result

    def _deeper(self, indent: str, at: int) -> int:
        """Return how much deeper than its statement the line is on which a call begins."""
        line = self.source.line(self.source.line_of(at))
        return len(line) - len(line.lstrip()) - len(indent)

    # -- declarations ---------------------------------------------------------------------

    def _declared(self) -> list[Edit]:
        """Return ``global`` or ``nonlocal`` where functions set the id."""
        if self.talk.kind not in (GLOBAL, CLOSURE):
            return []
        word = "global" if self.talk.kind == GLOBAL else "nonlocal"
        setting = [*self.talk.of("reply"), *self.talk.of("start"), *self.talk.of("clear")]
        scopes = dict.fromkeys(self.module.scope(op.statement).function() for op in setting)
        result: list[Edit] = []
        for scope in scopes:
            if scope is not self.talk.holder.scope:
                result.append(
                    declaration(self.module, scope, word, self.talk.holder.name, self.name)
                )
        return result

    # -- what nobody reads any more -------------------------------------------------------

    def _unused(self, gone: set[tuple[int, int]]) -> list[Edit]:
        """Return the removal of variables that only held what the list was given."""
        result: list[Edit] = []
        for statement in self.removed:
            for part in walk(statement):
                if not isinstance(part, ast.Name) or not isinstance(part.ctx, ast.Load):
                    continue
                for binding in bindings_of(self.module, part):
                    target = binding.statement
                    if not isinstance(target, ast.stmt) or target in self.removed:
                        continue
                    if binding.scope.kind == "comp" or self._read(binding, part):
                        continue
                    if self.source.span(target) in gone:
                        self.removed.append(target)
                        continue
                    if not _pure(target, part.id) or not alone(self.source, target):
                        raise Unclear("CC506", f"`{part.id}` would have no use left", target)
                    if self._only(target):
                        raise Unclear("CC506", f"`{part.id}` would leave an empty block", target)
                    self.removed.append(target)
                    result.append(RemoveStatement(*self.source.span(target)))
        return result

    def _read(self, binding: Binding, part: ast.Name, *, own: bool = True) -> bool:
        """Return whether something that stays reads a variable; those of responses are."""
        replies = [op.reply for op in self.talk.of("reply")]
        held = {reply.names[-1].id for reply in replies if reply is not None and reply.names}
        if (own and part.id in held) or binding.name == self.talk.holder.name:
            return True
        others = binding.scope.bindings.get(binding.name, ())
        if binding.kind not in ("assign", "walrus") or any(o.kind == "augassign" for o in others):
            return True
        return any(
            not any(self._inside(use, statement) for statement in self.removed)
            for use in uses_of(self.module, binding)
        )

    def _inside(self, node: ast.AST, statement: ast.stmt) -> bool:
        return self.module.statement(node) is statement

    # -- blocks ---------------------------------------------------------------------------

    def _block(self, statement: ast.stmt) -> list[ast.stmt]:
        parent = self.module.parent(statement)
        for name in _SUITES:
            block = getattr(parent, name, None)
            if isinstance(block, list) and statement in block:
                return block
        return []

    def _only(self, statement: ast.stmt) -> bool:
        return len(self._block(statement)) < 2

    def _follower(self, statement: ast.stmt) -> ast.stmt | None:
        block = self._block(statement)
        at = block.index(statement) + 1 if statement in block else len(block)
        return block[at] if at < len(block) else None


def _pure(statement: ast.stmt, name: str) -> bool:
    """Return whether a statement only gives one variable a value that nobody misses."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return False
    target = statement.targets[0]
    if not isinstance(target, ast.Name) or target.id != name:
        return False
    return not any(
        isinstance(part, (ast.Call, ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr))
        for part in walk(statement.value)
    )


def _meet(one: Scope, two: Scope) -> bool:
    """Return whether a name of one scope may be seen in the other."""
    return _within(one, two) or _within(two, one)


def _within(inner: Scope | None, outer: Scope) -> bool:
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False
