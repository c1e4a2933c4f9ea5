"""Assistant messages that are written out again from an answer: its text and its tool calls.

``{"role": "assistant", "content": message.content, "tool_calls": message.tool_calls}`` says what
the answer said, so all of its output can take that place.
"""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding
from migrator.analysis.syntax import ast, constant_string
from migrator.analysis.values import origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_DUMPS = ("model_dump", "to_dict", "dict")


class Rebuilt:
    """The messages of one module that repeat an answer."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        # Parts of tool calls in displays, and the group of those.
        self.stored_parts: dict[ast.expr, int] = {}

    def stored(self, node: ast.expr, group: int, parent: ast.AST) -> bool:
        """Note tool calls, or the type of one, in a display; False for any other container."""
        if not isinstance(parent, ast.Dict):
            return False
        self.stored_parts[node] = group
        return True

    def dumped(self, whole: ast.expr, group: int) -> bool:
        """Note ``[call.model_dump() for call in calls]`` in such a display."""
        call = self.module.parent(whole)
        made = self.module.parent(call)
        if not isinstance(call, ast.Call) or call.func is not whole:
            return False
        return (
            isinstance(made, ast.ListComp)
            and made.elt is call
            and (self.stored(made, group, self.module.parent(made)))
        )

    def answer(self, node: ast.Dict) -> tuple[ast.expr, int] | None:
        """Return a read of the answer that ``node`` repeats, and its group, else None."""
        names = [constant_string(key) for key in node.keys]
        calls, content = field(node, "tool_calls"), field(node, "content")
        if set(names) != {"role", "content", "tool_calls"} or len(names) != 3:
            return None
        if not self._is_assistant(field(node, "role")) or calls is None or content is None:
            return None
        said = self._content(content)
        called = self._calls(calls)
        if said is None or called is None:
            return None
        first, second = self._response(said), self._response(called)
        if not first or first != second:
            return None
        return said, self.results.kinds[called][1]

    def _is_assistant(self, role: ast.expr | None) -> bool:
        return constant_string(role) == "assistant" or self._reads(role, "message", "role")

    # -- the two halves -----------------------------------------------------------------

    def _content(self, node: ast.expr) -> ast.expr | None:
        """Return the value whose content ``node`` is, with ``or ""`` and variables seen through."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            other = node.values[-1]
            empty = isinstance(other, ast.Constant) and not other.value
            return self._content(node.values[0]) if empty and len(node.values) == 2 else None
        step = self.results.step_at.get(node)
        if step is not None:
            return step.value if step.becomes == "content" else None
        found = origins(self.module, node) if isinstance(node, ast.Name) else []
        if len(found) != 1 or found[0].kind != "expr" or not isinstance(found[0].node, ast.expr):
            return None
        return None if found[0].node is node else self._content(found[0].node)

    def _calls(self, node: ast.expr) -> ast.expr | None:
        """Return the list of tool calls that ``node`` is, or writes out again."""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            return self._calls(node.values[0])
        if self._kind(node) == "calls":
            return node
        if not isinstance(node, ast.ListComp) or len(node.generators) != 1:
            return None
        generator = node.generators[0]
        if generator.ifs or self._calls(generator.iter) is None:
            return None
        target = generator.target
        if not isinstance(target, ast.Name) or not self._repeats(node.elt, target.id):
            return None
        return self._calls(generator.iter)

    def _kind(self, node: ast.expr) -> str:
        return self.results.kinds.get(node, ("", 0))[0]

    def _repeats(self, node: ast.expr, name: str) -> bool:
        """Return whether ``node`` says all there is of the tool call in the variable ``name``."""
        if isinstance(node, ast.Name):
            return node.id == name
        if isinstance(node, ast.Call):
            func = node.func
            return (
                isinstance(func, ast.Attribute)
                and func.attr in _DUMPS
                and (getattr(func.value, "id", "") == name)
            )
        if not isinstance(node, ast.Dict):
            return False
        inner = field(node, "function")
        kind = field(node, "type")
        if {constant_string(key) for key in node.keys} != {"id", "type", "function"}:
            return False
        return (
            isinstance(inner, ast.Dict)
            and {constant_string(key) for key in inner.keys} == {"name", "arguments"}
            and (constant_string(kind) == "function" or self._reads(kind, "call", "type"))
            and self._reads(field(node, "id"), "call", "id")
            and self._reads(field(inner, "name"), "function", "name")
            and self._reads(field(inner, "arguments"), "function", "arguments")
        )

    def _reads(self, node: ast.expr | None, kind: str, name: str) -> bool:
        step = self.results.step_at.get(node) if node is not None else None
        return step is not None and (step.kind, step.name) == (kind, name)

    # -- which answer -------------------------------------------------------------------

    def _response(self, node: ast.expr) -> tuple[Binding, ...]:
        """Return the variables that hold the response ``node`` comes from, empty if unknown."""
        for _ in range(20):
            step = self.results.step_at.get(node)
            if step is not None:
                node = step.value
            elif isinstance(node, ast.Subscript):
                node = node.value
            elif isinstance(node, ast.BoolOp):
                node = node.values[0]
            elif isinstance(node, ast.Name):
                seen = bindings_of(self.module, node)
                value = seen[0].value if len(seen) == 1 else None
                if self._kind(node) == "completion" or not isinstance(value, ast.expr):
                    return seen
                node = value
            else:
                return ()
        return ()


def field(node: ast.Dict, name: str) -> ast.expr | None:
    """Return the value of a key in a display, else None."""
    for key, value in zip(node.keys, node.values, strict=True):
        if constant_string(key) == name:
            return value
    return None
