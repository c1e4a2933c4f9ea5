"""Variables that hold a part of a response which vanishes."""

from __future__ import annotations

from migrator.analysis.scopes import Binding
from migrator.analysis.syntax import ast


class Alias:
    """A variable that holds a part of the response which vanishes: choices, choice, message."""

    __slots__ = ("binding", "value", "kind", "group")

    def __init__(self, binding: Binding, value: ast.expr, kind: str, group: int) -> None:
        self.binding = binding
        self.value = value
        self.kind = kind
        self.group = group
