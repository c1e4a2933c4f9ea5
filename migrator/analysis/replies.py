"""Answers that go back into the list they answer: which call they are of, and how it is known.

A server that keeps a conversation keeps the answer as it came.  So an answer that is put into the
list has to be the message itself, or its text and nothing else.
"""

from __future__ import annotations

from migrator.analysis.collected import collected, mark_of
from migrator.analysis.reaching import bindings_of
from migrator.analysis.rebuilt import field
from migrator.analysis.shapefacts import makes_message
from migrator.analysis.syntax import ast, constant_string, is_none, keyword, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.analysis.loops import StreamLoop
    from migrator.analysis.results import Results

_DUMPS = ("model_dump", "to_dict", "dict")
_LONGEST = 20
# What a variable that takes the place of the response may hold now.
_HOLDS = ("completion", "choice", "message")


class Reply:
    """An answer in a list.

    ``calls`` are the requests it may answer; ``names`` are the variables it goes through, the last
    one holds the response, unless ``direct``: then it holds the text, and the response has no
    variable.  ``text``: only the text is repeated, not the whole message.  ``loop`` is what
    collects the text of a stream.
    """

    __slots__ = ("calls", "names", "text", "direct", "loop")

    def __init__(self, calls: set[ast.Call], names: list[ast.Name], *, text: bool) -> None:
        self.calls = calls
        self.names = names
        self.text = text
        self.direct = False
        self.loop: StreamLoop | None = None

    @property
    def proof(self) -> set[str]:
        """What must have been bound, or come to its end, since the request."""
        marks = {mark_of(self.loop.node)} if self.loop is not None else set()
        return marks | {name.id for name in self.names}

    @property
    def held_in(self) -> str:
        """The variable that holds the response."""
        return self.names[-1].id if self.names else ""


class Unproven(Exception):
    """What is put into the list is not the answer as it came; ``node`` is where that shows."""

    def __init__(self, message: str, node: ast.AST) -> None:
        super().__init__(message)
        self.message = message
        self.node = node


