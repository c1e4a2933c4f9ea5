"""Variables and imports that only served expressions which go."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import FUNCTIONS, ast, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import qualified_names
from migrator.planning.imports import quoted
from migrator.planning.links import alone
from migrator.planning.model import Cut, RemoveStatement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

# Calls whose results are all they are made for.
_READS = {"os.getenv", "os.environ.get"}


class Leftovers:
    """What goes with some expressions: statements, and uses of imported names."""

    def __init__(self) -> None:
        self.edits: list[Edit] = []
        self.mentions: list[Mention] = []
        self.imports: dict[Binding, list[ast.AST]] = {}


def leftovers(module: Module, gone: list[ast.expr]) -> Leftovers:
    """Return what loses its last use with the expressions ``gone``."""
    result = Leftovers()
    waiting: list[ast.AST] = list(gone)
    names: set[ast.AST] = set()
    removed: set[ast.AST] = set()
    while waiting:
        for part in walk(waiting.pop()):
            if not isinstance(part, ast.Name) or part in names:
                continue
            names.add(part)
            for binding in bindings_of(module, part):
                if binding.kind in ("import", "from"):
                    result.imports.setdefault(binding, []).append(part)
                elif binding.statement not in removed and _unused(module, binding, names):
                    removed.add(binding.statement)
                    _remove(module, binding, result)
                    waiting.append(binding.statement.value)  # type: ignore[attr-defined]
    return result


def _unused(module: Module, binding: Binding, gone: set[ast.AST]) -> bool:
    """Return whether a plain variable has no use left, and its value costs nothing to lose."""
    statement = binding.statement
    return (
        binding.kind == "assign"
        and binding.scope.kind in ("module", "function")
        and binding.name not in binding.scope.remote
        and isinstance(statement, ast.Assign)
        and len(statement.targets) == 1
        and isinstance(statement.targets[0], ast.Name)
        and len(binding.scope.bindings[binding.name]) == 1
        and all(use in gone for use in uses_of(module, binding))
        and _harmless(module, statement.value)
        and alone(module.source, statement)
        and not _alone_in_block(module, statement)
        and not _described(module, statement)
        and not quoted(module, binding.name)
    )


def _harmless(module: Module, node: ast.expr) -> bool:
    """Return whether evaluating ``node`` does nothing but give a value."""
    for part in walk(node):
        if isinstance(part, ast.Call):
            names = qualified_names(module, part.func)
            if not names or not names <= _READS:
                return False
        elif isinstance(part, (ast.NamedExpr, ast.Await, ast.Yield, ast.YieldFrom)):
            return False
    return True


def _alone_in_block(module: Module, statement: ast.stmt) -> bool:
    parent = module.parent(statement)
    return not isinstance(parent, ast.Module) and getattr(parent, "body", None) == [statement]


def _described(module: Module, statement: ast.stmt) -> bool:
    """Return whether a comment stands right above a statement: it would be left without it."""
    line = statement.lineno - 1
    return line > 0 and module.source.line(line).lstrip().startswith("#")


def _removal(module: Module, statement: ast.stmt) -> RemoveStatement | Cut:
    """Return what deletes a statement, with one of the empty lines it stands between."""
    start, end = module.source.span(statement)
    starts = module.source.starts
    first, last = statement.lineno - 1, statement.end_lineno or statement.lineno
    before = module.source.line(first).strip() if first else "first"
    block = getattr(module.parent(statement), "body", [])
    if isinstance(module.parent(statement), FUNCTIONS) and block[0] is statement:
        before = ""
    after = module.source.line(last + 1).strip() if last < len(starts) else "last"
    if before or after or last + 1 >= len(starts):
        return RemoveStatement(start, end)
    return Cut(starts[first], starts[last + 1], "")


def _remove(module: Module, binding: Binding, result: Leftovers) -> None:
    assert isinstance(binding.statement, ast.stmt)
    edit = _removal(module, binding.statement)
    result.edits.append(edit)
    if binding.scope.kind == "module":
        # Another file may take the variable from here; then it stays.
        place = module.source.place(binding.statement)
        mention = Mention((binding.name.encode(),), Reason("CC406", "", place, "block"))
        mention.swap = ([edit], [])
        result.mentions.append(mention)
