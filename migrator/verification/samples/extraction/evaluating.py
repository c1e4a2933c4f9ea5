"""Expressions → JSON values, without running anything; what can't be known is a hole."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from migrator.analysis.functions import default_of
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, attribute_step, dotted
from migrator.analysis.values import origins, qualified_names

from .building import added_to
from .folding import BUILTINS, CONVERSIONS, LIBRARY, TEXT_METHODS, is_short

_DEEPEST = 60
_TEXT_KEYS = frozenset({"content", "text"})


class Unknown(Exception):
    """A value that only a running program has; ``name`` is what it is called in the source."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Evaluator:
    """Evaluates expressions of one module; ``holes`` are the names that had no value.

    Without ``defaults`` a parameter is a hole even if it has one, and so is the environment.
    With ``invent`` an unknown text is its name, and what an unknown list adds is nothing.
    """

    def __init__(
        self,
        module: Module,
        values: Mapping[str, Any],
        *,
        defaults: bool = True,
        invent: bool = False,
    ) -> None:
        self.module = module
        self.values = values
        self.defaults = defaults
        self.invent = invent
        self.holes: dict[str, None] = {}
        self.used: set[str] = set()
        self._depth = 0
        self._under_way: set[ast.AST] = set()

    def value(self, node: ast.expr, *, at: ast.AST | None = None) -> Any:
        """Return the JSON value of an expression; raise `Unknown` after noting the hole.

        ``at`` is the call that the value is for: lists are as they are there.
        """
        name = self._name(node)
        if name in self.values:
            self.used.add(name)
            return self.values[name]
        if node in self._under_way or self._depth > _DEEPEST:
            raise self._hole(node)
        self._under_way.add(node)
        self._depth += 1
        try:
            return self._of(node, at)
        finally:
            self._depth -= 1
            self._under_way.discard(node)

    def _said(self, node: ast.expr, at: ast.AST | None) -> Any:
        """Return the value of an expression in a place for text."""
        known = dict(self.holes)
        try:
            return self.value(node, at=at)
        except Unknown:
            if not self.invent:
                raise
        self.holes = known
        return self._name(node)

    def _more(self, node: ast.expr, at: ast.AST | None) -> list[Any]:
        """Return what a list adds to another."""
        known = dict(self.holes)
        try:
            return self._each(node, at)
        except Unknown:
            if not self.invent:
                raise
        self.holes = known
        return []

    def _name(self, node: ast.expr) -> str:
        found = dotted(node)
        return found if found is not None else self.module.source.one_line(node, 80)

    def _hole(self, node: ast.expr) -> Unknown:
        name = self._name(node)
        self.holes[name] = None
        return Unknown(name)

    def _of(self, node: ast.expr, at: ast.AST | None) -> Any:
        method = self._methods().get(type(node))
        if method is None:
            raise self._hole(node)
        return method(node, at)

    def _methods(self) -> dict[type, Callable[[Any, ast.AST | None], Any]]:
        return {
            ast.Constant: self._constant,
            ast.List: self._list,
            ast.Tuple: self._list,
            ast.Dict: self._dict,
            ast.JoinedStr: self._text,
            ast.FormattedValue: self._formatted,
            ast.BinOp: self._operation,
            ast.UnaryOp: self._unary,
            ast.IfExp: self._choice,
            ast.BoolOp: self._logic,
            ast.Subscript: self._item,
            ast.Name: self._variable,
            ast.Attribute: self._variable,
            ast.Call: self._call,
        }

    # -- literals -------------------------------------------------------------------------

    def _constant(self, node: ast.Constant, at: ast.AST | None) -> Any:
        if isinstance(node.value, (str, int, float, bool, type(None))):
            return node.value
        raise self._hole(node)

    def _list(self, node: ast.List | ast.Tuple, at: ast.AST | None) -> list[Any]:
        result: list[Any] = []
        first: Unknown | None = None
        for item in node.elts:
            try:
                if isinstance(item, ast.Starred):
                    result.extend(self._more(item.value, at))
                else:
                    result.append(self.value(item, at=at))
            except Unknown as error:
                first = first or error  # look at the rest, so that all holes are told at once
        if first is not None:
            raise first
        return result

    def _each(self, node: ast.expr, at: ast.AST | None) -> list[Any]:
        value = self.value(node, at=at)
        if not isinstance(value, list):
            raise self._hole(node)
        return value

    def _dict(self, node: ast.Dict, at: ast.AST | None) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: Unknown | None = None
        for key, item in zip(node.keys, node.values, strict=True):
            try:
                if key is None:
                    result.update(self._mapping(item, at))
                else:
                    name = str(self.value(key, at=at))
                    result[name] = self._under(name, item, at)
            except Unknown as error:
                first = first or error
        if first is not None:
            raise first
        return result

    def _under(self, name: str, node: ast.expr, at: ast.AST | None) -> Any:
        """Return a value by the key it stands under."""
        return self._said(node, at) if name in _TEXT_KEYS else self.value(node, at=at)

    def _mapping(self, node: ast.expr, at: ast.AST | None) -> dict[str, Any]:
        value = self.value(node, at=at)
        if not isinstance(value, dict):
            raise self._hole(node)
        return value

    def _text(self, node: ast.JoinedStr, at: ast.AST | None) -> str:
        texts: list[str] = []
        first: Unknown | None = None
        for part in node.values:
            try:
                texts.append(str(self.value(part, at=at)))
            except Unknown as error:
                first = first or error
        if first is not None:
            raise first
        return "".join(texts)

    def _formatted(self, node: ast.FormattedValue, at: ast.AST | None) -> str:
        value = self._said(node.value, at)
        conversion = CONVERSIONS.get(node.conversion)
        value = value if conversion is None else conversion(value)
        spec = "" if node.format_spec is None else str(self.value(node.format_spec, at=at))
        if self.invent and isinstance(value, str):
            spec = ""  # one for numbers would not do for a name
        return str(self._tried(node.value, format, value, spec))

    # -- operators ------------------------------------------------------------------------

    def _operation(self, node: ast.BinOp, at: ast.AST | None) -> Any:
        left, right = self._operands(node, at)
        if isinstance(node.op, ast.Add):
            return self._tried(node, lambda: left + right)
        if isinstance(node.op, ast.Mod) and isinstance(left, str):
            given = tuple(right) if isinstance(node.right, ast.Tuple) else right
            return self._tried(node, lambda: left % given)
        if isinstance(node.op, ast.BitOr) and isinstance(left, dict):
            return self._tried(node, lambda: left | right)
        if isinstance(node.op, ast.Mult) and is_short(left, right):
            return self._tried(node, lambda: left * right)
        raise self._hole(node)

    def _operands(self, node: ast.BinOp, at: ast.AST | None) -> tuple[Any, Any]:
        known = dict(self.holes)
        found: list[Any] = []
        missing: list[Unknown] = []
        for each in (node.left, node.right):
            try:
                found.append(self.value(each, at=at))
            except Unknown as error:
                found.append(self._name(each))
                missing.append(error)
        texts = [isinstance(each, str) for each in found]
        if missing and (len(missing) == 2 or not self.invent or not all(texts)):
            raise missing[0]
        if missing:
            self.holes = known
        return found[0], found[1]

    def _unary(self, node: ast.UnaryOp, at: ast.AST | None) -> Any:
        value = self.value(node.operand, at=at)
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
            return -value
        if isinstance(node.op, ast.Not):
            return not value
        raise self._hole(node)

    def _choice(self, node: ast.IfExp, at: ast.AST | None) -> Any:
        return self.value(node.body if self.value(node.test, at=at) else node.orelse, at=at)

    def _logic(self, node: ast.BoolOp, at: ast.AST | None) -> Any:
        value: Any = None
        for item in node.values:
            value = self.value(item, at=at)
            if bool(value) is isinstance(node.op, ast.Or):
                return value
        return value

    def _item(self, node: ast.Subscript, at: ast.AST | None) -> Any:
        if isinstance(node.slice, ast.Slice):
            raise self._hole(node)
        value, index = self.value(node.value, at=at), self.value(node.slice, at=at)
        return self._tried(node, lambda: value[index])

    # -- names ----------------------------------------------------------------------------

    def _variable(self, node: ast.Name | ast.Attribute, at: ast.AST | None) -> Any:
        if at is not None:
            found = added_to(self.module, node, at)
            if found is not None:
                return self._built(found, at)
        known: list[Any] = []
        for origin in origins(self.module, node):
            if origin.kind == "expr" and isinstance(origin.node, ast.expr):
                candidate: ast.expr | None = origin.node
            elif origin.kind == "param" and isinstance(origin.node, ast.arg):
                candidate = self._default(origin.node)
                if self._filled(origin.node.arg):
                    return self.values[origin.node.arg]
            else:
                candidate = None
            if candidate is None or (isinstance(candidate, ast.Constant) and not candidate.value):
                continue
            known.append(candidate)
        if len(known) != 1:
            raise self._hole(node)
        return self.value(known[0], at=at)

    def _filled(self, name: str) -> bool:
        if name in self.values:
            self.used.add(name)
        return name in self.values

    def _default(self, parameter: ast.arg) -> ast.expr | None:
        function = self.module.enclosing(parameter, FUNCTIONS)
        if not isinstance(function, FUNCTIONS) or not self.defaults:
            return None
        return default_of(function, parameter.arg)

    def _built(self, steps: list[tuple[str, ast.expr]], at: ast.AST) -> list[Any]:
        """Return a list as the statements that lead to the call have made it."""
        result: list[Any] = []
        first: Unknown | None = None
        for how, node in steps:
            try:
                if how == "set":
                    result = list(self._each(node, None))
                elif how == "extend":
                    result.extend(self._more(node, None))
                elif how == "insert":
                    result.insert(0, self.value(node))
                else:
                    result.append(self.value(node))
            except Unknown as error:
                first = first or error
        if first is not None:
            raise first
        return result

    # -- calls ----------------------------------------------------------------------------

    def _call(self, node: ast.Call, at: ast.AST | None) -> Any:
        default = self._environment(node)
        if default is not None:
            return self.value(default, at=at)
        step = attribute_step(node.func)
        if step is not None and step[1] in TEXT_METHODS:
            text = self.value(step[0], at=at)
            if isinstance(text, str):
                return self._applied(node, TEXT_METHODS[step[1]], at, text)
        if step is not None and step[1] == "copy" and not node.args:
            return self.value(step[0], at=at)
        names = qualified_names(self.module, node.func)
        for name in names & set(LIBRARY):
            return self._applied(node, LIBRARY[name], at)
        if isinstance(node.func, ast.Name) and not bindings_of(self.module, node.func):
            function = BUILTINS.get(node.func.id)
            if function is not None:
                return self._applied(node, function, at)
        if any(name.startswith("openai.types.chat.") for name in names) and not node.args:
            return self._applied(node, dict, at)
        raise self._hole(node)

    def _environment(self, node: ast.Call) -> ast.expr | None:
        """Return the default of ``os.getenv("X", default)``."""
        known = {"os.getenv", "os.environ.get"}
        if (
            self.defaults
            and len(node.args) == 2
            and qualified_names(self.module, node.func) & known
        ):
            return node.args[1]
        return None

    def _applied(
        self, node: ast.Call, function: Callable[..., Any], at: ast.AST | None, *first: Any
    ) -> Any:
        of = self._said if function is str.format else lambda each, at: self.value(each, at=at)
        given = [*first, *(of(argument, at) for argument in node.args)]
        named: dict[str, Any] = {}
        for item in node.keywords:
            if item.arg is None:
                named.update(self._mapping(item.value, at))
            else:
                named[item.arg] = (
                    self._under(item.arg, item.value, at)
                    if function is dict
                    else of(item.value, at)
                )
        return self._tried(node, lambda: function(*given, **named))

    def _tried(self, node: ast.expr, function: Callable[..., Any], *given: Any) -> Any:
        try:
            return function(*given)
        except Exception:
            raise self._hole(node) from None
