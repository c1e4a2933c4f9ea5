"""Test doubles of Chat Completions calls: what they replace, and whether they can move along.

A test double is looked through from the patch on (`patch`, `patch.object`, `monkeypatch.setattr`):
which client of which file it stands for, what it answers, what is asked of it afterwards.  A
file is only said to be seen through if nothing else in it could stand for a call.
"""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.mockflow import CLASS, CLIENT, METHOD, MockFlow
from migrator.analysis.mockparts import Stuck
from migrator.analysis.scopes import Binding, Module, Scope
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, keyword, last_name, walk
from migrator.analysis.values import definitions, imported_path, module_named, qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PATCHES = {"patch", "object", "setattr", "multiple", "setitem", "spy", "stub", "create_autospec"}
_SDK = {"openai.OpenAI", "openai.AsyncOpenAI"}
_WORDS = {"choices", "completions", "ChatCompletion"}
_METHOD = ["chat", "completions", "create"]
_TOUCHY = {"chat", "completions", "create", "openai", "OpenAI", "AsyncOpenAI", "httpx", "parse"}
_NAMED = ("new", "return_value", "side_effect", "new_callable")


class Called:
    """What doubles are told of one call: file, receiver, whether it is awaited, its keywords.

    ``built`` is the file in which the client is built, "" where that is not known.
    """

    __slots__ = ("number", "path", "receiver", "awaited", "built", "names", "added")

    def __init__(
        self, number: int, path: str, receiver: ast.expr | None, awaited: bool, built: str,
        names: Mapping[str, str], added: list[str],
    ) -> None:  # fmt: skip
        self.number = number
        self.path = path
        self.receiver = receiver
        self.awaited = awaited
        self.built = built
        self.names = names
        self.added = added


class Double:
    """One patch: the calls it answers, what has to be written differently, or what prevents it."""

    __slots__ = ("node", "numbers", "flow")

    def __init__(self, node: ast.Call, calls: list[Called], flow: MockFlow) -> None:
        self.node = node
        self.numbers = [call.number for call in calls]
        self.flow = flow

    @property
    def stuck(self) -> Stuck | None:
        """What prevents that it moves, or another double of the same calls."""
        return self.flow.stuck

    @property
    def known(self) -> set[ast.AST]:
        """Every node that was looked through."""
        return self.flow.known

    @property
    def changes(self) -> list[Reshape]:
        """What has to be written differently."""
        return list(self.flow.changes.values())


