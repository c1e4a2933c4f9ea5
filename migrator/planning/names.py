"""Variables that would hold a response in one place and a chat completion in another.

Such a program runs, but a type checker that accepted it before no longer does.
"""

from __future__ import annotations

from migrator.analysis.facts import Reason
from migrator.analysis.functions import type_checked
from migrator.analysis.results import Results
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast
from migrator.analysis.values import origins


class SharedNames:
    """The variables of one module that hold results."""

    def __init__(self, module: Module, results: Results, calls: set[ast.Call]) -> None:
        self.module = module
        self.results = results
        self.calls = calls

    def conflicts(self, rewritten: set[int]) -> dict[int, Reason]:
        """Return a reason for every group of ``rewritten`` one of whose variables stays chat."""
        find = self.results.groups.find
        result: dict[int, Reason] = {}
        for scope, name in dict.fromkeys((b.scope, b.name) for b in self.results.bindings):
            if not type_checked(scope):
                continue
            roots: set[int] = set()
            stays: Binding | None = None
            for binding in scope.bindings.get(name, ()):
                known = self.results.bindings.get(binding)
                if known is not None and find(known[1]) in rewritten:
                    roots.add(find(known[1]))
                elif stays is None and (known is not None or self._is_chat(binding)):
                    stays = binding
            if stays is not None:
                reason = self._reason(stays)
                for root in roots:
                    result.setdefault(root, reason)
        return result

    def _reason(self, stays: Binding) -> Reason:
        line = self.module.source.place(stays.node).line
        message = f"`{stays.name}` also holds a chat result that stays, line {line}"
        return Reason("CC323", message, self.module.source.place(stays.node), "block")

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
