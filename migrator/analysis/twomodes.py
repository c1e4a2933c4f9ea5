"""Calls that stream or don't, as a variable says, which is asked again where they are read.

``create(…, stream=stream)`` returns a stream where ``stream`` is true, else the answer; what
stands behind ``if stream:`` is read as the one, everything else as the other.
"""

from __future__ import annotations

from migrator.analysis.reaching import bindings_of
from migrator.analysis.syntax import FUNCTIONS, ast, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import definitions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.loops import Asked
    from migrator.analysis.results import Results
    from migrator.analysis.scopes import Module

_CODE = "CC213"
_LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


def follow_either(
    results: Results, call: ast.Call, switch: ast.expr, group: int, asked: Asked
) -> None:  # fmt: skip
    """Follow what ``call`` returns, a stream where ``switch`` is true."""
    module = results.module
    results.follow_streams().expect(group, asked)
    switched = _Switch(module, switch)
    results.module.memo.setdefault("either", set()).add(call)  # type: ignore[attr-defined]
    shown = module.source.one_line(switch, 40)
    node: ast.expr = call
    while isinstance(parent := module.parent(node), ast.Await):
        node = parent
    if (mode := switched.mode(call)) is not None:
        results.track(node, "stream" if mode else "completion", group)
        return
    parent = module.parent(node)
    targets: list[ast.expr] = parent.targets if isinstance(parent, ast.Assign) else []
    if isinstance(parent, ast.AnnAssign):
        targets = [parent.target]
        results.annotation(parent.annotation, group, "stream")
    target = targets[0] if len(targets) == 1 else None
    binding = module.binding_of.get(target) if isinstance(target, ast.Name) else None
    if binding is None:
        message = f"`stream={shown}` decides what the call returns"
        results.reason(group, _CODE, message, switch)
        return
    if binding.remote:
        message = f"`{binding.name}` is global or nonlocal here"
        results.reason(group, "CC323", message, binding.node)
        return
    results.visible(binding, "completion", group)
    for use in uses_of(module, binding):
        mode = switched.mode(use)
        if mode is None:
            message = f"`{binding.name}` may be a stream or an answer here"
            results.reason(group, _CODE, message, use)
        elif definitions(module, use) != (binding,):
            results.reason(group, "CC315", f"`{binding.name}` may be something else", use)
        else:
            results.track(use, "stream" if mode else "completion", group)


class _Switch:
    """The expression that says whether a call streams."""

    def __init__(self, module: Module, node: ast.expr) -> None:
        self.module = module
        self.node = node
        self.text = _text(node)

    def mode(self, node: ast.AST) -> bool | None:
        """Return whether the switch is on where ``node`` runs; None where that isn't known."""
        while not isinstance(node, (ast.Module, *FUNCTIONS, ast.Lambda, ast.ClassDef)):
            parent = self.module.parent(node)
            found = self._suite(parent, node)
            if found is None:
                found = self._before(parent, node)
            if found is not None:
                return found
            node = parent
        return None

    def _suite(self, parent: ast.AST, node: ast.AST) -> bool | None:
        """Return what the test says in whose suite ``node`` stands."""
        if isinstance(parent, ast.If):
            inside: bool | None = None
            if node in parent.body:
                inside = True
            elif node in parent.orelse:
                inside = False
        elif isinstance(parent, ast.IfExp) and node is not parent.test:
            inside = node is parent.body
        else:
            return None
        return None if inside is None else self._says(parent.test, inside)

    def _before(self, parent: ast.AST, node: ast.AST) -> bool | None:
        """Return what follows from an ``if`` before ``node`` that always leaves."""
        for name in ("body", "orelse", "finalbody"):
            block = getattr(parent, name, None)
            if not isinstance(block, list) or node not in block:
                continue
            for item in block[: block.index(node)]:
                if isinstance(item, ast.If) and not item.orelse and _leaves(item.body):
                    found = self._says(item.test, False)
                    if found is not None:
                        return found
        return None

    def _says(self, test: ast.expr, truth: bool) -> bool | None:
        """Return what a test says of the switch when it comes out as ``truth``."""
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._says(test.operand, not truth)
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And) is truth:
            found = {self._says(value, truth) for value in test.values} - {None}
            return found.pop() if len(found) == 1 else None
        return truth if self._same(test) else None

    def _same(self, test: ast.expr) -> bool:
        """Return whether a test is the switch itself, with the value it had in the call."""
        if _text(test) != self.text:
            return False
        if isinstance(test, ast.Name) and isinstance(self.node, ast.Name):
            seen = bindings_of(self.module, test)
            return len(seen) == 1 and seen == bindings_of(self.module, self.node)
        root = test
        while isinstance(root, ast.Attribute):
            root = root.value
        function = self.module.enclosing(self.node, FUNCTIONS)
        if function is None or not isinstance(root, ast.Name):
            return False
        return not any(
            isinstance(part, ast.Attribute)
            and not isinstance(part.ctx, ast.Load)
            and _text(part) == self.text
            for part in walk(function)
        )


def _text(node: ast.expr) -> str:
    """Return a name or a chain of attributes as text, empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = _text(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def is_switch(node: ast.expr) -> bool:
    """Return whether ``node`` can be asked again to learn whether a call streams."""
    return bool(_text(node))


def _leaves(block: list[ast.stmt]) -> bool:
    """Return whether control never runs off the end of a suite."""
    last = block[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _leaves(last.body) and _leaves(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return False
    return isinstance(last, _LEAVES)
