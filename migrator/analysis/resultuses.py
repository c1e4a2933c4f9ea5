"""What one use of a result means: reads the catalogue knows, harmless tests, escapes."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.styles import ByKind, Escapes, wrapper_code
from migrator.analysis.syntax import ast, constant_string, is_none, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import qualified_names

PRINTERS = {
    "print", "pprint", "pp", "str", "repr", "format", "ascii", "debug", "info", "warning",
    "warn", "error", "exception", "critical", "log", "echo", "secho", "rule", "inspect",
}  # fmt: skip
_DUMPERS = {"dumps", "dump", "dict", "vars", "asdict", "model_validate", "jsonable_encoder",
            "deepcopy", "copy"}  # fmt: skip
_ITERATORS = {"list", "tuple", "iter", "next", "enumerate", "zip", "map", "filter", "sorted",
              "reversed", "set", "any", "all", "sum"}  # fmt: skip
_ADDERS = {"append", "extend", "add", "insert", "appendleft", "put", "put_nowait", "setdefault",
           "update", "send", "set"}  # fmt: skip
_STRING_TESTS = {
    "startswith", "endswith", "removeprefix", "replace", "split", "find", "index", "partition",
    "lstrip", "strip",
}  # fmt: skip
_LOOK_UPS = (b"eval(", b"exec(", b"locals()", b"globals()", b"vars(")
_AWAITERS = {"asyncio.run", "asyncio.wait_for", "anyio.run", "asyncio.shield"}


# How kinds of values are called in messages.
NAMES = ByKind({
    "completion": "the result", "choices": "the list of choices", "choice": "the choice",
    "message": "the message", "usage": "the usage object",
    "input_details": "the token details", "output_details": "the token details",
    "calls": "the list of tool calls", "call": "a tool call", "calltype": "the type of a call",
    "function": "the function of a tool call", "legacy": "the function call",
    "finish": "the finish reason",
    "raw": "the raw response", "manager": "the raw response", "http": "the HTTP response",
    "stream": "the stream", "opener": "the stream", "helper": "the stream",
    "final": "the method", "reply": "the HTTP response", "asked": "the HTTP request",
})  # fmt: skip

# The reason when a value of a kind goes where it can't be followed.
ESCAPES = Escapes({
    "completion": "CC308", "choices": "CC306", "choice": "CC306", "message": "CC305",
    "usage": "CC312", "input_details": "CC312", "output_details": "CC312",
    "calls": "CC303", "call": "CC303", "calltype": "CC303", "function": "CC303",
    "legacy": "CC303", "finish": "CC302",
    "raw": "CC221", "manager": "CC221", "http": "CC221",
    "stream": "CC308", "opener": "CC308", "helper": "CC308", "final": "CC308",
    "reply": "CC225", "asked": "CC225",
})  # fmt: skip
STORES = Escapes(ESCAPES, completion="CC309", stream="CC309", opener="CC309", helper="CC309")


class Step:
    """One link of a reading chain: ``whole`` reads ``name`` of ``value``.

    ``row`` is the row of ``rules/api/results.toml`` with the Responses spelling; ``becomes`` the
    kind of what is read.
    """

    __slots__ = ("whole", "value", "kind", "name", "row", "becomes")

    def __init__(
        self, whole: ast.expr, value: ast.expr, kind: str, name: str, row: dict[str, str],
        becomes: str,
    ) -> None:  # fmt: skip
        self.whole = whole
        self.value = value
        self.kind = kind
        self.name = name
        self.row = row
        self.becomes = becomes

    @property
    def to(self) -> str:
        """The Responses attribute; empty when the link vanishes."""
        return self.row.get("to", "")

    @property
    def text(self) -> str:
        """The expression that takes the place of the read; empty when an attribute does."""
        return self.row.get("text", "")


def attribute_read(kind: str, name: str, row: dict[str, str] | None) -> tuple[str, str, str]:
    """Return (code, message, kind read); the code is empty when the catalogue has a spelling."""
    if row is None:
        code = (
            ESCAPES[kind]
            if kind in ("finish", "calls", "calltype")
            else wrapper_code(kind, "CC301")
        )
        return code, f"`.{name}` is not a field migrator knows", ""
    if "code" in row:
        return row["code"], f"`.{name}` is read", ""
    return "", "", row["becomes"]


def id_is_examined(module: Module, node: ast.expr) -> bool:
    """Return whether an id is compared, cut or searched: ids of responses look different."""
    parent = module.parent(node)
    if isinstance(parent, ast.Compare):
        return not any(is_none(part) for part in [parent.left, *parent.comparators])
    if isinstance(parent, ast.Subscript):
        return parent.value is node
    if isinstance(parent, ast.Attribute):
        return parent.attr in _STRING_TESTS
    if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
        binding = module.binding_of.get(parent.targets[0])
        return binding is not None and any(
            id_is_examined(module, use) for use in uses_of(module, binding)
        )
    return False


def passed_name(module: Module, call: ast.Call, node: ast.expr, kind: str) -> tuple[str, str]:
    """Return what passing a value to ``call`` means.

    ("through", …) when the call returns the same value, ("harmless", …) when nothing can
    change, (code, message) for a reason, ("", …) when the callee has to be looked at.
    """
    func = call.func
    name = last_name(func)
    builtin = isinstance(func, ast.Name) and not qualified_names(module, func)
    first = bool(call.args) and call.args[0] is node
    if name == "hasattr" and builtin and first and len(call.args) == 2:
        return _hasattr(kind, constant_string(call.args[1]))
    if name in ("getattr", "setattr", "delattr") and builtin and first:
        return "CC317", f"`{name}` with a name that is not a constant"
    if name == "isinstance" and builtin and first:
        return "CC321", "the type of the result is tested"
    if name in ("type", "id", "hash", "callable") and builtin:
        return "CC321", "the type or identity of the result is read"
    if name == "bool" and builtin:
        return ("CC319", "tests whether there are choices") if kind == "choices" else (
            "harmless", "")  # fmt: skip
    if name == "len" and builtin:
        code = "CC304" if kind == "choices" else "CC301"
        return code, "the number of choices is read"
    if name == "run_until_complete" or qualified_names(module, func) & _AWAITERS:
        return ("through", "") if first else ("", "")
    if qualified_names(module, func) & {"asyncio.create_task", "asyncio.ensure_future",
                                        "asyncio.gather", "asyncio.as_completed",
                                        "asyncio.wait"}:  # fmt: skip
        return "CC504", "the call is awaited elsewhere"
    return _by_name(name, builtin or isinstance(func, ast.Attribute), kind)


def _by_name(name: str, known: bool, kind: str) -> tuple[str, str]:
    if not known:
        return "", ""
    if name == "format":
        return "CC317", "a format template may read fields of the object"
    if name in PRINTERS:
        if kind == "completion":
            return "CC322", f"the whole result is given to `{name}`"
        return ESCAPES[kind], f"the object itself is given to `{name}`"
    if name in _DUMPERS:
        return "CC307", f"the result is given to `{name}`"
    if name in _ITERATORS:
        return ("CC304" if kind == "choices" else "CC316"), f"`{name}` goes through the result"
    if name in _ADDERS:
        return STORES[kind], f"the object is handed to `.{name}`"
    return "", ""


def _hasattr(kind: str, name: str | None) -> tuple[str, str]:
    from migrator._tables import API

    row = API["results"].get(kind, {}).get(name or "")
    # Every response has `error`, and no completion.
    if row is not None and row.get("to") == name and name != "error":
        return "harmless", ""
    return "CC317", "`hasattr` asks for a field that changes its name"


def operand(
    module: Module, node: ast.expr, kind: str, parent: ast.AST
) -> tuple[str, str, list[ast.expr]]:
    """Return what using a value inside ``parent`` means.

    ("flows", "", others) when ``parent`` has the same value or one of ``others``; ("one", …)
    for a comprehension over choices; ("stored" | "escapes" | code, message, []) for a reason;
    ("", …) when it is harmless.
    """
    if isinstance(parent, ast.Expr):
        return "", "", []
    if isinstance(parent, ast.BoolOp):
        return _boolean(node, kind, parent)
    if isinstance(parent, ast.IfExp):
        if parent.test is node:
            return _tested(kind)
        return "flows", "", [parent.orelse if parent.body is node else parent.body]
    if isinstance(parent, (ast.If, ast.While, ast.Assert)):
        return _tested(kind)
    if isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.Not):
        return _tested(kind)
    if isinstance(parent, ast.Compare):
        return _compared(node, kind, parent)
    if isinstance(parent, ast.comprehension):
        if parent.iter is node and kind == "choices":
            return _over_choices(module, parent)
        if parent.iter is node:
            return "CC316", "the result is iterated over", []
        return _tested(kind)
    if isinstance(parent, (ast.For, ast.AsyncFor)):
        code = "CC304" if kind == "choices" else "CC316"
        return code, "a loop goes through the result", []
    if isinstance(parent, (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred)):
        return "stored", "", []
    if isinstance(parent, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        return "stored", "", []
    if isinstance(parent, (ast.Yield, ast.YieldFrom)):
        return "CC504", "the result is yielded", []
    if isinstance(parent, (ast.FormattedValue, ast.JoinedStr)):
        code = "CC322" if kind == "completion" else ESCAPES[kind]
        return code, "the object itself is formatted", []
    if isinstance(parent, (ast.withitem,)):
        return "CC316", "the result is used as a context manager", []
    if isinstance(parent, ast.Delete):
        return "", "", []
    return "CC301", "the result is used in a way migrator does not know", []


def _tested(kind: str) -> tuple[str, str, list[ast.expr]]:
    if kind == "choices":
        return "CC319", "tests whether there are choices", []
    return "", "", []


def _boolean(node: ast.expr, kind: str, parent: ast.BoolOp) -> tuple[str, str, list[ast.expr]]:
    last = parent.values[-1] is node
    if isinstance(parent.op, ast.And) and not last:
        # The value of the whole is this operand only when it is false, and it never is.
        return _tested(kind)
    if kind == "choices":
        return "CC319", "tests whether there are choices", []
    if isinstance(parent.op, ast.And):
        return "flows", "", []
    return "flows", "", [value for value in parent.values if value is not node]


def _compared(node: ast.expr, kind: str, parent: ast.Compare) -> tuple[str, str, list[ast.expr]]:
    others = [value for value in [parent.left, *parent.comparators] if value is not node]
    if all(is_none(other) for other in others) and all(
        isinstance(op, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)) for op in parent.ops
    ):
        return "", "", []
    return "CC301", "the object itself is compared", []


def _over_choices(module: Module, parent: ast.comprehension) -> tuple[str, str, list[ast.expr]]:
    whole = module.parent(parent)
    if (
        isinstance(whole, (ast.ListComp, ast.GeneratorExp))
        and len(whole.generators) == 1
        and not parent.ifs
        and not parent.is_async
    ):
        return "one", "", []
    return "CC304", "a comprehension goes through the choices", []


def shows_source(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` stands in an f-string field that prints its own text (``{x=}``)."""
    field: ast.AST = node
    while not isinstance(field, (ast.FormattedValue, ast.stmt)):
        field = module.parent(field)
    whole = module.parent(field)
    if not isinstance(field, ast.FormattedValue) or not isinstance(whole, ast.JoinedStr):
        return False
    index = whole.values.index(field)
    before = constant_string(whole.values[index - 1]) if index else None
    return before is not None and before.rstrip().endswith("=") and ("." in before or "[" in before)


def looked_up(module: Module, name: str, node: ast.AST) -> bool:
    """Return whether ``eval``, ``locals`` and the like may read the variable bound at ``node``."""
    data = module.source.file_of(node)
    if not any(word in data for word in _LOOK_UPS):
        return False
    return any(name in str(string.value) for string in module.strings) or any(
        f"{mark}{name}{mark}".encode() in data for mark in ("'", '"')
    )


def shows_whole(module: Module, call: ast.Call, uses: list[ast.expr]) -> bool:
    """Return whether a call prints or logs what ``uses`` stand for, and each of them as it is."""
    if last_name(call.func) not in PRINTERS:
        return False
    for use in uses:
        node: ast.AST = module.parent(use)
        if isinstance(node, ast.FormattedValue):
            node = module.parent(module.parent(node))
        if node is not call or use is call.func:
            return False
    return True
