"""Names a rewrite needs imported, and names it leaves without a use."""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of, uses_of
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast
from migrator.analysis.values import imported_path
from migrator.planning.build import Unclear
from migrator.planning.links import alone
from migrator.planning.model import ImportChange


def need(module: Module, origin: str, name: str, node: ast.AST) -> tuple[str, list[ImportChange]]:
    """Return how ``origin.name`` is spelled in this file, and the import it takes, if any.

    ``node`` is where the name will be used.  Raises `Unclear` when the name means something else
    or there is no place for an import.
    """
    for binding in module.imports:
        # An import inside `if TYPE_CHECKING` or `try` may not have run.
        if binding.statement not in module.tree.body:
            continue
        if imported_path(binding) == f"{origin}.{name}":
            return binding.name, []
    for binding in module.imports:
        if (
            binding.statement in module.tree.body
            and imported_path(binding) == origin
            and (isinstance(binding.statement, ast.Import))
        ):
            return f"{binding.name}.{name}", []
    for scope in module.scopes.values():
        if name in scope.bindings or name in scope.loads:
            raise Unclear("CC506", f"`{name}` means something else here", node)
    return name, [_added(module, origin, name, node)]


def _added(module: Module, origin: str, name: str, node: ast.AST) -> ImportChange:
    """Return the change that imports a name: into a statement there is, else behind the last."""
    behind: ast.stmt | None = None
    package = origin.split(".")[0]
    for statement in module.tree.body:
        if isinstance(statement, ast.ImportFrom) and not statement.level:
            start, end = module.source.span(statement)
            if statement.module == origin and b"#" not in module.source.utf8[start:end]:
                return ImportChange(start, end, origin, add=name)
            if (statement.module or "").split(".")[0] == package:
                behind = statement
        elif isinstance(statement, ast.Import) and any(
            alias.name.split(".")[0] == package for alias in statement.names
        ):
            behind = statement
    if behind is None or not alone(module.source, behind):
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    at = module.source.utf8.find(b"\n", module.source.span(behind)[1]) + 1
    if not at:
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    return ImportChange(at, at, origin, add=name)


def drop(module: Module, binding: Binding, gone: list[ast.AST]) -> list[ImportChange]:
    """Return what removes the import ``binding`` when nothing but the nodes ``gone`` uses it."""
    statement = binding.statement
    alias = binding.node
    if not isinstance(statement, (ast.Import, ast.ImportFrom)) or not isinstance(alias, ast.alias):
        return []
    if statement not in module.tree.body or not alone(module.source, statement):
        return []
    if exported(module, binding.name) or module.source.path.endswith("__init__.py"):
        return []
    uses = [module.source.span(use)[0] for use in uses_of(module, binding)]
    starts = [module.source.span(node)[0] for node in gone]
    start, end = module.source.span(statement)
    shown = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    origin = ""
    if isinstance(statement, ast.ImportFrom):
        origin = "." * statement.level + (statement.module or "")
    return [ImportChange(start, end, origin, drop=shown, uses=uses, gone=starts)]


def unloaded(module: Module, step: Step) -> list[ImportChange]:
    """Return what drops the import of ``json`` when only dumps that go were loaded with it."""
    if step.name != "dump" or not isinstance(step.whole, ast.Call):
        return []
    name: ast.expr = step.whole.func
    while isinstance(name, ast.Attribute):
        name = name.value
    if not isinstance(name, ast.Name):
        return []
    return [
        change
        for binding in bindings_of(module, name)
        if binding.kind in ("import", "from") and imported_path(binding).split(".")[0] == "json"
        for change in drop(module, binding, [name])
    ]


def exported(module: Module, name: str) -> bool:
    """Return whether code elsewhere may take the name from this file, or a string names it."""
    return any(
        name in str(node.value) and not isinstance(module.parent(node), ast.Expr)
        for node in module.strings
    )