class Doubles:
    """All test doubles of a module, and the files of it that are seen through."""

    def __init__(self, module: Module, calls: list[Called], own: Iterable[ast.AST]) -> None:
        self.module = module
        self.calls = calls
        self.found: list[Double] = []
        self.known: set[ast.AST] = set(own)
        self.seen: set[str] = set()
        self.odd: list[tuple[str, ast.AST]] = []
        self._flows: dict[tuple[int, ...], MockFlow] = {}
        self._receivers = {last_name(call.receiver) for call in calls} - {""}
        for call in module.calls:
            if last_name(call.func) in _PATCHES:
                self._patch(call)
        for flow in self._flows.values():
            try:
                flow.finish()
                if not flow.answers:
                    node = next(double.node for double in self.found if double.flow is flow)
                    raise Stuck(node, "what it answers is not in sight")
            except Stuck as stuck:
                flow.stuck = flow.stuck or stuck
            if flow.stuck is None:
                self.known |= flow.known
        for tree in module.trees:
            self._judge(tree)

    # -- files --------------------------------------------------------------------------

    def _judge(self, tree: ast.Module) -> None:
        """Note whether everything in a file that may stand for a call is known."""
        if not tree.body:
            return
        path = self.module.source.place(tree.body[0]).path
        if any(place == path for place, _ in self.odd):
            return
        if any(
            double.stuck is not None and self.module.tree_of(double.node) is tree
            for double in self.found
        ):
            return
        for node in walk(tree):
            if node not in self.known and self._tells(node):
                self.odd.append((path, node))
                return
        self.seen.add(path)

    def _tells(self, node: ast.AST) -> bool:
        """Return whether a node may be a part of a double that nobody looked through."""
        if isinstance(node, ast.Attribute):
            stored = not isinstance(node.ctx, ast.Load)
            return node.attr in _WORDS or (stored and node.attr in self._receivers)
        if isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes)):
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            return not isinstance(self.module.parent(node), ast.Expr) and any(
                word in text for word in _WORDS
            )
        name = getattr(node, "arg", None) or getattr(node, "id", None) or getattr(node, "name", "")
        return isinstance(name, str) and name in _WORDS

    # -- patches ------------------------------------------------------------------------

    def _patch(self, call: ast.Call) -> None:
        """Look at one call that may replace something."""
        form = self._form(call)
        if form == "harmless":
            return
        target = self._target(call, form)
        if target is None:
            if self._touches(call, form):
                self.odd.append((self.module.source.place(call).path, call))
            return
        kind, scope, name, said = target
        meant = self._meant(scope, name)
        flow = self._flow(meant)
        self.found.append(Double(call, meant, flow))
        try:
            if not meant:
                raise Stuck(call, "the calls it replaces are not in sight")
            awaited = kind == METHOD and any(each.awaited for each in meant)
            if awaited and not keyword(call, "new_callable") and not self._new(call, form):
                raise Stuck(call, "what patches async methods are made of differs")
            self._only_calls(scope, name, kind)
            if kind == METHOD:
                flow.known.update(said)
                flow.change("target" if form == "string" else "chain", said[0])
            self._follow(flow, call, form, kind)
            flow.known.add(call)
        except Stuck as stuck:
            flow.stuck = flow.stuck or stuck

    def _flow(self, meant: list[Called]) -> MockFlow:
        """Return what follows the doubles of these calls; they may share answers."""
        key = tuple(call.number for call in meant)
        if key not in self._flows:
            self._flows[key] = MockFlow(self.module, *_together(meant))
        return self._flows[key]

    def _form(self, call: ast.Call) -> str:
        """Return how a patch names what it replaces: string, object, harmless, or unknown ("")."""
        func = call.func
        names = qualified_names(self.module, func)
        mock = all(each.startswith(("unittest.mock.patch", "mock.patch")) for each in names)
        base = func.value if isinstance(func, ast.Attribute) else None
        inner = base.value if isinstance(base, ast.Attribute) else base
        fixture = isinstance(inner, ast.Name) and inner.id in ("mocker", "monkeypatch")
        if not ((names and mock) or (fixture and not names)):
            return ""
        name = last_name(func)
        first = constant_string(call.args[0]) if call.args else None
        if name == "patch" or (name == "setattr" and first is not None):
            return "string"
        return "object" if name in ("object", "setattr") else ""

    def _target(
        self, call: ast.Call, form: str
    ) -> tuple[str, Scope, str, list[ast.AST]] | None:  # fmt: skip
        """Return what a patch replaces: kind, module and name of the client, nodes that say so."""
        if form == "string" and call.args:
            return self._by_name(call.args[0])
        if form != "object" or len(call.args) < 2:
            return None
        owner, name = call.args[0], constant_string(call.args[1])
        self._want(owner)
        if name == "create":
            chain: list[ast.AST] = []
            for attr in ("completions", "chat"):
                if not isinstance(owner, ast.Attribute) or owner.attr != attr:
                    return None
                chain.append(owner)
                owner = owner.value
            scope, client = self._client(owner)
            if scope is None or self._kind(scope, client) != CLIENT:
                return None
            return METHOD, scope, client, chain
        scope = module_named(self.module, owner)
        kind = self._kind(scope, name or "")
        return (kind, scope, name or "", []) if scope is not None and kind else None

    def _want(self, node: ast.expr) -> None:
        """Have the file read that the first name of a chain imports."""
        while isinstance(node, ast.Attribute):
            node = node.value
        if isinstance(node, ast.Name) and self.module.links is not None:
            for binding in definitions(self.module, node):
                self.module.links.want(binding)

    def _by_name(self, node: ast.expr) -> tuple[str, Scope, str, list[ast.AST]] | None:
        text = constant_string(node)
        if text is None or self.module.links is None:
            return None
        parts = text.split(".")
        for end in range(len(parts) - 1, 0, -1):
            scope = self.module.links.loaded(self.module.tree_of(node), ".".join(parts[:end]))
            if scope is None:
                continue
            name, rest = parts[end], parts[end + 1 :]
            kind = self._kind(scope, name)
            if kind == CLIENT and rest == _METHOD:
                return METHOD, scope, name, [node]
            return (kind, scope, name, []) if kind and not rest else None
        return None

    def _client(self, node: ast.expr) -> tuple[Scope | None, str]:
        """Return the module and the name of the variable that ``node`` reads."""
        if isinstance(node, ast.Attribute):
            return module_named(self.module, node.value), node.attr
        if isinstance(node, ast.Name):
            found = definitions(self.module, node)
            if len(found) == 1 and found[0].scope.kind == "module":
                return found[0].scope, found[0].name
        return None, ""

    def _kind(self, scope: Scope | None, name: str) -> str:
        """Return whether a name of a module is a client, or the class of one."""
        bindings = scope.bindings.get(name, []) if scope is not None else []
        if len(bindings) != 1:
            return ""
        binding = bindings[0]
        if binding.kind == "from":
            return CLASS if imported_path(binding) in _SDK else ""
        if binding.kind == "assign" and any(
            self._means(call.receiver, binding) for call in self.calls
        ):
            return CLIENT
        return ""

    def _means(self, receiver: ast.expr | None, binding: Binding) -> bool:
        return receiver is not None and definitions(self.module, receiver) == (binding,)

    def _touches(self, call: ast.Call, form: str) -> bool:
        """Return whether a patch nobody understands may reach a client."""
        touchy = _TOUCHY | self._receivers
        if not call.args:
            return last_name(call.func) != "object"
        text = constant_string(call.args[0])
        if text is not None and last_name(call.func) != "multiple":
            return not touchy.isdisjoint(text.split("."))
        if form == "string" or len(call.args) < 2:
            return True
        name = constant_string(call.args[1])
        return name is None or name in touchy

    def _meant(self, scope: Scope, name: str) -> list[Called]:
        """Return the calls that may go through what is replaced; rather too many."""
        path = self.module.source.place(scope.bindings[name][0].statement).path
        return [call for call in self.calls if call.path == path or call.built in (path, "")]

    def _only_calls(self, scope: Scope, name: str, kind: str) -> None:
        """Raise `Stuck` if the client of a module is handed on, out of sight of the patch."""
        from migrator.analysis.uses import uses_of

        if kind == CLASS:
            return
        for use in uses_of(self.module, scope.bindings[name][0]):
            parent = self.module.parent(use)
            if not isinstance(parent, ast.Attribute):
                raise Stuck(use, f"`{name}` is handed on")

    # -- where the double is held -------------------------------------------------------

    def _new(self, call: ast.Call, form: str) -> ast.expr | None:
        """Return what is put in place, where that is said."""
        at = 1 if form == "string" else 2
        return call.args[at] if len(call.args) > at else keyword(call, "new")

    def _follow(self, flow: MockFlow, call: ast.Call, form: str, kind: str) -> None:
        new = self._new(call, form)
        if len(call.args) > (2 if form == "string" else 3):
            raise Stuck(call, "the patch has many positional arguments")
        if new is not None:
            flow.given(new, kind)
        flow.options(call, kind, ("new",))
        if last_name(call.func) == "setattr":
            return
        parent = self.module.parent(call)
        if isinstance(parent, ast.withitem):
            held = parent.optional_vars
            if held is not None:
                if not isinstance(held, ast.Name):
                    raise Stuck(held, "the mock is kept where it can't be followed")
                flow.bound(self.module.binding_of[held], kind)
        elif isinstance(parent, FUNCTIONS) and call in parent.decorator_list:
            if new is None:
                flow.bound(self._param(parent, call), kind)
        elif isinstance(call.func, ast.Attribute) and self._of_fixture(call.func):
            flow.see(call, kind)
        else:
            raise Stuck(call, "where the patch begins and ends can't be followed")

    @staticmethod
    def _of_fixture(func: ast.Attribute) -> bool:
        base = func.value.value if isinstance(func.value, ast.Attribute) else func.value
        return isinstance(base, ast.Name) and base.id == "mocker"

    def _param(self, function: ast.FunctionDef | ast.AsyncFunctionDef, call: ast.Call) -> Binding:
        """Return the parameter that a patch in a decorator fills."""
        given: list[ast.expr] = []
        for decorator in reversed(function.decorator_list):
            if isinstance(decorator, ast.Call) and last_name(decorator.func) in _PATCHES:
                form = self._form(decorator)
                if not form:
                    raise Stuck(decorator, "another patch is not understood")
                if self._new(decorator, form) is None:
                    given.append(decorator)
        params = [*function.args.posonlyargs, *function.args.args]
        if isinstance(self.module.parent(function), ast.ClassDef):
            params = params[1:]
        if len(params) <= given.index(call):
            raise Stuck(call, "the mock is given to no parameter")
        return self.module.binding_of[params[given.index(call)]]


def _together(calls: list[Called]) -> tuple[dict[str, str], list[str]]:
    """Return what becomes of each keyword, "" where calls differ, and what all of them gain."""
    names: dict[str, str] = {}
    for call in calls:
        for name, new in call.names.items():
            names[name] = new if names.get(name, new) == new else ""
    added = calls[0].added if calls else []
    if any(call.added != added for call in calls):
        names = {}
    return names, added
