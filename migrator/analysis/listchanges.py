"""What is done to a messages list, and to a message, after it was written."""

from __future__ import annotations

from migrator.analysis.functions import parameters_given
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import ast, constant_string, last_name
from migrator.analysis.uses import uses_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.messages import MessageList

_READS = {"copy", "index", "count", "pop", "clear", "reverse", "sort", "remove", "__len__"}
# Functions that leave a list and its messages as they are.
HARMLESS = {
    "len", "print", "pprint", "str", "repr", "dumps", "dump", "enumerate", "sorted", "reversed",
    "list", "tuple", "deepcopy", "copy", "debug", "info", "warning", "error", "log", "exception",
    "sum", "any", "all", "max", "min", "zip", "iter", "isinstance", "bool", "type", "id", "join",
    "write", "encode", "map", "filter", "echo", "format", "hash",
}  # fmt: skip
_WRAPPERS = {"enumerate", "reversed", "sorted", "zip", "list", "filter", "iter"}


def reached_by_name(module: Module, name: str) -> bool:
    """Return whether an attribute may be set through its name as a string."""
    return any(
        any(word in data for word in (b"setattr(", b"vars(", b"__dict__"))
        and any(f"{mark}{name}{mark}".encode() in data for mark in ("'", '"'))
        for data in module.source.files()
    )


