"""Which bindings a use of a name may see: reaching definitions, one scope at a time.

Control flow is followed through branches, loops, ``try`` and ``match``.  The result is a *may*
set: loops and ``try`` bodies add everything they bind, so one pass is enough and the cost is
linear.  Uses in nested functions see every binding of the name, because they run later.
"""

from __future__ import annotations

from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import COMPREHENSIONS, FUNCTIONS, ast, children, last_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    Env = dict[str, tuple[Binding, ...]]


def bindings_of(module: Module, node: ast.Name) -> tuple[Binding, ...]:
    """Return the bindings a use of a name may see; empty for builtins and unbound names.

    An import of a name of another file that is analysed with this one is what it imports.
    """
    found = _bindings_here(module, node)
    return found if module.links is None else module.links.expanded(found)


def _bindings_here(module: Module, node: ast.Name) -> tuple[Binding, ...]:
    owner = owner_of(module, node)
    if owner is None:
        return ()
    start = module.scope_of[node]
    if start.kind != "comp" or owner.kind != "comp":
        start = start.function()
    if owner is start and owner.kind not in ("comp", "lambda") and node.id not in owner.remote:
        reached = module.reached.get(owner)
        if reached is None:
            reached = _Flow(module, owner).run()
            module.reached[owner] = reached
        if node in reached:
            return reached[node]
    return tuple(owner.bindings[node.id])


def owner_of(module: Module, node: ast.Name) -> Scope | None:
    """Return the scope that binds the name used at ``node``, as Python looks it up."""
    scope: Scope | None = module.scope_of.get(node)
    first = True
    while scope is not None:
        if node.id in scope.elsewhere:
            owner = scope.elsewhere[node.id]
            return owner if node.id in owner.bindings else None
        if node.id in scope.bindings and (first or scope.kind != "class"):
            return scope
        first = first and scope.kind == "comp"
        scope = scope.parent
    return None


class _Loop:
    """Where control goes on ``break``; `continue` is covered by the widened entry."""

    __slots__ = ("breaks",)

    def __init__(self) -> None:
        self.breaks: list[Env] = []


