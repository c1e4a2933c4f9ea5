"""Where the parts of a test double go: each use is known and noted, or nobody moves the double.

A double has the shape of what it stands for, so its parts have kinds: the class of the client,
the client, `.chat`, the resource, the method, the result, and what was recorded of a call.
"""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.functions import is_generator, returned
from migrator.analysis.mockparts import Stuck, built, mock_class, reply, usage
from migrator.analysis.mockparts import content as text_of
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, keyword, literal
from migrator.analysis.uses import uses_of
from migrator.analysis.values import definitions, qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

CLASS, CLIENT, CHAT, RESOURCE, METHOD = "class", "client", "chat", "resource", "method"
RESULT, CHOICES, CHOICE, MESSAGE, USAGE = "result", "choices", "choice", "message", "usage"
RECORDS, RECORD, SENT = "records", "record", "sent"
# Attributes of a mock that say something of its calls, but not with what.
_COUNTS = {
    "called", "call_count", "await_count", "reset_mock", "assert_called", "assert_called_once",
    "assert_not_called", "assert_awaited", "assert_awaited_once", "assert_not_awaited",
}  # fmt: skip
_ASSERTS = {
    "assert_called_with", "assert_called_once_with", "assert_any_call", "assert_awaited_with",
    "assert_awaited_once_with", "assert_any_await",
}  # fmt: skip
_READS = {
    (CLASS, "return_value"): CLIENT, (CLIENT, "chat"): CHAT, (CHAT, "completions"): RESOURCE,
    (RESOURCE, "create"): METHOD, (METHOD, "return_value"): RESULT,
    (METHOD, "call_args"): RECORD, (METHOD, "await_args"): RECORD,
    (METHOD, "call_args_list"): RECORDS, (METHOD, "await_args_list"): RECORDS,
    (RECORD, "kwargs"): SENT, (RESULT, "choices"): CHOICES, (RESULT, "usage"): USAGE,
    (CHOICE, "message"): MESSAGE,
}  # fmt: skip
# Kinds that a variable may hold; the others are not there any more afterwards.
_KEPT = {CLASS, CLIENT, METHOD, RESULT, RECORD, RECORDS, SENT}
_TOKENS = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}
_SHARED = {"id", "model", "_request_id"}


