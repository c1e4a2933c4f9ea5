"""Messages that stay as they are from when they are put into a list.

A list that is sent whole each time shows what was changed in a message since; a server doesn't.
"""

from __future__ import annotations

from migrator.analysis.functions import returned
from migrator.analysis.scopes import Module
from migrator.analysis.shapefacts import makes_message
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, last_name, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import origins

_IN_PLACE = ("append", "insert", "extend")
_CHANGES = ("update", "setdefault", "pop", "popitem", "clear", "append", "extend", "insert",
            "remove", "sort", "reverse")  # fmt: skip
_FIELDS = ("content", "role", "text", "image_url")
_COPIES = ("list", "copy", "deepcopy")
_MUTABLE = (ast.List, ast.Dict, ast.ListComp, ast.DictComp)


class Lasting:
    """Says of one module what its messages may become."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self._edited: bool | None = None

    def element(self, node: ast.expr) -> bool:
        """Return whether a message says the same for ever."""
        if isinstance(node, ast.Dict):
            return all(
                key is not None and self.value(value)
                for key, value in zip(node.keys, node.values, strict=True)
            )
        if isinstance(node, (ast.Name, ast.Attribute)):
            found = origins(self.module, node)
            return bool(found) and all(
                origin.kind == "expr"
                and isinstance(origin.node, ast.Dict)
                and self.element(origin.node)
                for origin in found
            ) and self._untouched(node)  # fmt: skip
        if isinstance(node, ast.Call):
            if makes_message(node):
                return all(
                    item.arg is not None and self.value(item.value) for item in node.keywords
                )
            found = origins(self.module, node.func)
            return bool(found) and all(
                isinstance(origin.node, FUNCTIONS) and self._made(origin.node) for origin in found
            )
        return False

    def fresh(self, node: ast.expr) -> list[ast.expr] | None:
        """Return the elements of an expression that makes a new list; None if it may not be."""
        if isinstance(node, ast.List):
            result: list[ast.expr] = []
            for item in node.elts:
                if isinstance(item, ast.Starred):
                    inner = self._copied(item.value)
                    if inner is None:
                        return None
                    result += inner
                elif not self.element(item):
                    return None
                else:
                    result.append(item)
            return result
        if isinstance(node, ast.IfExp):
            one, two = self.fresh(node.body), self.fresh(node.orelse)
            return None if one is None or two is None else min(one, two, key=len)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            one, two = self._copied(node.left), self._copied(node.right)
            return None if one is None or two is None else [*one, *two]
        if isinstance(node, ast.Call):
            inside = node.func.value if isinstance(node.func, ast.Attribute) else None
            if last_name(node.func) in _COPIES and len(node.args) == 1 and not node.keywords:
                return self._copied(node.args[0])
            if last_name(node.func) == "copy" and inside is not None and not node.args:
                return self._copied(inside)
            if isinstance(node.func, ast.Name) and node.func.id == "list" and not node.args:
                return []
        return None

    def _copied(self, node: ast.expr) -> list[ast.expr] | None:
        """Return the elements of a list whose elements go into another one."""
        if isinstance(node, ast.Name):
            found = origins(self.module, node)
            if len(found) != 1 or not isinstance(found[0].node, ast.List):
                return None
            return self.fresh(found[0].node) if self._untouched(node) else None
        return self.fresh(node)

    def value(self, node: ast.expr) -> bool:
        """Return whether a value inside a message is one that nobody can change."""
        if isinstance(node, (ast.Constant, ast.JoinedStr, ast.BinOp, ast.Subscript, ast.Compare)):
            return True
        if isinstance(node, ast.Dict):
            return self.element(node)
        if isinstance(node, ast.List):
            return all(self.value(item) for item in node.elts)
        if isinstance(node, ast.Call):
            return not any(
                isinstance(origin.node, FUNCTIONS)
                and any(
                    each.value is not None and self._mutable(each.value)
                    for each in returned(origin.node)
                )
                for origin in origins(self.module, node.func)
            )  # fmt: skip
        if isinstance(node, (ast.IfExp, ast.BoolOp)):
            parts = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
            return all(self.value(part) for part in parts)
        if isinstance(node, (ast.Name, ast.Attribute)):
            return not self._mutable(node)
        return False

    def _mutable(self, node: ast.expr) -> bool:
        return any(isinstance(origin.node, _MUTABLE) for origin in origins(self.module, node))

    def _made(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
        """Return whether every call of a function makes a new message."""
        found = [each.value for each in returned(function)]
        return bool(found) and not function.decorator_list and all(
            isinstance(value, ast.Dict) and self.element(value) for value in found
        )  # fmt: skip

    def _untouched(self, node: ast.expr) -> bool:
        """Return whether nothing in the file changes what a name holds."""
        if self._edits():
            return False
        if isinstance(node, ast.Attribute):
            return not any(self._changed(use) for use in self.module.attributes.get(node.attr, ()))
        if not isinstance(node, ast.Name):
            return False
        for scope in self.module.scopes.values():
            for binding in scope.bindings.get(node.id, ()):
                if binding.kind == "augassign" or any(
                    self._changed(use) for use in uses_of(self.module, binding)
                ):
                    return False
        return True

    def _edits(self) -> bool:
        """Return whether the file changes any message in place, by whatever name."""
        if self._edited is None:
            self._edited = any(
                isinstance(node, ast.Subscript)
                and not isinstance(node.ctx, ast.Load)
                and constant_string(node.slice) in _FIELDS
                for node in walk(self.module.tree)
            )
        return self._edited

    def _changed(self, use: ast.expr) -> bool:
        """Return whether what a use does may change the value, or lets others do it."""
        parent = self.module.parent(use)
        if isinstance(parent, ast.Subscript) and parent.value is use:
            if not isinstance(parent.ctx, ast.Load):
                return True
            return not isinstance(parent.slice, ast.Constant) or self._changed(parent)
        if isinstance(parent, ast.Attribute) and parent.value is use:
            return parent.attr in _CHANGES
        if isinstance(parent, ast.Call):
            method = parent.func
            if isinstance(method, ast.Attribute) and method.attr in _IN_PLACE:
                return False
            return last_name(method) not in ("list", "copy", "deepcopy", "len", "print", "str")
        if isinstance(parent, ast.keyword):
            return parent.arg != "messages"
        if isinstance(parent, ast.Assign) and parent.value is use:
            return True
        return isinstance(parent, (ast.AugAssign, ast.Return, ast.For, ast.AsyncFor))
