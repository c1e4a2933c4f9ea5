"""Kinds of chunks, the values read from them, and how an expression is written anew."""

from __future__ import annotations

from migrator.analysis.scopes import Scope
from migrator.analysis.syntax import ast, children, walk
from migrator.documents.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    Key = tuple[Scope, str]
    Edits = list[tuple[int, int, str]]

# What a value of these kinds stands for has no counterpart: only its fields do.
VIRTUAL = ("chunk", "choices", "choice", "delta", "calls", "call", "function")
# What handing on such a value is: code and message.
ESCAPES = {
    "chunk": ("CC316", "the chunk itself is handed on"),
    "choices": ("CC306", "the list of choices is handed on"),
    "choice": ("CC306", "the streamed choice is handed on"),
    "delta": ("CC305", "the delta itself is handed on"),
    "calls": ("CC303", "the list of tool calls of a chunk is handed on"),
    "call": ("CC303", "a part of a tool call is handed on as an object"),
    "function": ("CC303", "a part of a tool call is handed on as an object"),
    "index": ("CC303", "the index of a tool call is used: that of an output item is another one"),
    "held": ("CC303", "a tool call put together from chunks is handed on in the loop"),
    "inner": ("CC303", "a tool call put together from chunks is handed on in the loop"),
    "usage": ("CC312", "the usage object itself is handed on"),
    "details": ("CC312", "the token details are handed on"),
}
# What can be read, or only tested, but not be handed on, although there is a text for it.
UNSENT = ("usage", "details", "index", "held", "inner")


# Methods that can be evaluated for a text that is known.
METHODS = ("strip", "lstrip", "rstrip", "lower", "upper", "replace")
_BUILTINS = ("len", "bool", "str", "int", "float", "isinstance", "hasattr", "getattr", "repr")
_QUERIES = (*METHODS, "is_set", "startswith", "endswith", "split", "splitlines", "count", "find",
            "format", "time", "monotonic", "perf_counter")  # fmt: skip


class Refused(Exception):
    """The loop does something that has no spelling on the other side."""

    def __init__(self, code: str, message: str, node: ast.AST) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.node = node


class Raises(Exception):
    """The program raises for this kind of chunk, such as for ``choices[0]`` of no choices."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__()
        self.node = node


class Kind:
    """One kind of chunk; ``content`` is ``"text"`` for text, else the value itself.

    ``calls`` is ``"added"`` for the first part of a tool call, ``"arguments"`` for the others;
    ``legacy``: it is a ``function_call``.  Events of the ``stream`` helper have ``fields`` instead,
    with their names in the new event.
    """

    __slots__ = (
        "name", "choices", "role", "content", "finish", "usage", "calls", "legacy", "fields",
    )  # fmt: skip

    def __init__(
        self, name: str, *, choices: int = 1, role: str | None = None,
        content: str | None = None, finish: str | None = None, usage: bool = False,
        calls: str = "", legacy: bool = False, fields: dict[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.fields = fields
        self.choices = choices
        self.role = role
        self.content = content
        self.finish = finish
        self.usage = usage
        self.calls = calls
        self.legacy = legacy


TEXT = Kind("text", content="text")
USAGE = Kind("usage", choices=0, usage=True)
# Azure sends a chunk without choices first, with the verdict on the prompt.
BLANK = Kind("blank", choices=0)
# The role comes with "" or None; refusals and annotations come in chunks without content.
SILENT = (
    Kind("role", role="assistant", content=""),
    Kind("role", role="assistant"),
    Kind("other"),
    Kind("other", content=""),
)
FINISHES = tuple(Kind("finish", finish=text) for text in ("stop", "length", "content_filter"))
CALLED = Kind("finish", finish="tool_calls")
OLD_CALLED = Kind("finish", finish="function_call")


DELTA = Kind("content.delta", content="text", fields={"snapshot": "snapshot"})
_ARGUMENTS = "tool_calls.function.arguments"
# Without an event of their own: every chunk is one, and the first deltas are empty.
QUIET = (
    Kind("chunk", fields={}),
    Kind("content.delta", content="", fields={"snapshot": "snapshot"}),
    Kind(f"{_ARGUMENTS}.delta", fields={"arguments_delta": '""', "arguments": '""'}),
)
# The last two columns: the new type, and what else makes it the same event.
DONE = (
    (
        Kind("content.done", fields={"content": "text", "parsed": "parsed"}),
        "response.output_text.done",
        "text",
    ),
    (Kind("refusal.delta", fields={"delta": "delta"}), "response.refusal.delta", ""),
    (Kind("refusal.done", fields={"refusal": "refusal"}), "response.refusal.done", ""),
    (
        Kind(f"{_ARGUMENTS}.delta", fields={"arguments_delta": "delta", "arguments": "snapshot"}),
        "response.function_call_arguments.delta",
        "",
    ),
    (
        Kind(f"{_ARGUMENTS}.done", fields={"name": "item.name", "arguments": "item.arguments"}),
        "response.output_item.done",
        'item.type == "function_call"',
    ),
)


class Value:
    """What an expression is worth.

    ``kind``: const (``data`` is the value), text, chunk, choices, choice, delta, calls, call,
    function, held and inner (a call that was kept, and its ``function``), entry (not None), index,
    usage, details, mixed, unknown.  ``edits`` are the ranges to replace, None when nothing stands
    for it.  ``derived``: it depends on the chunk.  ``guard``: its truth is known, but type checkers
    want it tested.  ``names``: variables its new text reads.  ``inline``: the text to put where a
    variable with this value is read.
    """

    __slots__ = ("kind", "data", "edits", "derived", "guard", "names", "inline")

    def __init__(
        self, kind: str, data: object = None, edits: Edits | None = None, *,
        derived: bool = False, guard: bool = False, names: frozenset[Key] = frozenset(),
    ) -> None:  # fmt: skip
        self.kind = kind
        self.data = data
        self.edits = edits
        self.derived = derived
        self.guard = guard
        self.names = names
        self.inline: str | None = None

    def truth(self) -> bool | None:
        """Return whether the value is true; None when that is not known."""
        if self.kind in ("const", "choices"):
            return bool(self.data)
        return None if self.kind in ("unknown", "mixed", "index", "entry") else True

    def is_none(self) -> bool:
        """Return whether the value is known to be None."""
        return self.kind == "const" and self.data is None


def constant_text(data: object) -> str:
    """Return how a constant is written."""
    return f'"{data}"' if isinstance(data, str) else repr(data)


def literal_index(node: ast.expr) -> object:
    """Return the constant a subscript is, else None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = node.operand
        return -1 if isinstance(inner, ast.Constant) and inner.value == 1 else None
    if isinstance(node, ast.Constant) and not isinstance(node.value, bool):
        return node.value
    return None