class _Flow:
    """One pass over a function, class body or module."""

    def __init__(self, module: Module, scope: Scope) -> None:
        self.module = module
        self.scope = scope
        self.result: dict[ast.Name, tuple[Binding, ...]] = {}
        self.loops: list[_Loop] = []
        self.order = sorted(
            (
                (binding.node.lineno, binding.node.col_offset, index, binding)  # type: ignore[attr-defined]
                for index, binding in enumerate(
                    binding for items in scope.bindings.values() for binding in items
                )
                if not binding.remote
            ),
        )

    def run(self) -> dict[ast.Name, tuple[Binding, ...]]:
        env: Env = {}
        node = self.scope.node
        for name, bindings in self.scope.bindings.items():
            parameters = tuple(binding for binding in bindings if binding.kind == "param")
            if parameters:
                env[name] = parameters
        body = getattr(node, "body", [])
        self.block(body if isinstance(body, list) else [], env)
        return self.result

    # -- environments -------------------------------------------------------------------

    def bind(self, node: ast.AST, env: Env) -> None:
        binding = self.module.binding_of.get(node)
        if binding is None or binding.scope is not self.scope or binding.kind == "annotation":
            return
        if binding.kind == "augassign":
            env[binding.name] = _join(env.get(binding.name, ()), (binding,))
        else:
            env[binding.name] = (binding,)

    def widened(self, node: ast.AST, env: Env) -> Env:
        """Return ``env`` with everything bound inside ``node`` added."""
        result = dict(env)
        first = (node.lineno, node.col_offset)  # type: ignore[attr-defined]
        last = (node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]
        index = _bisect(self.order, first)
        while index < len(self.order):
            line, column, _, binding = self.order[index]
            if (line, column) >= last:
                break
            result[binding.name] = _join(result.get(binding.name, ()), (binding,))
            index += 1
        return result

    # -- statements ---------------------------------------------------------------------

    def block(self, statements: list[ast.stmt], env: Env | None) -> Env | None:
        for statement in statements:
            # Code after a return still has uses; they see every binding (`bindings_of`).
            env = self.statement(statement, env) if env is not None else None
        return env

    def statement(self, node: ast.stmt, env: Env) -> Env | None:
        if isinstance(node, (ast.Return, ast.Raise)):
            self.expressions(node, env)
            return None
        if isinstance(node, (ast.Break, ast.Continue)):
            if isinstance(node, ast.Break) and self.loops:
                self.loops[-1].breaks.append(dict(env))
            return None
        if isinstance(node, ast.If):
            self.expression(node.test, env)
            return _merge(self.block(node.body, dict(env)), self.block(node.orelse, dict(env)))
        if isinstance(node, (ast.While, ast.For, ast.AsyncFor)):
            return self.loop(node, env)
        if isinstance(node, ast.Try) or node.__class__.__name__ == "TryStar":
            return self.try_(node, env)  # type: ignore[arg-type]
        if isinstance(node, (ast.With, ast.AsyncWith)):
            return self.with_(node, env)
        if isinstance(node, ast.Match):
            return self.match(node, env)
        self.simple(node, env)
        return env

    def simple(self, node: ast.stmt, env: Env) -> None:
        if isinstance(node, FUNCTIONS):
            for item in [*node.decorator_list, *node.args.defaults, *node.args.kw_defaults]:
                if item is not None:
                    self.expression(item, env)
            self.annotations(node, env)
            self.bind(node, env)
        elif isinstance(node, ast.ClassDef):
            for part in (*node.decorator_list, *node.bases, *node.keywords):
                self.expression(part, env)
            self.bind(node, env)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                self.bind(alias, env)
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)):
            if node.value is not None:
                self.expression(node.value, env)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.target(target, env)
        else:
            self.expressions(node, env)
            if isinstance(node, ast.Delete):
                for target in node.targets:
                    if isinstance(target, ast.Name):
                        env.pop(target.id, None)

    def annotations(self, node: ast.FunctionDef | ast.AsyncFunctionDef, env: Env) -> None:
        for item in children(node.args):
            if isinstance(item, ast.arg) and item.annotation is not None:
                self.expression(item.annotation, env)
        if node.returns is not None:
            self.expression(node.returns, env)

    def loop(self, node: ast.While | ast.For | ast.AsyncFor, env: Env) -> Env | None:
        if not isinstance(node, ast.While):
            self.expression(node.iter, env)
        entry = self.widened(node, env)
        self.loops.append(_Loop())
        if isinstance(node, ast.While):
            self.expression(node.test, entry)
        body = dict(entry)
        if not isinstance(node, ast.While):
            self.target(node.target, body)
        self.block(node.body, body)
        breaks = self.loops.pop().breaks
        endless = isinstance(node, ast.While) and (
            isinstance(node.test, ast.Constant) and bool(node.test.value)
        )
        after = None if endless else self.block(node.orelse, dict(entry))
        for state in breaks:
            after = _merge(after, state)
        return after

    def try_(self, node: ast.Try, env: Env) -> Env | None:
        start = dict(env)
        end = self.block(node.body, env)
        caught = start
        for statement in node.body:
            caught = self.widened(statement, caught)
        result = self.block(node.orelse, end) if end is not None else None
        for handler in node.handlers:
            state = dict(caught)
            if handler.type is not None:
                self.expression(handler.type, state)
            self.bind(handler, state)
            result = _merge(result, self.block(handler.body, state))
        if node.finalbody:
            # Entered from anywhere, left only to where the body or a handler would go.
            anywhere = dict(caught)
            for part in [*node.handlers, *node.orelse]:
                anywhere = self.widened(part, anywhere)
            after = self.block(node.finalbody, _merge(anywhere, result) or anywhere)
            return after if result is not None else None
        return result

    def with_(self, node: ast.With | ast.AsyncWith, env: Env) -> Env | None:
        swallows = False
        for item in node.items:
            self.expression(item.context_expr, env)
            swallows = swallows or _may_swallow(item.context_expr)
            if item.optional_vars is not None:
                self.target(item.optional_vars, env)
        before = self.widened(node, env) if swallows else None
        return _merge(self.block(node.body, env), before)

    def match(self, node: ast.Match, env: Env) -> Env | None:
        self.expression(node.subject, env)
        result: Env | None = dict(env)
        for case in node.cases:
            state = dict(env)
            self.pattern(case.pattern, state)
            if case.guard is not None:
                self.expression(case.guard, state)
            result = _merge(result, self.block(case.body, state))
        return result

    def pattern(self, node: ast.AST, env: Env) -> None:
        self.bind(node, env)
        for child in children(node):
            if isinstance(child, ast.expr):
                self.expression(child, env)
            else:
                self.pattern(child, env)

    # -- expressions --------------------------------------------------------------------

    def target(self, node: ast.expr, env: Env) -> None:
        if isinstance(node, ast.Name):
            self.bind(node, env)
        elif isinstance(node, (ast.Tuple, ast.List)):
            for item in node.elts:
                self.target(item, env)
        elif isinstance(node, ast.Starred):
            self.target(node.value, env)
        else:
            self.expressions(node, env)

    def expressions(self, node: ast.AST, env: Env) -> None:
        for child in children(node):
            self.expression(child, env)

    def expression(self, node: ast.AST, env: Env) -> None:
        if isinstance(node, ast.Name):
            if owner_of(self.module, node) is self.scope:
                seen = env.get(node.id)
                if seen is not None:
                    self.result[node] = seen
        elif isinstance(node, ast.Lambda):
            for item in [*node.args.defaults, *node.args.kw_defaults]:
                if item is not None:
                    self.expression(item, env)
        elif isinstance(node, ast.NamedExpr):
            self.expression(node.value, env)
            self.bind(node.target, env)
        elif isinstance(node, COMPREHENSIONS):
            self.expression(node.generators[0].iter, env)
            inner = dict(env)
            for index, generator in enumerate(node.generators):
                for part in children(generator):
                    if index or part is not generator.iter:
                        self.expression(part, inner)
            for part in children(node):
                if not isinstance(part, ast.comprehension):
                    self.expression(part, inner)
            self.perhaps(env, inner)
        elif isinstance(node, ast.BoolOp):
            self.expression(node.values[0], env)
            self.maybe(node.values[1:], env)
        elif isinstance(node, ast.IfExp):
            self.expression(node.test, env)
            self.maybe([node.body], env)
            self.maybe([node.orelse], env)
        elif isinstance(node, ast.Compare):
            self.expression(node.left, env)
            self.expression(node.comparators[0], env)
            self.maybe(node.comparators[1:], env)
        else:
            self.expressions(node, env)

    def maybe(self, nodes: list[ast.expr], env: Env) -> None:
        """Go through expressions that may not be evaluated."""
        inner = dict(env)
        for node in nodes:
            self.expression(node, inner)
        self.perhaps(env, inner)

    @staticmethod
    def perhaps(env: Env, inner: Env) -> None:
        """Add what ``inner`` may have bound to ``env``."""
        for name, bindings in inner.items():
            env[name] = _join(env.get(name, ()), bindings)


def _may_swallow(node: ast.expr) -> bool:
    """Return whether a context manager is known to swallow exceptions."""
    name = node.func if isinstance(node, ast.Call) else node
    last = last_name(name)
    return last in ("suppress", "raises", "assertRaises")


def _join(first: tuple[Binding, ...], second: tuple[Binding, ...]) -> tuple[Binding, ...]:
    if first == second:
        return first
    return first + tuple(binding for binding in second if binding not in first)


def _merge(first: Env | None, second: Env | None) -> Env | None:
    if first is None:
        return second
    if second is None:
        return first
    result = dict(first)
    for name, bindings in second.items():
        result[name] = _join(result.get(name, ()), bindings)
    return result


def _bisect(order: list[tuple[int, int, int, Binding]], key: tuple[int, int]) -> int:
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if order[middle][:2] < key:
            low = middle + 1
        else:
            high = middle
    return low
