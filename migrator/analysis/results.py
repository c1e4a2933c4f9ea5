"""What becomes of a result: every completion followed forward through its module.

A value keeps its kind (completion, choices, choice, message, usage, …) on the way through
variables, returns and parameters.  Each use is a step the catalogue knows, harmless, or a
reason; a use nobody knows is a reason.  Values that meet in one variable share one group.
"""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.aliases import Alias
from migrator.analysis.answertypes import WORDS, answer_types
from migrator.analysis.facts import Member, Mention, Reason, Reshape
from migrator.analysis.functions import returned
from migrator.analysis.grouping import Groups
from migrator.analysis.history import History
from migrator.analysis.nocalls import is_empty, starts_without
from migrator.analysis.resultcalls import FunctionFlow
from migrator.analysis.resultforms import Forms
from migrator.analysis.resultparts import Parts
from migrator.analysis.resultuses import (
    ESCAPES,
    NAMES,
    STORES,
    Step,
    attribute_read,
    id_is_examined,
    looked_up,
    operand,
    passed_name,
    shows_source,
)
from migrator.analysis.scopes import Binding, Module
from migrator.analysis.styles import (
    DUMPED,
    PARTS,
    VALUES,
    base,
    like,
    style,
    wrapper_code,
)
from migrator.analysis.syntax import FUNCTIONS, ast, attribute_step, is_none
from migrator.analysis.tuples import Tuples
from migrator.analysis.uses import uses_of
from migrator.analysis.values import ask_for, definitions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.streams import Streams
    from migrator.analysis.wire import Wire

STREAMED = ("stream", "opener", "helper", "final")
VIRTUAL = ("choices", "choice", "message", "function", "finish")
_EFFECTS = {"CC322": "suggest", "CC330": "suggest", "CC331": "suggest"}
_DICT_TYPES = ("dict", "Dict", "Mapping", "OpenAIObject")


