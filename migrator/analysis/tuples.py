"""Values that a function returns together with others, as the element of a tuple."""

from __future__ import annotations

from migrator.analysis.functions import function_at, is_generator, references, returned
from migrator.analysis.resultuses import ESCAPES, NAMES
from migrator.analysis.syntax import FUNCTIONS, ast, is_none, literal
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.functions import Function
    from migrator.analysis.results import Results

# What stays a thing of its own; a part that vanishes can't be an element.
_KINDS = {"completion", "usage", "calls"}


class Tuples:
    """Follows elements of returned tuples to the callers, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        self._known: dict[tuple[Function, int], tuple[str, int]] = {}

    def returned(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> bool:
        """Follow an element of a tuple out of the function that returns it; False if it is none."""
        statement = self.module.parent(parent)
        function = function_at(self.module, node)
        if (
            kind not in _KINDS
            or not isinstance(parent, ast.Tuple)
            or not isinstance(statement, ast.Return)
            or not isinstance(function, FUNCTIONS)
            or is_generator(function)
        ):
            return False
        index, others = parent.elts.index(node), _elements(function, parent)
        if others is None:
            return False
        known = self._known.get((function, index))
        if known is not None:
            self.results.groups.join(known[1], group)
            return known[0] == kind
        self._known[function, index] = (kind, group)
        self.results.meetings.append((kind, group, [each[index] for each in others]))
        self.results.member(group, "wrapper", node)
        self.results.across.closed(function, kind, group, "returns")
        self.results.annotation(function.returns, group, kind)
        for call in references(self.module, function).calls:
            self.results.member(group, "caller", call)
            self._whole(call, index, len(parent.elts), kind, group)
        return True

    def _whole(self, node: ast.expr, index: int, length: int, kind: str, group: int) -> None:
        """Follow the element out of ``node``, which is the whole tuple."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.Await):
            self._whole(parent, index, length, kind, group)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            known, at = literal(parent.slice)
            if not known or not isinstance(at, int):
                self._lost(node, kind, group)
            elif at in (index, index - length):
                self.results.track(parent, kind, group)
        elif isinstance(parent, ast.Assign) and parent.value is node:
            for target in parent.targets:
                self._stored(target, node, index, length, kind, group)
        elif not isinstance(parent, ast.Expr):
            self._lost(node, kind, group)

    def _stored(
        self, target: ast.expr, node: ast.expr, index: int, length: int, kind: str, group: int
    ) -> None:
        if isinstance(target, (ast.Tuple, ast.List)):
            plain = not any(isinstance(item, ast.Starred) for item in target.elts)
            target = target.elts[index] if plain and len(target.elts) == length else target
            binding = self.module.binding_of.get(target)
            if binding is not None and isinstance(target, ast.Name):
                self.results.bound(binding, node, kind, group)
                return
        elif isinstance(target, ast.Name):
            binding = self.module.binding_of[target]
            if len(binding.scope.bindings[binding.name]) == 1:
                for use in uses_of(self.module, binding):
                    self._whole(use, index, length, kind, group)
                return
        self._lost(node, kind, group)

    def _lost(self, node: ast.expr, kind: str, group: int) -> None:
        message = f"a tuple with {NAMES[kind]} goes where it can't be followed"
        self.results.reason(group, ESCAPES[kind], message, node)


def _elements(function: Function, parent: ast.Tuple) -> list[list[ast.expr]] | None:
    """Return the elements of the other tuples ``function`` returns; None if one is no such."""
    found: list[list[ast.expr]] = []
    for statement in returned(function):
        value = statement.value
        if value is None or is_none(value):
            continue
        if not isinstance(value, ast.Tuple) or len(value.elts) != len(parent.elts):
            return None
        if any(isinstance(item, ast.Starred) for item in value.elts):
            return None
        if value is not parent:
            found.append(value.elts)
    return found
