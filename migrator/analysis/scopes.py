"""Scopes, bindings and the indexes of a module.

Names only: which binding a use sees is `migrator.analysis.reaching`, what a value is
`migrator.analysis.values`; `migrator.analysis.binder` fills them in.
"""

from __future__ import annotations

from migrator.analysis.syntax import ast

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.linking import Links
    from migrator.documents.source import Source

    Path = tuple[object, ...]


class Binding:
    """One place that gives a name a value.

    ``kind``: assign, augassign, for, with, import, from, def, class, param, except, match,
    comp, walrus, annotation.  ``value`` is the expression it comes from (the iterable of a
    ``for``, the context manager of a ``with``); ``path`` the way into it when it is unpacked.
    ``remote`` marks bindings made through ``global`` or ``nonlocal``.
    """

    __slots__ = ("name", "scope", "kind", "node", "value", "path", "statement", "remote")

    def __init__(
        self,
        name: str,
        scope: Scope,
        kind: str,
        node: ast.AST,
        value: ast.AST | None,
        path: Path,
        statement: ast.AST,
    ) -> None:
        self.name = name
        self.scope = scope
        self.kind = kind
        self.node = node
        self.value = value
        self.path = path
        self.statement = statement
        self.remote = False


class Scope:
    """A module, function, class, lambda or comprehension with the names it binds."""

    __slots__ = (
        "node", "kind", "parent", "bindings", "loads", "remote", "elsewhere", "attributes",
    )  # fmt: skip

    def __init__(self, node: ast.AST, kind: str, parent: Scope | None) -> None:
        self.node = node
        self.kind = kind
        self.parent = parent
        self.bindings: dict[str, list[Binding]] = {}
        self.loads: dict[str, list[ast.Name]] = {}
        # Names that other scopes bind, too, through global or nonlocal.
        self.remote: set[str] = set()
        # Names declared global or nonlocal, with the scope they belong to.
        self.elsewhere: dict[str, Scope] = {}
        # Classes only: `self.name = value` in any method.
        self.attributes: dict[str, list[Binding]] = {}

    def function(self) -> Scope:
        """Return the scope names are bound in by a walrus: the nearest that is no comprehension."""
        scope = self
        while scope.kind == "comp" and scope.parent is not None:
            scope = scope.parent
        return scope


class Module:
    """A parsed source with parents, scopes and indexes of what analysis looks for.

    Several files can be one: each has its tree and its module scope, the indexes are shared, and
    ``links`` says what their imports of each other stand for (`migrator.analysis.linking`).
    """

    __slots__ = (
        "source", "trees", "parents", "scopes", "root", "scope_of", "binding_of",
        "attributes", "calls", "dicts", "strings", "tests_none", "imports", "reached", "memo",
        "links",
    )  # fmt: skip

    def __init__(self, source: Source, *trees: ast.Module) -> None:
        self.source = source
        self.trees = trees
        self.parents: dict[ast.AST, ast.AST] = {}
        self.root = Scope(trees[0], "module", None)
        self.scopes: dict[ast.AST, Scope] = {trees[0]: self.root}
        self.scope_of: dict[ast.AST, Scope] = {}
        self.binding_of: dict[ast.AST, Binding] = {}
        self.attributes: dict[str, list[ast.Attribute]] = {}
        self.calls: list[ast.Call] = []
        self.dicts: list[ast.Dict] = []
        self.strings: list[ast.Constant] = []
        # Whether anything in the file is compared with None.
        self.tests_none = False
        self.imports: list[Binding] = []
        # Filled by `reaching`: for each scope, what every use of a name may see.
        self.reached: dict[Scope, dict[ast.Name, tuple[Binding, ...]]] = {}
        # Results of analyses that ask the same question more than once.
        self.memo: dict[object, object] = {}
        self.links: Links | None = None
        # The binder fills modules and so has to know them first.
        from migrator.analysis.binder import bind

        bind(self, trees[0], self.root)
        for tree in trees[1:]:
            self.scopes[tree] = Scope(tree, "module", None)
            bind(self, tree, self.scopes[tree])

    @property
    def tree(self) -> ast.Module:
        """The tree of the first file."""
        return self.trees[0]

    def release(self) -> None:
        """Forget everything, so that the tree goes without waiting for the garbage collector."""
        nothing = self.trees[0]
        for scope in self.scopes.values():
            scope.node = nothing
            for names in (scope.bindings, scope.loads, scope.attributes, scope.elsewhere):
                names.clear()
        for table in (
            self.parents, self.scopes, self.scope_of, self.binding_of, self.attributes,
            self.reached, self.memo,
        ):  # fmt: skip
            table.clear()
        self.links = None
        for nodes in (self.calls, self.dicts, self.strings, self.imports):
            nodes.clear()
        for tree in self.trees:
            tree.body.clear()

    def parent(self, node: ast.AST) -> ast.AST:
        """Return the parent of ``node``; a module is its own parent."""
        return self.parents.get(node, node)

    def tree_of(self, node: ast.AST) -> ast.Module:
        """Return the module that ``node`` stands in."""
        current = node
        while current in self.parents:
            current = self.parents[current]
        assert isinstance(current, ast.Module)
        return current

    def enclosing(self, node: ast.AST, kinds: tuple[type, ...]) -> ast.AST | None:
        """Return the nearest ancestor of one of ``kinds``, else None."""
        current = self.parents.get(node)
        while current is not None:
            if isinstance(current, kinds):
                return current
            current = self.parents.get(current)
        return None

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement ``node`` belongs to."""
        current = node
        while not isinstance(current, ast.stmt):
            current = self.parents[current]
        return current

    def scope(self, node: ast.AST) -> Scope:
        """Return the scope whose names an expression inside ``node``'s place would see."""
        current = node
        while current not in self.scope_of:
            if current not in self.parents:
                return self.scopes[current]
            current = self.parents[current]
        return self.scope_of[current]
