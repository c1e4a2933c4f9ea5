"""The format of an answer: what ``response_format`` is, and how it changes."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.displays import displays_of, fields_of
from migrator.analysis.facts import Reshape
from migrator.analysis.holders import Holders
from migrator.analysis.scopes import Module
from migrator.analysis.sources import Report
from migrator.analysis.syntax import ast, constant_string, is_none
from migrator.analysis.values import constants, imported_path, origins

_ROWS = API["tools"]["response_format"]
_SCHEMA = _ROWS["json_schema"]


class Format(Holders):
    """A ``response_format``: displays of the three types."""

    keywords = ("response_format",)
    code = "CC218"
    what = "formats"

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        found = fields_of(node) if isinstance(node, ast.Dict) else None
        kind = constant_string(found.get("type")) if found is not None else None
        row = _ROWS.get(kind or "")
        if found is None or row is None or not isinstance(node, ast.Dict):
            shown = self.module.source.one_line(node, 60)
            what = f"`{kind}`" if kind else f"`{shown}`, which can't be followed"
            self.reason(f"`response_format` is {what}", node)
        elif set(found) != {"type", *row.get("inside", "").split()}:
            self.reason(f"a format of type `{kind}` has other keys", node)
        elif kind == "json_schema":
            self._schema(node, found["json_schema"])

    def _schema(self, node: ast.Dict, inner: ast.expr) -> None:
        displays = displays_of(self.module, inner)
        if not displays:
            shown = self.module.source.one_line(inner, 60)
            self.reason(f"what is in `{shown}` can't be seen", inner)
            return
        strict: set[bool] = set()
        for display in displays:
            found = fields_of(display)
            if not self._definition(found, inner):
                return
            assert found is not None
            strict.add("strict" in found)
        if len(strict) > 1:
            self.reason("some schemas have `strict`, some have not", inner)
            return
        kind = "formats.flat" if isinstance(inner, ast.Dict) else "formats.spread"
        if kind == "formats.spread" and any(r.kind == "tools.false" for r in self.report.reshapes):
            self.reason("`strict` is None in a schema that others may use", inner)
            return
        detail = "" if strict.pop() else "strict"
        self.report.reshapes.append(Reshape(kind, node, detail))

    def _definition(self, found: dict[str, ast.expr] | None, where: ast.expr) -> bool:
        fields, required = _SCHEMA["fields"].split(), _SCHEMA["required"].split()
        if found is None or set(found) - set(fields) or set(required) - set(found):
            self.reason("the schema has other keys than Responses takes, or lacks one", where)
            return False
        if "strict" in found and not self._strict(found["strict"]):
            self.reason("whether `strict` may be None can't be seen", found["strict"])
            return False
        return True

    def _strict(self, node: ast.expr) -> bool:
        if is_none(node):
            self.report.reshapes.append(Reshape("tools.false", node))
            return True
        complete, values = constants(self.module, node)
        return complete and all(isinstance(value, bool) for value in values)


def filled(module: Module, node: ast.expr, report: Report) -> list[Reshape] | None:
    """Return how ``node`` becomes a format where it may be None or not sent; None if it can't.

    Absent means text, and ``text={"format": …}`` has to hold one.
    """
    inside = [none for none in report.nones if _alternative(module, none, node)]
    result = [Reshape("formats.text", none) for none in inside]
    if len(inside) < len(report.nones):
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return None
        result.append(Reshape("formats.default", node))
    return result


def _alternative(module: Module, none: ast.expr, node: ast.expr) -> bool:
    """Return whether a None stands in the value itself, as an alternative."""
    current: ast.AST = none
    while current is not node:
        parent = module.parent(current)
        if isinstance(parent, ast.IfExp):
            if parent.test is current:
                return False
        elif not (
            isinstance(parent, ast.BoolOp)
            and isinstance(parent.op, ast.Or)
            and parent.values[-1] is current
        ):
            return False
        current = parent
    return none is not node


def is_type(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` is surely a class: what only ``parse`` takes as a format."""
    if isinstance(node, ast.Subscript):
        return is_type(module, node.value)
    if isinstance(node, ast.IfExp):
        return is_type(module, node.body) and is_type(module, node.orelse)
    if not isinstance(node, (ast.Name, ast.Attribute)):
        return False
    found = origins(module, node)
    return bool(found) and all(_type_origin(module, origin.kind, origin.node, node)
                               if origin.binding is None or origin.kind != "import"
                               else _camel(imported_path(origin.binding))
                               for origin in found)  # fmt: skip


def _type_origin(module: Module, kind: str, origin: ast.AST, node: ast.expr) -> bool:
    if kind == "class":
        return True
    if kind == "param" and isinstance(origin, ast.arg) and origin.annotation is not None:
        text = module.source.segment(origin.annotation)
        return text.startswith(("type[", "Type[", "typing.Type[")) and "None" not in text
    if kind == "attribute" and isinstance(origin, ast.Attribute):
        # A class of an imported module.
        base = origins(module, origin.value)
        return _camel(origin.attr) and bool(base) and all(b.kind == "import" for b in base)
    if kind == "expr" and isinstance(origin, ast.Subscript):
        return is_type(module, origin.value)
    return False


def _camel(path: str) -> bool:
    """Return whether a name is spelled as classes are."""
    name = path.rsplit(".", 1)[-1].lstrip("_")
    return name[:1].isupper() and any(letter.islower() for letter in name)
