"""What is found where a message goes: escapes, reads, the calls it is sent with."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, last_name
from migrator.analysis.values import qualified_names

# How far up an expression stands: a content part, the list of parts, the message, the list.
PART, CONTENT, MESSAGE, LIST = range(4)

# Calls that return a copy of their only argument.
COPIES = {"list", "deepcopy", "copy", "dict"}
# Methods of lists that see nothing of the elements, and which argument they put in.
WRITES = {"append": 0, "insert": 1}
BLIND = {"clear", "reverse", "remove"}
TYPES = {"isinstance", "type"}
COUNTS = {"len", "bool", "id"}
LOOPS = {"enumerate", "reversed", "iter"}
# Harmless for a list, but the elements go on.
PASSING = {
    "sorted",
    "tuple",
    "max",
    "min",
    "zip",
    "iter",
    "map",
    "filter",
    "enumerate",
    "reversed",
}

_WHAT = ("a content part", "the content", "a message", "the messages")
_CASTS = {"typing.cast", "typing_extensions.cast"}


class Facts:
    """What `migrator.analysis.shapeflow.Flow` finds.

    ``escapes`` are places from which the value goes on unseen, ``reads`` see its shape, ``kinds``
    see only roles and types, ``counts`` how many there are.  ``sinks`` are the calls of the API
    it is sent with, ``holders`` the messages it is the content of, ``writes`` what else is put
    into the lists it is in, with the level.  ``bindings`` are the variables it is in, ``functions``
    those that return it.  ``vague``: which message it becomes the content of can't be seen.
    """

    __slots__ = (
        "module", "escapes", "reads", "kinds", "counts", "sinks", "holders", "writes",
        "mentions", "seen", "vague", "bindings", "functions",
    )  # fmt: skip

    def __init__(self, module: Module) -> None:
        self.module = module
        self.escapes: list[Reason] = []
        self.reads: list[Reason] = []
        self.kinds: list[Reason] = []
        self.counts: list[Reason] = []
        self.sinks: dict[ast.Call, None] = {}
        self.holders: list[ast.expr] = []
        self.writes: list[tuple[int, ast.expr]] = []
        self.mentions: list[Mention] = []
        self.seen: set[tuple[ast.AST, int]] = set()
        self.vague = False
        self.bindings: list[Binding] = []
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []

    def _note(self, into: list[Reason], level: int, how: str, node: ast.AST) -> None:
        place = self.module.source.place(node)
        if all(reason.place.key() != place.key() for reason in into):
            into.append(Reason("CC240", f"{how} {_WHAT[level]}", place, "block"))

    def escape(self, level: int, node: ast.AST) -> None:
        """Note where the value goes on unseen."""
        self._note(self.escapes, level, "other code gets", node)

    def sent(self, node: ast.expr, mapping: ast.expr) -> None:
        """Note the calls that a list is sent with, as an entry of ``mapping``."""
        calls = sent_in(self.module, mapping)
        self.sinks.update(dict.fromkeys(calls))
        if not calls:
            self.escape(LIST, node)

    def read(self, level: int, node: ast.AST) -> None:
        """Note what sees the shape."""
        self._note(self.reads, level, "other code sees the shape of", node)

    def kind(self, level: int, node: ast.AST) -> None:
        """Note what sees no more than a role or a type."""
        self._note(self.kinds, level, "other code looks at the kind of", node)

    def count(self, level: int, node: ast.AST) -> None:
        """Note what sees how many there are."""
        self._note(self.counts, level, "other code counts on the number of", node)

    def public(self, needles: tuple[bytes, ...], message: str, node: ast.AST, wide: bool) -> None:
        """Ask the rest of the project whether it uses a name that holds the value."""
        reason = Reason("CC240", message, self.module.source.place(node), "block")
        self.mentions.append(Mention(needles, reason, anywhere=wide, seen=True))


def hands_on(module: Module, call: ast.Call) -> bool:
    """Return whether ``call`` returns what it is given, or a copy of it."""
    if len(call.args) == 1 and not call.keywords:
        return last_name(call.func) in COPIES
    return is_cast(module, call)


def is_cast(module: Module, call: ast.Call) -> bool:
    """Return whether ``call`` is ``cast(Type, value)``."""
    return len(call.args) == 2 and bool(qualified_names(module, call.func) & _CASTS)


def makes_message(call: ast.Call) -> bool:
    """Return whether ``call`` makes a message of its keywords: ``dict`` or a type's name."""
    return not call.args and any(item.arg == "role" for item in call.keywords)


def from_the_front(node: ast.expr) -> bool:
    """Return whether an index or slice says the same however many items follow the first."""
    if isinstance(node, ast.Slice):
        ends = [node.lower, node.upper]
        return node.step is None and all(end is None or _small(end) for end in ends)
    return isinstance(node, ast.Constant) and node.value == 0


def _small(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (0, 1)


def is_site(module: Module, call: ast.Call) -> bool:
    """Return whether ``call`` is a call of the API."""
    sites = module.memo.get("sites")
    return isinstance(sites, dict) and call in sites


def gathers(module: Module, node: ast.AST) -> bool:
    """Return whether ``node`` is ``asyncio.gather(…)``, a list of what its arguments return."""
    return isinstance(node, ast.Call) and "asyncio.gather" in qualified_names(module, node.func)


def sent_in(module: Module, mapping: ast.expr) -> list[ast.Call]:
    """Return the calls a mapping gives their keywords; none where others see it, too."""
    from migrator.analysis.keywords import keywords_of

    found = keywords_of(module, mapping, library=False).reports()
    if any(report.unseen or report.shared for report in found):
        return []
    return [call for report in found for call in report.calls]
