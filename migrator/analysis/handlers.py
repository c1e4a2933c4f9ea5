"""Exception handlers around a call that look into the text of an error.

Classes, status and code of errors are the same on both endpoints; parameters have other names,
and messages speak of them.
"""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.facts import Reason
from migrator.analysis.functions import function_at, parameter_of, references
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, last_name, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import origins, qualified_names

_CLASSES = API["errors"]["class"]
_WORDS = tuple(API["errors"]["word"])
_ALL = {"Exception", "BaseException"}
_TEXTS = {"message", "body", "args", "text", "content", "response", "user_message", "error"}
_FIELDS = {"message", "param", "error", "detail"}
_SAME_TEXT = {"lower", "upper", "casefold", "strip", "json", "get", "splitlines"}
_TESTS = {"startswith", "endswith", "find", "index", "count", "rfind"}
_SEARCHES = {"search", "match", "fullmatch", "findall", "finditer"}
# How many calls up from a request handlers are looked for.
_DEPTH = 3


def examined(module: Module, call: ast.Call) -> list[Reason]:
    """Return a reason for every place that examines what an error of ``call`` says."""
    found: dict[ast.AST, Reason] = {}
    for handler in _around(module, call, _DEPTH, set()):
        binding = module.binding_of.get(handler)
        if binding is None or not _catches(module, handler.type):
            continue
        for use in uses_of(module, binding):
            for node in _Reader(module).examined(use):
                shown = module.source.one_line(node, 60)
                message = f"what an error of the call says is examined: `{shown}`"
                found[node] = Reason("CC510", message, module.source.place(node), "suggest")
    return list(found.values())


def _around(
    module: Module, node: ast.AST, depth: int, seen: set[ast.AST]
) -> list[ast.ExceptHandler]:
    """Return the handlers that an error raised at ``node`` may reach in this file."""
    result: list[ast.ExceptHandler] = []
    current = node
    while not isinstance(current, (*FUNCTIONS, ast.Lambda, ast.Module)):
        parent = module.parent(current)
        if isinstance(parent, ast.Try) and current in parent.body:
            result.extend(parent.handlers)
        current = parent
    function = function_at(module, node)
    if depth and isinstance(function, FUNCTIONS) and function not in seen:
        seen.add(function)
        for call in references(module, function).calls:
            result.extend(_around(module, call, depth - 1, seen))
    return result


def _catches(module: Module, node: ast.expr | None) -> bool:
    """Return whether a handler's type may be an error that speaks of the request."""
    if node is None:
        return True
    for part in node.elts if isinstance(node, ast.Tuple) else [node]:
        names = {name.rsplit(".", 1)[-1] for name in qualified_names(module, part)}
        if not names:
            builtin = isinstance(part, ast.Name) and part.id[:1].isupper()
            if not builtin or getattr(part, "id", "") in _ALL or _is_own(module, part):
                return True
        elif not names <= set(_CLASSES):
            return True
    return False


def _is_own(module: Module, node: ast.expr) -> bool:
    """Return whether a name is bound in the file; the others are builtins such as ValueError."""
    return any(origin.kind != "unbound" for origin in origins(module, node))


class _Reader:
    """Follows an error and its text through one handler."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.seen: set[ast.AST] = set()

    def examined(self, node: ast.expr, *, text: bool = False) -> list[ast.AST]:
        """Return where the error ``node`` (or its ``text``) is examined."""
        if node in self.seen:
            return []
        self.seen.add(node)
        parent = self.module.parent(node)
        if isinstance(parent, ast.Attribute):
            return self._attribute(parent, text)
        if isinstance(parent, ast.Call):
            return self._passed(node, parent, text)
        if isinstance(parent, (ast.FormattedValue, ast.JoinedStr)):
            return self.examined(parent, text=True)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            return self._assigned(parent, text)
        if not text:
            return []
        if isinstance(parent, ast.Compare):
            others = [part for part in [parent.left, *parent.comparators] if part is not node]
            return [] if all(_same(part) for part in others) else [parent]
        if isinstance(parent, ast.Subscript) and parent.value is node:
            name = constant_string(parent.slice)
            return [] if name not in _FIELDS | {None} else self.examined(parent, text=True)
        if isinstance(parent, (ast.BoolOp, ast.IfExp, ast.Await, ast.BinOp)):
            return self.examined(parent, text=True)
        return []

    def _attribute(self, whole: ast.Attribute, text: bool) -> list[ast.AST]:
        call = self.module.parent(whole)
        if text and isinstance(call, ast.Call) and call.func is whole:
            if whole.attr in _TESTS | _SEARCHES:
                return [] if all(_same(arg) for arg in call.args) else [call]
            name = constant_string(call.args[0]) if call.args else None
            if whole.attr == "get" and name not in _FIELDS:
                return []
            return self.examined(call, text=True) if whole.attr in _SAME_TEXT else []
        if whole.attr == "param":
            return self._param(whole)
        return self.examined(whole, text=True) if whole.attr in _TEXTS | _SAME_TEXT else []

    def _param(self, whole: ast.Attribute) -> list[ast.AST]:
        parent = self.module.parent(whole)
        if isinstance(parent, ast.Compare):
            return [parent]
        return self.examined(whole, text=True)

    def _passed(self, node: ast.expr, call: ast.Call, text: bool) -> list[ast.AST]:
        name = last_name(call.func)
        if name in ("str", "repr", "format", "getattr", "ascii"):
            return self.examined(call, text=True)
        if text and name in _SEARCHES:
            others = [arg for arg in call.args if arg is not node]
            return [] if all(_same(arg) for arg in others) else [call]
        result: list[ast.AST] = []
        for origin in origins(self.module, call.func):
            if origin.kind == "def" and isinstance(origin.node, FUNCTIONS):
                arg = parameter_of(self.module, call, node, origin.node)
                binding = self.module.binding_of.get(arg) if arg is not None else None
                for use in uses_of(self.module, binding) if binding is not None else ():
                    result.extend(self.examined(use, text=text))
        return result

    def _assigned(
        self, parent: ast.Assign | ast.AnnAssign | ast.NamedExpr, text: bool
    ) -> list[ast.AST]:
        result: list[ast.AST] = []
        for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
            binding = self.module.binding_of.get(target)
            if isinstance(target, ast.Name) and binding is not None:
                for use in uses_of(self.module, binding):
                    result.extend(self.examined(use, text=text))
        if isinstance(parent, ast.NamedExpr):
            result.extend(self.examined(parent, text=text))
        return result


def _same(node: ast.expr) -> bool:
    """Return whether what is looked for stands in such texts on both endpoints."""
    texts = [part.value for part in walk(node) if isinstance(part, ast.Constant)]
    return bool(texts) and all(
        not isinstance(text, str) or any(word in text.lower() for word in _WORDS) for text in texts
    )
