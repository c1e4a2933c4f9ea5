"""Names a rewrite needs imported, and names it leaves without a use."""

from __future__ import annotations

import sys

from migrator.analysis.reaching import bindings_of
from migrator.analysis.resultuses import Step
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import FUNCTIONS, ast
from migrator.analysis.uses import uses_of
from migrator.analysis.values import imported_path
from migrator.planning.build import Unclear
from migrator.planning.links import alone
from migrator.planning.model import ImportChange


def at_top(module: Module, statement: ast.AST) -> bool:
    """Return whether a statement stands at the top level of its file."""
    return isinstance(module.parent(statement), ast.Module)


def need(module: Module, origin: str, name: str, node: ast.AST) -> tuple[str, list[ImportChange]]:
    """Return how ``origin.name`` is spelled in this file, and the import it takes, if any.

    ``node`` is where the name will be used.  Raises `Unclear` when the name means something else
    or there is no place for an import.
    """
    tree = module.tree_of(node)
    # An import inside `if TYPE_CHECKING` or `try` may not have run.
    imports = [b for b in module.imports if module.parent(b.statement) is tree]
    for binding in imports:
        if imported_path(binding) == f"{origin}.{name}":
            return binding.name, []
    for binding in imports:
        if imported_path(binding) == origin and isinstance(binding.statement, ast.Import):
            return f"{binding.name}.{name}", []
    if here := _imported_here(module, origin, node):
        return f"{here}.{name}", []
    for scope in module.scopes.values():
        if (name in scope.bindings or name in scope.loads) and module.tree_of(scope.node) is tree:
            raise Unclear("CC506", f"`{name}` means something else here", node)
    return name, [_added(module, origin, name, node)]


def _imported_here(module: Module, origin: str, node: ast.AST) -> str:
    """Return the name of a package that the function around ``node`` has imported, else ""."""
    function = module.enclosing(node, FUNCTIONS)
    if not isinstance(function, FUNCTIONS):
        return ""
    start = module.source.span(node)[0]
    for binding in module.imports:
        if (
            isinstance(binding.statement, ast.Import)
            and binding.statement in function.body
            and imported_path(binding) == origin
            and module.source.span(binding.statement)[1] < start
            and binding.scope.bindings[binding.name] == [binding]
        ):
            return binding.name
    return ""


def _added(module: Module, origin: str, name: str, node: ast.AST) -> ImportChange:
    """Return the change that imports a name: into a statement there is, else behind the last."""
    behind: ast.stmt | None = None
    package = origin.split(".")[0]
    for statement in module.tree_of(node).body:
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
    if behind is None:
        return _section(module, origin, name, node)
    if not alone(module.source, behind):
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    at = module.source.utf8.find(b"\n", module.source.span(behind)[1]) + 1
    if not at:
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    return ImportChange(at, at, origin, add=name)


def _section(module: Module, origin: str, name: str, node: ast.AST) -> ImportChange:
    """Return the change that imports a name where nothing else of its package is imported.

    Third-party imports stand between those of the standard library and those of the project.
    """
    imports = [
        statement
        for statement in module.tree_of(node).body
        if isinstance(statement, (ast.Import, ast.ImportFrom))
    ]
    sections = [_rank(module, statement) for statement in imports]
    if not imports or sections != sorted(sections) or not all(
        alone(module.source, statement) for statement in imports
    ):  # fmt: skip
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    earlier = [statement for statement, rank in zip(imports, sections, strict=True) if rank < 3]
    if not earlier:
        at = module.source.span(imports[0])[0]
        return ImportChange(at, at, origin, add=name, apart="after")
    at = module.source.utf8.find(b"\n", module.source.span(earlier[-1])[1]) + 1
    if not at:
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    apart = "" if sections[len(earlier) - 1] == _THIRD_PARTY else "before"
    return ImportChange(at, at, origin, add=name, apart=apart)


_THIRD_PARTY = 2


def _rank(module: Module, statement: ast.Import | ast.ImportFrom) -> int:
    """Return the section of an import: future, standard library, third party, project."""
    name = (statement.module or "") if isinstance(statement, ast.ImportFrom) else ""
    if isinstance(statement, ast.Import):
        name = statement.names[0].name
    if isinstance(statement, ast.ImportFrom) and statement.level:
        return 3
    if name == "__future__":
        return 0
    if name.split(".")[0] in sys.stdlib_module_names:
        return 1
    own = module.links is not None and any(
        module.links.in_project(binding)
        for binding in module.imports
        if binding.statement is statement
    )
    return 3 if own else _THIRD_PARTY


