"""Where a message, or a part of one, goes: requests, and code that sees its shape.

`messages` looks backwards, from a request to what is put into it; this looks forwards.
"""

from __future__ import annotations

from migrator.analysis.facts import Reason
from migrator.analysis.functions import (
    function_at,
    parameters_given,
    question,
    references,
    related,
)
from migrator.analysis.listchanges import HARMLESS, reached_by_name
from migrator.analysis.resultuses import looked_up
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.shapefacts import (
    BLIND,
    CONTENT,
    COUNTS,
    LIST,
    LOOPS,
    MESSAGE,
    PART,
    PASSING,
    TYPES,
    WRITES,
    Facts,
    from_the_front,
    gathers,
    hands_on,
    is_site,
    makes_message,
)
from migrator.analysis.shapeobjects import Objects, plain
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import attribute_owner

_ADDS = (*WRITES, "extend")


class Flow(Facts):
    """Everything one expression reaches."""

    __slots__ = ("objects", "_done")

    def __init__(self, module: Module) -> None:
        super().__init__(module)
        self.objects = Objects(module, self)
        self._done: set[object] = set()

    # -- forwards -----------------------------------------------------------------------

    def follow(self, node: ast.expr, level: int) -> None:
        """Follow the value of ``node`` to everything that can hold it."""
        if (node, level) in self.seen:
            return
        self.seen.add((node, level))
        parent = self.module.parent(node)
        if isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr, ast.AugAssign)):
            self._assigned(node, level, parent)
        elif isinstance(parent, (ast.Call, ast.keyword)):
            self._passed(node, level, parent)
        elif isinstance(parent, (ast.List, ast.Starred, ast.Dict, ast.ListComp, ast.GeneratorExp)):
            self._held(node, level, parent)
        elif isinstance(parent, (ast.Subscript, ast.Attribute)) and parent.value is node:
            self._looked_into(level, parent)
        elif isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            if parent.iter is node:
                self._looped(level, parent.target, node)
        elif isinstance(parent, ast.Return):
            self._returned(level, parent)
        else:
            self._elsewhere(node, level, parent)

    def _elsewhere(self, node: ast.expr, level: int, parent: ast.AST) -> None:
        if isinstance(parent, (ast.IfExp, ast.BoolOp, ast.Await)):
            if node is not getattr(parent, "test", None):
                self.follow(parent, level)
        elif isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add):
            self.follow(parent, level)
            other = parent.left if node is parent.right else parent.right
            if level == CONTENT:
                self.writes.append((CONTENT, other))
        elif isinstance(parent, ast.Compare):
            if not all(is_none(item) for item in parent.comparators):
                self.read(level, node)
        elif isinstance(parent, (ast.FormattedValue, ast.Delete)):
            self.read(level, node)
        elif not isinstance(parent, (ast.Expr, ast.If, ast.While, ast.Assert, ast.UnaryOp)):
            self.escape(level, node)

    def _assigned(
        self, node: ast.expr, level: int,
        parent: ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign,
    ) -> None:  # fmt: skip
        if isinstance(parent, ast.AugAssign):
            if parent.value is node:
                self.objects.gains(parent.target, level)
            else:
                self._gained(level, parent.value)
            return
        if parent.value is not node:
            return
        for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
            self._stored(target, level)
        if isinstance(parent, ast.NamedExpr):
            self.follow(parent, level)

    def _stored(self, target: ast.expr, level: int) -> None:
        binding = self.module.binding_of.get(target)
        if isinstance(target, ast.Name) and binding is not None:
            self.bound(binding, level)
        elif isinstance(target, ast.Attribute):
            self.attribute(target, level)
        elif isinstance(target, ast.Subscript):
            key = constant_string(target.slice)
            if level == CONTENT and key == "content":
                self.objects.gains(target.value, MESSAGE)
                if not plain(self.module, target.value):
                    self.vague = True
            elif level in (PART, MESSAGE) and key is None:
                self.objects.gains(target.value, level + 1)
            elif level in (CONTENT, LIST) and isinstance(target.slice, ast.Slice):
                self.objects.gains(target.value, level)
            else:
                self.escape(level, target)
        else:
            self.escape(level, target)

    def bound(self, binding: Binding, level: int) -> None:
        """Follow a variable that holds the value."""
        if (binding, level) in self._done:
            return
        self._done.add((binding, level))
        self.bindings.append(binding)
        scope, name = binding.scope, binding.name
        if scope.kind == "class":
            self._owned(scope, name, level, binding.node)
            return
        if scope.kind == "module":
            message = f"`{name}` is reachable from"
            self.public((name.encode(),), message, binding.node, wide=False)
        if looked_up(self.module, name, binding.node):
            self.escape(level, binding.node)
        for other in scope.bindings.get(name, ()):
            # ``name += …`` changes the object; its uses see the plain binding, too.
            if other.kind == "augassign" and isinstance(other.value, ast.expr):
                self._gained(level, other.value)
        for use in uses_of(self.module, binding):
            self.follow(use, level)

    def _gained(self, level: int, value: ast.expr) -> None:
        """Note what a list gains by ``+=``."""
        if level == CONTENT:
            self.writes.append((CONTENT, value))

    def attribute(self, target: ast.Attribute, level: int) -> None:
        """Follow an attribute that holds the value."""
        owner = attribute_owner(self.module, target)
        if owner is None:
            self.escape(level, target)
        else:
            self._owned(owner, target.attr, level, target)

    def _owned(self, owner: Scope, name: str, level: int, node: ast.AST) -> None:
        if (owner, name, level) in self._done:
            return
        self._done.add((owner, name, level))
        if reached_by_name(self.module, name):
            self.escape(level, node)
        message = f"`.{name}` is reachable from"
        self.public((b"*." + name.encode(),), message, node, wide=True)
        if isinstance(owner.node, ast.ClassDef):
            needles = (owner.node.name.encode(), b"." + name.encode())
            self.public(needles, message, node, wide=True)
        for use in self.module.attributes.get(name, ()):
            receiver = attribute_owner(self.module, use)
            if receiver is not None and not related(self.module, receiver, owner):
                continue
            if isinstance(use.ctx, ast.Load) or isinstance(self.module.parent(use), ast.AugAssign):
                self.follow(use, level)

    # -- containers ---------------------------------------------------------------------

    def _held(self, node: ast.expr, level: int, parent: ast.AST) -> None:
        """Follow a value into the display it is an element of."""
        if isinstance(parent, ast.Starred):
            outer = self.module.parent(parent)
            spread = isinstance(outer, ast.List) or gathers(self.module, outer)
            if spread and level in (CONTENT, LIST):
                self.follow(outer, level)  # type: ignore[arg-type]
            else:
                self.escape(level, node)
        elif isinstance(parent, ast.Dict):
            self._in_dict(node, level, parent)
        elif level in (PART, MESSAGE):
            assert isinstance(parent, (ast.List, ast.ListComp, ast.GeneratorExp))
            self.follow(parent, level + 1)
        else:
            self.escape(level, node)

    def _in_dict(self, node: ast.expr, level: int, parent: ast.Dict) -> None:
        key = parent.keys[parent.values.index(node)] if node in parent.values else node
        if level == CONTENT and constant_string(key) == "content":
            if parent not in self.holders:
                self.holders.append(parent)
            self.follow(parent, MESSAGE)
        elif level == MESSAGE and key is None:
            self.vague = self.vague or any(constant_string(k) == "role" for k in parent.keys if k)
            self.follow(parent, MESSAGE)
        elif level == LIST and constant_string(key) == "messages":
            self.sent(node, parent)
        else:
            self.escape(level, node)

    def _looked_into(self, level: int, parent: ast.Subscript | ast.Attribute) -> None:
        if isinstance(parent, ast.Attribute):
            self._method(level, parent)
            return
        key = constant_string(parent.slice)
        if level in (CONTENT, LIST) and key is None:
            if not from_the_front(parent.slice):
                self.count(level, parent)
            if isinstance(parent.ctx, ast.Store):
                self._element_set(level, parent)
            elif isinstance(parent.ctx, ast.Load):
                self.follow(parent, level if isinstance(parent.slice, ast.Slice) else level - 1)
        elif level in (MESSAGE, PART):
            self._field(level, key, parent)
        else:
            self.read(level, parent)

    def _element_set(self, level: int, parent: ast.Subscript) -> None:
        statement = self.module.parent(parent)
        if level == LIST:
            return
        if isinstance(statement, ast.Assign):
            whole = isinstance(parent.slice, ast.Slice)
            self.writes.append((CONTENT if whole else PART, statement.value))
        else:
            self.escape(level, parent)

    def _field(self, level: int, key: str | None, node: ast.expr) -> None:
        """Note what reading or setting one key of a message or part means."""
        reads = not isinstance(node, ast.Subscript) or isinstance(node.ctx, ast.Load)
        if level == MESSAGE and key == "content":
            # An item of another kind has no content.
            self.kind(level, node)
            if reads:
                self.follow(node, CONTENT)
            elif isinstance(self.module.parent(node), ast.AugAssign):
                self.read(level, node)
        elif not reads and key == "role":
            self.read(level, node)
        elif (level == MESSAGE and key == "role") or (level == PART and key == "text"):
            self.kind(level, node)
        else:
            self.read(level, node)

    def _method(self, level: int, method: ast.Attribute) -> None:
        call = self.module.parent(method)
        if not isinstance(call, ast.Call) or call.func is not method:
            self.escape(level, method)
        elif level in (CONTENT, LIST):
            self._list_method(level, method.attr, call)
        elif method.attr == "get" and call.args:
            self._field(level, constant_string(call.args[0]), call)
        elif method.attr == "copy":
            self.follow(call, level)
        else:
            self.read(level, call)

    def _list_method(self, level: int, name: str, call: ast.Call) -> None:
        if name in WRITES and len(call.args) == WRITES[name] + 1:
            if name == "insert" and not from_the_front(call.args[0]):
                self.count(level, call)
            if level == CONTENT:
                self.writes.append((PART, call.args[-1]))
        elif name == "extend" and len(call.args) == 1:
            if level == CONTENT:
                self.writes.append((CONTENT, call.args[0]))
        elif name == "copy":
            self.follow(call, level)
        elif name == "pop":
            self.count(level, call)
            self.follow(call, level - 1)
        elif name in BLIND:
            self.count(level, call)
        else:
            self.read(level, call)

    def _looped(self, level: int, target: ast.expr, node: ast.expr) -> None:
        if level not in (CONTENT, LIST):
            self.read(level, node)
            return
        binding = self.module.binding_of.get(target)
        if isinstance(target, ast.Name) and binding is not None:
            self.bound(binding, level - 1)
        else:
            self.escape(level, node)

    # -- calls --------------------------------------------------------------------------

    def _passed(self, node: ast.expr, level: int, parent: ast.Call | ast.keyword) -> None:
        call = self.module.parent(parent) if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or call.func is node:
            self.escape(level, node)
            return
        key = parent.arg if isinstance(parent, ast.keyword) else None
        name = last_name(call.func)
        if level == LIST and key == "messages" and is_site(self.module, call):
            self.sinks[call] = None
        elif key == "content" and level == CONTENT and makes_message(call):
            if call not in self.holders:
                self.holders.append(call)
            self.follow(call, MESSAGE)
        elif node in call.args and name in _ADDS and isinstance(call.func, ast.Attribute):
            self._put_in(node, level, call)
        elif node in call.args and hands_on(self.module, call):
            self.follow(call, level)
        elif level == MESSAGE and gathers(self.module, call):
            self.follow(call, LIST)
        else:
            self._called(node, level, call, name)

    def _put_in(self, node: ast.expr, level: int, call: ast.Call) -> None:
        func = call.func
        assert isinstance(func, ast.Attribute)
        if call.args[-1] is not node:
            return
        if func.attr == "extend" and level in (CONTENT, LIST):
            self.objects.gains(func.value, level)
        elif func.attr != "extend" and level in (PART, MESSAGE):
            self.objects.gains(func.value, level + 1)
        else:
            self.escape(level, node)

    def _called(self, node: ast.expr, level: int, call: ast.Call, name: str) -> None:
        outer = self.module.parent(call)
        followed = parameters_given(self.module, node, call)
        if followed is not None:
            for binding in followed:
                function = binding.statement
                if isinstance(function, FUNCTIONS) and references(self.module, function).foreign:
                    self.escape(level, node)
                self.bound(binding, level)
        elif name in COUNTS:
            self.count(level, call)
        elif name in TYPES:
            self.kind(level, call)
        elif name in LOOPS and isinstance(outer, (ast.For, ast.AsyncFor, ast.comprehension)):
            target = outer.target
            if name == "enumerate" and isinstance(target, ast.Tuple) and len(target.elts) == 2:
                target = target.elts[1]
            self._looped(level, target, node)
        elif name in HARMLESS - PASSING:
            self.read(level, call)
        else:
            self.escape(level, node)

    def _returned(self, level: int, node: ast.Return) -> None:
        function = function_at(self.module, node)
        if not isinstance(function, FUNCTIONS):
            self.escape(level, node)
            return
        if (function, level) in self._done:
            return
        self._done.add((function, level))
        self.functions.append(function)
        uses = references(self.module, function)
        if uses.others or uses.unsure or uses.foreign or uses.mixed:
            self.escape(level, node)
        binding = self.module.binding_of[function]
        if binding.scope.kind not in ("function", "lambda"):
            place = self.module.source.place(function)
            message = f"what `{function.name}` returns is used in"
            reason = Reason("CC240", message, place, "block")
            self.mentions.append(question(function, binding, reason))
        for call in uses.calls:
            self.follow(call, level)


def flow_of(module: Module, node: ast.expr, level: int) -> Flow:
    """Return where a value goes; asked for once."""
    if level == PART and isinstance(module.parent(node), ast.List):
        parent = module.parent(node)
        assert isinstance(parent, ast.List)
        return flow_of(module, parent, CONTENT)
    key = ("flow", node, level)
    known = module.memo.get(key)
    if isinstance(known, Flow):
        return known
    result = Flow(module)
    module.memo[key] = result
    result.follow(node, level)
    return result
