"""Content parts: every part a list of parts can hold, and what becomes of it."""

from __future__ import annotations

from migrator._tables import API
from migrator.analysis.functions import argument_of, references, returned
from migrator.analysis.scopes import Module
from migrator.analysis.shapefacts import CONTENT, PART, hands_on
from migrator.analysis.shapeflow import Flow, flow_of
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none, walk
from migrator.analysis.values import Origin, constants, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from migrator.analysis.messages import MessageList

_ROWS = API["parts"]
_LISTS = (ast.List, ast.ListComp, ast.GeneratorExp)


class Parts:
    """Looks at the parts of one messages list and reports to it."""

    def __init__(self, module: Module, report: MessageList) -> None:
        self.module = module
        self.report = report
        self._seen: set[tuple[str, ast.AST]] = set()

    def _refuse(self, message: str, node: ast.AST, code: str = "CC232") -> None:
        self.report.reason(code, message, node)

    def _first(self, what: str, node: ast.AST) -> bool:
        """Return whether ``node`` was not looked at as ``what`` before."""
        new = (what, node) not in self._seen
        self._seen.add((what, node))
        return new

    # -- lists of parts -----------------------------------------------------------------

    def held(self, node: ast.List | ast.ListComp | ast.GeneratorExp) -> None:
        """Look at a display of parts, and at what is put into it later."""
        if not self._first("list", node):
            return
        if isinstance(node, ast.List):
            for item in node.elts:
                if isinstance(item, ast.Starred):
                    self.source(item.value)
                else:
                    self.part(item)
        else:
            self.part(node.elt)
        for level, value in flow_of(self.module, node, CONTENT).writes:
            if level == PART:
                self.part(value)
            else:
                self.source(value)

    def source(self, node: ast.expr) -> None:
        """Look at everything in an expression whose elements are parts."""
        if not self._first("source", node) or is_none(node):
            return
        if isinstance(node, _LISTS):
            self.held(node)
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            self.source(node.left)
            self.source(node.right)
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            for value in alternatives(node):
                self.source(value)
        elif isinstance(node, ast.NamedExpr) or (
            isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)
        ):
            self.source(node.value)
        elif isinstance(node, ast.Call):
            self._called(node, self.source)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self.report.named(node, CONTENT)
            for origin in origins(self.module, node):
                self._origin(origin, node, "list")
        else:
            self._refuse("where parts come from can't be seen", node)

    def _called(self, node: ast.Call, look: Callable[[ast.expr], None]) -> None:
        if hands_on(self.module, node):
            look(node.args[-1])
            return
        found = origins(self.module, node.func)
        if not found or any(origin.kind != "def" for origin in found):
            shown = self.module.source.one_line(node.func, 60)
            self._refuse(f"parts come from `{shown}(…)`", node)
            return
        for origin in found:
            assert isinstance(origin.node, FUNCTIONS)
            self.report.types.returned(origin.node)
            for statement in returned(origin.node):
                if statement.value is not None:
                    look(statement.value)

    def _origin(self, origin: Origin, node: ast.expr, what: str) -> None:
        """Look at one place that a name of a part, or of a list of parts, may come from."""
        look = self.source if what == "list" else self.part
        binding = origin.binding
        if origin.kind == "expr" and isinstance(origin.node, ast.expr):
            look(origin.node)
        elif origin.kind == "param" and isinstance(origin.node, ast.arg):
            self._parameter(origin, origin.node, node, look)
        elif (
            what == "part"
            and binding is not None
            and binding.kind in ("for", "comp")
            and isinstance(binding.value, ast.expr)
            and not binding.path
        ):
            self.source(binding.value)
        elif binding is None or binding.kind != "augassign":
            shown = self.module.source.segment(node)
            self._refuse(f"what `{shown}` holds can't be seen", node)

    def _parameter(
        self, origin: Origin, arg: ast.arg, node: ast.expr, look: Callable[[ast.expr], None]
    ) -> None:
        function = origin.binding.statement if origin.binding is not None else None
        if not isinstance(function, FUNCTIONS) or not self._first("parameter", arg):
            if not isinstance(function, FUNCTIONS):
                self._refuse(f"what `{arg.arg}` is can't be seen", node)
            return
        uses = references(self.module, function)
        if uses.others or uses.unsure or not uses.calls:
            message = f"parameter `{arg.arg}` of `{function.name}`: not every caller is seen"
            self._refuse(message, node)
            return
        for call in uses.calls:
            known, value = (False, None)
            if isinstance(call, ast.Call):
                known, value = argument_of(self.module, call, arg.arg, function)
            if not known:
                self._refuse(f"a caller hides what `{arg.arg}` is", call)
            elif value is not None:
                look(value)
        self.report.ask(function, (), "CC232", f"`{function.name}` is called with parts from")

    # -- one part -----------------------------------------------------------------------

    def part(self, node: ast.expr) -> None:
        """Look at one element of a list of parts."""
        if not self._first("part", node):
            return
        if isinstance(node, ast.Dict):
            self._display(node)
        elif isinstance(node, (ast.IfExp, ast.BoolOp)):
            for value in alternatives(node):
                self.part(value)
        elif isinstance(node, ast.Call) and not node.args and node.keywords:
            self._keywords(node)
        elif isinstance(node, ast.Call):
            self._called(node, self.part)
        elif isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Slice):
            self.source(node.value)
        elif isinstance(node, (ast.Name, ast.Attribute)):
            self.report.named(node, PART)
            for origin in origins(self.module, node):
                self._origin(origin, node, "part")
        else:
            self._refuse("a part is not written as a dict", node)

    def _keywords(self, node: ast.Call) -> None:
        """Look at ``dict(type="text", text=…)``; other calls are followed."""
        if not (isinstance(node.func, ast.Name) and node.func.id == "dict"):
            self._called(node, self.part)
            return
        names = [item.arg for item in node.keywords]
        kind = next((item.value for item in node.keywords if item.arg == "type"), None)
        if sorted(map(str, names)) != ["text", "type"] or constant_string(kind) != "text":
            self._refuse("a part is not written as a dict display", node)
        elif self._row(node, "text") is not None:
            assert kind is not None
            self.report.reshape("messages.text", kind, node, PART)

    def _display(self, node: ast.Dict) -> None:
        fields: dict[str, ast.expr] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = constant_string(key)
            if name is None or name in fields:
                self._refuse("a part has keys that are not constants", node)
                return
            fields[name] = value
        kind = constant_string(fields.get("type"))
        if kind is None:
            self._refuse("the type of a part can't be seen", node)
            return
        row = self._row(node, kind)
        if row is None:
            return
        inside = row.get("inside")
        known = {"type", *(inside or row["fields"]).split(), *row.get("keeps", "").split()}
        if not set(fields) <= known or (inside or "text") not in fields:
            self._refuse(f"a part of type `{kind}` with other keys than expected", node)
        elif inside and not self._nested(fields[inside], row):
            self._refuse(f"what the part's `{inside}` holds can't be seen", fields[inside])
        elif is_none(fields.get("text")):
            self._refuse("a part without text", node)
        else:
            self.report.reshape("messages.part", node, node, PART)

    def _nested(self, node: ast.expr, row: dict[str, str]) -> bool:
        """Return whether the object inside a part is one that can be lifted out of it."""
        fields = [name.split(">")[0] for name in row["fields"].split()]
        if isinstance(node, ast.Dict):
            names = [constant_string(key) for key in node.keys]
            if None in names or len(set(names)) != len(names) or not set(names) <= set(fields):
                return False
            return bool(names) and ("bare" not in row or fields[0] in names)
        return "bare" in row and is_text(self.module, node)

    def _row(self, node: ast.expr, kind: str) -> dict[str, str] | None:
        """Return what becomes of a part of this type in every message that holds it."""
        roles = self._roles(flow_of(self.module, node, PART), node)
        result: dict[str, str] | None = None
        for role in roles or ():
            row: dict[str, str] | None = _ROWS.get(role, {}).get(kind)
            if role == "assistant" or row is None or "to" not in row:
                code = (row or {}).get("code", "CC232")
                self._refuse(f"a part of type `{kind}` in a message of role `{role}`", node, code)
                return None
            result = row
        return result

    def _roles(self, flow: Flow, node: ast.expr) -> list[str] | None:
        """Return the roles of all messages that hold a part."""
        result: list[str] = []
        for holder in flow.holders:
            role = field_of(holder, "role")
            complete, values = (False, []) if role is None else constants(self.module, role)
            if not complete:
                self._refuse("the role of a message with parts can't be seen", role or holder)
                return None
            result.extend(str(value) for value in values)
        if flow.vague or not result:
            self._refuse("which message gets the parts can't be seen", node)
            return None
        return result