def drop(module: Module, binding: Binding, gone: list[ast.AST]) -> list[ImportChange]:
    """Return what removes the import ``binding`` when nothing but the nodes ``gone`` uses it."""
    statement = binding.statement
    alias = binding.node
    if not isinstance(statement, (ast.Import, ast.ImportFrom)) or not isinstance(alias, ast.alias):
        return []
    if not at_top(module, statement) or not alone(module.source, statement):
        return []
    path = module.source.place(statement).path
    if exported(module, binding.name) or path.endswith("__init__.py"):
        return []
    return [_dropped(module, binding, gone)]


def need_module(module: Module, name: str, node: ast.AST) -> tuple[str, list[ImportChange]]:
    """Return how the standard module ``name`` is spelled in this file, and the import it takes.

    Raises `Unclear`.
    """
    tree = module.tree_of(node)
    body = tree.body
    for scope in module.scopes.values():
        if module.tree_of(scope.node) is not tree:
            continue
        for other in scope.bindings.get(name, ()):
            if not isinstance(other.statement, ast.Import) or imported_path(other) != name:
                raise Unclear("CC506", f"`{name}` means something else here", node)
    for binding in module.imports:
        plain = binding.statement in body and isinstance(binding.statement, ast.Import)
        if plain and imported_path(binding) == name:
            return binding.name, []
    found = [each for each in body if isinstance(each, (ast.Import, ast.ImportFrom))]
    found = [each for each in found if getattr(each, "module", "") != "__future__"]
    place = _module_place(found, name)
    if place is None or not alone(module.source, place):
        raise Unclear("CC506", f"there is no place to import `{name}`", node)
    at = module.source.span(place)[0]
    apart = "" if _standard(place) else "after"
    return name, [ImportChange(at, at, "", add=name, apart=apart)]


def _module_place(found: list[ast.Import | ast.ImportFrom], name: str) -> ast.stmt | None:
    """Return the import that ``import name`` is to stand before, as isort orders them."""
    for statement in found:
        if isinstance(statement, ast.ImportFrom) or not _standard(statement):
            return statement
        if statement.names[0].name > name:
            return statement
    return None


def _standard(statement: ast.stmt) -> bool:
    """Return whether an import is one of the standard library."""
    from sys import stdlib_module_names

    if isinstance(statement, ast.ImportFrom):
        return not statement.level and (statement.module or "").split(".")[0] in stdlib_module_names
    assert isinstance(statement, ast.Import)
    return statement.names[0].name.split(".")[0] in stdlib_module_names


def drop_unused(
    module: Module, binding: Binding, gone: list[ast.AST], *, replaced: bool = False
) -> list[ImportChange]:
    """Return what removes an import, wherever it stands, once only the nodes ``gone`` use it.

    ``replaced``: the statement gets another name, so that it stays.
    """
    statement = binding.statement
    alias = binding.node
    if not isinstance(statement, (ast.Import, ast.ImportFrom)) or not isinstance(alias, ast.alias):
        return []
    start, end = module.source.span(statement)
    parent = module.parent(statement)
    only = len(statement.names) == 1 and not replaced
    if b"#" in module.source.utf8[start:end] or module.source.place(statement).path.endswith(
        "__init__.py"
    ):
        return []
    if only and not alone(module.source, statement):
        return []
    if only and any(part == [statement] for part in (getattr(parent, "body", None),
                                                     getattr(parent, "orelse", None))):  # fmt: skip
        return []
    if quoted(module, binding.name):
        return []
    return [_dropped(module, binding, gone)]


def quoted(module: Module, name: str) -> bool:
    """Return whether a string of the file is ``name``: ``__all__``, or a look-up by name."""
    return any(f"{mark}{name}{mark}".encode() in module.source.utf8 for mark in "\"'")


def _dropped(module: Module, binding: Binding, gone: list[ast.AST]) -> ImportChange:
    statement, alias = binding.statement, binding.node
    assert isinstance(alias, ast.alias)
    uses = [module.source.span(use)[0] for use in uses_of(module, binding)]
    starts = [module.source.span(node)[0] for node in gone]
    shown = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
    origin = ""
    if isinstance(statement, ast.ImportFrom):
        origin = "." * statement.level + (statement.module or "")
    return ImportChange(*module.source.span(statement), origin, drop=shown, uses=uses, gone=starts)


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