class Replies:
    """Reads the elements of lists in one module."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module

    def like(self, node: ast.expr) -> bool:
        """Return whether an element looks like an answer of the model."""
        if self._kind(node) == "message":
            return True
        if isinstance(node, ast.Dict):
            role, content = field(node, "role"), field(node, "content")
            if constant_string(role) not in (None, "assistant") or content is None:
                return False
            return role is not None and self.from_answer(content, set())
        if isinstance(node, ast.Call) and makes_message(node):
            said, content = keyword(node, "role"), keyword(node, "content")
            if constant_string(said) not in (None, "assistant") or content is None:
                return False
            return self.from_answer(content, set())
        if isinstance(node, ast.Name):
            values = [b.value for b in bindings_of(self.module, node) if not b.path]
            return any(
                isinstance(value, (ast.Dict, ast.Call)) and self.like(value) for value in values
            )
        return False

    def from_answer(self, node: ast.expr, seen: set[ast.AST]) -> bool:
        """Return whether anything of an answer, or of a stream, goes into a value."""
        for part in walk(node):
            if not isinstance(part, ast.expr) or part in seen:
                continue
            seen.add(part)
            if part in self.results.kinds or part in self.results.step_at:
                return True
            if not isinstance(part, ast.Name) or not isinstance(part.ctx, ast.Load):
                continue
            for binding in bindings_of(self.module, part):
                value = binding.value
                if isinstance(value, ast.expr) and self.from_answer(value, seen):
                    return True
                if self._in_loop(binding.node):
                    return True
        return False

    def _in_loop(self, node: ast.AST) -> bool:
        """Return whether a variable is set where a stream is read."""
        streams = self.results.streams
        found = [] if streams is None else [loop.node for _, loop in streams.loops]
        above = self.module.enclosing(node, (ast.For, ast.AsyncFor)) if found else None
        return any(above is each for each in found)

    def read(self, node: ast.expr) -> Reply:
        """Return which answer an element is; raises `Unproven`."""
        names: list[ast.Name] = []
        if self._kind(node) == "message":
            return self._of(node, names, text=False)
        if isinstance(node, ast.Name):
            values = self._values(node)
            if len(values) == 1 and isinstance(values[0], ast.Dict):
                names.append(node)
                return self._written(values[0], names)
        if isinstance(node, ast.Dict):
            return self._written(node, names)
        raise Unproven("the answer is put together from other values", node)

    def text(self, node: ast.expr) -> Reply:
        """Return whose whole text an expression is; raises `Unproven`."""
        streamed = self._streamed(node, [])
        return self._content(node, []) if streamed is None else streamed

    # -- messages that are written out ----------------------------------------------------

    def _written(self, node: ast.Dict, names: list[ast.Name]) -> Reply:
        rebuilt = self.results.history.rebuilt.answer(node)
        if rebuilt is not None:
            reply = self._of(rebuilt[0], names, text=False)
            self._same(node, reply.names)
            return reply
        role, content = field(node, "role"), field(node, "content")
        keys = {constant_string(key) for key in node.keys}
        if role is None or content is None or keys != {"role", "content"} or len(node.keys) != 2:
            raise Unproven("the message has more than a role and the text", node)
        streamed = self._streamed(content, names)
        if streamed is not None and constant_string(role) is not None:
            return streamed
        reply = self._content(content, names)
        if constant_string(role) is None:
            step = self.results.step_at.get(role)
            if step is None or (step.kind, step.name) != ("message", "role"):
                raise Unproven("the role is not known", role)
            if self._of(step.value, [], text=True).calls != reply.calls:
                raise Unproven("the role is another answer's", role)
        return reply

    def _same(self, node: ast.Dict, names: list[ast.Name]) -> None:
        """Add every variable that a message written out again goes through."""
        for part in walk(node):
            if isinstance(part, ast.Name) and self.module.scope(part).kind != "comp":
                names.insert(0, part)

    def _content(self, node: ast.expr, names: list[ast.Name]) -> Reply:
        """Return the answer whose whole text ``node`` is."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            last = node.values[1]
            if isinstance(last, ast.Constant) and not last.value:
                return self._content(node.values[0], names)
        step = self.results.step_at.get(node)
        if step is not None and step.becomes == "content":
            return self._of(step.value, names, text=True)
        if isinstance(node, ast.Name):
            return self._joined(node, names, self._content)
        shown = self.module.source.one_line(node, 60)
        raise Unproven(f"`{shown}` may differ from what the model said", node)

    def _streamed(self, node: ast.expr, names: list[ast.Name]) -> Reply | None:
        """Return the answer whose text was collected from a stream."""
        loop = collected(self.results, node) if isinstance(node, ast.Name) else None
        if loop is None:
            return None
        if names:
            raise Unproven("the message is written before it is added", node)
        reply = self._of(loop.node.iter, names, text=True)
        if len(reply.calls) > 1:
            raise Unproven("several requests may have started the stream", loop.node.iter)
        reply.loop, reply.direct, reply.names = loop, False, []
        return reply

    # -- back to the call -----------------------------------------------------------------

    def _kind(self, node: ast.expr) -> str:
        return self.results.kinds.get(node, ("", 0))[0]

    def _values(self, node: ast.Name) -> list[ast.expr]:
        """Return every value a variable may have; raises `Unproven`."""
        result: list[ast.expr] = []
        for binding in bindings_of(self.module, node):
            value = binding.value
            if (
                not isinstance(value, ast.expr)
                or is_none(value)
                or binding.path
                or binding.remote
                or binding.kind not in ("assign", "walrus")
            ):
                raise Unproven(f"`{node.id}` may hold something else", node)
            result.append(value)
        if not result:
            raise Unproven(f"`{node.id}` may hold something else", node)
        return result

    def _joined(
        self, node: ast.Name, names: list[ast.Name],
        follow: Callable[[ast.expr, list[ast.Name]], Reply],
    ) -> Reply:  # fmt: skip
        """Follow every value of a variable; they have to come by the same variables."""
        values = self._values(node)
        names.append(node)
        found = [follow(value, list(names)) for value in values]
        first = found[0]
        if any(each.direct for each in found) and len(found) > 1:
            raise Unproven("the response has no variable of its own", node)
        if any([n.id for n in each.names] != [n.id for n in first.names] for each in found):
            raise Unproven(f"`{node.id}` comes from several variables", node)
        for each in found:
            first.calls |= each.calls
        if len(first.calls) > 1 and self._kind(first.names[-1]) != "completion":
            raise Unproven("the response has no variable of its own", node)
        names[:] = first.names
        return first

    def _of(self, node: ast.expr, names: list[ast.Name], *, text: bool) -> Reply:
        """Follow a message back to the call that returned it."""
        for _ in range(_LONGEST):
            step = self.results.step_at.get(node)
            if step is not None:
                node = step.value
            elif isinstance(node, (ast.Subscript, ast.Await, ast.NamedExpr)):
                node = node.value
            elif isinstance(node, ast.Name) and len(names) < _LONGEST:

                def follow(value: ast.expr, so_far: list[ast.Name]) -> Reply:
                    return self._of(value, so_far, text=text)

                return self._joined(node, names, follow)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr not in _DUMPS or self._kind(node.func.value) != "message":
                    reply = Reply({node}, names, text=text)
                    reply.direct = not names or self._kind(names[-1]) not in _HOLDS
                    return reply
                node = node.func.value
            else:
                break
        raise Unproven("which request this answers can't be seen", node)
