"""Files written for openai before 1.0: what moves with their calls, and what keeps them there.

The package is upgraded for the whole file or not at all, so its calls are one group, and a use
of the old package that has no place in the new one stops them all.
"""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.facts import Mention, Reason
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.sites import Site
from migrator.analysis.syntax import ast
from migrator.analysis.uses import uses_of
from migrator.analysis.values import imported_path, qualified_names

_ERRORS = API["legacy"]["error"]
_MODULE = API["legacy"]["module"]
# Error classes that openai before 1.0 also had on the module itself.
_SHORT = ("APIError", "InvalidRequestError", "OpenAIError")
_CLIENTS = ("OpenAI", "AsyncOpenAI", "AzureOpenAI", "AsyncAzureOpenAI")
# Strings that reach into the old package, or aim it elsewhere.
_NAMED = (
    b"OPENAI_API_BASE", b"OPENAI_API_TYPE", b'"openai.error', b"'openai.error",
    b'"openai.ChatCompletion', b"'openai.ChatCompletion",
)  # fmt: skip
# Attributes of an error that both packages have.
_KEPT = {"code", "__class__", "__cause__", "with_traceback", "add_note"}
_FIELDS = ("http_status", "http_body", "json_body", "user_message", "_message")
_PARENTS = {"APITimeoutError": "APIConnectionError"}


class Rename:
    """A name that is spelled otherwise: ``node`` becomes ``to``.

    ``node`` is an attribute (``openai.error.X``), the alias of an import, or a plain name.
    """

    __slots__ = ("node", "to")

    def __init__(self, node: ast.AST, to: str) -> None:
        self.node = node
        self.to = to


