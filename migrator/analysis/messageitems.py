"""One message of the list, as it is written: what becomes of it.

Messages of the roles system, developer, user and assistant whose content is text are valid
Responses input as they are (``EasyInputMessageParam``).  Tool results become items of their own;
anything else is a reason.
"""

from __future__ import annotations

from migrator.analysis.chattypes import replacement
from migrator.analysis.functions import returned
from migrator.analysis.messagecallers import return_
from migrator.analysis.scopes import Module
from migrator.analysis.shapefacts import MESSAGE
from migrator.analysis.syntax import FUNCTIONS, ast, constant_string, is_none
from migrator.analysis.values import constants, origins

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.messages import MessageList

_ROLES = {"system", "developer", "user", "assistant"}
_KEYS = {
    "name": ("CC231", "a message carries `name`"),
    "tool_calls": ("CC234", "an assistant message carries tool calls"),
    "function_call": ("CC234", "an assistant message carries a function call"),
    "tool_call_id": ("CC233", "a message answers a tool call"),
}
_OUTPUT = "openai.types.responses.response_input_item_param.FunctionCallOutput"
# What turns a message object into a dict.
_DUMPS = {"model_dump", "to_dict", "dict"}


class Items:
    """Looks at the messages of one list and reports to it."""

    def __init__(self, module: Module, report: MessageList) -> None:
        self.module = module
        self.report = report

    def message(self, node: ast.Dict | ast.Call, element: ast.expr) -> None:
        """Look at a message that is written out or made by a call, and is put in as ``element``."""
        if isinstance(node, ast.Dict):
            self.report.builders.append(node)
            self._dict(node)
            return
        plain = not node.args and all(item.arg for item in node.keywords)
        fields = {item.arg: item.value for item in node.keywords if item.arg is not None}
        type_ = replacement(self.module, node.func)
        if plain and (type_ or getattr(node.func, "id", "") == "dict"):
            self.report.builders.append(node)
            self._fields(fields, node, type_)
        else:
            self._called(node, element)

    def _called(self, node: ast.Call, element: ast.expr) -> None:
        found = origins(self.module, node.func)
        if return_(found):
            for origin in found:
                assert isinstance(origin.node, FUNCTIONS)
                self.report.types.returned(origin.node)
                for statement in returned(origin.node):
                    if statement.value is not None:
                        outer = self.report.element
                        self.report.element = outer or element
                        self.report.message(statement.value)
                        self.report.element = outer
            return
        if self.report.types.cast(node):
            self.report.message(node.args[1])
            return
        shown = self.module.source.one_line(node.func, 60)
        message = f"a message is made by `{shown}(…)`"
        if dumps(node):
            self.report.later(message, node)
        else:
            self.report.reason("CC235", message, node)

    def _dict(self, node: ast.Dict) -> None:
        fields = self._merged(node)
        if fields is None:
            self.report.reason("CC238", "a message has keys that are not constants", node)
        else:
            self._fields(fields, node)

    def _merged(self, node: ast.Dict) -> dict[str, ast.expr] | None:
        """Return the entries of a display, those of one it spreads included; None if unseen."""
        fields: dict[str, ast.expr] = {}
        for key, value in zip(node.keys, node.values, strict=True):
            name = constant_string(key)
            if name is not None:
                fields[name] = value
                continue
            found = origins(self.module, value) if key is None else []
            if len(found) != 1 or not isinstance(found[0].node, ast.Dict):
                return None
            base = self._merged(found[0].node)
            if base is None or not isinstance(value, ast.Name):
                return None
            self.report.changes.of_message(value)
            fields.update(base)
        return fields

    def _fields(
        self, fields: dict[str, ast.expr], node: ast.Dict | ast.Call, type_: str = ""
    ) -> None:
        role = fields.get("role")
        text = constant_string(role)
        if text == "tool":
            self._output(fields, node, type_)
            return
        if type_:
            self._typed(node, text, type_)
        if text == "assistant" and isinstance(fields.get("tool_calls"), ast.List):
            self._calls(fields, node)
            return
        read = isinstance(role, ast.Attribute) and role.attr == "role"
        if (text == "assistant" or read) and "tool_calls" in fields:
            self.report.later("an assistant message carries tool calls", node, "CC234")
            return
        for name, value in fields.items():
            if name in ("role", "content"):
                continue
            code, message = _KEYS.get(name, ("CC238", f"a message has the key `{name}`"))
            self.report.reason(code, message, value)
        if role is None:
            self.report.reason("CC237", "a message has no `role`", node)
        else:
            self._role(role)
        content = fields.get("content")
        if content is None:
            self.report.reason("CC238", "a message has no `content`", node)
        elif text == "assistant" and (only := _only_text(content)) is not None:
            self.report.contents.check(only)
            self.report.reshape("messages.string", content, node, MESSAGE, kinds=True)
        else:
            self.report.contents.check(content)

    def _calls(self, fields: dict[str, ast.expr], node: ast.Dict | ast.Call) -> None:
        """Look at an assistant message with its tool calls written out."""
        calls = fields["tool_calls"]
        assert isinstance(calls, ast.List)
        content = fields.get("content")
        said = None if content is None else _says(self.module, content)
        odd = next((call for call in calls.elts if not _is_call(call)), None)
        known = isinstance(node, ast.Dict) and set(fields) <= {"role", "content", "tool_calls"}
        if odd is not None or not known or not calls.elts:
            message = "an assistant message carries tool calls"
            self.report.reason("CC234", message, odd or calls)
        elif content is not None and said is None:
            self.report.reason("CC234", "whether the message has text can't be seen", content)
        else:
            several = len(calls.elts) + bool(said) > 1
            if several and not _takes_several(self.module, node):
                self.report.reason("CC234", "there is no place for several items", node)
            detail = "text" if said else ""
            self.report.reshape(
                "calls.items", node, node, MESSAGE, kinds=True, counts=several, detail=detail
            )

    def _role(self, node: ast.expr) -> None:
        complete, values = constants(self.module, node)
        for value in values:
            if value in ("tool", "function"):
                self.report.reason("CC233", f"a message has the role `{value}`", node)
            elif value not in _ROLES:
                self.report.reason("CC237", f"a message has the role `{value}`", node)
        # A role that is no constant can only be one of the four: the others need more keys.
        if not complete:
            self.report.assumed.append(node)

    def _typed(self, node: ast.Dict | ast.Call, role: str | None, type_: str) -> None:
        """Have the type of a constructor call renamed."""
        assert isinstance(node, ast.Call)
        if role not in _ROLES or type_ == _OUTPUT:
            self.report.reason("CC235", "the type of a message and its role don't agree", node)
            return
        self.report.retyped(node, type_)

    # -- tool results -------------------------------------------------------------------

    def _output(self, fields: dict[str, ast.expr], node: ast.Dict | ast.Call, type_: str) -> None:
        """Look at a message that answers a tool call."""
        missing = [name for name in ("tool_call_id", "content") if name not in fields]
        if missing:
            self.report.reason("CC233", f"a tool message has no `{missing[0]}`", node)
            return
        for name, value in fields.items():
            if name == "name" and not _effect_free(value):
                self.report.reason("CC231", "the `name` of a tool message is computed", value)
            elif name not in ("role", "content", "tool_call_id", "name"):
                self.report.reason("CC238", f"a message has the key `{name}`", value)
        if any(text.value == "custom" for text in self.module.strings):
            # What answers a custom tool is an item of another type.
            self.report.reason("CC233", "the message may answer a custom tool", node)
        if type_ and type_ != _OUTPUT:
            self.report.reason("CC235", "the type of a message and its role don't agree", node)
        elif type_:
            assert isinstance(node, ast.Call)
            self.report.retyped(node, type_)
        self.report.contents.check(fields["content"])
        self.report.reshape("messages.output", node, node, MESSAGE, kinds=True)


