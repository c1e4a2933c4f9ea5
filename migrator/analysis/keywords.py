"""Keywords that reach a call through ``**``: where each is written, and who else reads them."""

from __future__ import annotations

from migrator.analysis.functions import argument_of, is_only_one, references
from migrator.analysis.holders import Holders, known_bodies, known_sites
from migrator.analysis.parameters import same_everywhere
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.shapefacts import sent_in
from migrator.analysis.sources import Report, is_builtin
from migrator.analysis.syntax import ast, constant_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.functions import Function


class Carrier:
    """One place that gives a keyword its value.

    ``node`` is the key of a display, the subscript of ``d["name"] = …``, or the keyword of
    ``dict(name=…)`` and ``d.update(name=…)``.  ``display`` is where the mapping is first made, by a
    display or a call of a function with ``**kwargs``; None for what is added later.
    """

    __slots__ = ("name", "value", "node", "display")

    def __init__(
        self, name: str, value: ast.expr, node: ast.AST, display: ast.expr | None = None
    ) -> None:
        self.name = name
        self.value = value
        self.node = node
        self.display = display


class Keywords(Holders):
    """A mapping that is splatted into calls: its entries, and everybody who looks at it."""

    code = "CC210"
    what = "the keywords"

    def __init__(self, module: Module, report: Report, *, library: bool = False) -> None:
        super().__init__(module, report, library=library)
        self.own: list[Carrier] = []
        # Mappings that are put into this one, and those this one is put into.
        self.parts: list[Keywords] = []
        self.wholes: list[Keywords] = []
        # The displays and `dict()` calls the mapping begins with, and the calls of a function
        # that collects it.
        self.begun: list[ast.expr] = []
        self.filled: list[ast.expr] = []
        self._updates: set[ast.expr] = set()

    def carriers(self) -> list[Carrier]:
        """Return every entry the mapping may have."""
        found = {
            (entry.node, entry.name): entry for each in _all(self, "parts") for entry in each.own
        }
        return list(found.values())

    def reports(self) -> list[Report]:
        """Return what is known of the mapping and of all it shares entries with."""
        return [each.report for each in _all(self, "parts", "wholes")]

    def always(self, name: str) -> bool:
        """Return whether the mapping surely holds ``name`` from its beginning."""
        holding = {entry.display for entry in self.own if entry.name == name}
        beginnings = [*self.begun, *self.filled]
        return not self.parts and bool(beginnings) and holding.issuperset(beginnings)

    def node(self, node: ast.expr) -> None:
        """Follow an expression that has the value, back and forth."""
        self.module.memo.setdefault(("keywords", node), self)
        super().node(node)

    def use(self, node: ast.expr) -> None:
        """Look at what is done with an expression that has the value."""
        self.module.memo.setdefault(("keywords", node), self)
        super().use(node)

    # -- entries ------------------------------------------------------------------------

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the mapping, or adds to it."""
        first = None if node in self._updates else node
        if isinstance(node, ast.Dict):
            self._display(node, first)
        elif isinstance(node, ast.Call) and is_builtin(self.module, node.func, {"dict"}):
            self._dict_call(node, first)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            self._part(node.left)
            self._more(node.right)
        else:
            shown = self.module.source.one_line(node, 60)
            self.reason(f"keywords come from `{shown}`", node)

    def _display(self, node: ast.Dict, first: ast.expr | None) -> None:
        if first is not None:
            self.begun.append(node)
        for key, value in zip(node.keys, node.values, strict=True):
            name = constant_string(key)
            if key is None:
                self._more(value)
            elif name is None:
                self.reason("a keyword is not a constant", key)
            else:
                self.own.append(Carrier(name, value, key, first))

    def _dict_call(self, node: ast.Call, first: ast.expr | None) -> None:
        if first is not None:
            self.begun.append(node)
        for argument in node.args:
            self._more(argument)
        self._arguments(node, first)

    def _arguments(self, node: ast.Call, first: ast.expr | None) -> None:
        for item in node.keywords:
            if item.arg is None:
                self._more(item.value)
            else:
                self.own.append(Carrier(item.arg, item.value, item, first))

    def _more(self, node: ast.expr) -> None:
        """Look at a mapping that is put into this one."""
        if isinstance(node, ast.Dict):
            self._updates.add(node)
            self.node(node)
        else:
            self._part(node)

    def _part(self, node: ast.expr) -> None:
        part = keywords_of(self.module, node, library=self.library)
        if part is not self:
            self.parts.append(part)
            part.wholes.append(self)

    def _whole(self, node: ast.expr) -> bool:
        """This mapping is put into ``node``, which takes it as a part when it is followed."""
        whole = keywords_of(self.module, node, library=self.library)
        if whole is not self and whole not in self.wholes:
            self.wholes.append(whole)
        return True

    def collected(self, binding: Binding, function: Function) -> bool:
        """Look at ``**kwargs``: what callers put into it."""
        arguments = function.args
        if arguments.kwarg is not binding.node:
            return False
        uses = references(self.module, function)
        if uses.others or uses.unsure or uses.foreign or not uses.calls:
            return False
        alone = not uses.mixed and is_only_one(self.module, function)
        own = {arg.arg for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}
        for call in uses.calls:
            if not isinstance(call, ast.Call):
                return False
            known, _ = argument_of(self.module, call, "", function)
            if not known:
                return False
            self.filled.append(call)
            for item in call.keywords:
                if item.arg is not None and item.arg not in own:
                    # A name can only change where no other function is called with it.
                    node = item if alone else call
                    self.own.append(Carrier(item.arg, item.value, node, call))
        self.callers(function, f"`{function.name}` is also called in")
        return True

    # -- uses ---------------------------------------------------------------------------

    def look(self, node: ast.expr, parent: ast.AST) -> bool:
        """Look at a use; return whether it is understood."""
        if isinstance(parent, ast.keyword) and parent.arg is None:
            return self._splatted(parent)
        if node in known_bodies(self.module):
            self.report.calls.append(known_bodies(self.module)[node])
            return True
        if isinstance(parent, ast.Subscript) and parent.value is node:
            return self._subscript(parent)
        if isinstance(parent, ast.Attribute) and parent.value is node:
            return self._method(parent)
        if isinstance(parent, ast.Dict) and node in parent.values:
            return self._whole(parent)
        if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.BitOr):
            return self._whole(parent)
        if isinstance(parent, ast.Compare) and parent.comparators == [node]:
            return isinstance(parent.ops[0], (ast.In, ast.NotIn)) and same_everywhere(
                constant_string(parent.left)
            )
        return self._dict_of(node, parent)

    def _dict_of(self, node: ast.expr, parent: ast.AST) -> bool:
        """``dict(params)`` is a mapping like it, ``params.update(more)`` adds to another."""
        if not isinstance(parent, ast.Call) or parent.args != [node]:
            return False
        if is_builtin(self.module, parent.func, {"dict"}):
            return self._whole(parent)
        if isinstance(parent.func, ast.Attribute) and parent.func.attr == "update":
            self._whole(parent.func.value)
            return isinstance(self.module.parent(parent), ast.Expr)
        return False

    def _splatted(self, item: ast.keyword) -> bool:
        call = self.module.parent(item)
        if not isinstance(call, ast.Call):
            return False
        if call in known_sites(self.module):
            self.report.calls.append(call)
            return True
        return is_builtin(self.module, call.func, {"dict"}) and self._whole(call)

    def _subscript(self, whole: ast.Subscript) -> bool:
        name = constant_string(whole.slice)
        parent = self.module.parent(whole)
        if isinstance(whole.ctx, ast.Load):
            return same_everywhere(constant_string(whole.slice)) and not isinstance(
                parent, ast.AugAssign
            )
        if name is None or not isinstance(parent, ast.Assign) or parent.targets != [whole]:
            return False
        if not any(carrier.node is whole for carrier in self.own):
            self.own.append(Carrier(name, parent.value, whole))
        return True

    def _method(self, method: ast.Attribute) -> bool:
        call = self.module.parent(method)
        if not isinstance(call, ast.Call) or call.func is not method:
            return False
        if method.attr == "copy" and not call.args:
            self.use(call)
            return True
        if method.attr == "get" and call.args:
            return same_everywhere(constant_string(call.args[0]))
        if method.attr != "update" or not isinstance(self.module.parent(call), ast.Expr):
            return False
        for argument in call.args:
            self._more(argument)
        self._arguments(call, None)
        return True


def is_carried(module: Module, target: ast.expr) -> bool:
    """Return whether ``params["name"] = …`` fills a mapping of which everything is known."""
    if not isinstance(target, ast.Subscript) or constant_string(target.slice) is None:
        return False
    return bool(sent_in(module, target.value))


def _all(start: Keywords, *ways: str) -> list[Keywords]:
    """Return everything reachable from ``start``."""
    result = {start: None}
    todo = [start]
    while todo:
        each = todo.pop()
        for way in ways:
            found = [other for other in getattr(each, way) if other not in result]
            result.update(dict.fromkeys(found))
            todo.extend(found)
    return list(result)


def keywords_of(module: Module, node: ast.expr, *, library: bool) -> Keywords:
    """Return what is known of a mapping that is splatted; asked once for all its names."""
    known = module.memo.get(("keywords", node))
    if isinstance(known, Keywords):
        return known
    result = Keywords(module, Report(), library=library)
    result.node(node)
    result.use(node)
    return result
