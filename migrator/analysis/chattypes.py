"""Types of messages that annotations, casts and constructor calls name."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.facts import Reshape
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.shapefacts import is_cast
from migrator.analysis.syntax import ast, walk
from migrator.analysis.values import origins, qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.analysis.messages import MessageList

_ROWS = API["types"]["message"]
_INPUT = "openai.types.responses.ResponseInputParam"
_HOME = "openai.types.chat"
# Responses takes a list; these promise less.
_LOOSER = ("Iterable", "Sequence", "Collection", "Tuple", "tuple")


def replacement(module: Module, node: ast.AST) -> str:
    """Return the full path of the type that takes the place of the one ``node`` names, or ""."""
    for name in qualified_names(module, node):
        row = _ROWS.get(name.rsplit(".", 1)[-1])
        if row is not None and name.startswith(_HOME):
            return row["to"]
    return ""


class Annotations:
    """Looks at the annotations of what holds messages, and reports to their list."""

    def __init__(self, module: Module, report: MessageList) -> None:
        self.module = module
        self.report = report
        self._seen: set[ast.AST] = set()

    def binding(self, binding: Binding, level: int) -> None:
        """Look at the annotation of a variable or parameter."""
        annotation = annotation_of(binding)
        if annotation is None or annotation in self._seen or not self._chat(annotation):
            return
        if not self._renamed(annotation):
            return
        from migrator.analysis.shapeflow import Flow

        flow = Flow(self.module)
        flow.bound(binding, level)
        flow.objects.given(binding, level, binding.node)
        self.report.keep(flow.escapes)
        self.report.absorb(flow)
        for other in flow.bindings:
            known = annotation_of(other)
            if known is not None and known not in self._seen and self._chat(known):
                self._renamed(known)
        for function in flow.functions:
            self.returned(function)

    def returned(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Look at what a function says it returns."""
        known = function.returns
        if known is not None and known not in self._seen and self._chat(known):
            self._renamed(known)

    def cast(self, call: ast.Call) -> bool:
        """Return whether ``call`` is a cast; the type it names is renamed."""
        if not is_cast(self.module, call):
            return False
        if call.args[0] not in self._seen and self._chat(call.args[0]):
            self._renamed(call.args[0])
        return True

    def lists(self, displays: Iterable[ast.AST]) -> None:
        """Have lists of typed messages annotated: `list` is invariant, and Responses takes one."""
        for node in displays:
            statement = self.module.parent(node)
            if not isinstance(node, (ast.List, ast.ListComp)) or node in self._seen:
                continue
            self._seen.add(node)
            if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                target = statement.targets[0]
                binding = self.module.binding_of.get(target)
                if isinstance(target, ast.Name) and binding is not None and _first(binding):
                    self.report.reshapes.append(Reshape("types.annotated", target, _INPUT))

    def _chat(self, annotation: ast.expr) -> bool:
        """Return whether an annotation, or an alias it uses, names a type of the Chat API."""
        if "ChatCompletion" in self.module.source.segment(annotation):
            return True
        for node in walk(annotation):
            if isinstance(node, ast.Name):
                for origin in origins(self.module, node):
                    text = self.module.source.segment(origin.node)
                    if origin.kind == "expr" and "ChatCompletion" in text:
                        return True
        return False

    def _renamed(self, annotation: ast.expr) -> bool:
        """Have the types in an annotation renamed; return whether all of them can be."""
        self._seen.add(annotation)
        text = self.module.source.segment(annotation)
        names = [node for node in walk(annotation) if replacement(self.module, node)]
        left = text.count("ChatCompletion") - len(names)
        if left or not names or any(f"{word}[" in text for word in _LOOSER):
            self.report.reason("CC320", f"annotated as `{text}`", annotation)
            return False
        for node in names:
            self.report.retype(node, replacement(self.module, node))
        return True


def _first(binding: Binding) -> bool:
    """Return whether a binding is the first of its name, and none of them has an annotation."""
    others = binding.scope.bindings[binding.name]
    return (
        others[0] is binding
        and not any(other.remote or annotation_of(other) is not None for other in others)
        and binding.name not in binding.scope.remote
    )


def annotation_of(binding: Binding) -> ast.expr | None:
    """Return the annotation that stands beside a binding, else None."""
    if binding.kind == "param" and isinstance(binding.node, ast.arg):
        return binding.node.annotation
    statement = binding.statement
    return statement.annotation if isinstance(statement, ast.AnnAssign) else None