class MockFlow:
    """The parts of one double.

    ``names`` says what becomes of each keyword of the calls it stands for ("" for nothing that a
    test could be told), ``added`` what they gain.  ``changes`` is what has to be written
    differently, ``known`` every node that was looked through.
    """

    def __init__(self, module: Module, names: Mapping[str, str], added: list[str]) -> None:
        self.module = module
        self.names = names
        self.added = added
        self.changes: dict[tuple[str, ast.AST], Reshape] = {}
        self.known: set[ast.AST] = set()
        self.answers = False
        self.stuck: Stuck | None = None
        # Variables of whole files: others may use them, too.
        self.shared: list[Binding] = []
        self.done: set[Binding] = set()
        self._kinds: dict[ast.AST, str] = {}
        self._owed: list[tuple[ast.expr, str]] = []
        self._bindings: dict[Binding, str] = {}

    def change(self, kind: str, node: ast.AST, detail: str = "") -> None:
        """Note that ``node`` has to be written differently."""
        self.changes.setdefault((kind, node), Reshape(f"doubles.{kind}", node, detail))

    def finish(self) -> None:
        """Settle where values of the double were put; raises `Stuck`."""
        for node, kind in self._owed:
            if self._kinds.get(node) != kind:
                raise Stuck(node, f"where the {kind} goes can't be followed")

    # -- forward ------------------------------------------------------------------------

    def see(self, node: ast.expr, kind: str) -> None:
        """Follow an expression that is a part of the double."""
        if self._kinds.get(node) == kind:
            return
        if node in self._kinds:
            raise Stuck(node, "it stands for two things")
        self._kinds[node] = kind
        self.known.add(node)
        parent = self.module.parent(node)
        if isinstance(parent, ast.Attribute):
            self._read(parent, kind)
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            self._item(parent, kind)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign)) and parent.value is node:
            for target in parent.targets if isinstance(parent, ast.Assign) else [parent.target]:
                self._put(target, kind)
        elif isinstance(parent, ast.Compare) and kind == SENT:
            self._asked(parent, node)
        elif isinstance(parent, (ast.Yield, ast.Return)):
            self._fixture(parent, kind)
        elif not isinstance(parent, (ast.Expr, ast.Assert)) or kind not in _KEPT:
            self._owed.append((node, kind))
            self._kinds.pop(node)

    def accept(self, node: ast.expr, kind: str) -> None:
        """Take an expression for handed over: who gets it is known."""
        self._kinds[node] = kind
        self.known.add(node)

    def bound(self, binding: Binding, kind: str) -> None:
        """Follow a variable that holds a part of the double."""
        known = self._bindings.setdefault(binding, kind)
        if known != kind:
            raise Stuck(binding.node, f"`{binding.name}` stands for two things")
        if binding in self.done:
            return
        self.done.add(binding)
        if binding.scope.kind == "module":
            self.shared.append(binding)
        for use in uses_of(self.module, binding):
            if self._kinds.get(use) is None:
                if len(definitions(self.module, use)) != 1:
                    raise Stuck(use, f"`{binding.name}` may be something else, too")
                self.see(use, kind)

    def _put(self, target: ast.expr, kind: str) -> None:
        if isinstance(target, ast.Name) and kind in _KEPT:
            self.bound(self.module.binding_of[target], kind)
        elif isinstance(target, ast.Tuple) and kind == RECORD and len(target.elts) == 2:
            first, second = target.elts
            if not isinstance(first, ast.Name) or not isinstance(second, ast.Name):
                raise Stuck(target, "what was recorded is taken apart")
            if uses_of(self.module, self.module.binding_of[first]):
                raise Stuck(target, "positional arguments are looked at")
            self.bound(self.module.binding_of[second], SENT)
        else:
            self._owed.append((target, kind))

    def _fixture(self, node: ast.Yield | ast.Return, kind: str) -> None:
        """Follow what a fixture of the same file gives to the tests that ask for it."""
        function = self.module.enclosing(node, FUNCTIONS)
        assert isinstance(function, FUNCTIONS)
        fixed = any(
            qualified_names(self.module, each.func if isinstance(each, ast.Call) else each)
            & {"pytest.fixture", "pytest_asyncio.fixture"}
            for each in function.decorator_list
        )
        path = self.module.source.place(function).path
        if not fixed or path.endswith("conftest.py") or kind not in _KEPT:
            raise Stuck(node, f"the {kind} is given to who knows whom")
        binding = self.module.binding_of[function]
        tree = self.module.tree_of(function)
        twins = [
            each
            for each in self.module.scopes
            if isinstance(each, FUNCTIONS)
            and each.name == function.name
            and self.module.tree_of(each) is tree
        ]
        if (
            len(twins) > 1
            or uses_of(self.module, binding)
            or any(
                isinstance(each, ast.Call) and keyword(each, "name") is not None
                for each in function.decorator_list
            )
        ):
            raise Stuck(function, f"`{function.name}` is used in other ways, too")
        for scope in self.module.scopes.values():
            for param in scope.bindings.get(function.name, ()):
                if param.kind == "param" and self.module.tree_of(param.statement) is tree:
                    self.bound(param, kind)
        if any(
            isinstance(text.value, str) and function.name in text.value.replace(",", " ").split()
            for text in self.module.strings
        ):
            raise Stuck(function, f"`{function.name}` is asked for by its name")

    # -- attributes and items -----------------------------------------------------------

    def _read(self, node: ast.Attribute, kind: str) -> None:
        attr = node.attr
        self.known.add(node)
        stored = isinstance(node.ctx, ast.Store)
        to = _READS.get((kind, attr))
        if to == RESOURCE:
            self.change("chain", node)
        if to is not None:
            self._stored(node, to) if stored else self.see(node, to)
        elif kind == METHOD and attr in _ASSERTS:
            self._assertion(node)
        elif kind == METHOD and attr == "side_effect" and stored:
            self._stored(node, attr)
        elif kind in (CLASS, METHOD) and (attr in _COUNTS or (kind == CLASS and attr in _ASSERTS)):
            return
        elif kind == MESSAGE and attr == "content":
            if stored:
                text_of(self.module, self._value(node))
                self.answers = True
            self.change("content", node)
        elif kind == USAGE and attr in (*_TOKENS, "total_tokens"):
            if attr in _TOKENS:
                self.change("attribute", node, _TOKENS[attr])
        elif kind == SENT and attr == "get":
            call = self.module.parent(node)
            if not isinstance(call, ast.Call) or not call.args:
                raise Stuck(node, "what was sent is handed on")
            self._key(call.args[0])
        elif not (kind == RESULT and attr in _SHARED) and not (
            kind == CLIENT and attr not in ("beta", "responses", "completions", "return_value")
            and not attr.startswith("with_") and not stored
        ):  # fmt: skip
            raise Stuck(node, f"`.{attr}` of the {kind} is used")

    def _value(self, target: ast.expr) -> ast.expr:
        parent = self.module.parent(target)
        if not isinstance(parent, ast.Assign) or len(parent.targets) != 1:
            raise Stuck(target, "it is not given by a plain assignment")
        return parent.value

    def _stored(self, node: ast.Attribute, kind: str) -> None:
        value = self._value(node)
        self._kinds[node] = kind
        if kind == CHOICES:
            base = self.module.parent(value)
            assert isinstance(base, ast.Assign)
            self.known.update(reply(self.module, value)[2])
            self.answers = True
            self.change("stored", base)
        elif kind == USAGE:
            self.usage(value)
        elif kind == "side_effect":
            self._effect(value)
        elif kind in (CLIENT, METHOD, RESULT):
            self.given(value, kind)
        else:
            raise Stuck(node, f"the {kind} is replaced")

    def _item(self, node: ast.Subscript, kind: str) -> None:
        self.known.add(node)
        known, index = literal(node.slice)
        if kind == SENT:
            self._key(node.slice)
        elif kind == RECORDS and known and isinstance(index, int):
            self.see(node, RECORD)
        elif kind == RECORD and known and index == 1:
            self.see(node, SENT)
        elif kind == CHOICES and known and index == 0:
            self.see(node, CHOICE)
        else:
            raise Stuck(node, f"a part of the {kind} is looked up")

    def _asked(self, node: ast.Compare, sent: ast.expr) -> None:
        if not (
            len(node.ops) == 1
            and isinstance(node.ops[0], (ast.In, ast.NotIn))
            and node.comparators[0] is sent
        ):
            raise Stuck(node, "everything that was sent is compared")
        self._key(node.left)

    def _key(self, node: ast.expr) -> None:
        name = constant_string(node)
        if name is None or not self.names.get(name):
            raise Stuck(node, "what was sent is looked up under a name that can't be moved along")
        if self.names[name] != name:
            self.change("string", node, self.names[name])

    def _assertion(self, node: ast.Attribute) -> None:
        call = self.module.parent(node)
        if not isinstance(call, ast.Call) or call.func is not node or call.args:
            raise Stuck(node, "the calls are compared in a way that can't be moved along")
        for item in call.keywords:
            if item.arg is None or not self.names.get(item.arg):
                raise Stuck(item.value, "what the calls are compared with can't be moved along")
        renamed = [f"{item.arg}={self.names[item.arg or '']}" for item in call.keywords]
        self.change("assertion", call, " ".join([*renamed, *(f"+{text}" for text in self.added)]))

    # -- backward -----------------------------------------------------------------------

    def given(self, node: ast.expr, kind: str) -> None:
        """Look through an expression that makes a part of the double."""
        if self._kinds.get(node) == kind:
            return
        if isinstance(node, ast.Name):
            self.accept(node, kind)
            for binding in definitions(self.module, node):
                if kind == METHOD and isinstance(binding.node, FUNCTIONS):
                    self._function(binding.node)
                    self.bound(binding, kind)
                    continue
                if binding.kind != "assign" or binding.path or binding.remote:
                    raise Stuck(node, f"`{node.id}` is not built in sight")
                assert isinstance(binding.value, ast.expr)
                self.given(binding.value, kind)
                self.bound(binding, kind)
            return
        self.accept(node, kind)
        if kind == METHOD and isinstance(node, ast.Lambda):
            self._function(node)
            return
        if not isinstance(node, ast.Call) or not mock_class(self.module, node):
            raise Stuck(node, f"the {kind} is not built in sight")
        if kind == RESULT:
            self._result(node)
        else:
            self.options(node, kind)

    def options(self, call: ast.Call, kind: str, skip: tuple[str, ...] = ()) -> None:
        """Look through the keywords of a mock or a patch."""
        for item in call.keywords:
            if item.arg in skip:
                continue
            if item.arg == "return_value" and kind in (CLASS, METHOD):
                self.given(item.value, CLIENT if kind == CLASS else RESULT)
            elif item.arg == "side_effect" and kind == METHOD:
                self._effect(item.value)
            elif item.arg == "spec" and kind == CLIENT and self._sdk(item.value):
                continue
            elif item.arg != "new_callable" or not built(self.module, item.value):
                raise Stuck(item.value, f"`{item.arg}` of the {kind} is set")

    def _sdk(self, node: ast.expr) -> bool:
        return qualified_names(self.module, node) in ({"openai.OpenAI"}, {"openai.AsyncOpenAI"})

    def _function(self, node: ast.Lambda | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Look through a function that answers whatever it is asked."""
        args = node.args
        if args.args or args.posonlyargs or args.kwonlyargs or args.kwarg is None:
            raise Stuck(node, "it takes keywords by name")
        for binding in self.module.scopes[node].bindings.get(args.kwarg.arg, ()):
            self.bound(binding, SENT)
        if isinstance(node, ast.Lambda):
            self.given(node.body, RESULT)
            return
        if node.decorator_list or is_generator(node):
            raise Stuck(node, f"what `{node.name}` returns is not in sight")
        for each in returned(node):
            if each.value is None or not isinstance(node.body[-1], ast.Return):
                raise Stuck(node, f"`{node.name}` may return nothing")
            self.given(each.value, RESULT)

    def _effect(self, node: ast.expr) -> None:
        """Look through a side effect: errors that are raised, answers one after the other."""
        elements = node.elts if isinstance(node, (ast.List, ast.Tuple)) else [node]
        for element in elements:
            raised = element.func if isinstance(element, ast.Call) else element
            name = getattr(raised, "attr", getattr(raised, "id", ""))
            if name.endswith(("Error", "Exception")) or name == "KeyboardInterrupt":
                self.answers = True
            elif element is node:
                raise Stuck(node, "the side effect is not an error or a list of answers")
            else:
                self.given(element, RESULT)

    def _result(self, call: ast.Call) -> None:
        if call.args:
            raise Stuck(call, "the result has positional arguments")
        for item in call.keywords:
            self.known.add(item)
            if item.arg == "choices":
                self.known.update(reply(self.module, item.value)[2])
                self.answers = True
                self.change("keyword", item)
            elif item.arg == "usage":
                self.usage(item.value)
            elif item.arg not in _SHARED:
                raise Stuck(item.value, f"`{item.arg}` of the result is set")

    def usage(self, node: ast.expr) -> None:
        """Look through the token counts of a result."""
        for item in usage(self.module, node):
            if item.arg in _TOKENS:
                self.change("name", item, _TOKENS[item.arg])
