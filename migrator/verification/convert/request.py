"""A Chat Completions request → the Responses request of the same meaning.

Driven by ``rules/api/parameters.toml``, the codemod's own table, and by
``rules/api/reshaped.toml`` for values that take another shape.  For every call the codemod
rewrites, the rewritten call has exactly these keyword arguments; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from migrator._tables import API
from migrator.analysis.hosts import chat_only
from migrator.analysis.parameters import same_everywhere

from .errors import Unconvertible
from .messages import convert_messages
from .nested import JsonObject, Row, mapping, says_nothing, words
from .options import Options
from .tools import (
    converted_choice,
    converted_format,
    converted_function_choice,
    converted_functions,
    converted_tools,
)

_ROWS = API["parameters"]["chat"]
_RESHAPED = API["reshaped"]["chat"]
_FEWEST_TOKENS = 16
_KEEP_NULL = ("same", "tokens", "stream", "store")
_ONE_OF = (
    ("max_tokens", "max_completion_tokens", "CC212"),
    ("tools", "functions", "CC217"),
    ("tool_choice", "function_call", "CC217"),
)
_DEFAULTS = Options()


def convert_request(chat: Mapping[str, Any], options: Options = _DEFAULTS) -> JsonObject:
    """Return the Responses request (keyword arguments or JSON body) of a chat request.

    Values that stay the same, schemas for one, are shared with ``chat``, which is not changed.
    Raises `Unconvertible` for the first thing without a counterpart.
    """
    return _Conversion(chat, options).result()


class _Conversion:
    """One request; `result` may be called once."""

    def __init__(self, chat: Mapping[str, Any], options: Options) -> None:
        self._chat = {name: value for name, value in chat.items() if not _omitted(value)}
        self._options = options
        self._out: JsonObject = {}

    def result(self) -> JsonObject:
        """Return the whole request; raise `Unconvertible`."""
        for name in ("model", "messages"):
            if self._chat.get(name) is None:
                raise Unconvertible("CC213", name, f"the request has no `{name}`")
        for one, other, code in _ONE_OF:
            if self._chat.get(one) is not None and self._chat.get(other) is not None:
                raise Unconvertible(code, other, f"`{one}` and `{other}` are both given")
        for name, value in self._chat.items():
            self._parameter(name, value)
        if self._chat.get("functions"):
            # A legacy answer holds one call at most.
            self._out["parallel_tool_calls"] = False
        if self._chat.get("store") is None and self._options.store == "preserve":
            self._out["store"] = False
        if self._options.system == "instructions":
            self._hoist()
        return self._out

    def _parameter(self, name: str, value: Any) -> None:
        row = _ROWS.get(name)
        if row is None:
            raise Unconvertible("CC209", name, "no parameter of Chat Completions")
        if name in _RESHAPED:
            if value is not None:
                self._reshapings()[_RESHAPED[name]["by"]](name, value, _RESHAPED[name])
        elif value is not None or row["action"] in _KEEP_NULL:
            self._actions()[row["action"]](name, value, row)

    def _actions(self) -> dict[str, Callable[[str, Any, Row], None]]:
        return {
            "same": self._same,
            "store": self._keep,
            "stream": self._keep,
            "tokens": self._tokens,
            "messages": self._messages,
            "nest": self._nest,
            "drop": self._drop,
            "refuse": self._refuse,
            "body": self._body,
        }

    def _reshapings(self) -> dict[str, Callable[[str, Any, Row], None]]:
        return {
            "tools": lambda name, value, row: self._set(row, converted_tools(value)),
            "tool_choice": lambda name, value, row: self._set(row, converted_choice(value)),
            "functions": lambda name, value, row: self._set(row, converted_functions(value)),
            "function_call": lambda name, value, row: self._set(
                row, converted_function_choice(value)
            ),
            "response_format": self._format,
            "logprobs": self._logprobs,
            "top_logprobs": self._top_logprobs,
            "stream_options": self._stream_options,
        }

    # -- one method per action ----------------------------------------------------------

    def _set(self, row: Row, value: Any) -> None:
        self._out[row["to"]] = value

    def _keep(self, name: str, value: Any, row: Row) -> None:
        self._out[name] = value

    def _same(self, name: str, value: Any, row: Row) -> None:
        note = chat_only(value) if name == "model" and isinstance(value, str) else None
        if note is not None:
            raise Unconvertible("CC228", name, f"`{value}`: {note}")
        if not says_nothing(value, row):
            self._out[name] = value

    def _tokens(self, name: str, value: Any, row: Row) -> None:
        if isinstance(value, (int, float)) and value < _FEWEST_TOKENS:
            message = f"{value}: Responses takes no fewer than {_FEWEST_TOKENS}"
            raise Unconvertible(row["code"], name, message)
        if value is not None or row["to"] not in self._out:
            self._out[row["to"]] = value

    def _messages(self, name: str, value: Any, row: Row) -> None:
        items = convert_messages(value, typed_messages=self._options.typed_messages, path=name)
        if not items:
            raise Unconvertible("CC239", name, "the list is empty")
        self._out[row["to"]] = items

    def _nest(self, name: str, value: Any, row: Row) -> None:
        self._out.setdefault(row["to"], {})[row["key"]] = value

    def _drop(self, name: str, value: Any, row: Row) -> None:
        allowed = name in self._options.drop and "droppable" in row
        if not allowed and not says_nothing(value, row):
            raise Unconvertible(row["code"], name, f"no counterpart of {name}={value!r:.60}")

    def _body(self, name: str, value: Any, row: Row) -> None:
        if says_nothing(value, row):
            return
        for key in mapping(value, row["code"], name):
            if key == "model" or not same_everywhere(key):
                raise Unconvertible(row["code"], name, f"`{key}` can't be sent this way")
        self._out[name] = value

    def _refuse(self, name: str, value: Any, row: Row) -> None:
        raise Unconvertible(row["code"], name, "a keyword of openai before 1.0")

    # -- values of another shape --------------------------------------------------------

    def _format(self, name: str, value: Any, row: Row) -> None:
        self._out.setdefault(row["to"], {})["format"] = converted_format(value)

    def _logprobs(self, name: str, value: Any, row: Row) -> None:
        if value is True:
            self._out[row["to"]] = [row["value"]]
        elif not says_nothing(value, _ROWS[name]):
            raise Unconvertible(_ROWS[name]["code"], name, f"expected a boolean, not {value!r:.60}")

    def _top_logprobs(self, name: str, value: Any, row: Row) -> None:
        if self._chat.get("logprobs") is not True:
            raise Unconvertible(_ROWS[name]["code"], name, "given without `logprobs`")
        self._out[row["to"]] = value

    def _stream_options(self, name: str, value: Any, row: Row) -> None:
        code = _ROWS[name]["code"]
        kept: JsonObject = {}
        for key, inner in mapping(value, code, name).items():
            if key in words(row, "fields"):
                kept[key] = inner
            elif key not in words(row, "inert"):
                raise Unconvertible(code, f"{name}.{key}", "Responses does not know this key")
        if kept:
            self._out[row["to"]] = kept

    # -- the system message -------------------------------------------------------------

    def _hoist(self) -> None:
        """Move a single leading system message of text to ``instructions``.

        Not where "json" may have to stand in the input, nor where nothing would be left of it.
        """
        items: list[JsonObject] = self._out["input"]
        roles = [item.get("role") for item in items]
        first = items[0]
        if (
            roles[0] == "system"
            and isinstance(first["content"], str)
            and first["content"]
            and len(items) > 1
            and not {"system", "developer"} & set(roles[1:])
            and self._out.get("text", {}).get("format", {}).get("type") != "json_object"
        ):
            self._out["instructions"] = first["content"]
            self._out["input"] = items[1:]


def _omitted(value: object) -> bool:
    """Return whether ``value`` is the SDK's word for an argument that is not sent."""
    kind = type(value)
    return kind.__name__ in ("Omit", "NotGiven") and kind.__module__.startswith("openai")
