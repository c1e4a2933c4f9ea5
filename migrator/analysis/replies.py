"""Answers that go back into the list they answer: which call they are of, and how it is known.

A server that keeps a conversation keeps the answer as it came.  So an answer that is put into the
list has to be the message itself, or its text and nothing else.
"""

from __future__ import annotations

from migrator.analysis.collected import collected, mark_of
from migrator.analysis.reaching import bindings_of
from migrator.analysis.rebuilt import field
from migrator.analysis.syntax import ast, constant_string, is_none, walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.loops import StreamLoop
    from migrator.analysis.results import Results

_DUMPS = ("model_dump", "to_dict", "dict")
_LONGEST = 20
# What a variable that takes the place of the response may hold now.
_HOLDS = ("completion", "choice", "message")


class Reply:
    """An answer in a list.

    ``call`` is the request it answers; ``names`` are the variables it goes through, the last one
    holds the response, unless ``direct``: then it holds the text, and the response has no
    variable.  ``text``: only the text is repeated, not the whole message.  ``loop`` is what
    collects the text of a stream.
    """

    __slots__ = ("call", "names", "text", "direct", "loop")

    def __init__(self, call: ast.Call, names: list[ast.Name], *, text: bool, direct: bool) -> None:
        self.call = call
        self.names = names
        self.text = text
        self.direct = direct
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
            said = constant_string(role)
            if said is None:
                return role is not None and self._reads_role(role)
            return said == "assistant" and not isinstance(content, ast.Constant)
        if isinstance(node, ast.Name):
            values = [b.value for b in bindings_of(self.module, node) if not b.path]
            return any(isinstance(value, ast.Dict) and self.like(value) for value in values)
        return False

    def read(self, node: ast.expr) -> Reply:
        """Return which answer an element is; raises `Unproven`."""
        names: list[ast.Name] = []
        if self._kind(node) == "message":
            return self._of(node, names, text=False)
        if isinstance(node, ast.Name):
            value = self._only(node, names)
            if isinstance(value, ast.Dict):
                return self._written(value, names)
        if isinstance(node, ast.Dict):
            return self._written(node, names)
        raise Unproven("the answer is put together from other values", node)

    # -- messages that are written out ----------------------------------------------------

    def _written(self, node: ast.Dict, names: list[ast.Name]) -> Reply:
        rebuilt = self.results.history.rebuilt.answer(node)
        if rebuilt is not None:
            reply = self._of(rebuilt[0], names, text=False)
            self._same(node, names)
            return reply
        role, content = field(node, "role"), field(node, "content")
        keys = {constant_string(key) for key in node.keys}
        if role is None or content is None or keys != {"role", "content"} or len(node.keys) != 2:
            raise Unproven("the message has more than a role and the text", node)
        streamed = self._streamed(content, names)
        if streamed is not None and constant_string(role) is not None:
            return streamed
        reply = self._of(self._content(content, names), names, text=True)
        if constant_string(role) is None:
            there = self._of(self.results.step_at[role].value, [], text=True)
            if there.call is not reply.call:
                raise Unproven("the role is another answer's", role)
        return reply

    def _same(self, node: ast.Dict, names: list[ast.Name]) -> None:
        """Add every variable that a message written out again goes through."""
        for part in walk(node):
            if isinstance(part, ast.Name) and self.module.scope(part).kind != "comp":
                names.insert(0, part)

    def _content(self, node: ast.expr, names: list[ast.Name]) -> ast.expr:
        """Return the message whose whole text ``node`` is."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and len(node.values) == 2:
            last = node.values[1]
            if isinstance(last, ast.Constant) and not last.value:
                return self._content(node.values[0], names)
        step = self.results.step_at.get(node)
        if step is not None and step.becomes == "content":
            return step.value
        if isinstance(node, ast.Name):
            return self._content(self._only(node, names), names)
        shown = self.module.source.one_line(node, 60)
        raise Unproven(f"`{shown}` may differ from what the model said", node)

    def _streamed(self, node: ast.expr, names: list[ast.Name]) -> Reply | None:
        """Return the answer whose text was collected from a stream."""
        loop = collected(self.results, node) if isinstance(node, ast.Name) else None
        if loop is None:
            return None
        reply = self._of(loop.node.iter, names, text=True)
        reply.loop, reply.direct, reply.names = loop, False, names[:0]
        return reply

    def _reads_role(self, node: ast.expr) -> bool:
        step = self.results.step_at.get(node)
        return step is not None and (step.kind, step.name) == ("message", "role")

    # -- back to the call -----------------------------------------------------------------

    def _kind(self, node: ast.expr) -> str:
        return self.results.kinds.get(node, ("", 0))[0]

    def _only(self, node: ast.Name, names: list[ast.Name]) -> ast.expr:
        """Return the one value a variable has."""
        seen = bindings_of(self.module, node)
        value = seen[0].value if len(seen) == 1 else None
        if (
            not isinstance(value, ast.expr)
            or is_none(value)
            or seen[0].path
            or seen[0].remote
            or seen[0].kind not in ("assign", "walrus")
        ):
            raise Unproven(f"`{node.id}` may hold something else", node)
        names.append(node)
        return value

    def _of(self, node: ast.expr, names: list[ast.Name], *, text: bool) -> Reply:
        """Follow a message back to the call that returned it."""
        for _ in range(_LONGEST):
            step = self.results.step_at.get(node)
            if step is not None:
                node = step.value
            elif isinstance(node, (ast.Subscript, ast.Await, ast.NamedExpr)):
                node = node.value
            elif isinstance(node, ast.Name):
                node = self._only(node, names)
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr not in _DUMPS or self._kind(node.func.value) != "message":
                    direct = not names or self._kind(names[-1]) not in _HOLDS
                    return Reply(node, names, text=text, direct=direct)
                node = node.func.value
            else:
                break
        raise Unproven("which request this answers can't be seen", node)