def rendered(source: Source, node: ast.AST, edits: Edits) -> str:
    """Return the text of ``node`` with ``edits`` applied; the widest of nested ones counts.

    Edits of what stands around it don't.
    """
    start, end = source.span(node)
    inside = [edit for edit in edits if start <= edit[0] and edit[1] <= end]
    return replaced(source, start, end, inside)


def replaced(source: Source, start: int, end: int, edits: Edits) -> str:
    """Return the text of a range with ``edits`` applied; the widest of nested ones counts."""
    parts: list[bytes] = []
    at = start
    for first, last, text in sorted(edits, key=lambda edit: (edit[0], -edit[1])):
        if first < at:
            continue
        parts += [source.utf8[at:first], text.encode("utf-8")]
        at = last
    parts.append(source.utf8[at:end])
    return b"".join(parts).decode("utf-8")


def same_tree(text: str, node: ast.AST) -> bool:
    """Return whether ``text`` is the expression ``node``."""
    try:
        found = compile(text, "<field>", "eval", 0x400, dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    assert isinstance(found, ast.Expression)
    return _same(found.body, node)


def _same(first: ast.AST, second: ast.AST) -> bool:
    if first.__class__ is not second.__class__:
        return False
    for name in ("id", "attr", "value", "arg"):
        one, other = getattr(first, name, None), getattr(second, name, None)
        if not isinstance(one, ast.AST) and one != other:
            return False
    mine, theirs = children(first), children(second)
    return len(mine) == len(theirs) and all(map(_same, mine, theirs))


def pure(node: ast.AST) -> bool:
    """Return whether evaluating ``node`` changes nothing and its moment hardly matters."""
    for part in walk(node):
        if isinstance(part, ast.Call) and not _harmless(part):
            return False
        if isinstance(part, (ast.Await, ast.Yield, ast.YieldFrom, ast.NamedExpr)):
            return False
    return True


def _harmless(call: ast.Call) -> bool:
    func = call.func
    if isinstance(func, ast.Name):
        return func.id in _BUILTINS
    if not isinstance(func, ast.Attribute):
        return False
    return func.attr in _QUERIES


def compared(node: ast.Compare, left: object, right: object) -> bool:
    """Return what comparing two constants gives; raises `Raises`."""
    op = node.ops[0]
    try:
        if isinstance(op, (ast.Eq, ast.NotEq)):
            return (left == right) is isinstance(op, ast.Eq)
        if isinstance(op, (ast.Is, ast.IsNot)):
            return (left is right or left == right) is isinstance(op, ast.Is)
        if isinstance(op, (ast.In, ast.NotIn)):
            return (left in right) is isinstance(op, ast.In)  # type: ignore[operator]
        if isinstance(op, ast.Lt):
            return bool(left < right)  # type: ignore[operator]
        if isinstance(op, ast.LtE):
            return bool(left <= right)  # type: ignore[operator]
        if isinstance(op, ast.Gt):
            return bool(left > right)  # type: ignore[operator]
        return bool(left >= right)  # type: ignore[operator]
    except TypeError as error:
        raise Raises(node) from error
