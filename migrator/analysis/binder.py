"""One pass over the syntax tree that finds scopes, bindings and what analysis looks for."""

from __future__ import annotations

from migrator.analysis.members import self_class
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import ast, children, mentions_none

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.analysis.scopes import Path

# Strings that hold one of these are kept: endpoints, patch targets, content parts, templates.
_WORDS = ("completions", "ChatCompletion", "image_url", "input_audio", "choices")


def bind(module: Module, tree: ast.Module, root: Scope) -> None:
    """Fill the scopes, bindings and indexes of ``module`` with what ``tree`` holds."""
    _Binder(module, root).below(tree, root)


class _Binder:
    """Walks the tree once and fills a `Module`."""

    def __init__(self, module: Module, root: Scope) -> None:
        self.module = module
        self.root = root
        self.parents = module.parents
        self.handlers: dict[type, Callable[..., None]] = {
            ast.Name: self.name,
            ast.Attribute: self.attribute,
            ast.Call: self.call,
            ast.Constant: self.constant,
            ast.Dict: self.dict_,
            ast.Compare: self.compare,
            ast.FunctionDef: self.function,
            ast.AsyncFunctionDef: self.function,
            ast.Lambda: self.function,
            ast.ClassDef: self.class_,
            ast.ListComp: self.comprehension,
            ast.SetComp: self.comprehension,
            ast.DictComp: self.comprehension,
            ast.GeneratorExp: self.comprehension,
            ast.Assign: self.assign,
            ast.AugAssign: self.augmented,
            ast.AnnAssign: self.annotated,
            ast.NamedExpr: self.walrus,
            ast.For: self.loop,
            ast.AsyncFor: self.loop,
            ast.With: self.with_,
            ast.AsyncWith: self.with_,
            ast.Import: self.import_,
            ast.ImportFrom: self.import_,
            ast.ExceptHandler: self.handler,
            ast.Global: self.elsewhere,
            ast.Nonlocal: self.elsewhere,
            ast.MatchAs: self.pattern,
            ast.MatchStar: self.pattern,
            ast.MatchMapping: self.pattern,
        }

    def below(self, node: ast.AST, scope: Scope) -> None:
        for child in children(node):
            self.parents[child] = node
            self.visit(child, scope)

    def visit(self, node: ast.AST, scope: Scope) -> None:
        handler = self.handlers.get(node.__class__)
        if handler is None:
            self.below(node, scope)
        else:
            handler(node, scope)

    def child(self, parent: ast.AST, node: ast.AST | None, scope: Scope) -> None:
        if node is not None:
            self.parents[node] = parent
            self.visit(node, scope)

    # -- uses ---------------------------------------------------------------------------

    def name(self, node: ast.Name, scope: Scope) -> None:
        self.module.scope_of[node] = scope
        if not isinstance(node.ctx, ast.Store):
            scope.loads.setdefault(node.id, []).append(node)

    def attribute(self, node: ast.Attribute, scope: Scope) -> None:
        self.module.attributes.setdefault(node.attr, []).append(node)
        self.child(node, node.value, scope)

    def call(self, node: ast.Call, scope: Scope) -> None:
        self.module.calls.append(node)
        self.below(node, scope)

    def dict_(self, node: ast.Dict, scope: Scope) -> None:
        self.module.dicts.append(node)
        self.below(node, scope)

    def compare(self, node: ast.Compare, scope: Scope) -> None:
        if not self.module.tests_none:
            parts = [node.left, *node.comparators]
            self.module.tests_none = any(mentions_none(part) for part in parts)
        self.below(node, scope)

    def constant(self, node: ast.Constant, scope: Scope) -> None:
        if isinstance(node.value, str) and any(word in node.value for word in _WORDS):
            self.module.strings.append(node)

    # -- scopes -------------------------------------------------------------------------

    def open(self, node: ast.AST, kind: str, parent: Scope) -> Scope:
        scope = Scope(node, kind, parent)
        self.module.scopes[node] = scope
        return scope

    def function(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope
    ) -> None:
        inner = self.open(node, "lambda" if isinstance(node, ast.Lambda) else "function", scope)
        if not isinstance(node, ast.Lambda):
            self.bind(node.name, scope, "def", node, node, (), node)
            for item in node.decorator_list:
                self.child(node, item, scope)
            self.child(node, node.returns, scope)
        arguments = node.args
        self.parents[arguments] = node
        for default in [*arguments.defaults, *arguments.kw_defaults]:
            self.child(arguments, default, scope)
        for arg in _parameters(arguments):
            self.parents[arg] = arguments
            self.child(arg, arg.annotation, scope)
            self.bind(arg.arg, inner, "param", arg, None, (), node)
        if isinstance(node, ast.Lambda):
            self.child(node, node.body, inner)
            self.module.scope_of[node.body] = inner
            return
        for statement in node.body:
            self.module.scope_of[statement] = inner
            self.child(node, statement, inner)

    def class_(self, node: ast.ClassDef, scope: Scope) -> None:
        self.bind(node.name, scope, "class", node, node, (), node)
        for item in [*node.decorator_list, *node.bases]:
            self.child(node, item, scope)
        for given in node.keywords:
            self.child(node, given, scope)
        inner = self.open(node, "class", scope)
        for statement in node.body:
            self.module.scope_of[statement] = inner
            self.child(node, statement, inner)

    def comprehension(self, node: ast.ListComp, scope: Scope) -> None:
        inner = self.open(node, "comp", scope)
        for index, generator in enumerate(node.generators):
            self.parents[generator] = node
            self.child(generator, generator.iter, scope if index == 0 else inner)
            self.target(generator.target, generator, generator.iter, (), "comp", inner, generator)
            for test in generator.ifs:
                self.child(generator, test, inner)
        if isinstance(node, ast.DictComp):
            self.child(node, node.key, inner)
            self.child(node, node.value, inner)
        else:
            self.child(node, node.elt, inner)

    # -- bindings -----------------------------------------------------------------------

    def bind(
        self,
        name: str,
        scope: Scope,
        kind: str,
        node: ast.AST,
        value: ast.AST | None,
        path: Path,
        statement: ast.AST,
    ) -> Binding:
        owner = scope.elsewhere.get(name, scope)
        binding = Binding(name, owner, kind, node, value, path, statement)
        binding.remote = owner is not scope
        if binding.remote:
            owner.remote.add(name)
        owner.bindings.setdefault(name, []).append(binding)
        self.module.binding_of[node] = binding
        return binding

    def target(
        self,
        node: ast.expr,
        parent: ast.AST,
        value: ast.AST | None,
        path: Path,
        kind: str,
        scope: Scope,
        statement: ast.AST,
    ) -> None:
        self.parents[node] = parent
        if isinstance(node, ast.Name):
            self.module.scope_of[node] = scope
            self.bind(node.id, scope, kind, node, value, path, statement)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for index, item in enumerate(node.elts):
                self.target(item, node, value, (*path, index), kind, scope, statement)
        elif isinstance(node, ast.Starred):
            self.target(node.value, node, value, (*path, "*"), kind, scope, statement)
        else:
            self.visit(node, scope)
            if isinstance(node, ast.Attribute):
                self.member(node, value, path, kind, scope, statement)

    def member(
        self,
        node: ast.Attribute,
        value: ast.AST | None,
        path: Path,
        kind: str,
        scope: Scope,
        statement: ast.AST,
    ) -> None:
        """Record ``self.name = value`` with the class whose method it stands in."""
        owner = self_class(scope, node.value)
        if owner is not None:
            binding = Binding(node.attr, owner, kind, node, value, path, statement)
            owner.attributes.setdefault(node.attr, []).append(binding)
            self.module.binding_of[node] = binding

    def assign(self, node: ast.Assign, scope: Scope) -> None:
        self.child(node, node.value, scope)
        for target in node.targets:
            self.target(target, node, node.value, (), "assign", scope, node)

    def augmented(self, node: ast.AugAssign, scope: Scope) -> None:
        self.child(node, node.value, scope)
        self.target(node.target, node, node.value, (), "augassign", scope, node)

    def annotated(self, node: ast.AnnAssign, scope: Scope) -> None:
        self.child(node, node.annotation, scope)
        self.child(node, node.value, scope)
        kind = "assign" if node.value is not None else "annotation"
        self.target(node.target, node, node.value, (), kind, scope, node)

    def walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        self.child(node, node.value, scope)
        self.target(node.target, node, node.value, (), "walrus", scope.function(), node)

    def loop(self, node: ast.For, scope: Scope) -> None:
        self.child(node, node.iter, scope)
        self.target(node.target, node, node.iter, (), "for", scope, node)
        for statement in [*node.body, *node.orelse]:
            self.child(node, statement, scope)

    def with_(self, node: ast.With, scope: Scope) -> None:
        for item in node.items:
            self.parents[item] = node
            self.child(item, item.context_expr, scope)
            if item.optional_vars is not None:
                self.target(item.optional_vars, item, item.context_expr, (), "with", scope, node)
        for statement in node.body:
            self.child(node, statement, scope)

    def import_(self, node: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        kind = "import" if isinstance(node, ast.Import) else "from"
        for alias in node.names:
            self.parents[alias] = node
            name = alias.asname or alias.name.split(".")[0]
            self.module.imports.append(self.bind(name, scope, kind, alias, None, (), node))

    def handler(self, node: ast.ExceptHandler, scope: Scope) -> None:
        self.child(node, node.type, scope)
        if node.name:
            self.bind(node.name, scope, "except", node, node.type, (), node)
        for statement in node.body:
            self.child(node, statement, scope)

    def pattern(self, node: ast.MatchAs | ast.MatchStar | ast.MatchMapping, scope: Scope) -> None:
        name = node.rest if isinstance(node, ast.MatchMapping) else node.name
        if name:
            self.bind(name, scope, "match", node, None, (), node)
        self.below(node, scope)

    def elsewhere(self, node: ast.Global | ast.Nonlocal, scope: Scope) -> None:
        for name in node.names:
            owner: Scope | None = self.root
            if isinstance(node, ast.Nonlocal):
                owner = scope.parent
                while owner is not None and (owner.kind == "class" or name not in owner.bindings):
                    owner = owner.parent
            scope.elsewhere[name] = owner or self.root


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    """Return all parameters of a function, in order."""
    result = [*arguments.posonlyargs, *arguments.args]
    if arguments.vararg is not None:
        result.append(arguments.vararg)
    result.extend(arguments.kwonlyargs)
    if arguments.kwarg is not None:
        result.append(arguments.kwarg)
    return result
