"""What a ``**`` mapping gives one keyword: dicts that are built step by step, and ``**kwargs``."""

from __future__ import annotations

from migrator.analysis import constructions
from migrator.analysis.functions import references, returned
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, literal, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.functions import Function
    from migrator.analysis.scopes import Binding

_READS = {"get", "keys", "values", "items", "pop", "copy"}


class Spread:
    """What a mapping holds under one key.

    ``values`` are what it may be, ``absent`` whether it may be missing; ``open`` says what else
    decides it, empty where everything is seen; ``sure`` whether a statement sets it always.
    """

    __slots__ = ("values", "absent", "open", "sure")

    def __init__(self) -> None:
        self.values: list[ast.expr] = []
        self.absent = False
        self.open = ""
        self.sure = False


class Spreads:
    """Follows the ``**`` mappings of one module for the key ``name``."""

    def __init__(self, module: Module, name: str) -> None:
        self.module = module
        self.name = name
        self._active: set[ast.AST] = set()
        self._seen: set[ast.AST] = set()

    def of(self, node: ast.expr) -> Spread:
        """Return what ``**node`` gives."""
        result = Spread()
        self._mapping(node, result)
        result.absent = result.absent and not result.sure
        return result

    def _mapping(self, node: ast.expr, result: Spread) -> None:
        if node in self._active:
            return
        self._active.add(node)
        if isinstance(node, ast.Name):
            for binding in bindings_of(self.module, node):
                if binding.kind in ("assign", "walrus"):
                    self._changes(binding, result)
        elif not isinstance(node, (ast.Dict, ast.Call, ast.BoolOp, ast.IfExp, ast.DictComp)):
            # Everybody who holds the object can change what its attribute holds.
            result.open = result.open or f"`{self.module.source.one_line(node)}`"
        for origin in origins(self.module, node):
            if origin.kind == "expr" and isinstance(origin.node, ast.Dict):
                self._display(origin.node, result)
            elif origin.kind == "expr" and isinstance(origin.node, ast.Call):
                self._call(origin.node, result)
            elif (source := _filtered(origin.node)) is not None:
                self._mapping(source, result)
            elif origin.kind == "param" and origin.binding is not None:
                self._parameter(origin.binding, result)
            elif not (origin.kind == "expr" and literal(origin.node) == (True, None)):
                result.open = result.open or "what the mapping holds"
        self._active.discard(node)

    def _display(self, node: ast.Dict, result: Spread) -> None:
        parent = self.module.parent(node)
        if isinstance(parent, (ast.Assign, ast.AnnAssign)):
            targets = parent.targets if isinstance(parent, ast.Assign) else [parent.target]
            for target in targets:
                binding = self.module.binding_of.get(target)
                if binding is None or not isinstance(target, ast.Name):
                    result.open = result.open or "what the mapping holds"
                else:
                    self._changes(binding, result)
        found = False
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                self._mapping(value, result)
            elif (name := constant_string(key)) is None:
                result.open = result.open or "what the mapping holds"
            elif name == self.name:
                found = True
                result.values.append(value)
        result.absent = result.absent or not found

    def _changes(self, binding: Binding, result: Spread) -> None:
        """Note what statements set in a variable's mapping, and where it goes out of sight."""
        if binding.node in self._seen:
            return
        self._seen.add(binding.node)
        block = self.module.parent(binding.statement)
        for use in uses_of(self.module, binding):
            if not self._change(use, block, result):
                result.open = result.open or f"what `{binding.name}` holds"

    def _change(self, use: ast.expr, block: ast.AST, result: Spread) -> bool:
        parent = self.module.parent(use)
        if isinstance(parent, ast.Subscript) and parent.value is use:
            key = constant_string(parent.slice)
            statement = self.module.parent(parent)
            if key is None:
                return isinstance(parent.ctx, ast.Load)
            if key == self.name and isinstance(parent.ctx, ast.Store):
                if not isinstance(statement, ast.Assign):
                    return False
                result.values.append(statement.value)
                # On the way from where the mapping is made, whatever happens.
                result.sure = result.sure or self.module.parent(statement) is block
            return True
        if isinstance(parent, ast.Attribute):
            call = self.module.parent(parent)
            if not isinstance(call, ast.Call) or call.func is not parent:
                return False
            if parent.attr == "update":
                self._update(call, result)
                return True
            if parent.attr == "setdefault" and len(call.args) == 2:
                if constant_string(call.args[0]) in (self.name, None):
                    result.values.append(call.args[1])
                return constant_string(call.args[0]) is not None
            return parent.attr in _READS
        if isinstance(parent, ast.Dict):
            return use in parent.values and parent.keys[parent.values.index(use)] is None
        if isinstance(parent, ast.Call):
            return getattr(parent.func, "id", "") in ("len", "print", "bool", "dict", "list")
        if isinstance(parent, (ast.BoolOp, ast.IfExp)):
            parent = self.module.parent(parent)
        return isinstance(parent, (ast.Compare, ast.Return, ast.If)) or (
            isinstance(parent, ast.keyword) and parent.arg is None
        )

    def _update(self, call: ast.Call, result: Spread) -> None:
        absent = result.absent
        for argument in call.args:
            self._mapping(argument, result)
        self._keywords(call, result)
        result.absent = absent

    def _keywords(self, call: ast.Call, result: Spread) -> bool:
        found = False
        for item in call.keywords:
            if item.arg is None:
                self._mapping(item.value, result)
            elif item.arg == self.name:
                found = True
                result.values.append(item.value)
        return found

    def _call(self, call: ast.Call, result: Spread) -> None:
        func = call.func
        if isinstance(func, ast.Name) and func.id == "dict":
            for argument in call.args:
                self._mapping(argument, result)
            if not self._keywords(call, result):
                result.absent = True
            return
        if isinstance(func, ast.Attribute) and func.attr == "copy" and not call.args:
            self._mapping(func.value, result)
            return
        found = origins(self.module, func)
        if not found or any(origin.kind != "def" for origin in found):
            result.open = result.open or "what a call returns"
            return
        for origin in found:
            assert isinstance(origin.node, FUNCTIONS)
            if origin.node in self._active:
                continue
            self._active.add(origin.node)
            for statement in returned(origin.node):
                if statement.value is not None:
                    self._mapping(statement.value, result)
            self._active.discard(origin.node)

    def _parameter(self, binding: Binding, result: Spread) -> None:
        """Note what callers give ``**kwargs`` that no parameter takes."""
        function = binding.statement
        if not isinstance(function, FUNCTIONS) or function.args.kwarg is not binding.node:
            result.open = result.open or f"parameter `{binding.name}`"
            return
        self._changes(binding, result)
        calls, unsure = self._calls(function)
        if unsure or not calls:
            result.open = result.open or f"`**{binding.name}`"
        for call in calls:
            if any(item.arg is None for item in call.keywords):
                result.open = result.open or f"`**{binding.name}`"
            if not self._keywords(call, result):
                result.absent = True

    def _calls(self, function: Function) -> tuple[list[ast.Call], bool]:
        scope = self.module.binding_of[function].scope
        if function.name == "__init__" and scope.kind == "class":
            made = constructions.constructions(self.module, scope)
            return made.calls, bool(made.unsure or made.bare)
        uses = references(self.module, function)
        calls = [call for call in uses.calls if isinstance(call, ast.Call)]
        return calls, bool(uses.others or uses.unsure)


def _filtered(node: ast.AST) -> ast.expr | None:
    """Return the mapping that ``{k: v for k, v in mapping.items() if v}`` picks from, else None.

    What it leaves out is empty, which is as good as missing.
    """
    if not isinstance(node, ast.DictComp) or len(node.generators) != 1:
        return None
    target, source = node.generators[0].target, node.generators[0].iter
    if not isinstance(target, ast.Tuple) or len(target.elts) != 2:
        return None
    names = [getattr(item, "id", "") for item in (*target.elts, node.key, node.value)]
    for test in node.generators[0].ifs:
        used = {each.id for each in walk(test) if isinstance(each, ast.Name)}
        if used != {names[1]}:
            return None
    items = isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute)
    if not items or names[:2] != names[2:] or "" in names:
        return None
    assert isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute)
    return source.func.value if source.func.attr == "items" else None
