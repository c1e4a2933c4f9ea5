"""Where a conversation lives, a variable or an attribute, and every place that names it."""

from __future__ import annotations

from migrator.analysis.functions import references, related
from migrator.analysis.listchanges import reached_by_name
from migrator.analysis.members import self_class
from migrator.analysis.reaching import owner_of
from migrator.analysis.resultuses import looked_up
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, dotted, last_name, walk
from migrator.analysis.values import attribute_owner, imported_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    Function = ast.FunctionDef | ast.AsyncFunctionDef

LOCAL, CLOSURE, GLOBAL, ATTRIBUTE = "local", "closure", "global", "attribute"
# What lets two turns run at once, on one list that both reach.
CONCURRENT = (
    "aiogram", "aiohttp", "anyio", "asyncio", "bottle", "celery", "chainlit", "concurrent",
    "discord", "django", "eventlet", "fastapi", "flask", "gevent", "gradio", "grpc", "http",
    "multiprocessing", "nicegui", "pyrogram", "quart", "sanic", "slack_bolt", "slack_sdk",
    "socketio", "socketserver", "starlette", "streamlit", "telebot", "telegram", "telethon",
    "textual", "threading", "tornado", "trio", "twisted", "uvicorn", "vkbottle", "websockets",
    "_thread",
)  # fmt: skip
# What may save a whole object for another day.
SAVING = ("cloudpickle", "dill", "joblib", "jsonpickle", "pickle", "shelve")
_PLAIN_BASES = ("object", "ABC", "abc.ABC")
_BY_NAME = ("getattr", "setattr", "hasattr", "delattr", "attrgetter")
_COPIES = (b"pickle", b"shelve", b"deepcopy", b"asdict", b"__dict__", b"vars(", b"dill")


class Holder:
    """A variable of ``scope``, or an attribute of the class ``scope``."""

    __slots__ = ("module", "scope", "name", "is_attribute")

    def __init__(self, module: Module, scope: Scope, name: str, *, is_attribute: bool) -> None:
        self.module = module
        self.scope = scope
        self.name = name
        self.is_attribute = is_attribute

    @property
    def shown(self) -> str:
        """How the program spells it."""
        return f"self.{self.name}" if self.is_attribute else self.name

    def bindings(self) -> list[Binding]:
        """Return everything that gives it a value."""
        if self.is_attribute:
            own = self.scope.attributes.get(self.name, [])
            return [*own, *self.scope.bindings.get(self.name, [])]
        return list(self.scope.bindings.get(self.name, []))

    def uses(self) -> list[ast.expr]:
        """Return every place that reads it, in source order; for an attribute, that may."""
        found: list[ast.expr] = []
        if self.is_attribute:
            for named in self.module.attributes.get(self.name, ()):
                owner = attribute_owner(self.module, named)
                if owner is None or related(self.module, owner, self.scope):
                    found.append(named)
        else:
            for scope in self.module.scopes.values():
                for use in scope.loads.get(self.name, ()):
                    if owner_of(self.module, use) is self.scope:
                        found.append(use)
        return sorted(found, key=lambda node: (node.lineno, node.col_offset))

    def foreign(self, use: ast.expr) -> bool:
        """Return whether a use goes through another object than the method's own."""
        if not self.is_attribute or not isinstance(use, ast.Attribute):
            return False
        named = isinstance(use.value, ast.Name) and use.value.id == "self"
        return not named or self_class(self.module.scope(use), use.value) is not self.scope

    def kind(self, functions: set[Scope]) -> str:
        """Return who can reach it, from the functions that do something with it."""
        if self.is_attribute:
            return ATTRIBUTE
        if all(scope is self.scope for scope in functions):
            return LOCAL
        return GLOBAL if self.scope.kind == "module" else CLOSURE

    def odd(self) -> tuple[str, ast.AST] | None:
        """Return what makes it no list of this program's own, and where."""
        for binding in self.bindings():
            if binding.kind == "param":
                return f"`{self.name}` belongs to the caller", binding.node
            if binding.kind not in ("assign", "augassign", "annotation") or binding.path:
                return f"`{self.shown}` is set here in another way", binding.node
            if self.is_attribute and binding.scope.kind == "class" and (
                binding in self.scope.bindings.get(self.name, ())
            ):  # fmt: skip
                return f"all instances share `{self.name}`", binding.node
        if self.is_attribute:
            return self._odd_class()
        first = self.scope.bindings[self.name][0].node
        if self.scope.kind == "class" or looked_up(self.module, self.name, first):
            return f"`{self.name}` may be read by name", first
        return None

    def _odd_class(self) -> tuple[str, ast.AST] | None:
        node = self.scope.node
        if not isinstance(node, ast.ClassDef):
            return "whose list this is can't be seen", node
        if node.decorator_list or node.keywords:
            return f"`{node.name}` is made by a decorator or a metaclass", node
        for base in node.bases:
            if dotted(base) not in _PLAIN_BASES:
                return f"`{node.name}` derives from another class", base
        if {"__slots__", "__setattr__", "__getattr__", "__getattribute__"} & set(
            self.scope.bindings
        ):
            return f"`{node.name}` has attributes of its own kind", node
        for scope in self.module.scopes.values():
            derived = scope.kind == "class" and scope is not self.scope
            if derived and related(self.module, scope, self.scope):
                return f"a class derives from `{node.name}`", scope.node
        for call in self.module.calls:
            if last_name(call.func) in _BY_NAME and any(
                constant_string(arg) == self.name for arg in call.args
            ):
                return f"`{self.name}` is read by its name", call
        data = self.module.source.utf8
        if any(word in data for word in _COPIES) or reached_by_name(self.module, self.name):
            return f"objects of `{node.name}` may be copied or saved whole", node
        return None


