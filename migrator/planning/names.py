"""Variables that would hold a response in one place and a chat completion in another.

Such a program runs, but a type checker that accepted it before no longer does.
"""

from __future__ import annotations

from migrator.analysis.facts import Reason
from migrator.analysis.results import Results
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast
from migrator.analysis.values import origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class SharedNames:
    """The variables of one module that hold results."""

    def __init__(self, module: Module, results: Results, calls: set[ast.Call]) -> None:
        self.module = module
        self.results = results
        self.calls = calls

    def conflicts(self, root: int, rewritten: set[int]) -> Iterator[Reason]:
        """Yield a reason for every variable of group ``root`` that another binding keeps chat."""
        find = self.results.groups.find
        for binding, (_, number) in self.results.bindings.items():
            if find(number) != root or not _checked(binding.scope):
                continue
            for other in binding.scope.bindings.get(binding.name, ()):
                known = self.results.bindings.get(other)
                if known is not None:
                    stays = find(known[1]) not in rewritten and find(known[1]) != root
                else:
                    stays = self._is_chat(other)
                if stays:
                    line = getattr(other.node, "lineno", 0)
                    message = f"`{binding.name}` also holds a chat result that stays, line {line}"
                    yield Reason("CC323", message, self.module.source.place(other.node), "block")

    def _is_chat(self, binding: Binding) -> bool:
        value = binding.value
        while isinstance(value, ast.Await):
            value = value.value
        if not isinstance(value, ast.Call):
            return False
        if value in self.calls:
            return True
        func = value.func
        if not isinstance(func, ast.Attribute) or func.attr != "parse" or value.args:
            return False
        return any(origin.node in self.calls for origin in origins(self.module, func.value))


def _checked(scope: Scope) -> bool:
    """Return whether type checkers look into a scope by default: not into untyped functions."""
    node = scope.node
    if not isinstance(node, FUNCTIONS):
        return True
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return node.returns is not None or any(item.annotation is not None for item in arguments)
