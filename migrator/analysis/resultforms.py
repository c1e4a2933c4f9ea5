"""Results in other forms: wrapped in an HTTP response, dumped to a dict, read by keys."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.functions import type_checked
from migrator.analysis.reaching import bindings_of
from migrator.analysis.resultuses import NAMES, Step
from migrator.analysis.scopes import Module
from migrator.analysis.styles import DUMPED, base, style
from migrator.analysis.syntax import SCOPES, ast, attribute_step, constant_string, literal
from migrator.analysis.values import qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_DICTS = {"model_dump", "to_dict", "dict", "to_dict_recursive"}
_TEXTS = {"model_dump_json", "to_json", "json"}
# Arguments that leave the keys of a dump as they are.
_NEUTRAL = {"mode", "indent"}
# Keys that every answer has, so that a default is never taken.
_PRESENT = {
    "id", "created", "model", "choices", "message", "content", "usage", "prompt_tokens",
    "completion_tokens", "total_tokens",
}  # fmt: skip
# Where a dump may stand without leaving the function; what it means there is the same as for
# the object.
_INSIDE = (ast.Assign, ast.NamedExpr, ast.Expr, ast.If, ast.While, ast.Assert, ast.UnaryOp,
           ast.IfExp, ast.BoolOp, ast.Compare, ast.comprehension, ast.Delete)  # fmt: skip


class Forms:
    """Takes the uses that only wrapped, dumped and old results have, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module: Module = results.module

    def use(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        """Follow one use; return False when it is a use like any other."""
        step = attribute_step(parent)
        if step is not None and step[0] is node and isinstance(parent, ast.Attribute):
            return self._attribute(node, kind, group, parent)
        if isinstance(parent, ast.Subscript) and parent.value is node:
            return self._subscript(node, kind, group, parent)
        if kind == "completion" and isinstance(parent, ast.Call) and _asks_for_error(parent):
            return self._asks(node, group, parent)
        if isinstance(parent, ast.withitem) and kind == "manager":
            return self._entered(parent, group)
        looped = isinstance(parent, ast.For) and base(kind) == "choices"
        if style(kind) in DUMPED and not (looped or isinstance(parent, _INSIDE)):
            self.results.reason(group, "CC307", "the dump leaves the expression", node)
            return True
        if not style(kind) and isinstance(parent, ast.Call) and self._is_dict(parent, node):
            return self._dumped(parent, node, kind, group, "flat")
        return False

    # -- attributes ---------------------------------------------------------------------

    def _attribute(self, node: ast.expr, kind: str, group: int, whole: ast.Attribute) -> bool:
        outer = self.module.parent(whole)
        call = outer if isinstance(outer, ast.Call) and outer.func is whole else None
        if kind == "raw" and whole.attr == "parse":
            self._parsed(whole, group, call)
            return True
        if style(kind) and whole.attr == "get":
            self._get(node, kind, group, whole, call)
            return True
        if style(kind) in DUMPED:
            self.results.reason(group, "CC307", f"`.{whole.attr}` of the dump is used", whole)
            return True
        if (base(kind), whole.attr) == ("completion", "error") and not _asked_for(
            self.module, whole
        ):
            self.results.reason(group, "CC301", "`.error` is not a field migrator knows", whole)
            return True
        if call is not None and not call.args and self._neutral(call):
            if whole.attr in _DICTS:
                return self._dumped(call, node, kind, group, "dict")
            loads = self.module.parent(call)
            if whole.attr in _TEXTS and isinstance(loads, ast.Call) and self._loads(loads, call):
                return self._dumped(loads, node, kind, group, "dict")
        return False

    def _asks(self, node: ast.expr, group: int, call: ast.Call) -> bool:
        """``hasattr(r, "error")`` → ``r.error is not None``: every response has the field."""
        parent = self.module.parent(call)
        if not isinstance(parent, (ast.If, ast.IfExp)) or parent.test is not call:
            message = "`hasattr` asks for a field that every response has"
            self.results.reason(group, "CC317", message, call)
            return True
        row = {"text": "{}.error is not None"}
        self.results.steps.append((group, Step(call, node, "completion", "hasattr", row, "plain")))
        return True

    def _parsed(self, whole: ast.Attribute, group: int, call: ast.Call | None) -> None:
        if call is None or call.args or call.keywords:
            self.results.reason(group, "CC221", "`.parse` is told what to return", whole)
        else:
            streams = self.results.streams
            streamed = streams is not None and streams.streams(group)
            self.results.track(call, "stream" if streamed else "completion", group)

    def _get(
        self, node: ast.expr, kind: str, group: int, whole: ast.Attribute, call: ast.Call | None
    ) -> None:
        name = constant_string(call.args[0]) if call is not None and call.args else None
        if call is None or name is None or len(call.args) > 2 or call.keywords:
            self._unclear(kind, group, "`.get` with a key that is not a constant", whole)
        elif len(call.args) == 2 and not (name in _PRESENT and literal(call.args[1])[0]):
            self._unclear(kind, group, f"`.get` has a default for `{name}`", whole)
        else:
            self._read(node, kind, group, call, name)

    # -- keys ---------------------------------------------------------------------------

    def _subscript(self, node: ast.expr, kind: str, group: int, whole: ast.Subscript) -> bool:
        if not style(kind) or base(kind) == "choices":
            return False
        name = constant_string(whole.slice)
        if name is None:
            self._unclear(kind, group, "a key is not a constant", whole)
        else:
            self._read(node, kind, group, whole, name)
        return True

    def _read(self, node: ast.expr, kind: str, group: int, whole: ast.expr, name: str) -> None:
        if name == "usage" and style(kind) in DUMPED and self._typed(whole, group):
            return
        if (base(kind), name) == ("completion", "error"):
            message = "`.error` is not a field migrator knows"
            self.results.reason(group, "CC301", message, whole)
            return
        self.results.read(node, kind, group, whole, name)

    def _unclear(self, kind: str, group: int, message: str, node: ast.AST) -> None:
        code = "CC307" if style(kind) in DUMPED else "CC310"
        self.results.reason(group, code, message, node)

    def _typed(self, node: ast.expr, group: int) -> bool:
        """Stop where a type checker would begin to ask whether there is a usage object at all."""
        if not type_checked(self.module.scope(node).function()):
            return False
        self.results.reason(group, "CC307", "as an object, the usage may be None by its type", node)
        return True

    # -- dumps --------------------------------------------------------------------------

    def _dumped(self, whole: ast.Call, node: ast.expr, kind: str, group: int, word: str) -> bool:
        """Follow a dump that stays where it can be read by keys; return whether it does."""
        value: ast.AST = whole
        while isinstance(self.module.parent(value), ast.IfExp):
            value = self.module.parent(value)
        parent = self.module.parent(value)
        read = (
            (isinstance(parent, ast.Subscript) and parent.value is value)
            or (isinstance(parent, ast.Attribute) and parent.attr == "get")
            or (isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name))
        )
        known = API["results"].get(base(kind), {}).get("model_dump", {})
        if not read or known.get("code") != "CC307":
            return False
        direct = word == "dict" and isinstance(parent, (ast.Subscript, ast.Attribute))
        if base(kind) == "usage" and not direct and self._typed(whole, group):
            return True
        self.results.steps.append((group, Step(whole, node, kind, "dump", {}, "dump")))
        self.results.track(whole, f"{word}.{base(kind)}", group)
        return True

    @staticmethod
    def _neutral(call: ast.Call) -> bool:
        return all(item.arg in _NEUTRAL and literal(item.value)[0] for item in call.keywords)

    def _is_dict(self, call: ast.Call, node: ast.expr) -> bool:
        func = call.func
        if not isinstance(func, ast.Name) or func.id != "dict" or call.keywords:
            return False
        return call.args == [node] and not bindings_of(self.module, func)

    def _loads(self, call: ast.Call, node: ast.expr) -> bool:
        return (
            call.args == [node]
            and not call.keywords
            and "json.loads" in qualified_names(self.module, call.func)
        )

    # -- context managers ---------------------------------------------------------------

    def _entered(self, item: ast.withitem, group: int) -> bool:
        target = item.optional_vars
        binding = self.module.binding_of.get(target) if target is not None else None
        if isinstance(target, ast.Name) and binding is not None:
            self.results.bound(binding, item.context_expr, "raw", group)
        elif target is not None:
            message = f"{NAMES['raw']} is stored or unpacked"
            self.results.reason(group, "CC221", message, target)
        return True


def _asks_for_error(call: ast.Call) -> bool:
    return (
        isinstance(call.func, ast.Name)
        and call.func.id == "hasattr"
        and len(call.args) == 2
        and constant_string(call.args[1]) == "error"
    )


def _asked_for(module: Module, node: ast.AST) -> bool:
    """Return whether ``error`` is only read where the program knows that it is there."""
    current = node
    while not isinstance(current, (*SCOPES, ast.Module)):
        parent = module.parent(current)
        test = parent.test if isinstance(parent, ast.If) and current in parent.body else None
        if isinstance(test, ast.Call) and _asks_for_error(test):
            return True
        current = parent
    return False
