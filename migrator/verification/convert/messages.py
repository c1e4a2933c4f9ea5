"""Chat messages → input items, by ``rules/api/messages.toml``.

A message of text stays as it is. A turn with tool calls becomes a message, if it says
something, and one item per call, in order; what answers a call becomes an output item whose
type depends on the call it answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrator._tables import API

from .errors import Unconvertible
from .nested import JsonObject, bare, fields_of, kind_of, mapping, says_nothing, sequence
from .parts import converted_content

_ROLES = API["messages"]["role"]
_KEYS = API["messages"]["key"]
_CALLS = API["tools"]["call"]


def convert_messages(
    messages: Iterable[Any], *, typed_messages: bool = False, path: str = "messages"
) -> list[JsonObject]:
    """Return the input items that mean the same as a list of chat messages.

    Messages are mappings or the SDK's objects.  Raises `Unconvertible` for what has no
    counterpart: names, audio, roles and parts nobody knows, outputs without their call.
    """
    return _Converter(typed_messages).items(sequence(messages, "CC230", path), path)


class _Converter:
    """Holds what later messages need to know of earlier ones."""

    def __init__(self, typed: bool) -> None:
        self._typed = typed
        self._result: list[JsonObject] = []
        self._outputs: dict[str, str] = {}
        self._taken: set[str] = set()
        self._asked: tuple[str, str] | None = None

    def items(self, messages: list[Any], path: str) -> list[JsonObject]:
        """Return the items of all messages."""
        given = [_plain(message, f"{path}[{i}]") for i, message in enumerate(messages)]
        self._taken = {
            str(call.get("id"))
            for message in given
            for call in message.get("tool_calls") or []
            if isinstance(call, Mapping)
        }
        for index, message in enumerate(given):
            self._message(message, f"{path}[{index}]")
        self._answered(path)
        return self._result

    def _message(self, message: JsonObject, path: str) -> None:
        role = message.get("role")
        if not isinstance(role, str) or role not in _ROLES:
            raise Unconvertible("CC237", f"{path}.role", f"{role!r} is no role of Responses")
        for name in message:
            _check_key(name, message, role, path)
        kind = _ROLES[role]["becomes"]
        if kind != "answer":
            self._answered(path)
        if kind == "output":
            self._output(message, path)
        elif kind == "answer":
            self._answer(message, path)
        elif kind == "assistant":
            self._assistant(message, path)
        else:
            self._said(role, _content(message, role, path))

    def _said(self, role: str, content: str | list[JsonObject]) -> None:
        # Parts of an assistant are known from output messages, which always have a type.
        parts = role == "assistant" and not isinstance(content, str)
        tag = {"type": "message"} if self._typed or parts else {}
        self._result.append({**tag, "role": role, "content": content})

    # -- the assistant ------------------------------------------------------------------

    def _assistant(self, message: JsonObject, path: str) -> None:
        calls = sequence(message.get("tool_calls") or (), "CC234", f"{path}.tool_calls")
        legacy = message.get("function_call")
        refusal = message.get("refusal")
        content = message.get("content")
        if content or (content == "" and not (calls or legacy or refusal)):
            said = converted_content(content, "assistant", f"{path}.content")
        elif calls or legacy or refusal:
            said = []
        else:
            raise Unconvertible("CC238", f"{path}.content", "the message has no content")
        if refusal:
            before = [{"type": "output_text", "text": said}] if isinstance(said, str) else said
            said = [*before, {"type": "refusal", "refusal": refusal}]
        if said or not (calls or legacy):
            self._said("assistant", said)
        for index, call in enumerate(calls):
            self._call(call, f"{path}.tool_calls[{index}]")
        if legacy:
            self._legacy_call(legacy, f"{path}.function_call")

    def _call(self, call: Any, path: str) -> None:
        given = mapping(_plain(call, path), "CC234", path)
        kind = kind_of(given, _CALLS, "CC234", path, "function")
        row = _CALLS[kind]
        found = fields_of(given, row, "CC234", path, ("type", "id"))
        id_ = given.get("id")
        if not isinstance(id_, str):
            raise Unconvertible("CC234", f"{path}.id", "the call has no id")
        self._outputs[id_] = row["output"]
        self._result.append({"type": row["to"], "call_id": id_, **found})

    def _output(self, message: JsonObject, path: str) -> None:
        id_ = message.get("tool_call_id")
        if not isinstance(id_, str) or id_ not in self._outputs:
            raise Unconvertible("CC233", f"{path}.tool_call_id", "it answers no call before it")
        output = _content(message, "tool", path)
        self._result.append({"type": self._outputs[id_], "call_id": id_, "output": output})

    # -- legacy functions ---------------------------------------------------------------

    def _legacy_call(self, call: Any, path: str) -> None:
        given = mapping(_plain(call, path), "CC234", path)
        found = fields_of(given, bare(_CALLS["function"]), "CC234", path, ())
        number = 1
        while f"call_{number}" in self._taken:
            number += 1
        id_ = f"call_{number}"
        self._taken.add(id_)
        self._asked = (id_, found["name"])
        self._result.append({"type": _CALLS["function"]["to"], "call_id": id_, **found})

    def _answer(self, message: JsonObject, path: str) -> None:
        if self._asked is None or self._asked[1] != message.get("name"):
            raise Unconvertible("CC233", path, "it does not follow the call that it answers")
        content = message.get("content")
        if not isinstance(content, str) and content is not None:
            raise Unconvertible("CC233", f"{path}.content", "the result is not text")
        type_ = _CALLS["function"]["output"]
        self._result.append({"type": type_, "call_id": self._asked[0], "output": content or ""})
        self._asked = None

    def _answered(self, path: str) -> None:
        """Raise if a legacy call stays without the answer that Responses insists on."""
        if self._asked is not None:
            raise Unconvertible("CC234", path, f"the call of `{self._asked[1]}` has no answer")


def _plain(value: Any, path: str) -> JsonObject:
    """Return a message or call as a dict without its null values."""
    dump = getattr(value, "to_dict", None)
    given = dump() if callable(dump) else value
    if not isinstance(given, Mapping):
        raise Unconvertible("CC235", path, f"expected an object, not {type(value).__name__}")
    return {name: inner for name, inner in given.items() if inner is not None}


def _check_key(name: str, message: JsonObject, role: str, path: str) -> None:
    if name in ("role", "content"):
        return
    row = _KEYS.get(name)
    if row is None:
        raise Unconvertible("CC238", f"{path}.{name}", "Responses does not know this key")
    if row.get("role") != role and not says_nothing(message[name], row):
        raise Unconvertible(row["code"], f"{path}.{name}", "Responses does not know this key")


def _content(message: JsonObject, role: str, path: str) -> str | list[JsonObject]:
    if "content" not in message:
        raise Unconvertible("CC238", f"{path}.content", "the message has no content")
    return converted_content(message["content"], role, f"{path}.content")
