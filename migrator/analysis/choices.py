"""Tool choices of a request, legacy ones included."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.displays import fields_of
from migrator.analysis.facts import Reshape
from migrator.analysis.holders import Holders
from migrator.analysis.syntax import ast, constant_string, literal

_CHOICES = API["tools"]["choice"]
_MODES = ("none", "auto", "required")


class ToolChoice(Holders):
    """What ``tool_choice`` is: one of three words, or an object that names tools."""

    keywords = ("tool_choice",)
    code = "CC216"
    what = "tool choices"

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        known, value = literal(node)
        if known and value in _MODES:
            return
        if isinstance(node, ast.Dict) and self.display(node):
            self.report.reshapes.append(Reshape("tools.choice", node))
        else:
            shown = self.module.source.one_line(node, 60)
            self.reason(f"`{self.keywords[0]}` may be `{shown}`", node)

    def display(self, node: ast.Dict) -> bool:
        """Look at an object; return whether it is one Chat Completions takes."""
        found = fields_of(node)
        kind = constant_string(found.get("type")) if found is not None else None
        row = _CHOICES.get(kind or "")
        if found is None or row is None or set(found) != {"type", row["inside"]}:
            return False
        inner = found[row["inside"]]
        fields = fields_of(inner) if isinstance(inner, ast.Dict) else None
        if fields is None or set(fields) != set(row["fields"].split()):
            return False
        if kind == "allowed_tools":
            tools = fields["tools"]
            return isinstance(tools, ast.List) and all(
                isinstance(item, ast.Dict) and self.display(item) for item in tools.elts
            )
        return True


class FunctionCall(ToolChoice):
    """What the legacy ``function_call`` is: "auto", "none" or ``{"name": …}``."""

    keywords = ("function_call",)
    code = "CC217"
    what = "function choices"

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        known, value = literal(node)
        if known and value in ("auto", "none"):
            return
        if isinstance(node, ast.Dict) and set(fields_of(node) or ()) == {"name"}:
            self.report.reshapes.append(Reshape("tools.named", node))
            return
        super().source(node)

    def display(self, node: ast.Dict) -> bool:
        """Return whether an object is one Chat Completions takes: none other is."""
        return False
