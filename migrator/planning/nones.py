"""Where a program tells ``None`` from text: ``content`` may be None, ``output_text`` never is.

``content`` is None for a refusal and for a turn that only calls tools.  Where the program asks,
the rewritten read is ``output_text or None``; where it can't ask, it stays short.
"""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import function_at, parameter_of, question, references
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import (
    COMPREHENSIONS,
    FUNCTIONS,
    ast,
    constant_string,
    is_none,
    last_name,
    mentions_none,
    walk,
)
from migrator.analysis.uses import uses_of
from migrator.analysis.values import origins
from migrator.planning.model import Splice

# Around these an `or` needs no parentheses.
_BARE = (ast.Assign, ast.AnnAssign, ast.Return, ast.keyword, ast.NamedExpr, ast.Dict, ast.List,
         ast.Tuple)  # fmt: skip
_EQUAL = (ast.Is, ast.IsNot, ast.Eq, ast.NotEq)
_ONLY_NONE_RAISES = {"AttributeError", "TypeError"}
_CONTAINERS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Starred, ast.Yield, ast.YieldFrom,
               ast.Lambda, *COMPREHENSIONS)  # fmt: skip


class Nones:
    """Finds tests for None behind the contents read in one module."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.mentions: list[Mention] = []

    def edits(self, node: ast.expr) -> list[Splice]:
        """Return what has to be added around a content read so that None tests keep working."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.Compare) and self._is_none_test(parent, node):
            return self._compared(node, parent)
        seen: set[ast.AST] = set()
        added = self._added(node, parent)
        if self.observed(node, seen):
            return added
        self._ask(added, seen)
        return []

    def _added(self, node: ast.expr, parent: ast.AST) -> list[Splice]:
        start, end = self.module.source.span(node)
        if isinstance(parent, _BARE) or (isinstance(parent, ast.Call) and node in parent.args):
            return [Splice(end, end, " or None")]
        return [Splice(start, start, "("), Splice(end, end, " or None)")]

    def _ask(self, added: list[Splice], seen: set[ast.AST]) -> None:
        """Ask whether another file uses a function that returns the text, and tests for None."""
        remedy = tuple((splice.start, splice.end, splice.text) for splice in added)
        for node in seen:
            statement = self.module.parent(node)
            if not isinstance(statement, ast.Return):
                continue
            function = function_at(self.module, statement)
            if not isinstance(function, FUNCTIONS):
                continue
            place = self.module.source.place(function)
            # Never shown: the answer adds edits instead of a reason.
            reason = Reason("", "", place, "")
            binding = self.module.binding_of[function]
            for test in (b"is None", b"is not None"):
                asked = question(function, binding, reason, (test,))
                asked.remedy = remedy
                self.mentions.append(asked)

    @staticmethod
    def _is_none_test(compare: ast.Compare, node: ast.expr) -> bool:
        """Return whether ``compare`` is ``node is None`` or a spelling of it, node on the left."""
        return (
            compare.left is node
            and len(compare.ops) == 1
            and isinstance(compare.ops[0], _EQUAL)
            and is_none(compare.comparators[0])
        )

    def _compared(self, node: ast.expr, compare: ast.Compare) -> list[Splice]:
        start, end = self.module.source.span(node)
        last = self.module.source.span(compare)[1]
        if isinstance(compare.ops[0], (ast.Is, ast.Eq)):
            return [Splice(start, start, "not "), Splice(end, last, "")]
        if self._is_test(compare):
            return [Splice(end, last, "")]
        return [Splice(start, start, "bool("), Splice(end, last, ")")]

    def _is_test(self, node: ast.expr) -> bool:
        parent = self.module.parent(node)
        if isinstance(parent, ast.BoolOp):
            return self._is_test(parent)
        if isinstance(parent, ast.UnaryOp):
            return isinstance(parent.op, ast.Not)
        return (
            isinstance(parent, (ast.If, ast.While, ast.IfExp, ast.Assert)) and parent.test is node
        )

    # -- following ----------------------------------------------------------------------

    def observed(self, node: ast.expr, seen: set[ast.AST]) -> bool:
        """Return whether the value of ``node`` is told from None anywhere behind it."""
        if node in seen:
            return False
        seen.add(node)
        if self._raises(node):
            return True
        parent = self.module.parent(node)
        if isinstance(parent, ast.Compare):
            return any(mentions_none(part) for part in [parent.left, *parent.comparators])
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            if any(self._bound(target, seen) for target in targets):
                return True
            return isinstance(parent, ast.NamedExpr) and self.observed(parent, seen)
        if isinstance(parent, ast.IfExp):
            return parent.test is not node and self.observed(parent, seen)
        if isinstance(parent, ast.Await):
            return self.observed(parent, seen)
        if isinstance(parent, ast.BoolOp):
            return parent.values[-1] is node and self.observed(parent, seen)
        if isinstance(parent, ast.Return):
            return self._returned(parent, seen)
        if isinstance(parent, ast.Call):
            return self._passed(node, parent, seen)
        if isinstance(parent, ast.Dict) and _is_content(parent, node):
            return False
        if isinstance(parent, (*_CONTAINERS, ast.keyword)):
            return self.module.tests_none
        return isinstance(parent, ast.Match)

    def _raises(self, node: ast.expr) -> bool:
        """Return whether a handler waits for what only None raises (``None.strip()``)."""
        current: ast.AST = node
        while not isinstance(current, (*FUNCTIONS, ast.Module)):
            parent = self.module.parent(current)
            if isinstance(parent, ast.Try) and current in parent.body:
                for handler in parent.handlers:
                    names = {getattr(part, "id", "") for part in walk(handler.type or handler)}
                    if handler.type is not None and names & _ONLY_NONE_RAISES:
                        return True
            current = parent
        return False

    def _returned(self, parent: ast.Return, seen: set[ast.AST]) -> bool:
        function = function_at(self.module, parent)
        if not isinstance(function, FUNCTIONS):
            return False
        if _optional(function.returns):
            return True
        uses = references(self.module, function)
        if uses.others and self.module.tests_none:
            return True
        return any(self.observed(call, seen) for call in uses.calls)

    def _bound(self, target: ast.expr, seen: set[ast.AST]) -> bool:
        binding = self.module.binding_of.get(target)
        if isinstance(target, ast.Name) and binding is not None:
            return any(self.observed(use, seen) for use in uses_of(self.module, binding))
        if isinstance(target, ast.Attribute):
            return any(
                self.observed(use, seen)
                for use in self.module.attributes.get(target.attr, ())
                if isinstance(use.ctx, ast.Load)
            )
        return self.module.tests_none

    def _passed(self, node: ast.expr, call: ast.Call, seen: set[ast.AST]) -> bool:
        if call.func is node or not isinstance(call.func, (ast.Name, ast.Attribute)):
            return False
        name = last_name(call.func)
        if name in ("isinstance", "type"):
            return True
        if name in ("append", "add", "setdefault", "put", "insert", "appendleft"):
            return self.module.tests_none
        for origin in origins(self.module, call.func):
            if origin.kind == "class":
                return self.module.tests_none
            if origin.kind != "def" or not isinstance(origin.node, FUNCTIONS):
                continue
            arg = parameter_of(self.module, call, node, origin.node)
            binding = self.module.binding_of.get(arg) if arg is not None else None
            if binding is not None and any(
                self.observed(use, seen) for use in uses_of(self.module, binding)
            ):
                return True
        return False


def _is_content(parent: ast.Dict, node: ast.expr) -> bool:
    """Return whether ``node`` is the content of a message or its text part: text again."""
    entries = {
        constant_string(key): value
        for key, value in zip(parent.keys, parent.values, strict=True)
        if key is not None
    }
    is_text = constant_string(entries.get("type")) == "text" and entries.get("text") is node
    return is_text or entries.get("content") is node


def _optional(annotation: ast.expr | None) -> bool:
    """Return whether a return annotation promises that None can come back."""
    return annotation is not None and any(
        is_none(part) or getattr(part, "id", "") == "Optional" for part in walk(annotation)
    )
