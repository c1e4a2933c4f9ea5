"""Values taken out of dicts that are written out: registries of clients, tables of addresses."""

from __future__ import annotations

from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, constant_string, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import attribute_owner, origins_through

TYPE_CHECKING = False
if TYPE_CHECKING:
    Entries = list[tuple[ast.expr | None, ast.expr]]

# What reads a dict and leaves it as it is.
_READS = {"get", "keys", "values", "items"}
_GETS = {"get", "setdefault", "pop"}


def looked_up(module: Module, node: ast.AST) -> list[ast.expr] | None:
    """Return what ``table[key]`` or ``table.get(key)`` may be; None where that can't be seen.

    The table is a dict display; entries that are set later count.
    """
    taken = _taken(node)
    if taken is None:
        return None
    table, key, default = taken
    displays = _displays(module, table)
    if displays is None:
        return None
    result: list[ast.expr] = []
    name = constant_string(key)
    nested = any(_inside(module, display) for display, _ in displays)
    if name is not None and nested and _set_somewhere(module, name):
        return None
    for display, more in displays:
        entries = [*zip(display.keys, display.values, strict=True), *more]
        if any(known is None for known, _ in entries):
            return None
        for known, value in entries:
            if name is None or constant_string(known) in (name, None):
                result.append(value)
    if default is not None:
        result.append(default)
    return result or None


def _inside(module: Module, display: ast.Dict) -> bool:
    """Return whether a dict is an entry of another one, so that other names may reach it."""
    return isinstance(module.parent(display), ast.Dict)


def _set_somewhere(module: Module, name: str) -> bool:
    """Return whether any statement sets an entry of that name."""
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Store)
        and constant_string(node.slice) == name
        for tree in module.trees
        for node in walk(tree)
    )


def _taken(node: ast.AST) -> tuple[ast.expr, ast.expr, ast.expr | None] | None:
    """Return (table, key, default) of a lookup."""
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
        return node.value, node.slice, None
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _GETS
        and node.args
        and len(node.args) <= 2
    ):
        return node.func.value, node.args[0], node.args[1] if len(node.args) == 2 else None
    return None


def _displays(module: Module, node: ast.expr) -> list[tuple[ast.Dict, Entries]] | None:
    """Return the dicts that ``node`` may be, each with the entries that are set later."""
    if isinstance(node, ast.Dict):
        return [(node, [])]
    inner = looked_up(module, node)
    if inner is not None:
        found: list[tuple[ast.Dict, Entries]] = []
        for value in inner:
            nested = _displays(module, value)
            if nested is None:
                return None
            found.extend(nested)
        return found
    origins, attributes = origins_through(module, node)
    if any(_is_field(module, read) for read in attributes):
        return None
    result: list[tuple[ast.Dict, Entries]] = []
    for origin in origins:
        if origin.kind != "expr" or origin.node is node:
            return None
        if isinstance(origin.node, (ast.Subscript, ast.Call)):
            nested = _displays(module, origin.node)
            if nested is None:
                return None
            result.extend(nested)
            continue
        more = _later(module, origin.node) if isinstance(origin.node, ast.Dict) else None
        if more is None or not isinstance(origin.node, ast.Dict):
            return None
        result.append((origin.node, more))
    return result or None


def _is_field(module: Module, node: ast.Attribute) -> bool:
    """Return whether constructors may give an attribute another dict."""
    from migrator.analysis.constructions import field

    owner = attribute_owner(module, node)
    return owner is not None and field(module, owner, node.attr) is not None


def _later(module: Module, display: ast.Dict) -> Entries | None:
    """Return the entries that are set after a dict was made; None where more may happen to it."""
    parent = module.parent(display)
    targets: list[ast.AST] = []
    if isinstance(parent, ast.Assign):
        targets = list(parent.targets)
    elif isinstance(parent, ast.AnnAssign):
        targets = [parent.target]
    elif isinstance(parent, (ast.Dict, ast.Subscript, ast.Attribute)):
        return []
    uses: list[ast.expr] = []
    for target in targets:
        binding = module.binding_of.get(target)
        if binding is None:
            return None
        if binding.scope.kind == "class":
            for read in module.attributes.get(binding.name, ()):
                owner = attribute_owner(module, read)
                if isinstance(read.ctx, ast.Load) and owner in (binding.scope, None):
                    uses.append(read)
        # Others may fill it; see `clients`.
        tables = module.memo.setdefault("tables", [])
        assert isinstance(tables, list)
        tables.append(binding)
        uses.extend(use for use in uses_of(module, binding) if isinstance(use.ctx, ast.Load))  # type: ignore[attr-defined]
    if not targets:
        return None
    found: Entries = []
    for use in uses:
        if not _entry(module, use, found):
            return None
    return found


def _entry(module: Module, use: ast.expr, found: Entries) -> bool:
    """Note the entry that a use sets; return False where the dict goes out of sight."""
    parent = module.parent(use)
    if isinstance(parent, ast.Subscript) and parent.value is use:
        statement = module.parent(parent)
        if isinstance(parent.ctx, ast.Load):
            above = getattr(statement, "ctx", None)
            return not isinstance(above, (ast.Store, ast.Del))
        if isinstance(statement, ast.Assign) and parent in statement.targets:
            found.append((parent.slice, statement.value))
            return True
        return isinstance(parent.ctx, ast.Del)
    if isinstance(parent, ast.Attribute):
        call = module.parent(parent)
        if not isinstance(call, ast.Call) or call.func is not parent:
            return False
        if parent.attr == "setdefault" and len(call.args) == 2:
            found.append((call.args[0], call.args[1]))
            return True
        return parent.attr in _READS or parent.attr == "clear"
    if isinstance(parent, ast.Compare):
        return True
    if isinstance(parent, ast.Call):
        name = parent.func.id if isinstance(parent.func, ast.Name) else ""
        return name in ("len", "list", "sorted", "bool", "print")
    return isinstance(parent, (ast.For, ast.comprehension)) and parent.iter is use
