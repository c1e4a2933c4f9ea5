"""What annotations say of a client."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis import hosts
from migrator.analysis.constructors import Client
from migrator.analysis.scopes import Module, Scope
from migrator.analysis.syntax import ast, constant_string
from migrator.analysis.values import imported_path, qualified_names

_CLIENTS = API["hosts"]["client"]


class Annotations:
    """Reads the annotations of one module."""

    def __init__(self, module: Module) -> None:
        self.module = module

    def annotated(self, annotation: ast.expr | None, node: ast.AST) -> Client | None:
        """Return the client an annotation names; a client typed as OpenAI's counts as OpenAI's."""
        if annotation is None:
            return None
        found: list[Client] = []
        for part in _annotation_parts(annotation):
            for name in self._names(part):
                row = _CLIENTS.get(name)
                short = name.rsplit(".", 1)[-1]
                if row is not None and row["family"] == "openai":
                    found.append(Client("openai", short, "annotated", node))
                elif row is not None:
                    detail = "annotated as an Azure client whose address can't be seen"
                    found.append(Client("azure-dated", short, detail, node, "CC406", "unknown"))
                elif (vendor := hosts.package_vendor(name)) is not None:
                    detail = f"annotated as a client of {vendor}"
                    found.append(Client("other", short, detail, node, "CC401", "keep"))
        if not found:
            return None
        return next((client for client in found if client.code), found[0])

    def _names(self, part: ast.expr) -> set[str]:
        text = constant_string(part)
        if text is None:
            return qualified_names(self.module, part)
        head = text.split("[", 1)[0].split("|", 1)[0].strip()
        root = self.module.scopes[self.module.tree_of(part)]
        for binding in root.bindings.get(head.split(".", 1)[0], ()):
            if binding.kind in ("import", "from"):
                return {imported_path(binding) + head[len(head.split(".", 1)[0]) :]}
        return set()

    def declared(self, owner: Scope, name: str) -> Client | None:
        """Return the client a class-level annotation (dataclass field) names."""
        for statement in getattr(owner.node, "body", ()):
            if (
                isinstance(statement, ast.AnnAssign)
                and isinstance(statement.target, ast.Name)
                and statement.target.id == name
            ):
                return self.annotated(statement.annotation, statement)
        return None


def _annotation_parts(node: ast.expr) -> list[ast.expr]:
    """Return the alternatives of a union or Optional annotation."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_annotation_parts(node.left), *_annotation_parts(node.right)]
    if isinstance(node, ast.Subscript):
        inner = node.slice
        return list(inner.elts) if isinstance(inner, ast.Tuple) else [inner]
    return [node]