def field_of(message: ast.expr, name: str) -> ast.expr | None:
    """Return the value of one key of a dict display or of a call with keywords."""
    if isinstance(message, ast.Dict):
        for key, value in zip(message.keys, message.values, strict=True):
            if constant_string(key) == name:
                return value
    elif isinstance(message, ast.Call):
        return next((item.value for item in message.keywords if item.arg == name), None)
    return None


def alternatives(node: ast.IfExp | ast.BoolOp) -> list[ast.expr]:
    """Return the values a conditional expression may have."""
    return [node.body, node.orelse] if isinstance(node, ast.IfExp) else list(node.values)


def is_text(module: Module, node: ast.expr) -> bool:
    """Return whether ``node`` is certainly a string."""
    if isinstance(node, ast.JoinedStr):
        return True
    complete, values = constants(module, node)
    if complete:
        return all(isinstance(value, str) for value in values)
    found = origins(module, node)
    return bool(found) and all(isinstance(origin.node, ast.JoinedStr) for origin in found)


def open_part(module: Module, node: ast.expr, report: MessageList) -> ast.AST | None:
    """Return a part of the file that ``node`` may hold, else None.

    A display whose whole way is known, and that does not lead here, can't be it.
    """
    closed: set[ast.AST] = set()
    for display in part_displays(module):
        flow = flow_of(module, display, PART)
        if flow.escapes or (node, CONTENT) in flow.seen:
            return display
        closed.update(walk(display))
    words = ("image_url", "input_audio")
    for text in module.strings:
        if text.value in words and text not in closed:
            return text
    for display in part_displays(module):
        report.absorb_questions(flow_of(module, display, PART))
    return None


def part_displays(module: Module) -> list[ast.Dict]:
    """Return the dict displays of the file that are content parts."""
    if "part displays" not in module.memo:
        module.memo["part displays"] = [node for node in module.dicts if _is_part(node)]
    found = module.memo["part displays"]
    assert isinstance(found, list)
    return found


def _is_part(node: ast.Dict) -> bool:
    kind = constant_string(field_of(node, "type"))
    known = any(kind in rows for rows in _ROWS.values()) or kind in ("video_url", "audio_url")
    return known and field_of(node, str(kind)) is not None
