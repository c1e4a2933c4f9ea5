"""What a ``messages`` list can hold: every element that is put into it, from anywhere.

What becomes of one message is told by `migrator.analysis.messageitems`, of its content by
`migrator.analysis.contents`.
"""

from __future__ import annotations

from migrator.analysis.chattypes import Annotations, annotation_of
from migrator.analysis.contents import Contents
from migrator.analysis.facts import Mention, Reason, Reshape
from migrator.analysis.functions import (
    question,
    related,
    returned,
)
from migrator.analysis.listchanges import Changes, reached_by_name
from migrator.analysis.messagecallers import element_parameter, parameter, return_
from migrator.analysis.messageitems import Items, dumps
from migrator.analysis.reaching import bindings_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.shapefacts import LIST, MESSAGE, gathers
from migrator.analysis.syntax import FUNCTIONS, alternatives, ast, constant_string, last_name
from migrator.analysis.values import ask_for, attribute_owner, meanings, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.analysis.shapefacts import Facts


class MessageList:
    """The verdict over one ``messages`` argument: reasons, questions, places and notes."""

    def __init__(self, module: Module, node: ast.expr) -> None:
        self.module = module
        self.call = module.enclosing(node, (ast.Call,))
        self.reasons: list[Reason] = []
        self.mentions: list[Mention] = []
        self.builders: list[ast.AST] = []
        self.assumed: list[ast.AST] = []
        self.reshapes: list[Reshape] = []
        # Elements that may be messages of a result, each with the reason if they are not.
        self.pending: list[tuple[ast.expr, Reason]] = []
        # What sees the shape of the messages, and what sees how many items there are.
        self.reads: list[Reason] = []
        self.counts: list[Reason] = []
        # Other calls of the API that what is reshaped is sent with.
        self.sinks: dict[ast.Call, None] = {}
        self._asked: set[object] = set()
        self.contents = Contents(module, self)
        self.changes = Changes(module, self)
        self.items = Items(module, self)
        self.types = Annotations(module, self)
        self._lists: set[ast.AST] = set()
        # The element that is looked at, once a function returns it.
        self.element: ast.expr | None = None
        self._typed = False
        self._objects: set[object] = set()
        self.list_(node)
        if not self.reasons and not self.builders and not self.pending:
            self.reason("CC239", "the messages list is empty", node)
        if self._typed:
            self.types.lists(self._lists)
        if self.pending and not self.reasons:
            self._watch()

    def reason(self, code: str, message: str, node: ast.AST) -> None:
        """Add a reason once."""
        ask_for(self.module, node)
        self._add(Reason(code, message, self.module.source.place(node), "block"))

    def retype(self, node: ast.AST, to: str) -> None:
        """Have the name of a type written as another one."""
        if all(known.node is not node for known in self.reshapes):
            self.reshapes.append(Reshape("types.name", node, to))

    def retyped(self, call: ast.Call, to: str) -> None:
        """Have a constructor call make another type, wherever its value goes."""
        from migrator.analysis.shapeflow import flow_of

        self._typed = True
        self.retype(call.func, to)
        flow = flow_of(self.module, call, MESSAGE)
        self.keep(flow.escapes)
        self.absorb(flow)

    def absorb(self, flow: Facts) -> None:
        """Take over where a flow ends, and what it leaves to be asked."""
        self.sinks.update(flow.sinks)
        self.absorb_questions(flow)

    def absorb_questions(self, flow: Facts) -> None:
        """Take over what a flow leaves to be asked."""
        for mention in flow.mentions:
            key = (mention.needles, mention.anywhere, mention.reason.message)
            if key not in self._asked:
                # Every call asks for itself.
                self._asked.add(key)
                self.mentions.append(mention.again())

    def keep(self, reasons: Iterable[Reason]) -> None:
        """Add what was found elsewhere."""
        for reason in reasons:
            self._add(reason)

    def _add(self, reason: Reason) -> None:
        key = reason.place.key()
        if not any(r.code == reason.code and r.place.key() == key for r in self.reasons):
            self.reasons.append(reason)

    def reshape(
        self, kind: str, node: ast.AST, value: ast.expr, level: int, *,
        kinds: bool = False, counts: bool = False, detail: str = "",
    ) -> None:  # fmt: skip
        """Have ``node`` written differently; whatever sees the shape of ``value`` is a reason.

        ``kinds``: the role or type changes; ``counts``: so does the number of items.
        """
        from migrator.analysis.shapeflow import flow_of

        self.reshapes.append(Reshape(kind, node, detail))
        flow = flow_of(self.module, value, level)
        self.keep(flow.escapes)
        self.keep(flow.reads)
        self.keep(flow.kinds if kinds else ())
        self.keep(flow.counts if counts else ())
        self.absorb(flow)
        if self.call not in flow.sinks:
            self.reason("CC240", "not every way to the request can be followed", value)

    def _watch(self) -> None:
        """Note who looks at the list, in case an answer in it becomes several items."""
        from migrator.analysis.shapeflow import flow_of

        for node, _ in self.pending:
            flow = flow_of(self.module, node, MESSAGE)
            self.reads.extend([*flow.escapes, *flow.reads, *flow.kinds])
            self.counts.extend(flow.counts)
            self.absorb(flow)
            if self.call not in flow.sinks:
                place = self.module.source.place(node)
                message = "not every way to the request can be followed"
                self.reads.append(Reason("CC240", message, place, "block"))

    def later(self, message: str, node: ast.expr, code: str = "CC235") -> None:
        """Leave an element to the flow of results; without a claim it is a reason."""
        node = self.element or node
        if all(node is not known for known, _ in self.pending):
            place = self.module.source.place(node)
            self.pending.append((node, Reason(code, message, place, "block")))

    # -- lists --------------------------------------------------------------------------

    def list_(self, node: ast.expr) -> None:
        """Look at everything an expression that yields a messages list can hold."""
        if node in self._lists:
            return
        self._lists.add(node)
        if isinstance(node, ast.List):
            for item in node.elts:
                if isinstance(item, ast.Starred):
                    self.list_(item.value)
                else:
                    self.message(item)
        elif isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Attribute):
            self.attribute(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            self.list_(node.left)
            self.list_(node.right)
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            for value in alternatives(node):
                self.list_(value)
        elif isinstance(node, (ast.NamedExpr, ast.Await)) or (
            isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
        ):
            self.list_(node.value)
        elif isinstance(node, ast.ListComp):
            self.message(node.elt)
        elif isinstance(node, ast.Call):
            self._call(node)
        elif isinstance(node, ast.Constant) and node.value is None:
            return
        else:
            self.reason("CC230", "the messages come from an expression that can't be followed",
                        node)  # fmt: skip

    def _name(self, node: ast.Name) -> None:
        bindings = bindings_of(self.module, node)
        if not bindings:
            self.reason("CC230", f"`{node.id}` is not defined in this file", node)
        for binding in bindings:
            self._binding(binding, node)

    def _binding(self, binding: Binding, node: ast.AST) -> None:
        if binding in self._objects:
            return
        self._objects.add(binding)
        if binding.kind in ("assign", "walrus", "augassign") and not binding.path:
            assert isinstance(binding.value, ast.expr)
            self.annotated(binding, LIST)
            self.list_(binding.value)
            self.changes.of(binding)
            if binding.scope.kind == "module":
                place = self.module.source.place(binding.node)
                reason = Reason("CC236", f"`{binding.name}` is reachable from", place, "block")
                self.mentions.append(Mention((binding.name.encode(),), reason, seen=True))
        elif binding.kind == "param":
            parameter(self, binding, node)
            self.changes.of(binding)
        elif binding.kind != "annotation":
            shown = getattr(node, "id", binding.name)
            self.reason("CC230", f"`{shown}` can't be followed to a list", node)

    def annotated(self, binding: Binding, level: int) -> None:
        """Look at the annotation of what holds messages; most have none."""
        if annotation_of(binding) is not None:
            self.types.binding(binding, level)

    def named(self, node: ast.expr, level: int) -> None:
        """Look at the annotations of a name."""
        for binding in bindings_of(self.module, node) if isinstance(node, ast.Name) else ():
            self.annotated(binding, level)

    def ask(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, more: tuple[bytes, ...], code: str,
        message: str,
    ) -> None:  # fmt: skip
        """Ask the rest of the project whether it uses ``function``."""
        binding = self.module.binding_of[function]
        if binding.scope.kind in ("function", "lambda"):
            return
        reason = Reason(code, message, self.module.source.place(function), "block")
        self.mentions.append(question(function, binding, reason, more))

    def attribute(self, node: ast.Attribute) -> None:
        """Look at everything an attribute that holds a messages list is given."""
        owner = attribute_owner(self.module, node)
        bindings = meanings(self.module, owner, node) if owner is not None else []
        if owner is None or not bindings:
            shown = self.module.source.segment(node)
            self.reason("CC230", f"where `{shown}` is filled can't be seen", node)
            return
        if ("attribute", owner, node.attr) in self._objects:
            return
        self._objects.add(("attribute", owner, node.attr))
        for binding in bindings:
            if binding.kind == "param" or binding.value is None or binding.path:
                continue
            if isinstance(binding.value, ast.expr):
                self.annotated(binding, LIST)
                self.list_(binding.value)
        for use in self.module.attributes.get(node.attr, ()):
            receiver = attribute_owner(self.module, use)
            if receiver is None or related(self.module, receiver, owner):
                self.changes.use(use)
        if isinstance(owner.node, ast.ClassDef):
            reason = Reason("CC236", f"`{owner.node.name}.{node.attr}` is reachable from",
                            self.module.source.place(node), "block")  # fmt: skip
            attribute = f".{node.attr}".encode()
            for change in (b".append", b".extend", b".insert", b" +=", b" ="):
                needle = b"*" + attribute + change
                self.mentions.append(Mention((needle,), reason, anywhere=True, seen=True))
            needles = (owner.node.name.encode(), attribute)
            self.mentions.append(Mention(needles, reason, anywhere=True, seen=True))
            if reached_by_name(self.module, node.attr):
                self.reason("CC236", f"`{node.attr}` may be changed through its name", node)

    def _call(self, node: ast.Call) -> None:
        func = node.func
        name = last_name(func)
        if gathers(self.module, node):
            for arg in node.args:
                of = self.list_ if isinstance(arg, ast.Starred) else self.message
                of(arg.value if isinstance(arg, ast.Starred) else arg)
            return
        if name in ("list", "deepcopy", "copy", "tuple") and len(node.args) == 1:
            self.list_(node.args[0])
            return
        if name == "copy" and isinstance(func, ast.Attribute) and not node.args:
            self.list_(func.value)
            return
        found = origins(self.module, func)
        if return_(found):
            for origin in found:
                assert isinstance(origin.node, FUNCTIONS)
                self.types.returned(origin.node)
                for statement in returned(origin.node):
                    if statement.value is not None:
                        self.list_(statement.value)
            return
        if self.types.cast(node):
            self.list_(node.args[1])
            return
        shown = self.module.source.one_line(func, 60)
        self.reason("CC230", f"the messages come from `{shown}(…)`", node)

    # -- messages -----------------------------------------------------------------------

    def message(self, node: ast.expr) -> None:
        """Look at one element of the list."""
        inner = node.value if isinstance(node, ast.Await) else node
        if isinstance(inner, (ast.Dict, ast.Call)):
            self.items.message(inner, node)
        elif inner is not node:
            self.message(inner)
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            for value in alternatives(node):
                self.message(value)
        elif isinstance(node, ast.Subscript) and constant_string(node.slice) is not None:
            shown = self.module.source.segment(node)
            self.later(f"what message `{shown}` is can't be seen", node)
        elif isinstance(node, ast.Subscript):
            self.list_(node.value)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self._followed(node)
        else:
            self.reason("CC235", "an element is not written as a dict", node)

    def holds(self, node: ast.expr) -> bool:
        """Return whether ``node`` is the list itself, by a name it is known by."""
        seen = bindings_of(self.module, node) if isinstance(node, ast.Name) else ()
        return bool(seen) and all(binding in self._objects for binding in seen)

    def _followed(self, node: ast.expr) -> None:
        if node in self._lists:
            return
        self._lists.add(node)
        self.named(node, MESSAGE)
        for origin in origins(self.module, node):
            if origin.kind == "expr" and dumps(origin.node):
                shown = self.module.source.segment(node)
                self.later(f"message `{shown}` is a dumped object", node)
            elif origin.kind == "expr" and isinstance(origin.node, (ast.Dict, ast.Call)):
                self.items.message(origin.node, node)
                self.changes.of_message(node)
            elif origin.kind == "expr" and isinstance(origin.node, ast.Subscript):
                self.message(origin.node)
            elif (
                origin.kind == "bound"
                and origin.binding is not None
                and origin.binding.kind in ("for", "comp")
                and isinstance(origin.binding.value, ast.expr)
                and not origin.binding.path
            ):
                self.list_(origin.binding.value)
            elif origin.kind == "param" and element_parameter(self, origin, node):
                continue
            else:
                shown = self.module.source.segment(node)
                self.later(f"what message `{shown}` is can't be seen", node)