class Results:
    """The forward flow of all calls of one module.

    ``reasons``, ``members``, ``steps``, ``aliases`` and ``mentions`` are keyed by the group
    number; ask ``groups.find`` for the number a call ended up in.
    """

    def __init__(self, module: Module, groups: Groups, *, library: bool = False) -> None:
        self.module = module
        self.library = library
        self.groups = groups
        self.kinds: dict[ast.AST, tuple[str, int]] = {}
        self.reasons: list[tuple[int, Reason]] = []
        self.members: list[tuple[int, Member]] = []
        self.mentions: list[tuple[int, Mention]] = []
        self.steps: list[tuple[int, Step]] = []
        self.aliases: list[Alias] = []
        # Types that annotations of results name.
        self.reshapes: list[tuple[int, Reshape]] = []
        self.functions: dict[ast.AST, tuple[str, int]] = {}
        self.bindings: dict[Binding, tuple[str, int]] = {}
        self.meetings: list[tuple[str, int, list[ast.expr]]] = []
        self.step_at: dict[ast.expr, Step] = {}
        self.across = FunctionFlow(self)
        self.tuples = Tuples(self)
        self.parts = Parts(self)
        self.history = History(self)
        self.forms = Forms(self)
        # Only files that stream need it.
        self.streams: Streams | None = None
        self.wire: Wire | None = None

    # -- entry points -------------------------------------------------------------------

    def follow(self, call: ast.expr, group: int, kind: str = "completion") -> None:
        """Follow what ``call`` returns: a completion, or one in another form."""
        self.track(call, kind, group)

    def follow_streams(self) -> Streams:
        """Return what follows streams instead of completions."""
        if self.streams is None:
            from migrator.analysis.streams import Streams

            self.streams = Streams(self)
        return self.streams

    def _wire(self) -> Wire:
        if self.wire is None:
            from migrator.analysis.wire import Wire

            self.wire = Wire(self)
        return self.wire

    def finish(self) -> None:
        """Check that variables and functions hold nothing but what was followed to them."""
        for binding, (kind, group) in list(self.bindings.items()):
            for use in uses_of(self.module, binding):
                self._check_mix(use, kind, group)
        for function, (kind, group) in list(self.functions.items()):
            assert isinstance(function, FUNCTIONS)
            for statement in returned(function):
                if statement.value is not None:
                    self._check_same(statement.value, kind, group)
        self.across.finish()
        if self.streams is not None:
            self.streams.finish()
        for kind, group, others in self.meetings:
            for other in others:
                self._check_same(other, kind, group)

    # -- bookkeeping --------------------------------------------------------------------

    def reason(self, group: int, code: str, message: str, node: ast.AST, effect: str = "") -> None:
        """Add a reason to a group."""
        ask_for(self.module, node)
        effect = effect or _EFFECTS.get(code, "block")
        reason = Reason(code, message, self.module.source.place(node), effect)
        self.reasons.append((group, reason))

    def member(self, group: int, role: str, node: ast.AST) -> None:
        """Add a member to a group."""
        text = self.module.source.one_line(node)
        place = self.module.source.place(node)
        self.members.append((group, Member(role, place, text[:80])))

    def track(self, node: ast.expr, kind: str, group: int) -> None:
        """Note that ``node`` has a value of ``kind`` and follow what is done with it."""
        known = self.kinds.get(node)
        if known is not None:
            self.groups.join(known[1], group)
            if known[0] != kind:
                self.reason(group, "CC315", f"holds {NAMES[kind]} or {NAMES[known[0]]}", node)
            return
        self.kinds[node] = (kind, group)
        self._use(node, kind, group)

    # -- one use ------------------------------------------------------------------------

    def _use(self, node: ast.expr, kind: str, group: int) -> None:
        parent = self.module.parent(node)
        if (style(kind) == "wire" or kind in ("reply", "asked")) and self._wire().use(
            node, kind, group, parent
        ):
            return
        if (
            self.streams is not None
            and kind in STREAMED
            and self.streams.use(node, kind, group, parent)
        ):
            return
        step = attribute_step(parent)
        if self.forms.use(node, kind, group, parent):
            return
        if step is not None and step[0] is node and isinstance(parent, ast.expr):
            self.read(node, kind, group, parent, step[1])
        elif self.parts.use(node, kind, group, parent):
            return
        elif isinstance(parent, ast.Subscript) and parent.value is node:
            self._subscript(node, kind, group, parent)
        elif isinstance(parent, ast.Await):
            self.track(parent, kind, group)
        elif isinstance(parent, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            self._assigned(node, kind, group, parent)
        elif isinstance(parent, ast.Return):
            self.across.returned(node, kind, group)
        elif isinstance(parent, ast.Call):
            self._passed(node, kind, group, parent)
        elif isinstance(parent, ast.keyword):
            call = self.module.parent(parent)
            if isinstance(call, ast.Call):
                self._passed(node, kind, group, call)
            else:
                self.reason(group, "CC301", f"{NAMES[kind]} is a class keyword", node)
        elif isinstance(parent, ast.Lambda):
            self.reason(group, "CC502", f"a lambda returns {NAMES[kind]}", node)
        else:
            self._operand(node, kind, group, parent)

    def read(self, node: ast.expr, kind: str, group: int, whole: ast.expr, name: str) -> None:
        """Follow ``whole``, which reads the field ``name`` of ``node``."""
        if isinstance(getattr(whole, "ctx", None), (ast.Store, ast.Del)):
            self.reason(group, "CC314", f"`.{name}` is assigned", whole)
            return
        if kind == "message" and self.history.dumped(node, group, whole, name):
            return
        if kind == "call" and self.history.rebuilt.dumped(whole, group):
            return
        rows = API["wire"] if style(kind) == "wire" else API["results"]
        row = (rows.get(base(kind)) or API["wrappers"].get(kind, {})).get(name)
        code, message, becomes = attribute_read(kind, name, row)
        values = VALUES | {"finish"} if style(kind) == "wire" else VALUES
        if not code and style(kind) and becomes not in PARTS | values:
            code, message = "CC310", f"`{name}` is read like a dict"
        if code:
            self.reason(group, code, message, whole)
            return
        assert row is not None
        step = self.step_at[whole] = Step(whole, node, kind, name, row, becomes)
        self.steps.append((group, step))
        if becomes not in ("plain", "content"):
            self.track(whole, like(kind, becomes), group)
        else:
            self.member(group, "reader", whole)
        if base(kind) == "completion" and name == "id" and id_is_examined(self.module, whole):
            self.reason(group, "CC313", "the id is examined; ids of responses differ", whole)
        if shows_source(self.module, whole):
            self.reason(group, "CC322", "an f-string prints the expression itself", whole)

    def _subscript(self, node: ast.expr, kind: str, group: int, whole: ast.Subscript) -> None:
        index = whole.slice
        value = index.value if isinstance(index, ast.Constant) else None
        if isinstance(index, ast.UnaryOp) and isinstance(index.op, ast.USub):
            inner = index.operand
            value = -1 if isinstance(inner, ast.Constant) and inner.value == 1 else None
        if not isinstance(whole.ctx, ast.Load):
            self.reason(group, "CC314", "an element is assigned", whole)
        elif base(kind) == "choices" and value in (0, -1) and not isinstance(value, bool):
            self.steps.append((group, Step(whole, node, kind, "[0]", {}, "choice")))
            self.track(whole, like(kind, "choice"), group)
        elif base(kind) == "choices":
            self.reason(group, "CC304", "an element other than the first is read", whole)
        else:
            self.reason(group, "CC310", f"{NAMES[kind]} is read like a dict", whole)

    def _assigned(
        self, node: ast.expr, kind: str, group: int,
        parent: ast.Assign | ast.AnnAssign | ast.NamedExpr,
    ) -> None:  # fmt: skip
        if isinstance(parent, ast.AnnAssign):
            self.annotation(parent.annotation, group, kind)
        targets: list[ast.expr] = (
            parent.targets if isinstance(parent, ast.Assign) else [parent.target]
        )
        if not isinstance(parent, ast.NamedExpr) and parent.value is not node:
            self.reason(group, "CC301", f"{NAMES[kind]} is part of an assignment target", node)
            return
        for target in targets:
            binding = self.module.binding_of.get(target)
            if isinstance(target, ast.Name) and binding is not None:
                self.bound(binding, node, kind, group)
            elif isinstance(target, (ast.Tuple, ast.List)):
                code = "CC304" if base(kind) == "choices" else "CC301"
                self.reason(group, code, f"{NAMES[kind]} is unpacked", node)
            else:
                where = self.module.source.segment(target)
                self.reason(group, STORES[kind], f"{NAMES[kind]} is stored in `{where}`", node)
        if isinstance(parent, ast.NamedExpr):
            self.track(parent, kind, group)

    def bound(self, binding: Binding, value: ast.expr, kind: str, group: int) -> None:
        """Follow a value of ``kind`` that ``binding`` gets from ``value``."""
        if binding.remote:
            name = binding.name
            self.reason(group, "CC323", f"`{name}` is global or nonlocal here", binding.node)
            return
        known = self.bindings.get(binding)
        if known is not None:
            self.groups.join(known[1], group)
            return
        self.bindings[binding] = (kind, group)
        self.visible(binding, kind, group)
        for other in binding.scope.bindings[binding.name]:
            if isinstance(other.statement, ast.AnnAssign) and other is not binding:
                self.annotation(other.statement.annotation, group, kind)
        if base(kind) in VIRTUAL or (style(kind) in DUMPED and base(kind) == "completion"):
            self.aliases.append(Alias(binding, value, kind, group))
        for use in uses_of(self.module, binding):
            self.track(use, kind, group)

    def visible(self, binding: Binding, kind: str, group: int) -> None:
        """Add what follows from a variable that code outside its scope can read."""
        if binding.scope.kind == "class":
            self.reason(group, "CC309", f"`{binding.name}` is a class attribute", binding.node)
        elif binding.scope.kind == "module":
            message = f"`{binding.name}` holds {NAMES[kind]} and is used in"
            reason = Reason("CC501", message, self.module.source.place(binding.node), "block")
            self.mentions.append((group, Mention((binding.name.encode(),), reason, seen=True)))
        if looked_up(self.module, binding.name, binding.node):
            self.reason(group, "CC317", f"`{binding.name}` may be read by name", binding.node)

    # -- calls --------------------------------------------------------------------------

    def _passed(self, node: ast.expr, kind: str, group: int, call: ast.Call) -> None:
        if call.func is node:
            self.reason(group, "CC301", f"{NAMES[kind]} is called", node)
            return
        if kind == "message" and self.history.appended(node, group, call):
            return
        verdict, detail = passed_name(self.module, call, node, base(kind))
        if verdict == "through":
            self.track(call, kind, group)
        elif verdict == "harmless":
            return
        elif verdict:
            self.reason(group, wrapper_code(kind, verdict), detail, node)
        elif not self.across.parameter(node, kind, group, call):
            code = ESCAPES[kind]
            func = self.module.source.one_line(call.func)
            self.reason(group, code, f"{NAMES[kind]} is passed to `{func[:60]}`", node)

    # -- everything else ----------------------------------------------------------------

    def _operand(self, node: ast.expr, kind: str, group: int, parent: ast.AST) -> None:
        if kind == "message" and isinstance(parent, ast.List):
            self.history.element(node, group)
            return
        if kind == "calls" and self.history.rebuilt.stored(node, group, parent):
            return
        if base(kind) == "choices" and self.parts.looped(node, kind, group, parent):
            return
        verdict, detail, others = operand(self.module, node, base(kind), parent)
        if verdict == "flows":
            assert isinstance(parent, ast.expr)
            if others:
                self.meetings.append((kind, group, others))
            self.track(parent, kind, group)
        elif verdict == "one":
            self._one_choice(node, kind, group, parent)
        elif verdict == "stored" and not self.tuples.returned(node, kind, group, parent):
            self.reason(group, STORES[kind], detail or f"{NAMES[kind]} is put into a container",
                        node)  # fmt: skip
        elif verdict == "escapes":
            self.reason(group, ESCAPES[kind], detail, node)
        elif verdict not in ("", "stored"):
            self.reason(group, wrapper_code(kind, verdict), detail, node)

    def _one_choice(self, node: ast.expr, kind: str, group: int, generator: ast.AST) -> None:
        """A comprehension over ``choices``: its variable is the one choice there is."""
        assert isinstance(generator, ast.comprehension)
        target = generator.target
        binding = self.module.binding_of.get(target)
        if not isinstance(target, ast.Name) or binding is None:
            self.reason(group, "CC304", "the list of choices is unpacked", node)
            return
        whole = self.module.parent(generator)
        assert isinstance(whole, ast.expr)
        self.steps.append((group, Step(whole, node, "choices", "for", {}, "comprehension")))
        self.bound(binding, node, like(kind, "choice"), group)

    def annotation(self, node: ast.expr | None, group: int, kind: str = "") -> None:
        """Add a reason when an annotation names a chat type, or a dict that is none any more."""
        if node is None:
            return
        text = self.module.source.segment(node)
        words = _DICT_TYPES if style(kind) == "old" else ()
        if any(word in text for word in (*WORDS, *words)):
            found = answer_types(self.module, node, kind)
            self.reshapes.extend((group, Reshape("types.name", *each)) for each in found)
            if not found:
                self.reason(group, "CC320", f"annotated as `{text}`", node)

    def _check_mix(self, use: ast.expr, kind: str, group: int) -> None:
        """Add a reason when a use may also see a binding that was not followed to it."""
        shown = self.module.source.segment(use)
        for binding in definitions(self.module, use):
            known = self.bindings.get(binding)
            if known is not None:
                self.groups.join(known[1], group)
                if known[0] != kind:
                    message = f"`{shown}` holds {NAMES[kind]} or {NAMES[known[0]]}"
                    self.reason(group, "CC315", message, use)
            elif (binding.kind in ("assign", "walrus") and is_none(binding.value)) or (
                kind == "calls" and starts_without(self.module, binding, use)
            ):
                continue
            elif binding.kind != "annotation":
                line = self.module.source.place(binding.node).line
                message = f"`{shown}` may be something else, bound in line {line}"
                self.reason(group, "CC315", message, use)

    def _check_same(self, node: ast.expr, kind: str, group: int) -> None:
        """Add a reason unless ``node`` is None or was followed as the same kind."""
        if is_none(node) or (kind == "calls" and is_empty(node)):
            return
        known = self.kinds.get(node)
        if known is not None and known[0] == kind:
            self.groups.join(known[1], group)
        elif isinstance(node, ast.IfExp):
            self._check_same(node.body, kind, group)
            self._check_same(node.orelse, kind, group)
        else:
            self.reason(group, "CC315", f"something other than {NAMES[kind]} comes here too", node)