def _only_text(node: ast.expr) -> ast.expr | None:
    """Return the text of a list display with one text part, else None."""
    if not isinstance(node, ast.List) or len(node.elts) != 1:
        return None
    part = node.elts[0]
    if not isinstance(part, ast.Dict) or len(part.keys) != 2:
        return None
    fields = {constant_string(k): v for k, v in zip(part.keys, part.values, strict=True)}
    text = fields.get("text")
    if constant_string(fields.get("type")) != "text" or text is None or is_none(text):
        return None
    return text


def _says(module: Module, node: ast.expr) -> bool | None:
    """Return whether a content certainly is text, or certainly is none; None if unknown."""
    if isinstance(node, ast.JoinedStr):
        return True if any(constant_string(part) for part in node.values) else None
    complete, values = constants(module, node)
    if not complete or any(not isinstance(value, (str, type(None))) for value in values):
        return None
    says = {bool(value) for value in values}
    return says.pop() if len(says) == 1 else None


def _is_call(node: ast.expr) -> bool:
    """Return whether ``node`` is a call of a function, written out."""
    fields = _fields_of(node)
    inner = _fields_of(fields.get("function"))
    return (
        set(fields) == {"id", "type", "function"}
        and constant_string(fields["type"]) == "function"
        and set(inner) == {"name", "arguments"}
        and not isinstance(inner["arguments"], (ast.Dict, ast.List))
    )


def _fields_of(node: ast.expr | None) -> dict[str, ast.expr]:
    """Return the entries of a dict display whose keys are constants, else nothing."""
    if not isinstance(node, ast.Dict):
        return {}
    names = [constant_string(key) for key in node.keys]
    fields = {name: v for name, v in zip(names, node.values, strict=True) if name is not None}
    return fields if len(fields) == len(names) else {}


def _takes_several(module: Module, node: ast.expr) -> bool:
    """Return whether several items can stand where a message stands."""
    parent = module.parent(node)
    if isinstance(parent, ast.List):
        return True
    func = parent.func if isinstance(parent, ast.Call) else None
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "append"
        and isinstance(module.parent(parent), ast.Expr)
    )


def _effect_free(node: ast.expr) -> bool:
    """Return whether leaving ``node`` out changes nothing."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, (ast.Name, ast.Constant))


def dumps(node: ast.AST) -> bool:
    """Return whether a call turns an object into a dict: a message of a result, perhaps."""
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Attribute):
        return node.func.attr in _DUMPS and not node.args
    one = len(node.args) == 1 and not node.keywords
    return one and isinstance(node.func, ast.Name) and node.func.id in ("dict", "vars")