def holder_of(module: Module, node: ast.expr) -> Holder | None:
    """Return what holds the value a name or an attribute of ``self`` reads, else None."""
    if isinstance(node, ast.Name):
        scope = owner_of(module, node)
        return None if scope is None else Holder(module, scope, node.id, is_attribute=False)
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        owner = attribute_owner(module, node)
        if owner is not None and node.value.id == "self":
            return Holder(module, owner, node.attr, is_attribute=True)
    return None


def concurrent(
    module: Module, functions: set[Scope], names: set[str]
) -> tuple[str, ast.AST] | None:  # fmt: skip
    """Return what may run two turns at once in functions that share a list, and where.

    ``names`` are those of all functions that lead to one of them.
    """
    for binding in module.imports:
        root = imported_path(binding).lstrip(".").split(".")[0]
        if root in CONCURRENT:
            return f"`{root}` may run two turns at once", binding.statement
    for scope in functions:
        if isinstance(scope.node, ast.AsyncFunctionDef):
            return "another turn may run while this one waits", scope.node
        if isinstance(scope.node, ast.Lambda):
            return "a lambda uses the list", scope.node
    for scope in module.scopes.values():
        node = scope.node
        if not isinstance(node, FUNCTIONS) or not _called_as(scope) & names:
            continue
        found = references(module, node)
        others = [use for use in found.others if use is not node]
        if found.is_property:
            return f"`{node.name}` is a property", node
        if found.foreign and node.name != "main":
            return f"a decorator of `{node.name}` may call it at any time", found.foreign[0]
        if others:
            return f"`{node.name}` is handed to other code, which may call it", others[0]
    return None


class Risks:
    """What may change a list that several functions share, between two statements of one."""

    def __init__(self, module: Module, functions: set[Scope], *, shared: bool) -> None:
        self.module = module
        self.shared = shared
        self.names = {name for scope in functions for name in _called_as(scope)}
        found = True
        while found and shared:
            found = False
            for scope in module.scopes.values():
                names = _called_as(scope)
                if names and not names <= self.names and self._calls(scope):
                    self.names |= names
                    found = True

    def _calls(self, scope: Scope) -> bool:
        return any(
            (isinstance(part, ast.Name) and part.id in self.names)
            or (isinstance(part, ast.Attribute) and part.attr in self.names)
            for part in walk(scope.node)
        )

    def __call__(self, node: ast.AST) -> bool:
        """Return whether evaluating ``node`` itself may run code that has the list."""
        if not self.shared:
            return False
        if isinstance(node, (ast.Await, ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, ast.Call):
            return False
        name = last_name(node.func)
        if not name or name in self.names:
            return True
        if isinstance(node.func, ast.Name):
            scope = owner_of(self.module, node.func)
            kinds = {b.kind for b in scope.bindings[name]} if scope is not None else set()
            return bool(kinds - {"import", "from", "def", "class"})
        return False


def _called_as(scope: Scope) -> set[str]:
    """Return the names by which the code of a scope is run."""
    node = scope.node
    if not isinstance(node, FUNCTIONS):
        return set()
    names = {node.name}
    above = scope.parent
    if node.name.startswith("__") and above is not None and isinstance(above.node, ast.ClassDef):
        names.add(above.node.name)
    return names