class Changes:
    """Looks at the changes made to one messages list and reports to it."""

    def __init__(self, module: Module, report: MessageList) -> None:
        self.module = module
        self.report = report
        self._seen: set[object] = set()

    def of(self, binding: Binding) -> None:
        """Look at everything done to the list a variable holds."""
        key = ("mutations", binding.scope, binding.name)
        if key in self._seen:
            return
        self._seen.add(key)
        for other in binding.scope.bindings.get(binding.name, ()):
            for use in uses_of(self.module, other):
                self.use(use)

    def use(self, use: ast.expr) -> None:
        """Look at what one use of the list does to it."""
        if use in self._seen:
            return
        self._seen.add(use)
        parent = self.module.parent(use)
        if isinstance(use, ast.Attribute) and isinstance(use.ctx, ast.Store):
            self._replaced(use, parent)
        elif isinstance(parent, ast.Attribute) and parent.value is use:
            self._method(use, parent)
        elif isinstance(parent, ast.Subscript) and parent.value is use:
            self._element(parent)
        elif isinstance(parent, ast.Call) and use in parent.args:
            self._given(use, parent)
        elif isinstance(parent, ast.AugAssign) and parent.target is use:
            self.report.list_(parent.value)
        elif isinstance(parent, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._elements(parent.target)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is use:
            for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
                binding = self.module.binding_of.get(target)
                if isinstance(target, ast.Name) and binding is not None:
                    self.of(binding)
                elif isinstance(target, ast.Attribute) and binding is not None:
                    self.report.attribute(target)
                elif not self._carried(target):
                    self.report.reason("CC236", "the list is stored where other code can change it",
                                use)  # fmt: skip

    def _replaced(self, use: ast.Attribute, parent: ast.AST) -> None:
        """Look at another list that an attribute is given from outside its class."""
        if isinstance(parent, ast.AugAssign):
            self.report.list_(parent.value)
        elif use in self.module.binding_of:
            return
        elif isinstance(parent, ast.Assign) and use in parent.targets:
            self.report.list_(parent.value)
        elif not isinstance(parent, ast.AnnAssign) or parent.value is not None:
            self.report.reason("CC236", "the list is replaced in a way migrator can't follow", use)

    def _carried(self, target: ast.expr) -> bool:
        """Return whether the list goes into the keywords of a call, which are followed, too."""
        from migrator.analysis.keywords import is_carried

        return is_carried(self.module, target)

    def _method(self, use: ast.expr, method: ast.Attribute) -> None:
        call = self.module.parent(method)
        if not isinstance(call, ast.Call) or call.func is not method:
            if method.attr not in _READS:
                self.report.reason(
                    "CC236", f"`.{method.attr}` of the list is used as a value", method
                )
            return
        if method.attr == "append" and len(call.args) == 1:
            self.report.message(call.args[0])
        elif method.attr == "insert" and len(call.args) == 2:
            self.report.message(call.args[1])
        elif method.attr == "extend" and len(call.args) == 1:
            self.report.list_(call.args[0])
        elif method.attr not in _READS:
            self.report.reason("CC236", f"`.{method.attr}` of the list is not known", method)

    def _element(self, node: ast.Subscript) -> None:
        parent = self.module.parent(node)
        if isinstance(node.ctx, ast.Store) and isinstance(parent, ast.Assign):
            if isinstance(node.slice, ast.Slice):
                self.report.list_(parent.value)
            else:
                self.report.message(parent.value)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            self._field(parent)
        elif isinstance(parent, ast.Attribute) and parent.attr in ("update", "setdefault"):
            self.report.reason("CC236", "a message is changed in place", node)
        elif isinstance(parent, ast.Assign) and parent.value is node:
            for target in parent.targets:
                self._elements(target)

    def _elements(self, target: ast.expr) -> None:
        """Look at what is done to elements through the variables they are bound to."""
        if isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                self._elements(item)
        binding = self.module.binding_of.get(target)
        if binding is None or not isinstance(target, ast.Name):
            return
        for use in uses_of(self.module, binding):
            parent = self.module.parent(use)
            if isinstance(parent, ast.Subscript) and parent.value is use:
                self._field(parent)
            elif isinstance(parent, ast.Attribute) and parent.attr in ("update", "setdefault"):
                self.report.reason("CC236", "a message is changed in place", use)

    def _field(self, node: ast.Subscript) -> None:
        if not isinstance(node.ctx, ast.Store):
            return
        key = constant_string(node.slice)
        statement = self.module.parent(node)
        value = getattr(statement, "value", None)
        if key == "content" and isinstance(value, ast.expr):
            self.report.contents.check(value)
        elif key != "role":
            self.report.reason("CC236", "a message is changed in place", node)

    def _given(self, use: ast.expr, call: ast.Call) -> None:
        func = call.func
        name = last_name(func)
        outer = self.module.parent(call)
        if name in _WRAPPERS and isinstance(outer, (ast.For, ast.AsyncFor, ast.comprehension)):
            self._elements(outer.target)
        if name in HARMLESS:
            return
        into = func.value if isinstance(func, ast.Attribute) else None
        if name == "extend" and into is not None and self.report.holds(into):
            return
        if name == "append" or name == "extend":
            self.report.reason("CC236", "the list is put into another list", use)
            return
        followed = parameters_given(self.module, use, call)
        if followed is not None:
            for binding in followed:
                self.of(binding)
            return
        shown = self.module.source.one_line(func, 60)
        self.report.reason("CC236", f"`{shown}` may change the list", use)

    def of_message(self, node: ast.expr) -> None:
        """Look at what is done to a message after it was written."""
        if isinstance(node, ast.Name):
            for binding in bindings_of(self.module, node):
                self._message_uses(binding)

    def _message_uses(self, binding: Binding) -> None:
        if ("message", binding) in self._seen:
            return
        self._seen.add(("message", binding))
        for use in uses_of(self.module, binding):
            parent = self.module.parent(use)
            if isinstance(parent, ast.Subscript) and parent.value is use:
                self._field(parent)
            elif isinstance(parent, ast.Attribute) and parent.attr in ("update", "setdefault"):
                self.report.reason("CC236", "a message is changed in place", use)
            elif isinstance(parent, ast.Call) and use in parent.args:
                self._message_given(use, parent)
            elif isinstance(parent, ast.Assign) and parent.value is use:
                for target in parent.targets:
                    other = self.module.binding_of.get(target)
                    if other is not None and isinstance(target, ast.Name):
                        self._message_uses(other)

    def _message_given(self, use: ast.expr, call: ast.Call) -> None:
        func = call.func
        name = last_name(func)
        if name in HARMLESS or name in ("append", "extend", "insert", "dict"):
            return
        followed = parameters_given(self.module, use, call)
        if followed is not None:
            for binding in followed:
                self._message_uses(binding)
            return
        shown = self.module.source.one_line(func, 60)
        self.report.reason("CC236", f"`{shown}` may change the message", use)
