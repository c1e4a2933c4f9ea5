"""What the expressions of a loop over a chat stream are worth, for one kind of chunk.

A text stream has few kinds of chunks: the first one with the role, chunks with text, the last one
with the finish reason, and one with the usage if it was asked for.  For each kind most of a loop
body is decided: ``chunk.choices[0].delta.content`` is text, ``""`` or None.  `Reader` says which,
and how the expression is written for the Responses API.
"""

from __future__ import annotations

from migrator.analysis.chunkcalls import asked, call, looked_up
from migrator.analysis.chunkfields import field
from migrator.analysis.chunktexts import joined
from migrator.analysis.chunkvalues import (
    ESCAPES,
    UNSENT,
    VIRTUAL,
    Kind,
    Raises,
    Refused,
    Value,
    compared,
    constant_text,
    literal_index,
    pure,
    rendered,
)
from migrator.analysis.reaching import owner_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, attribute_step, children, is_none, literal, walk
from migrator.analysis.values import constants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.calltables import CallTables
    from migrator.analysis.chunkvalues import Edits, Key

_IDENTITIES = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
_NEGATIVE = (ast.IsNot, ast.NotEq, ast.NotIn)


class Reader:
    """Reads the expressions of one loop body for one kind of chunk.

    ``event`` is what the loop variable will be called.  ``known`` holds what the body has set so
    far in this round; ``carried`` collects the variables that are read before that.
    """

    def __init__(
        self, module: Module, binding: Binding, kind: Kind, event: str, tables: CallTables
    ) -> None:
        self.module = module
        self.tables = tables
        # Tables that got the tool call of this round, and those that may have got it.
        self.filled: set[Key] = set()
        self.unclear: set[Key] = set()
        self.kind = kind
        self.event = event
        self.variable: Key = (binding.scope, binding.name)
        self.known: dict[Key, Value] = {}
        self.carried: set[Key] = set()
        # Variables set inside tests: what they stand for is written in their place.
        self.inlined: set[Key] = set()

    def key(self, node: ast.Name) -> Key | None:
        """Return what identifies the variable a name stands for; None for builtins."""
        owner = owner_of(self.module, node)
        return None if owner is None else (owner, node.id)

    def touches(self, node: ast.AST) -> bool:
        """Return whether anything below ``node`` depends on the chunk."""
        for part in walk(node):
            if isinstance(part, ast.Name):
                key = self.key(part)
                if key == self.variable:
                    return True
                if key is not None and key in self.known and self.known[key].derived:
                    return True
        return False

    def read(self, node: ast.expr, *, test: bool = False) -> Value:
        """Return what ``node`` is worth, or only its truth when ``test``.

        Raises `Refused` where it has no counterpart and `Raises` where the program raises.
        """
        if isinstance(node, ast.Constant):
            return Value("const", node.value, [])
        if isinstance(node, (ast.List, ast.Tuple)) and not node.elts:
            return Value("const", (), [])
        if isinstance(node, ast.Name):
            return self._name(node)
        if isinstance(node, ast.BoolOp):
            return self._boolean(node, test)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            return self._not(node)
        found: Value | None = None
        if isinstance(node, ast.Call):
            found = call(self, node)
        elif isinstance(node, ast.Compare):
            found = asked(self, node) or self._compare(node)
        elif isinstance(node, ast.IfExp):
            found = self._either(node)
        elif isinstance(node, ast.NamedExpr):
            found = self._walrus(node)
        elif isinstance(node, ast.JoinedStr):
            found = joined(self, node)
        elif isinstance(node, ast.Subscript):
            found = self._subscript(node)
        step = attribute_step(node)
        if found is None and step is not None:
            found = self._attribute(node, *step)
        return self.parts(node) if found is None else found

    def certain(self, node: ast.expr) -> bool:
        """Return whether a test asks for something that every chunk has, such as a delta."""
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node = node.operand
        elif isinstance(node, ast.Compare) and len(node.ops) == 1:
            if not isinstance(node.ops[0], _IDENTITIES) or not is_none(node.comparators[0]):
                return False
            node = node.left
        return self.read(node).kind in ("chunk", "choice", "delta", "call", "function")

    # -- writing ------------------------------------------------------------------------

    def written(self, node: ast.expr, value: Value, text: str) -> Value:
        """Return ``value`` written as ``text`` where ``node`` stands."""
        start, end = self.module.source.span(node)
        return Value(value.kind, value.data, [(start, end, text)], derived=True)

    def constant(self, node: ast.expr, data: object) -> Value:
        """Return a constant that depends on the chunk."""
        return self.written(node, Value("const", data), constant_text(data))

    def parts(self, node: ast.AST) -> Value:
        """Return a value that is not known, with everything inside it written anew."""
        edits: Edits = []
        names: frozenset[Key] = frozenset()
        derived = False
        if isinstance(node, ast.Lambda):
            if self.touches(node):
                raise Refused("CC215", "a function made in the loop reads the chunk", node)
            return Value("unknown", None, [])
        for child in children(node):
            value = self.read(child) if isinstance(child, ast.expr) else self.parts(child)
            if value.edits is None or value.kind in UNSENT:
                code, message = ESCAPES.get(value.kind, ("CC215", "the value is used elsewhere"))
                raise Refused(code, message, child)
            edits = edits + value.edits
            names |= value.names
            derived = derived or value.derived
        return Value("unknown", None, edits, derived=derived, names=names)

    # -- names and fields ---------------------------------------------------------------

    def _name(self, node: ast.Name) -> Value:
        key = self.key(node)
        if key is None:
            return Value("unknown", None, [])
        if key == self.variable:
            return Value("chunk", derived=True)
        value = self.known.get(key)
        if value is None:
            self.carried.add(key)
            return Value("unknown", None, [])
        if value.kind == "mixed":
            raise Refused("CC315", f"`{node.id}` depends on the kind of chunk", node)
        if value.inline is not None:
            return self.written(node, value, value.inline)
        if value.kind in VIRTUAL:
            return value
        names = frozenset((key,))
        return Value(value.kind, value.data, [], derived=value.derived, names=names)

    def _attribute(self, node: ast.expr, base: ast.expr, name: str) -> Value | None:
        value = self.read(base)
        if value.kind in VIRTUAL or (value.kind in UNSENT and value.kind != "index"):
            return field(self, node, value, name)
        if value.is_none() and value.derived:
            if isinstance(node, ast.Call) and len(node.args) == 3:
                return self.read(node.args[2])
            raise Raises(node)
        return None

    def _subscript(self, node: ast.Subscript) -> Value | None:
        value = self.read(node.value)
        if value.kind == "calls":
            if literal_index(node.slice) not in (0, -1):
                raise Refused("CC303", "a chunk has one part of one tool call", node)
            return Value("call", derived=True)
        if value.kind == "choices":
            if literal_index(node.slice) not in (0, -1):
                raise Refused("CC304", "an element other than the first is read", node)
            if not self.kind.choices:
                raise Raises(node)
            return Value("choice", derived=True)
        if value.kind in VIRTUAL or value.kind in ("usage", "details"):
            raise Refused("CC310", "a part of the chunk is read like a dict", node)
        if value.is_none() and value.derived:
            raise Raises(node)
        return looked_up(self, node, value)

    # -- operators ----------------------------------------------------------------------

    def _boolean(self, node: ast.BoolOp, test: bool) -> Value:
        """Return the value of ``and`` and ``or``: operands that decide nothing go."""
        if not self.touches(node):
            return self.parts(node)
        stop = isinstance(node.op, ast.Or)
        first = self.read(node.values[0])
        if first.kind == "index" and stop and literal(node.values[1]) == (True, 0):
            return self.instead(node, node.values[0], first)
        kept: list[tuple[ast.expr, Value]] = []
        for index, part in enumerate(node.values):
            last = index == len(node.values) - 1
            value = self.read(part, test=test)
            truth = value.truth()
            if truth is stop and not value.guard:
                if not kept:
                    return self.instead(node, part, value)
                if all(other.guard for _, other in kept):
                    return Value("const", stop, None, derived=True)
                if not all(pure(operand) for operand, _ in kept):
                    raise Refused("CC215", "a test does more than test", node)
                if test or not value.derived:
                    return Value("const", stop, None, derived=True)
                kept.append((part, value))
                break
            if truth is None or value.guard or value.kind in ("usage", "details"):
                kept.append((part, value))
            elif last and not kept:
                return self.instead(node, part, value)
            elif last and not test:
                kept.append((part, value))
        return self._several(node, kept, test)

    def instead(self, node: ast.expr, part: ast.expr, value: Value) -> Value:
        """Return ``value``, written where ``node`` stands, of which ``part`` is what is left."""
        if value.edits is None:
            return value
        text = rendered(self.module.source, part, value.edits)
        result = self.written(node, value, text)
        source, (start, end) = self.module.source, self.module.source.span(node)
        parent = self.module.parent(node)
        if (
            isinstance(parent, (ast.Attribute, ast.Subscript))
            and source.utf8[start - 1 : start] == b"("
            and source.utf8[end : end + 1] == b")"
            and text.replace(".", "").replace("_", "").isalnum()
        ):
            # Nothing needs the parentheses any more.
            result.edits = [(start - 1, end + 1, text)]
        result.names, result.guard = value.names, value.guard
        return result

    def _several(self, node: ast.BoolOp, kept: list[tuple[ast.expr, Value]], test: bool) -> Value:
        if len(kept) == 1 and len(node.values) > 1:
            part, value = kept[0]
            found = self.instead(node, part, value)
            if value.kind in ("usage", "details") and test:
                found.kind, found.data, found.guard = "const", True, True
            return found
        texts: list[str] = []
        edits: Edits = []
        names: frozenset[Key] = frozenset()
        for part, value in kept:
            if value.edits is None:
                code, message = ESCAPES.get(value.kind, ("CC215", "the value is used elsewhere"))
                raise Refused(code, message, part)
            edits = edits + value.edits
            names |= value.names
            texts.append(_operand(rendered(self.module.source, part, value.edits), part))
        derived = any(value.derived for _, value in kept) or len(kept) < len(node.values)
        if len(kept) < len(node.values):
            start, end = self.module.source.span(node)
            if b"#" in self.module.source.utf8[start:end]:
                raise Refused("CC506", "a comment stands in the way", node)
            word = " or " if isinstance(node.op, ast.Or) else " and "
            edits = [(start, end, word.join(texts))]
        guard = test and all(value.truth() for _, value in kept)
        kind, data = ("const", True) if guard else ("unknown", None)
        return Value(kind, data, edits, derived=derived, guard=guard, names=names)

    def _not(self, node: ast.UnaryOp) -> Value:
        value = self.read(node.operand, test=True)
        truth = value.truth()
        if truth is not None and (value.derived or value.kind in VIRTUAL):
            result = self.constant(node, not truth)
            if value.guard or value.kind in ("usage", "details"):
                result.guard, result.edits = True, value.edits
            return result
        return Value("unknown", None, value.edits, derived=value.derived, names=value.names)

    def _compare(self, node: ast.Compare) -> Value | None:
        if len(node.ops) != 1:
            return None
        left, right = self.read(node.left), self.read(node.comparators[0])
        if not left.derived and not right.derived:
            return None
        negative = isinstance(node.ops[0], _NEGATIVE)
        if isinstance(node.ops[0], _IDENTITIES):
            for one, other in ((left, right), (right, left)):
                if other.kind == "const" and other.data is None and one.kind != "unknown":
                    return self._is_none(node, one, negative)
                if one.kind == "text" and other.kind == "const" and not other.data:
                    return self.constant(node, negative)
                if one.kind == "choices" and other.kind == "const" and other.data == ():
                    return self.constant(node, bool(one.data) is negative)
        data: list[object] = []
        for part, value in ((node.left, left), (node.comparators[0], right)):
            if value.kind == "const":
                data.append(value.data)
                continue
            complete, found = constants(self.module, part)
            if not complete or len(found) != 1:
                return None
            data.append(found[0])
        return self.constant(node, compared(node, data[0], data[1]))

    def _is_none(self, node: ast.Compare, value: Value, negative: bool) -> Value:
        result = self.constant(node, bool(value.is_none()) is not negative)
        if value.kind in ("usage", "details"):
            result.guard, result.edits, result.names = True, value.edits, value.names
        return result

    def _either(self, node: ast.IfExp) -> Value | None:
        value = self.read(node.test, test=True)
        if value.guard or value.kind in ("usage", "details"):
            return self._guarded(node, value)
        truth = value.truth()
        if truth is None or not (value.derived or value.kind in VIRTUAL):
            return None
        part = node.body if truth else node.orelse
        return self.instead(node, part, self.read(part))

    def _guarded(self, node: ast.IfExp, test: Value) -> Value:
        """Return ``a if chunk.usage else b``, which stays: type checkers want it."""
        other = self.read(node.orelse if test.truth() else node.body)
        value = self.read(node.body if test.truth() else node.orelse)
        if value.edits is None or other.edits is None or test.edits is None:
            raise Refused("CC215", "the value is used elsewhere", node)
        edits = test.edits + value.edits + other.edits
        names = test.names | value.names | other.names
        return Value("unknown", None, edits, derived=True, names=names)

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.read(node.value)
        key = self.key(node.target) or (self.module.root, node.target.id)
        if not value.derived:
            self.known[key] = Value("unknown", None, [])
            return value if value.kind == "unknown" else Value("unknown", None, value.edits)
        if value.kind in ("unknown", "entry", *UNSENT):
            raise Refused("CC215", "a test in the loop sets a variable", node)
        stored = Value(value.kind, value.data, value.edits, derived=True)
        if value.edits is not None:
            stored.inline = rendered(self.module.source, node.value, value.edits)
        self.known[key] = stored
        self.inlined.add(key)
        return self.instead(node, node.value, value)


def _operand(text: str, part: ast.expr) -> str:
    if isinstance(part, (ast.BoolOp, ast.IfExp, ast.Lambda, ast.NamedExpr)) and " " in text:
        return f"({text})"
    return text