class Legacy:
    """What the old package is used for in one file, apart from its calls ``sites``."""

    def __init__(self, module: Module, sites: list[Site]) -> None:
        self.module = module
        self.reasons: list[Reason] = []
        self.renames: list[Rename] = []
        # Import statements of `openai.error`, which becomes `openai`.
        self.statements: list[ast.ImportFrom] = []
        self._calls = {site.chain[0] for site in sites}
        # What every mention of an error class has become.
        self._classes: dict[ast.AST, str] = {}
        place = module.source.place(sites[0].call)
        message = "openai before 1.0 has to give way to 1.66 or newer, and retries by itself then"
        self.reasons.append(Reason("CC509", message, place, "suggest"))
        self._attributes()
        for binding in module.imports:
            self._import(binding)
        self._strings()
        for name in _FIELDS:
            for node in module.attributes.get(name, ()):
                self._stop(f"`.{name}` of an error of the old package is read", node)
        for mention in list(self._classes):
            self._class(mention)
        for statement in self._tries():
            self._handlers(statement)

    def mentions(self) -> list[Mention]:
        """Return what the project is asked: does another file aim the old module elsewhere?"""
        place = self.reasons[0].place
        reason = Reason("CC220", "the address of the old package is set in", place, "block")
        needles = (b"openai.api_base", b"openai.api_type", b"OPENAI_API_BASE", b"OPENAI_API_TYPE")
        return [Mention((needle,), reason, anywhere=True) for needle in needles]

    def _stop(self, message: str, node: ast.AST) -> None:
        self.reasons.append(Reason("CC220", message, self.module.source.place(node), "block"))

    # -- names of the module ------------------------------------------------------------

    def _attributes(self) -> None:
        for name in (*_MODULE, *_SHORT, *_CLIENTS, "error", "ChatCompletion"):
            for node in self.module.attributes.get(name, ()):
                if qualified_names(self.module, node) == {f"openai.{name}"}:
                    self._attribute(name, node)

    def _attribute(self, name: str, node: ast.Attribute) -> None:
        if name == "ChatCompletion":
            if node not in self._calls:
                self._stop("the old class is also used in another way", node)
        elif name == "error":
            whole = self.module.parent(node)
            if isinstance(whole, ast.Attribute) and whole.value is node:
                self._error(whole.attr, whole, whole)
            else:
                self._stop("`openai.error` is used as a value", node)
        elif name in _SHORT:
            self._error(name, node, node)
        elif name in _CLIENTS:
            self._stop("the file uses a client of openai 1.0, too", node)
        else:
            self._stop(f"`openai.{name}` is part of openai before 1.0", node)

    def _error(self, name: str, node: ast.AST, rename: ast.AST | None) -> None:
        row = _ERRORS.get(name)
        if row is None or "to" not in row:
            self._stop(f"the error class `{name}` has no successor", node)
            return
        self._classes[node] = row["to"]
        if rename is not None:
            self.renames.append(Rename(rename, row["to"]))

    # -- imports ------------------------------------------------------------------------

    def _import(self, binding: Binding) -> None:
        path, statement = imported_path(binding), binding.statement
        alias = binding.node
        assert isinstance(alias, ast.alias)
        if isinstance(statement, ast.Import):
            if alias.name.startswith("openai."):
                self._stop(f"`{alias.name}` is imported", statement)
        elif path.startswith("openai.error.") and isinstance(statement, ast.ImportFrom):
            self._imported(binding, alias, statement)
        elif path.startswith("openai."):
            # Anything else is old, or shows that the file is written for both packages.
            self._stop(f"`{path}` is imported", statement)

    def _imported(self, binding: Binding, alias: ast.alias, statement: ast.ImportFrom) -> None:
        if statement not in self.statements:
            self.statements.append(statement)
        self._error(alias.name, alias, None)
        new = self._classes.get(alias, alias.name)
        if new != alias.name:
            self.renames.append(Rename(alias, new))
        for use in uses_of(self.module, binding):
            self._classes[use] = new
            if alias.asname is None and new != alias.name:
                self.renames.append(Rename(use, new))
        if alias.asname is None and new != alias.name and self._taken(new):
            self._stop(f"`{new}` already means something here", statement)

    def _taken(self, name: str) -> bool:
        count = sum(to == name for node, to in self._classes.items() if isinstance(node, ast.alias))
        return count > 1 or any(
            name in scope.bindings or name in scope.loads for scope in self.module.scopes.values()
        )

    def _strings(self) -> None:
        data = self.module.source.utf8
        for name in _NAMED:
            at = data.find(name)
            if at >= 0:
                message = f"`{name.decode()}` is named".replace("'", "").replace('"', "")
                place = self.module.source.place_at(at)
                self.reasons.append(Reason("CC220", message, place, "block"))

    def _class(self, node: ast.AST) -> None:
        """Stop where an error class is used for more than catching."""
        parent = self.module.parent(node)
        if isinstance(parent, ast.Call) and parent.func is node:
            self._stop("an error of the old package is made here", parent)
        elif isinstance(parent, ast.ClassDef):
            self._stop("a class derives from an error of the old package", node)
        elif isinstance(parent, (ast.Tuple, ast.List)):
            names = [self._classes[item] for item in parent.elts if item in self._classes]
            if names.count(self._classes[node]) > 1:
                self._stop(f"`{self._classes[node]}` would stand here twice", node)

    # -- handlers -----------------------------------------------------------------------

    def _tries(self) -> list[ast.Try]:
        """Return the ``try`` statements that wait for errors of the old package."""
        result: list[ast.Try] = []
        for node in self._classes:
            handler = self.module.enclosing(node, (ast.ExceptHandler, ast.stmt))
            statement = self.module.parent(handler) if handler is not None else None
            if isinstance(statement, ast.Try) and statement not in result:
                result.append(statement)
        return result

    def _handlers(self, statement: ast.Try) -> None:
        caught: set[str] = set()
        for handler in statement.handlers:
            parts = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            names = [self._classes[part] for part in parts if part in self._classes]
            for name in names:
                if {name, _PARENTS.get(name, name), "OpenAIError"} & caught:
                    self._stop(f"`{name}` would be caught before this", handler)
                    break
            caught.update(names)
            if names:
                self._fields(handler)

    def _fields(self, handler: ast.ExceptHandler) -> None:
        binding = self.module.binding_of.get(handler)
        for use in uses_of(self.module, binding) if binding is not None else ():
            parent = self.module.parent(use)
            if isinstance(parent, ast.Attribute) and parent.attr not in (*_KEPT, *_FIELDS):
                self._stop(f"`.{parent.attr}` of an error of the old package is read", parent)
