"""Answers that are read without the SDK: an HTTP response, and the JSON it holds.

The JSON stays JSON: keys change, and the text is collected from `output` instead of being read.
"""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.failures import says_failed
from migrator.analysis.resultuses import PRINTERS, Step
from migrator.analysis.scopes import Module
from migrator.analysis.styles import base
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, last_name, literal, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_CODE = "CC225"
# Annotations that say nothing of the keys.
_LOOSE = {"dict", "Dict", "Mapping", "MutableMapping", "Any", "str", "object", "Optional", "Union",
          "typing", "Awaitable", "Coroutine"}  # fmt: skip
_PARTS = ("choices", "choice", "message", "finish")
# Keys that every answer has, so that a default is never taken.
_PRESENT = {"id", "created", "model", "message", "content", "usage", "prompt_tokens",
            "completion_tokens", "total_tokens"}  # fmt: skip
# Keys that are asked for, and what is true of an answer of the Responses API instead.
_ASKED = {"error": "error", "choices": "output", "usage": "usage"}


class Wire:
    """Takes the uses of such values, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module: Module = results.module

    def use(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        """Follow one use; return False when it is a use like any other."""
        if kind == "asked":
            return self._asked(node, group, parent)
        if kind == "reply":
            return self._reply(node, group, parent)
        return self._json(node, kind, group, parent)

    def _reason(self, group: int, message: str, node: ast.AST) -> bool:
        self.results.reason(group, _CODE, message, node)
        return True

    # -- requests and responses of the library ------------------------------------------

    def _asked(self, node: ast.expr, group: int, parent: ast.AST) -> bool:
        if isinstance(parent, ast.Attribute):
            if parent.attr not in API["wire"]["asked"]:
                self._reason(group, f"`.{parent.attr}` of the HTTP request is used", parent)
            return True
        opens = isinstance(parent, ast.Call) and parent.args[:1] == [node]
        if not opens or not isinstance(parent, ast.Call):
            return False
        if qualified_names(self.module, parent.func) != {"urllib.request.urlopen"}:
            return False
        self.results.track(parent, "reply", group)
        return True

    def _reply(self, node: ast.expr, group: int, parent: ast.AST) -> bool:
        if isinstance(parent, ast.Attribute):
            return self._attribute(group, parent)
        if isinstance(parent, ast.withitem):
            return self._entered(node, group, parent)
        if isinstance(parent, ast.Call) and node in parent.args:
            if qualified_names(self.module, parent.func) == {"json.load"}:
                self.results.track(parent, "wire.completion", group)
                return True
            # What is shown is the status, not the body.
            return last_name(parent.func) in PRINTERS
        if isinstance(parent, ast.FormattedValue):
            return True
        if isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension, ast.Subscript)):
            return self._reason(group, "the HTTP response is read piece by piece", node)
        return False

    def _attribute(self, group: int, whole: ast.Attribute) -> bool:
        call = self.module.parent(whole)
        called = call if isinstance(call, ast.Call) and call.func is whole else None
        if whole.attr == "json" and called is not None and not called.args:
            self.results.track(called, "wire.completion", group)
        elif whole.attr in ("text", "content", "read"):
            self._body(called or whole, group)
        elif whole.attr not in API["wire"]["reply"]:
            self._reason(group, f"`.{whole.attr}` of the HTTP response is read", whole)
        return True

    def _entered(self, node: ast.expr, group: int, item: ast.withitem) -> bool:
        target = item.optional_vars
        binding = self.module.binding_of.get(target) if target is not None else None
        if isinstance(target, ast.Name) and binding is not None:
            self.results.bound(binding, node, "reply", group)
        elif target is not None:
            self._reason(group, "the HTTP response is stored or unpacked", target)
        return True

    def _body(self, node: ast.expr, group: int) -> None:
        """Follow the body, undecoded: into a decoder, or into what a failure shows of it."""
        parent = self.module.parent(node)
        outer = self.module.parent(parent)
        if isinstance(parent, ast.Await):
            self._body(parent, group)
        elif isinstance(parent, ast.Attribute) and parent.attr in ("decode", "strip"):
            if isinstance(outer, ast.Call) and outer.func is parent:
                self._body(outer, group)
        elif isinstance(parent, ast.Call) and (
            parent.args == [node] and qualified_names(self.module, parent.func) == {"json.loads"}
        ):
            self.results.track(parent, "wire.completion", group)
        elif isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
            for target in parent.targets:
                binding = self.module.binding_of.get(target)
                for use in uses_of(self.module, binding) if binding is not None else ():
                    self._body(use, group)
        elif isinstance(parent, ast.Expr) or says_failed(self.module, node):
            return
        elif isinstance(parent, ast.FormattedValue) or (
            isinstance(parent, ast.Call) and last_name(parent.func) in PRINTERS
        ):
            self.results.reason(group, "CC322", "the body of the answer is shown", node)
        else:
            self._reason(group, "the body of the answer is used undecoded", node)

    # -- decoded JSON -------------------------------------------------------------------

    def _json(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        if base(kind) == "finish":
            if isinstance(parent, (ast.Assign, ast.AnnAssign)):
                self._stays_within(parent, group)
            return False
        if isinstance(parent, ast.Attribute):
            call = self.module.parent(parent)
            if parent.attr == "get" and isinstance(call, ast.Call) and call.func is parent:
                self._get(node, kind, group, call)
            else:
                self.results.reason(group, "CC310", f"`.{parent.attr}` of the JSON is used", parent)
            return True
        if isinstance(parent, ast.Subscript) and parent.value is node and base(kind) != "choices":
            name = constant_string(parent.slice)
            if name is None:
                self.results.reason(group, "CC310", "a key is not a constant", parent)
            else:
                self._key(node, kind, group, parent, name)
            return True
        if isinstance(parent, ast.Compare) and parent.comparators == [node]:
            return self._asks(node, kind, group, parent)
        self._annotated(node, group, parent)
        if isinstance(parent, (ast.Assign, ast.AnnAssign)) and base(kind) in _PARTS:
            self._stays_within(parent, group)
        return base(kind) == "choices" and self.results.parts.choices(node, group, parent)

    def _annotated(self, node: ast.expr, group: int, parent: ast.AST) -> None:
        """Stop where a type says more of the JSON than that it is a dict."""
        function = (
            self.module.enclosing(node, FUNCTIONS) if isinstance(parent, ast.Return) else None
        )
        named = parent.annotation if isinstance(parent, ast.AnnAssign) else None
        if isinstance(function, FUNCTIONS):
            named = function.returns
        if named is None:
            return
        words = {last_name(part) for part in walk(named)} - {""}
        if not words <= _LOOSE:
            text = self.module.source.one_line(named)
            self.results.reason(group, "CC320", f"annotated as `{text}`", named)

    def _key(self, node: ast.expr, kind: str, group: int, whole: ast.expr, name: str) -> None:
        if (base(kind), name) == ("completion", "error") and not (
            self._plain_get(whole) or says_failed(self.module, whole)
        ):
            self._reason(group, "`error` is there in every answer of the Responses API", whole)
            return
        self.results.read(node, kind, group, whole, name)

    @staticmethod
    def _plain_get(whole: ast.expr) -> bool:
        return isinstance(whole, ast.Call) and len(whole.args) == 1

    def _get(self, node: ast.expr, kind: str, group: int, call: ast.Call) -> None:
        name = constant_string(call.args[0]) if call.args else None
        if name is None or call.keywords or len(call.args) > 2:
            self.results.reason(group, "CC310", "`.get` with a key that is not a constant", call)
        elif (base(kind), name) == ("completion", "error") and len(call.args) == 2:
            self._no_error(node, kind, group, call)
        elif (base(kind), name) == ("completion", "choices") and self._mild(
            node, kind, group, call
        ):
            return
        elif name == "choices" and isinstance(self.module.parent(call), ast.Subscript):
            self.results.reason(group, "CC310", "`.get` hides an answer without choices", call)
        elif len(call.args) == 2 and not self._never(name, call):
            self.results.reason(group, "CC310", f"`.get` has a default for `{name}`", call)
        else:
            self._key(node, kind, group, call, name)

    def _never(self, name: str, call: ast.Call) -> bool:
        """Return whether a default is never taken, or means the same on both sides."""
        return literal(call.args[1])[0] and (name in _PRESENT or self._empty(call, name))

    def _no_error(self, node: ast.expr, kind: str, group: int, call: ast.Call) -> None:
        """``data.get("error", {})``: now the key is always there, and None says the same."""
        default = self.module.source.one_line(call.args[1])
        if not literal(call.args[1])[0]:
            self._reason(group, "`.get` has a default for `error`", call)
            return
        parent = self.module.parent(call)
        text = f'{{}}.get("error") or {default.replace("{", "{{").replace("}", "}}")}'
        if isinstance(parent, (ast.Attribute, ast.Subscript, ast.BoolOp, ast.Compare)):
            text = f"({text})"
        step = Step(call, node, kind, "error", {"text": text}, "asked")
        self.results.steps.append((group, step))

    @staticmethod
    def _empty(call: ast.Call, name: str) -> bool:
        return name == "choices" and literal(call.args[1])[1] == []

    def _mild(self, node: ast.expr, kind: str, group: int, call: ast.Call) -> bool:
        """``data.get("choices", [{}])[0].get("message", {}).get("content", "")``: never fails."""
        first = self.module.parent(call)
        message = self._defaulted(first, "message")
        content = self._defaulted(message, "content") if message is not None else None
        if (
            len(call.args) != 2
            or literal(call.args[1]) != (True, [{}])
            or not (isinstance(first, ast.Subscript) and literal(first.slice) == (True, 0))
            or message is None
            or content is None
            or literal(message.args[1]) != (True, {})
            or literal(content.args[1]) != (True, "")
        ):
            return False
        row = dict(API["wire"]["message"]["content"])
        for name in ("text", "long"):
            row[name] = row[name].replace('{}["output"]', '{}.get("output", [])')
        step = Step(content, node, kind, "content", row, "content")
        self.results.steps.append((group, step))
        self.results.member(group, "reader", content)
        return True

    def _defaulted(self, node: ast.AST, name: str) -> ast.Call | None:
        """Return the call in ``node.get(name, default)``, else None."""
        method = self.module.parent(node)
        call = self.module.parent(method)
        if not isinstance(method, ast.Attribute) or method.attr != "get":
            return None
        if not isinstance(call, ast.Call) or len(call.args) != 2 or call.keywords:
            return None
        return call if constant_string(call.args[0]) == name else None

    def _asks(self, node: ast.expr, kind: str, group: int, test: ast.Compare) -> bool:
        """Turn ``"error" in data`` into a test of the value: the key is always there."""
        name = constant_string(test.left)
        key = _ASKED.get(name or "") if base(kind) == "completion" else None
        if key is None or not isinstance(test.ops[0], (ast.In, ast.NotIn)):
            self.results.reason(group, "CC310", "the keys of the JSON are examined", test)
        elif not tested(self.module, test):
            self.results.reason(group, "CC310", "a test of the keys is kept as a value", test)
        else:
            word = "not " if isinstance(test.ops[0], ast.NotIn) else ""
            row = {"text": f'{word}{{}}.get("{key}")'}
            self.results.steps.append((group, Step(test, node, kind, "in", row, "asked")))
        return True

    def _stays_within(self, statement: ast.Assign | ast.AnnAssign, group: int) -> None:
        """Stop where an error of an answer without choices would show in another place."""
        tries = self.module.enclosing(statement, (ast.Try,))
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            binding = self.module.binding_of.get(target)
            for use in uses_of(self.module, binding) if binding is not None else ():
                if self.module.enclosing(use, (ast.Try,)) is not tries:
                    message = "an error of the answer would show in another place"
                    self._reason(group, message, use)
                    return


def tested(module: Module, node: ast.expr) -> bool:
    """Return whether only the truth of ``node`` matters."""
    parent = module.parent(node)
    if isinstance(parent, ast.BoolOp):
        return tested(module, parent)
    if isinstance(parent, ast.UnaryOp):
        return isinstance(parent.op, ast.Not)
    return isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)) and parent.test is node
