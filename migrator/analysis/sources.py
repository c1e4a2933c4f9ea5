"""What makes a value of a request: followed back through names, parameters, attributes, calls."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason, Reshape
from migrator.analysis.functions import (
    argument_of,
    is_generator,
    question,
    references,
    related,
    returned,
)
from migrator.analysis.listchanges import reached_by_name
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.resultuses import looked_up
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, is_none, last_name
from migrator.analysis.uses import uses_of
from migrator.analysis.values import (
    ancestry,
    ask_for,
    attribute_owner,
    meanings,
    origins,
    qualified_names,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.functions import Function

_PLAIN = {"object", "ABC", "Protocol", "Generic"}
COPIES = {"copy", "deepcopy"}
OMITTED = {"openai.NOT_GIVEN", "openai.omit", "openai.NotGiven", "openai.Omit",
           "openai._types.NOT_GIVEN", "openai._types.omit"}  # fmt: skip


def is_omitted(module: Module, node: ast.expr) -> bool:
    """Return whether a value means that the keyword is not sent."""
    if qualified_names(module, node) & OMITTED:
        return True
    return isinstance(node, ast.Call) and bool(qualified_names(module, node.func) & OMITTED)


def is_builtin(module: Module, func: ast.expr, names: set[str]) -> bool:
    """Return whether ``func`` is one of the builtins ``names``."""
    return isinstance(func, ast.Name) and func.id in names and owner_of(module, func) is None


class Report:
    """What was found about one value: shared by the holders of a value and of its parts.

    ``unseen``: reasons that a source is not known; ``shared``: reasons that somebody else looks
    at the value, which only matter when it changes; ``calls``: the calls it is sent with.
    """

    __slots__ = ("unseen", "shared", "mentions", "reshapes", "calls", "nones")

    def __init__(self) -> None:
        self.unseen: list[Reason] = []
        self.shared: list[Reason] = []
        self.mentions: list[Mention] = []
        self.reshapes: list[Reshape] = []
        self.calls: list[ast.Call] = []
        # Sources that are None or one of the SDK's words for "not sent".
        self.nones: list[ast.expr] = []


class Sources:
    """Follows one kind of value back; every name on the way is followed to its uses, too."""

    # The keywords of a call that take the value, the code of the reasons, and its name in them.
    keywords: tuple[str, ...] = ()
    code = ""
    what = ""

    def __init__(self, module: Module, report: Report, *, library: bool = False) -> None:
        self.module = module
        self.report = report
        self.library = library
        self.seen: set[object] = set()

    # -- what subclasses say ------------------------------------------------------------

    def source(self, node: ast.expr) -> None:
        """Look at an expression that makes the value."""
        raise NotImplementedError

    def use(self, node: ast.expr) -> None:
        """Look at what is done with an expression that has the value."""
        raise NotImplementedError

    def target(self, node: ast.expr) -> None:
        """Look at what the value is assigned to."""
        raise NotImplementedError

    def bound(self, binding: Binding, node: ast.AST) -> bool:
        """Look at a binding that is neither assignment nor parameter, like `look`."""
        return False

    # -- reports ------------------------------------------------------------------------

    def reason(self, message: str, node: ast.AST, *, shared: bool = False) -> None:
        """Add a reason once."""
        ask_for(self.module, node)
        found = Reason(self.code, message, self.module.source.place(node), "block")
        reasons = self.report.shared if shared else self.report.unseen
        if not any(known.place.key() == found.place.key() for known in reasons):
            reasons.append(found)

    def _ask(self, needles: tuple[bytes, ...], message: str, node: ast.AST, anywhere: bool) -> None:
        reason = Reason(self.code, message, self.module.source.place(node), "block")
        self.report.mentions.append(Mention(needles, reason, anywhere=anywhere, seen=True))

    # -- back to what makes the value ---------------------------------------------------

    def node(self, node: ast.expr) -> None:
        """Follow an expression that has the value, back and forth."""
        if ("value", node) in self.seen:
            return
        self.seen.add(("value", node))
        if isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Attribute) and not is_omitted(self.module, node):
            self.attribute(node)
        elif isinstance(node, ast.IfExp):
            self.node(node.body)
            self.node(node.orelse)
        elif isinstance(node, ast.BoolOp):
            for value in node.values:
                self.node(value)
        elif isinstance(node, ast.NamedExpr):
            self.node(node.value)
            self.target(node.target)
        elif isinstance(node, ast.Await):
            self.node(node.value)
        elif is_none(node) or is_omitted(self.module, node):
            self.report.nones.append(node)
        elif isinstance(node, ast.Call):
            self._made(node)
        else:
            self.source(node)

    def _name(self, node: ast.Name) -> None:
        bindings = bindings_of(self.module, node)
        if is_omitted(self.module, node):
            self.report.nones.append(node)
        elif not bindings:
            self.reason(f"`{node.id}` is not defined in this file", node)
        else:
            for binding in bindings:
                self.binding(binding, node)

    def binding(self, binding: Binding, node: ast.AST) -> None:
        """Follow what a name is given, and everything the name is used for."""
        if binding in self.seen:
            return
        self.seen.add(binding)
        if binding.kind == "param":
            self._parameter(binding, node)
        elif binding.kind == "annotation":
            return
        elif binding.kind in ("assign", "walrus", "augassign") and not binding.path:
            assert isinstance(binding.value, ast.expr)
            self.annotated(binding)
            self.node(binding.value)
        elif not self.bound(binding, node):
            self.reason(f"what `{binding.name}` is can't be seen", node)
            return
        for other in binding.scope.bindings.get(binding.name, ()):
            if other.kind == "augassign":
                self.binding(other, node)
        if binding.scope.kind in ("module", "class"):
            self._visible(binding)
        for use in uses_of(self.module, binding):
            self.node(use)
            self.use(use)

    def annotated(self, binding: Binding) -> None:
        """Look at the annotation of a variable or parameter that holds the value."""
        statement = binding.statement
        if isinstance(statement, ast.AnnAssign):
            self._annotation(statement.annotation)

    def _annotation(self, node: ast.expr | None) -> None:
        if node is not None and "ChatCompletion" in self.module.source.segment(node):
            self.annotation(node)

    def annotation(self, node: ast.expr) -> None:
        """Look at an annotation that names a chat type."""
        from migrator.analysis.answertypes import tool_types

        found = tool_types(self.module, node)
        self.report.reshapes.extend(Reshape("types.name", *each) for each in found)
        if not found:
            self.reason(f"annotated as `{self.module.source.segment(node)}`", node)

    def _visible(self, binding: Binding) -> None:
        """Ask who else sees a variable of the module or of a class body."""
        name = binding.name
        if looked_up(self.module, name, binding.node):
            self.reason(f"`{name}` may be read by name", binding.node, shared=True)
        if self.library and not name.startswith("_"):
            self.reason(f"`{name}` can be imported by users of the library", binding.node,
                        shared=True)  # fmt: skip
        if binding.scope.kind == "class":
            owner = binding.scope.node
            assert isinstance(owner, ast.ClassDef)
            if owner.decorator_list or owner.bases or owner.keywords:
                self.reason(f"`{name}` of `{owner.name}` may be set elsewhere", binding.node)
            self._attribute_uses(name, binding)
        else:
            self._ask((name.encode(),), f"`{name}` is also used in", binding.node, False)
            utf8 = self.module.source.file_of(binding.node)
            if b"__all__" in utf8 and any(
                f"{mark}{name}{mark}".encode() in utf8 for mark in ("'", '"')
            ):
                self.reason(f"`{name}` is exported", binding.node, shared=True)

    def _attribute_uses(self, name: str, binding: Binding) -> None:
        for use in self.module.attributes.get(name, ()):
            owner = attribute_owner(self.module, use)
            if owner is None or related(self.module, owner, binding.scope):
                self.node(use)
                self.use(use)

    def _parameter(self, binding: Binding, node: ast.AST) -> None:
        function, arg = binding.statement, binding.node
        if not isinstance(function, FUNCTIONS) or not isinstance(arg, ast.arg):
            self.reason(f"`{binding.name}` is a parameter of a lambda", node)
            return
        if arg in (function.args.vararg, function.args.kwarg):
            if not self.collected(binding, function):
                self.reason(f"`{arg.arg}` collects arguments", node)
            return
        self._annotation(arg.annotation)
        uses = references(self.module, function)
        if uses.others or uses.unsure or uses.foreign or not uses.calls:
            message = f"parameter `{arg.arg}` of `{function.name}`: not every caller is seen"
            self.reason(message, node)
            return
        for call in uses.calls:
            known, value = False, None
            if isinstance(call, ast.Call):
                known, value = argument_of(self.module, call, arg.arg, function)
            if not known:
                self.reason(f"a caller hides what `{arg.arg}` is", call)
            elif value is not None:
                self.node(value)
        self.callers(function, f"`{function.name}` is also called in")

    def collected(self, binding: Binding, function: Function) -> bool:
        """Look at a parameter that collects arguments; return whether it is understood."""
        return False

    def callers(self, function: Function, message: str) -> None:
        """Ask the rest of the project whether it uses ``function``."""
        binding = self.module.binding_of[function]
        if binding.scope.kind in ("function", "lambda"):
            return
        if self.library and not function.name.startswith("_"):
            self.reason(f"`{function.name}` can be called by users of the library", function)
        reason = Reason(self.code, message, self.module.source.place(function), "block")
        self.report.mentions.append(question(function, binding, reason))

    def attribute(self, node: ast.Attribute) -> None:
        """Follow everything an attribute is given and used for."""
        owner = attribute_owner(self.module, node)
        bindings = meanings(self.module, owner, node) if owner is not None else []
        if owner is None or not bindings or not isinstance(owner.node, ast.ClassDef):
            self.reason(f"where `{self.module.source.segment(node)}` is set can't be seen", node)
            return
        key = ("attribute", owner, node.attr)
        if key in self.seen:
            return
        self.seen.add(key)
        self._bases(owner, node)
        for binding in bindings:
            self._member(binding, node)
        for use in self.module.attributes.get(node.attr, ()):
            receiver = attribute_owner(self.module, use)
            if receiver is not None and not related(self.module, receiver, owner):
                continue
            if isinstance(use.ctx, ast.Load):
                self.seen.add(("value", use))
                self.use(use)
            else:
                self._stored(use)
        shown = f"`{owner.node.name}.{node.attr}` is also used in"
        attribute = f".{node.attr}".encode()
        self._ask((b"*" + attribute,), shown, node, True)
        self._ask((owner.node.name.encode(), attribute), shown, node, True)
        if reached_by_name(self.module, node.attr):
            self.reason(f"`{node.attr}` may be changed through its name", node)

    def _member(self, binding: Binding, node: ast.Attribute) -> None:
        """Follow one thing an attribute is given."""
        if not isinstance(binding.node, ast.Attribute):
            function = binding.node
            if isinstance(function, FUNCTIONS) and references(self.module, function).is_property:
                self.function(function, node)
            else:
                self.binding(binding, node)
        elif binding.kind == "annotation":
            return
        elif binding.path or not isinstance(binding.value, ast.expr):
            self.reason(f"what `{binding.name}` is can't be seen", binding.node)
        else:
            self.annotated(binding)
            self.node(binding.value)

    def _bases(self, owner: Scope, node: ast.Attribute) -> None:
        """Ask the base classes that are not in this file whether they see an attribute."""
        for scope in ancestry(self.module, owner):
            assert isinstance(scope.node, ast.ClassDef)
            for base in scope.node.bases:
                if last_name(base) in _PLAIN or any(
                    origin.kind == "class" for origin in origins(self.module, base)
                ):
                    continue
                path = "".join(sorted(qualified_names(self.module, base)))
                if path.startswith("."):
                    shown = f"`self.{node.attr}` is also used in"
                    self._ask((f"self.{node.attr}".encode(),), shown, node, True)
                else:
                    shown = self.module.source.one_line(base, 40)
                    self.reason(f"the base class `{shown}` may see `{node.attr}`", node)

    def _stored(self, target: ast.Attribute) -> None:
        parent = self.module.parent(target)
        if isinstance(parent, (ast.Assign, ast.AugAssign)) or (
            isinstance(parent, ast.AnnAssign) and parent.value is not None
        ):
            assert parent.value is not None
            self.node(parent.value)
            if isinstance(parent, ast.AnnAssign):
                self._annotation(parent.annotation)
        elif not isinstance(parent, ast.AnnAssign):
            self.reason(f"`.{target.attr}` is set in a way that can't be followed", target)

    def _made(self, node: ast.Call) -> None:
        func = node.func
        name = last_name(func)
        found = origins(self.module, func) if isinstance(func, (ast.Name, ast.Attribute)) else []
        if found and all(origin.kind == "def" for origin in found):
            for origin in found:
                assert isinstance(origin.node, FUNCTIONS)
                self.function(origin.node, node)
        elif name in COPIES and len(node.args) == 1 and not node.keywords:
            self.node(node.args[0])
        elif name == "copy" and isinstance(func, ast.Attribute) and not node.args:
            self.node(func.value)
        else:
            self.source(node)

    def function(self, function: Function, node: ast.AST) -> None:
        """Follow what a function returns, and every call of it."""
        if function in self.seen:
            return
        self.seen.add(function)
        uses = references(self.module, function)
        if uses.others or uses.unsure or uses.foreign or uses.mixed or is_generator(function):
            self.reason(f"not every use of `{function.name}` can be followed", node)
            return
        self._annotation(function.returns)
        for statement in returned(function):
            if statement.value is not None:
                self.node(statement.value)
        for call in uses.calls:
            self.seen.add(("value", call))
            self.use(call)
        self.callers(function, f"`{function.name}` is also used in")
