"""Values that are kept in the field of a dataclass."""

from __future__ import annotations

from migrator.analysis.facts import Mention, Reason
from migrator.analysis.functions import related
from migrator.analysis.instances import class_of, is_foreign
from migrator.analysis.resultuses import NAMES, PRINTERS, STORES
from migrator.analysis.scopes import Scope
from migrator.analysis.syntax import ast, last_name, walk
from migrator.analysis.uses import uses_of
from migrator.analysis.values import attribute_owner, definitions, qualified_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.results import Results

_KINDS = {"completion", "usage", "calls"}
_DATACLASS = {"dataclasses.dataclass", "pydantic.dataclasses.dataclass"}
# What reads every field of an instance.
_WHOLE = (b"asdict(", b"astuple(", b"__dict__", b"vars(", b"replace(", b"fields(", b"pickle")


class Records:
    """Follows fields of dataclasses to their readers, and reports to `Results`."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.module = results.module
        self._known: dict[tuple[Scope, str], tuple[str, int]] = {}

    def constructed(self, node: ast.expr, kind: str, group: int, call: ast.Call) -> bool:
        """Follow a value into the instance that ``call`` makes; False if it makes none."""
        found = definitions(self.module, call.func)
        if kind not in _KINDS or len(found) != 1 or found[0].kind != "class":
            return False
        owner = self.module.scopes[found[0].node]
        fields = self._fields(owner)
        name = _field_of(call, node, fields) if fields is not None else None
        if fields is None or name is None:
            return False
        known = self._known.get((owner, name))
        if known is not None:
            self.results.groups.join(known[1], group)
            return known[0] == kind
        self._known[owner, name] = (kind, group)
        self.results.annotation(fields[name], group, kind)
        self._made(owner, name, list(fields), kind, group)
        self._read(owner, name, kind, group)
        self._ask(owner, name, kind, group)
        return True

    def _fields(self, owner: Scope) -> dict[str, ast.expr] | None:
        """Return the fields of a plain dataclass with their annotations, else None."""
        node = owner.node
        if not isinstance(node, ast.ClassDef) or node.bases or node.keywords:
            return None
        decorators = [d.func if isinstance(d, ast.Call) else d for d in node.decorator_list]
        if len(decorators) != 1 or not qualified_names(self.module, decorators[0]) & _DATACLASS:
            return None
        if "__init__" in owner.bindings or "__getattr__" in owner.bindings:
            return None
        return {
            item.target.id: item.annotation
            for item in node.body
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        }

    def _made(self, owner: Scope, name: str, fields: list[str], kind: str, group: int) -> None:
        """Look at everything that makes an instance, or does something with a whole one."""
        for use in uses_of(self.module, self.module.binding_of[owner.node]):
            call = self.module.parent(use)
            if not isinstance(call, ast.Call) or call.func is not use:
                continue
            if _hides(call):
                self._lost("a caller hides the fields", call, kind, group)
            value = _value_of(call, name, fields)
            if value is not None:
                self.results.meetings.append((kind, group, [value]))
        for shown in self._shown(owner):
            self.results.reason(group, "CC322", "an instance is shown with its fields", shown)
        for data in self.module.source.files():
            word = next((word for word in _WHOLE if word in data), None)
            if word is not None and (owner.node.name.encode() in data):  # type: ignore[attr-defined]
                self._lost(f"`{word.decode()}` may read every field", owner.node, kind, group)
                return

    def _shown(self, owner: Scope) -> list[ast.expr]:
        """Return where an instance is printed, or formatted into text."""
        printed = [
            arg
            for call in self.module.calls
            if last_name(call.func) in PRINTERS
            for arg in call.args
        ]
        formatted = [
            node.value
            for tree in self.module.trees
            for node in walk(tree)
            if isinstance(node, ast.FormattedValue)
        ]
        return [node for node in printed + formatted if class_of(self.module, node) is owner]

    def _read(self, owner: Scope, name: str, kind: str, group: int) -> None:
        for use in self.module.attributes.get(name, ()):
            receiver = attribute_owner(self.module, use)
            if receiver is None:
                if not is_foreign(self.module, use.value):
                    self._lost(f"`.{name}` may be this field", use, kind, group)
            elif related(self.module, receiver, owner):
                parent = self.module.parent(use)
                if isinstance(use.ctx, ast.Load):
                    self.results.track(use, kind, group)
                elif isinstance(parent, ast.Assign) and use in parent.targets:
                    self.results.meetings.append((kind, group, [parent.value]))
                else:
                    self._lost(f"`.{name}` is set or deleted", use, kind, group)

    def _ask(self, owner: Scope, name: str, kind: str, group: int) -> None:
        assert isinstance(owner.node, ast.ClassDef)
        place = self.module.source.place(owner.node)
        message = f"`{owner.node.name}.{name}` holds {NAMES[kind]} and is used in"
        reason = Reason(STORES[kind], message, place, "block")
        for needles in ((b"*." + name.encode(),), (owner.node.name.encode(),)):
            anywhere = needles[0].startswith(b"*")
            asked = Mention(needles, reason, anywhere=anywhere, seen=True)
            self.results.mentions.append((group, asked))

    def _lost(self, message: str, node: ast.AST, kind: str, group: int) -> None:
        self.results.reason(group, STORES[kind], message, node)


def _field_of(call: ast.Call, node: ast.expr, fields: dict[str, ast.expr]) -> str | None:
    """Return the field that an argument fills."""
    if _hides(call):
        return None
    for item in call.keywords:
        if item.value is node:
            return item.arg if item.arg in fields else None
    names = list(fields)
    index = call.args.index(node) if node in call.args else len(names)
    return names[index] if index < len(names) else None


def _value_of(call: ast.Call, name: str, fields: list[str]) -> ast.expr | None:
    for item in call.keywords:
        if item.arg == name:
            return item.value
    index = fields.index(name)
    return call.args[index] if index < len(call.args) else None


def _hides(call: ast.Call) -> bool:
    return any(isinstance(arg, ast.Starred) for arg in call.args) or any(
        item.arg is None for item in call.keywords
    )
