"""Which addresses a ``base_url`` may be: constants, settings, parameters and their callers."""

from __future__ import annotations

from migrator.analysis import constructions
from migrator.analysis.environment import environment
from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import argument_of, default_of, question, references, returned
from migrator.analysis.guards import guards, keeps_nothing, name_of
from migrator.analysis.lookups import looked_up
from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, last_name, literal
from migrator.analysis.values import (
    attribute_owner,
    definitions,
    given_attribute,
    imported_path,
    module_named,
    set_from_outside,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.scopes import Binding, Module, Scope

_DEPTH = 12
# Methods of strings that keep the host.
_TRIMS = {"rstrip", "strip", "removesuffix", "lstrip", "lower", "geturl"}
# What sets attributes nobody can see by their name.
_BY_NAME = ("__dict__", "setattr", "vars(")
_WRAPPERS = {"str", "URL"}


class Possible:
    """What an expression may be.

    ``values`` are constants, or beginnings of addresses that hold the whole host; ``open`` says
    what else decides it.  ``names`` are what settings and variables on the way are called,
    ``literals`` the constants, each with its node.  ``split``: some ways to it are only open, so
    that a constant of another way is no default.
    """

    __slots__ = ("values", "open", "names", "literals", "split")

    def __init__(self) -> None:
        self.values: list[object] = []
        self.open: list[str] = []
        self.names: list[tuple[str, ast.AST]] = []
        self.literals: list[tuple[object, ast.AST]] = []
        self.split = False

    def add(self, other: Possible) -> None:
        """Take in what another expression may be."""
        self.values.extend(value for value in other.values if value not in self.values)
        self.open.extend(text for text in other.open if text not in self.open)
        self.names.extend(other.names)
        self.literals.extend(other.literals)
        self.split = self.split or other.split

    def either(self, ways: list[Possible]) -> None:
        """Take in what comes in different ways."""
        for way in ways:
            self.add(way)
        bare = [way for way in ways if way.open and not any(way.values)]
        self.split = self.split or 0 < len(bare) < len(ways)

    def truthy(self) -> Possible:
        """Return what is left where only a true value is taken."""
        result = Possible()
        result.values = [value for value in self.values if value]
        result.open, result.names, result.literals = self.open, self.names, self.literals
        result.split = self.split
        return result


class Addresses:
    """Follows expressions of one module to constants.

    ``mentions`` are questions to the rest of the project on which the answers depend.
    """

    def __init__(self, module: Module) -> None:
        self.module = module
        self.mentions: list[Mention] = []
        self._active: set[ast.AST] = set()
        # The calls on whose behalf functions are looked into, innermost last.
        self.frames: list[tuple[ast.AST, ast.Call]] = []

    def of(self, node: ast.expr) -> Possible:
        """Return what ``node`` may be."""
        result = Possible()
        if node in self._active or len(self._active) > _DEPTH * 3:
            if self.frames:
                # Not a cycle: another call of the same function.
                self._open(result, node)
            return result
        self._active.add(node)
        try:
            self._expression(node, result)
        finally:
            self._active.discard(node)
        return result

    def _open(self, result: Possible, node: ast.AST, why: str = "") -> None:
        text = why or f"`{_short(self.module, node)}`"
        result.names.append((getattr(node, "arg", "") or last_name(node), node))
        if text not in result.open:
            result.open.append(text)

    def _expression(self, node: ast.expr, result: Possible) -> None:
        known, value = literal(node)
        if known:
            result.values.append(value)
            result.literals.append((value, node))
        elif isinstance(node, ast.BoolOp):
            for item in node.values[:-1]:
                inner = self.of(item)
                result.add(inner.truthy() if isinstance(node.op, ast.Or) else inner)
            result.add(self.of(node.values[-1]))
        elif isinstance(node, ast.IfExp):
            body = self.of(node.body)
            same = name_of(node.test) == name_of(node.body)
            other = self.of(node.orelse)
            if same:
                result.add(body.truthy())
                result.add(other)
            else:
                result.either([body, other])
        elif isinstance(node, (ast.NamedExpr, ast.Await)):
            result.add(self.of(node.value))
        elif isinstance(node, (ast.Name, ast.Attribute)):
            frames = self.frames
            if isinstance(node, ast.Attribute) or not self._local(node):
                # What other calls have left behind.
                self.frames = []
            if isinstance(node, ast.Name):
                self._name(node, result)
            else:
                self._attribute(node, result)
            self.frames = frames
        elif isinstance(node, ast.JoinedStr):
            self._joined(node, node.values[0] if node.values else None, result)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            self._joined(node, node.left, result)
        elif isinstance(node, (ast.Subscript, ast.Call)):
            self._taken(node, result)
        else:
            self._open(result, node)

    # -- names --------------------------------------------------------------------------

    def _local(self, node: ast.Name) -> bool:
        owner = owner_of(self.module, node)
        return owner is not None and owner.kind == "function" and node.id not in owner.remote

    def _name(self, node: ast.Name, result: Possible) -> None:
        bindings = bindings_of(self.module, node)
        if not bindings:
            self._open(result, node)
        self._bindings(bindings, node, result)

    def _bindings(
        self, bindings: Sequence[Binding], node: ast.Name | ast.Attribute, result: Possible
    ) -> None:
        guarded = any(guards(self.module, binding) for binding in bindings)
        ways: list[Possible] = []
        for binding in bindings:
            found = Possible()
            self._binding(binding, node, found)
            late = guarded and not guards(self.module, binding)
            ways.append(found.truthy() if late else found)
        if guarded or isinstance(node, ast.Attribute):
            # A default, or what is set before the program gets here.
            for way in ways:
                result.add(way)
        else:
            result.either(ways)

    def _binding(self, binding: Binding, node: ast.expr, result: Possible) -> None:
        value = binding.value
        if binding.kind in ("assign", "walrus") and not binding.path:
            if isinstance(value, ast.expr):
                result.add(self.of(value))
        elif binding.kind == "param" and isinstance(binding.node, ast.arg):
            self._parameter(binding, binding.node, result)
        elif binding.kind in ("import", "from"):
            if self.module.links is not None:
                self.module.links.want(binding)
            self._open(result, node, f"`{binding.name}` of `{imported_path(binding)}`")
        elif binding.kind == "def" and isinstance(binding.node, FUNCTIONS):
            self._returns(binding.node, result)
        elif binding.kind != "annotation":
            self._open(result, node)

    def _parameter(self, binding: Binding, arg: ast.arg, result: Possible) -> None:
        function = binding.statement
        if not isinstance(function, FUNCTIONS):
            self._open(result, arg, f"parameter `{arg.arg}`")
            return
        scope = self.module.binding_of[function].scope
        if function.name == "__init__" and scope.kind == "class":
            given = constructions.argument(self.module, function, arg.arg)
            self._given(given, arg, scope, result)
            return
        call = self.frame(function)
        if call is not None:
            known, value = argument_of(self.module, call, arg.arg, function)
            if known and value is not None:
                self._outside(call, value, result)
                return
        uses = references(self.module, function)
        made = [call for call in uses.calls if isinstance(call, ast.Call)]
        values: list[ast.expr] = []
        unclear = f"parameter `{arg.arg}`" if uses.others or uses.unsure else ""
        for call in made:
            known, value = argument_of(self.module, call, arg.arg, function)
            if not known:
                unclear = f"parameter `{arg.arg}`"
            elif value is not None:
                values.append(value)
        default = default_of(function, arg.arg)
        if default is not None and not made:
            values.append(default)
        result.either([self.of(value) for value in values])
        if unclear or not made:
            self._open(result, arg, unclear or f"parameter `{arg.arg}`, which nothing here gives")
        else:
            self._ask(function, f"`{function.name}` is called in")

    def frame(self, function: ast.AST) -> ast.Call | None:
        """Return the call on whose behalf a function is looked into, if there is one."""
        return next((call for known, call in reversed(self.frames) if known is function), None)

    def _outside(self, call: ast.Call, value: ast.expr, result: Possible) -> None:
        """Add what an argument of ``call`` may be, as its caller sees it."""
        frames = self.frames
        self.frames = frames[: [each for _, each in frames].index(call)]
        result.add(self.of(value))
        self.frames = frames

    def _given(
        self, given: constructions.Given, node: ast.AST, owner: Scope, result: Possible
    ) -> None:
        result.either([self.of(value) for value in given.values])
        assert isinstance(owner.node, ast.ClassDef)
        name = owner.node.name
        if given.open:
            self._open(result, node, given.open)
        elif not given.made:
            self._open(result, node, f"who makes a `{name}`")
        else:
            for node in constructions.constructions(self.module, owner).classes:
                self._ask(node, f"`{node.name}` is named in")

    def _ask(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, message: str
    ) -> None:
        """Ask whether another file calls what is only called with constants here."""
        reason = Reason("CC404", message, self.module.source.place(node), "unknown")
        self.mentions.append(question(node, self.module.binding_of[node], reason))

    # -- attributes ---------------------------------------------------------------------

    def _attribute(self, node: ast.Attribute, result: Possible) -> None:
        shared = module_named(self.module, node.value)
        if shared is not None:
            for binding in definitions(self.module, node):
                self._binding(binding, node, result)
            if not definitions(self.module, node):
                self._open(result, node)
            return
        owner = attribute_owner(self.module, node)
        bindings = given_attribute(self.module, owner, node)
        given = None if owner is None else constructions.field(self.module, owner, node.attr)
        if owner is None or (given is None and all(b.kind == "annotation" for b in bindings)):
            self._open(result, node)
            return
        self._bindings([b for b in bindings if b.kind != "annotation"], node, result)
        for value in set_from_outside(self.module, owner, node.attr):
            result.add(self.of(value))
        if given is not None:
            self._given(given, node, owner, result)
        if any(word in self.module.source.segment(owner.node) for word in _BY_NAME):
            self._open(result, node, f"who sets `{node.attr}` by its name")
        form = f".{node.attr} =".encode()
        message = f"`{node.attr}` may be set in"
        reason = Reason("CC404", message, self.module.source.place(owner.node), "unknown")
        self.mentions.append(Mention((form,), reason, seen=True))

    # -- other expressions --------------------------------------------------------------

    def _joined(self, node: ast.expr, first: ast.expr | None, result: Possible) -> None:
        """Add the beginnings of a text that is put together, if they hold the whole host."""
        if isinstance(first, ast.FormattedValue):
            first = first.value
        if first is None:
            self._open(result, node)
            return
        start = self.of(first)
        if start.open and not start.values:
            result.add(start)
            return
        follows = _after(node)
        for value in start.values:
            text = f"{value}{follows}"
            host = text.split("://", 1)[1] if "://" in text else ""
            if any(end in host for end in "/:"):
                result.values.append(text)
            else:
                self._open(result, node)
        result.open.extend(start.open)
        result.names.extend(start.names)

    def _taken(self, node: ast.Subscript | ast.Call, result: Possible) -> None:
        found = looked_up(self.module, node)
        if found is not None:
            for value in found:
                result.add(self.of(value))
            return
        variable = environment(self.module, node)
        if variable is not None:
            name, default = variable
            self._open(result, node, f"the environment variable {name}")
            result.names.append((name, node))
            if default is not None:
                result.add(self.of(default))
            return
        if isinstance(node, ast.Call):
            self._call(node, result)
        else:
            self._open(result, node)
            result.names.append((constant_string(node.slice) or "", node))

    def _call(self, call: ast.Call, result: Possible) -> None:
        known, default = constructions.default_value(self.module, call)
        if known:
            if default is not None:
                result.add(self.of(default))
            elif any(is_none(arg) for arg in [*call.args, *(k.value for k in call.keywords)]):
                result.values.append(None)
            return
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in _TRIMS:
            result.add(self.of(func.value))
            return
        name = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
        if name in _WRAPPERS and len(call.args) == 1:
            result.add(self.of(call.args[0]))
            return
        bindings = definitions(self.module, func)
        if not bindings and isinstance(func, ast.Attribute):
            owner = attribute_owner(self.module, func)
            bindings = tuple(given_attribute(self.module, owner, func))
        if bindings and all(isinstance(b.node, FUNCTIONS) for b in bindings):
            for binding in bindings:
                assert isinstance(binding.node, FUNCTIONS)
                frames = self.frames
                fresh = keeps_nothing(self.module, binding.node)
                self.frames = [*frames, (binding.node, call)] if fresh else []
                self._returns(binding.node, result)
                self.frames = frames
            return
        self._open(result, call)
        if call.args:
            # `settings.get("vllm_base_url")`
            result.names.append((constant_string(call.args[0]) or "", call))

    def _returns(
        self, function: ast.FunctionDef | ast.AsyncFunctionDef, result: Possible
    ) -> None:  # fmt: skip
        if function in self._active:
            if self.frames:
                self._open(result, function, f"what `{function.name}` returns")
            return
        self._active.add(function)
        for statement in returned(function):
            if statement.value is not None:
                result.add(self.of(statement.value))
        self._active.discard(function)


def _after(node: ast.expr) -> str:
    """Return the constant text behind the first part of a text that is put together."""
    if isinstance(node, ast.JoinedStr):
        return constant_string(node.values[1]) or "" if len(node.values) > 1 else ""
    return constant_string(node.right) or "" if isinstance(node, ast.BinOp) else ""


def _short(module: Module, node: ast.AST) -> str:
    text = module.source.one_line(node)
    return text if len(text) <= 60 else text[:57] + "..."
