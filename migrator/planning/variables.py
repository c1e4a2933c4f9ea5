"""Variables that hold a part of the response which Responses does not have.

``message = response.choices[0].message`` has nothing left to say: its uses read ``response``
and the statement goes.  Where that could see another response, the variable stays and holds the
response itself.
"""

from __future__ import annotations

from migrator.analysis.aliases import Alias
from migrator.analysis.reaching import bindings_of
from migrator.analysis.results import Results
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.styles import DUMPED, base, style
from migrator.analysis.syntax import ast, walk
from migrator.analysis.uses import uses_of
from migrator.planning.build import Unclear
from migrator.planning.links import alone, is_name
from migrator.planning.model import RemoveStatement, Splice
from migrator.planning.newnames import NewNames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp,
          ast.GeneratorExp)  # fmt: skip
# Variables that are bound to the one choice there is, without a statement of their own.
_EACH = ("comp", "for")
_NEW_NAME = "response"
_NEW_NAME_OF_JSON = "data"
_UNTRUE = ("message", "msg", "choice")
_UNTRUE_OF_DUMPS = ("dict", "dump", "json")


class Variables:
    """Decides for the aliases of one module."""

    def __init__(self, module: Module, results: Results) -> None:
        self.module = module
        self.results = results
        self.links = {
            step.whole: step.value
            for _, step in results.steps
            if not step.to and step.whole is not step.value
        }
        self.by_binding = {alias.binding: alias for alias in results.aliases}
        self.names = NewNames(module)
        self._substitutes: dict[Binding, str | None] = {}
        self._renames: dict[Binding, bool] = {}
        # Uses that two bindings reach are renamed once.
        self._renamed_uses: set[ast.AST] = set()
        # Statements that hold something else now instead of going.
        self.replaced: set[ast.AST] = set()

    def edits(self, alias: Alias) -> list[Edit]:
        """Return the edits for one alias; raises `Unclear`."""
        if alias.binding.kind in _EACH:
            name = self.substitute(alias)
            if name is None:
                raise Unclear("CC304", "a loop goes through the choices", alias.value)
            return self._renamed(alias, name, definition=False)
        if alias.binding.kind == "param":
            return []
        name = self.substitute(alias)
        if name is not None:
            statement = alias.binding.statement
            edits = self._renamed(alias, name, definition=False)
            if statement not in self.replaced:
                edits.append(RemoveStatement(*self.module.source.span(statement)))
            return edits
        if base(alias.kind) == "finish":
            message = "the finish reason is kept longer than its response"
            raise Unclear("CC302", message, alias.binding.node)
        if self._renameable(alias):
            return self._renamed(alias, new_name(alias), definition=True)
        return []

    def removed(self, alias: Alias) -> bool:
        """Return whether the statement of ``alias`` goes."""
        return alias.binding.kind not in (*_EACH, "param") and self.substitute(alias) is not None

    def _renamed(self, alias: Alias, name: str, *, definition: bool) -> list[Edit]:
        nodes: list[ast.AST] = list(uses_of(self.module, alias.binding))
        if definition:
            nodes.append(alias.binding.node)
        result: list[Edit] = []
        for node in nodes:
            if not isinstance(node, ast.Name) or not is_name(self.module.source, node):
                raise Unclear("CC506", "a use of the variable can't be located exactly", node)
            if node.id != name and node not in self._renamed_uses:
                self._renamed_uses.add(node)
                result.append(Splice(*self.module.source.span(node), name))
        return result

    def name(self, root: ast.Name) -> str:
        """Return what the variable ``root`` is called after the rewrite."""
        for binding in bindings_of(self.module, root):
            alias = self.by_binding.get(binding)
            if alias is None or alias.binding.kind == "param":
                continue
            substitute = self.substitute(alias)
            if substitute is not None:
                return substitute
            if alias.binding.kind not in _EACH and self._renameable(alias):
                return new_name(alias)
        return root.id

    # -- substitution -------------------------------------------------------------------

    def root(self, node: ast.expr) -> ast.expr:
        """Return what a reading chain starts from."""
        while node in self.links:
            node = self.links[node]
        return node

    def substitute(self, alias: Alias) -> str | None:
        """Return the variable that can stand for ``alias`` everywhere, else None."""
        if alias.binding not in self._substitutes:
            self._substitutes[alias.binding] = None
            self._substitutes[alias.binding] = self._find(alias)
        return self._substitutes[alias.binding]

    def _find(self, alias: Alias) -> str | None:
        root = self.root(alias.value)
        if not isinstance(root, ast.Name):
            return None
        seen = bindings_of(self.module, root)
        if len(seen) != 1:
            return root.id if self._before_others(seen, alias) else None
        if seen[0].remote:
            return None
        base = seen[0]
        if any(isinstance(use.ctx, ast.Del) for use in base.scope.loads.get(base.name, ())):
            return None
        if base.scope is not alias.binding.scope.function():
            return None
        if not all(self._sees(use, base) for use in uses_of(self.module, alias.binding)):
            return None
        if alias.binding.kind == "comp" or self._stays(base, alias):
            return self._through(base, root.id)
        if not self._plain(alias) or not self._in_step(base, alias):
            return None
        return self._through(base, root.id)

    def _through(self, base: Binding, name: str) -> str | None:
        """Follow an alias of an alias to the variable that stays."""
        first = self.by_binding.get(base)
        if first is None:
            return name
        return self.substitute(first) or (new_name(first) if self._renameable(first) else name)

    def _before_others(self, seen: tuple[Binding, ...], alias: Alias) -> bool:
        """Return whether ``alias`` of any of some bindings is only read before the next one.

        All of it stands behind the alias in the suite that binds it.
        """
        if any(base.remote or base in self.by_binding for base in seen):
            return False
        if not self._plain(alias) or len(self._same(alias.binding)) != 1:
            return False
        statement = alias.binding.statement
        block = self.names.block(statement)
        if block is None or seen[0].scope is not alias.binding.scope.function():
            return False
        name, scope = seen[0].name, seen[0].scope
        if any(isinstance(use.ctx, ast.Del) for use in scope.loads.get(name, ())):
            return False
        at = self.module.source.span
        first, last = at(statement)[1], at(block[-1])[1]
        uses = uses_of(self.module, alias.binding)
        return all(
            first <= at(use)[0] < last and self.module.scope_of.get(use) is scope for use in uses
        ) and not any(
            self._disturbs(other, use, alias.binding.node)
            for other in scope.bindings[name]
            if first <= at(other.node)[0] < last
            for use in uses
        )

    def _sees(self, use: ast.expr, base: Binding) -> bool:
        """Return whether the name of ``base`` means ``base`` where ``use`` stands."""
        if not isinstance(use, ast.Name):
            return False
        scope: Scope | None = self.module.scope_of[use]
        while scope is not None and scope is not base.scope:
            if scope.kind != "class" and base.name in scope.bindings:
                return False
            scope = scope.parent
        return scope is not None

    def _stays(self, base: Binding, alias: Alias) -> bool:
        """Return whether a loop over the choices reads them while ``base`` stays what it is."""
        loop = alias.binding.statement
        if alias.binding.kind != "for" or loop is None:
            return False
        start, end = self.module.source.span(loop)
        return not any(
            start <= self.module.source.span(other.node)[0] < end for other in self._same(base)
        ) and all(
            self.module.scope(use).function() is base.scope.function()
            for use in uses_of(self.module, alias.binding)
        )

    def _same(self, binding: Binding) -> list[Binding]:
        return binding.scope.bindings[binding.name]

    def _plain(self, alias: Alias) -> bool:
        """Return whether the definition is a statement of its own that can go."""
        statement = alias.binding.statement
        if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
            return False
        if isinstance(statement, ast.Assign) and len(statement.targets) != 1:
            return False
        if statement.value is not alias.value or not alone(self.module.source, statement):
            return False
        block = self.names.block(statement)
        return block is not None and len(block) > 1

    def _in_step(self, base: Binding, alias: Alias) -> bool:
        """Return whether the two variables always belong to the same response."""
        if len(self._same(alias.binding)) != 1:
            return self._twins(base, alias)
        if base.kind == "param":
            return len(self._same(base)) == 1
        if base.kind == "for":
            return self._once_in_loop(base) and self._in_loop(base, alias)
        if base.kind not in ("assign", "walrus"):
            return False
        between = (base.node.lineno, alias.binding.node.lineno)  # type: ignore[attr-defined]
        for use in uses_of(self.module, alias.binding):
            if between[0] <= use.lineno < between[1]:
                return False
        if len(self._same(base)) == 1 and self.module.enclosing(base.node, _LOOPS) is None:
            return True
        behind = self._follows(base, alias) or self._in_suite(base, alias)
        return behind and self._undisturbed(base, alias)

    def _in_suite(self, base: Binding, alias: Alias) -> bool:
        """Return whether ``alias`` is only read behind it in the suite that binds both."""
        block = self.names.block(self.module.statement(base.node))
        statement = alias.binding.statement
        if block is None or statement not in block:
            return False
        first, last = self.module.source.span(statement)[1], self.module.source.span(block[-1])[1]
        return self.module.source.span(base.node)[0] < first and all(
            first <= self.module.source.span(use)[0] < last
            for use in uses_of(self.module, alias.binding)
        )

    def _follows(self, base: Binding, alias: Alias) -> bool:
        """Return whether ``alias`` is bound right behind ``base``, other aliases apart."""
        statement = self.module.statement(base.node)
        block = self.names.block(statement)
        if block is None or alias.binding.statement not in block:
            return False
        first = block.index(statement)
        second = block.index(alias.binding.statement)
        return first < second and all(self._is_alias(item) for item in block[first + 1 : second])

    def _undisturbed(self, base: Binding, alias: Alias) -> bool:
        """Return whether no other value of ``base``'s variable can come before a use."""
        at = self.module.source.span
        for other in self._same(base):
            if other is base or at(other.node)[0] < at(base.node)[0]:
                continue
            for use in uses_of(self.module, alias.binding):
                if self._disturbs(other, use, base.node):
                    return False
                if self.module.scope_of.get(use) is not base.scope:
                    return False
        return True

    def _disturbs(self, other: Binding, use: ast.expr, since: ast.AST) -> bool:
        """Return whether ``other`` may be bound between ``since`` and a later ``use``."""
        if self._share_loop(other.node, use, since):
            return True
        at = self.module.source.span
        return at(other.node)[0] <= at(use)[0] and not self._exclusive(other.node, use)

    def _exclusive(self, first: ast.AST, second: ast.AST) -> bool:
        """Return whether two nodes stand in different branches of one ``if``."""
        taken = dict(self._branches(first))
        return any(taken.get(node, branch) != branch for node, branch in self._branches(second))

    def _branches(self, node: ast.AST) -> list[tuple[ast.If, bool]]:
        """Return the ``if`` statements around ``node``, and whether it is in their ``else``."""
        result = []
        parent = self.module.parents.get(node)
        while parent is not None:
            if isinstance(parent, ast.If) and node is not parent.test:
                result.append((parent, node in parent.orelse))
            node, parent = parent, self.module.parents.get(parent)
        return result

    def _share_loop(self, first: ast.AST, second: ast.AST, outside: ast.AST) -> bool:
        """Return whether a loop goes through both, but not through ``outside``."""
        loop = self.module.enclosing(first, _LOOPS)
        while loop is not None:
            inside = set(walk(loop))
            if second in inside and outside not in inside:
                return True
            loop = self.module.enclosing(loop, _LOOPS)
        return False

    def _twins(self, base: Binding, alias: Alias) -> bool:
        """Return whether two variables are always bound together, one right behind the other."""
        partners = set()
        for binding in self._same(alias.binding):
            twin = self.by_binding.get(binding)
            root = self.root(twin.value) if twin is not None else None
            if twin is None or not isinstance(root, ast.Name) or not self._plain(twin):
                return False
            seen = bindings_of(self.module, root)
            if len(seen) != 1 or root.id != base.name or not self._follows(seen[0], twin):
                return False
            partners.add(seen[0])
        return partners == set(self._same(base)) and all(
            self.module.scope_of[use] is base.scope
            for binding in self._same(alias.binding)
            for use in uses_of(self.module, binding)
        )

    def _once_in_loop(self, base: Binding) -> bool:
        """Return whether nothing in its loop binds a loop variable anew."""
        loop = base.statement
        assert loop is not None
        start, end = self.module.source.span(loop)
        return not any(
            other is not base and start <= self.module.source.span(other.node)[0] < end
            for other in self._same(base)
        )

    def _in_loop(self, base: Binding, alias: Alias) -> bool:
        """Return whether an alias of a loop variable is only read behind it in the same round."""
        loop = base.statement
        if (
            not isinstance(loop, (ast.For, ast.AsyncFor))
            or alias.binding.statement not in loop.body
        ):
            return False
        first = self.module.source.span(alias.binding.statement)[1]
        last = self.module.source.span(loop.body[-1])[1]
        return all(
            first <= self.module.source.span(use)[0] < last
            for use in uses_of(self.module, alias.binding)
        )

    def _is_alias(self, statement: ast.stmt) -> bool:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        return len(targets) == 1 and self.module.binding_of.get(targets[0]) in self.by_binding

    # -- renaming -----------------------------------------------------------------------

    def _renameable(self, alias: Alias) -> bool:
        """Return whether the variable can be called ``response`` without meeting another."""
        if alias.binding not in self._renames:
            self._renames[alias.binding] = False
            self._renames[alias.binding] = self._rename(alias)
        return self._renames[alias.binding]

    def _rename(self, alias: Alias) -> bool:
        name = alias.binding.name.lower()
        if base(alias.kind) in ("function", "finish"):
            return False
        words = _UNTRUE_OF_DUMPS if style(alias.kind) in DUMPED else ()
        if not any(word in name for word in (*_UNTRUE, *words)) or alias.binding.kind in _EACH:
            return False
        if isinstance(self.root(alias.value), ast.Name):
            return False
        if len(self._same(alias.binding)) != 1 or alias.binding.scope.kind == "class":
            return False
        links = self.module.links
        if links is not None and links.importers.get(alias.binding.scope):
            return False
        statement = alias.binding.statement
        if not isinstance(statement, ast.stmt):
            return False
        uses = uses_of(self.module, alias.binding)
        return self.names.claim(new_name(alias), alias.binding.scope, statement, uses)


def new_name(alias: Alias) -> str:
    """Return what a variable is called that holds the answer instead of a part of it."""
    return _NEW_NAME_OF_JSON if style(alias.kind) == "wire" else _NEW_NAME
