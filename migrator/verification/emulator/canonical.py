"""The meaning of a generation request, whichever endpoint it came to.

A :class:`Conversation` holds what can change the model's answer and nothing else: turns, tools
with their *effective* strictness, output format and settings, with every default written out.
Two requests of equal meaning give equal conversations and so equal digests, on both endpoints.

Not part of it, on purpose:

* how the request is kept, billed or labelled (``store``, ``metadata``, ``user`` ...): see
  :class:`Delivery`, which is recorded beside the conversation;
* cache breakpoints on parts, which change the bill and not the answer;
* item ids, statuses and phases, and replayed ``reasoning`` items: Chat Completions has no place
  for them, and a history without them is the chat history;
* the native ids of tool calls, which become ``call-1``, ``call-2`` ... in order of appearance.

The JSON form (:meth:`Conversation.to_json`) is what journals store and comparisons print.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, cast

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Text:
    """A run of text, as sent."""

    text: str


@dataclass(frozen=True)
class Image:
    """An image by URL (data URLs included) or by file id; ``detail`` defaults to ``auto``."""

    url: str | None = None
    file_id: str | None = None
    detail: str = "auto"


@dataclass(frozen=True)
class File:
    """A file by id, by content or (Responses only) by URL."""

    file_id: str | None = None
    filename: str | None = None
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Audio:
    """Audio input, which only Chat Completions accepts."""

    data: str
    format: str


@dataclass(frozen=True)
class Refusal:
    """A refusal the assistant gave earlier."""

    text: str


Part = Text | Image | File | Audio | Refusal


@dataclass(frozen=True)
class Message:
    """One message; ``name`` exists on Chat Completions only."""

    role: str
    parts: tuple[Part, ...]
    name: str | None = None


@dataclass(frozen=True)
class Call:
    """A tool call made earlier; JSON arguments are re-serialised with sorted keys."""

    ref: str
    kind: Literal["function", "custom"]
    name: str
    arguments: str


@dataclass(frozen=True)
class Output:
    """The result of the call named by ``ref``; adjacent texts are joined."""

    ref: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class OtherItem:
    """An input item of a built-in tool, kept as sent without id and status."""

    type: str
    value: JsonObject


Turn = Message | Call | Output | OtherItem


@dataclass(frozen=True)
class FunctionTool:
    """A function; ``strict`` and ``parameters`` are what the model is really given."""

    name: str
    description: str | None
    parameters: JsonObject
    strict: bool


@dataclass(frozen=True)
class CustomTool:
    """A tool with free-form or grammar-bound input."""

    name: str
    description: str | None
    format: JsonObject


@dataclass(frozen=True)
class BuiltInTool:
    """A tool the service runs itself."""

    type: str
    value: JsonObject


Tool = FunctionTool | CustomTool | BuiltInTool


@dataclass(frozen=True)
class Format:
    """The shape of the answer: ``text``, ``json_object`` or ``json_schema``."""

    type: str = "text"
    name: str | None = None
    description: str | None = None
    schema: JsonObject | None = None
    strict: bool | None = None


@dataclass(frozen=True)
class Settings:
    """Sampling and tool settings; ``extra`` holds what one endpoint only knows, if not inert."""

    model: str
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int | None = None
    reasoning_effort: str | None = None
    verbosity: str = "medium"
    tool_choice: str | JsonObject = "none"
    parallel_tool_calls: bool = True
    top_logprobs: int | None = None
    truncation: str = "disabled"
    extra: JsonObject = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """What is asked about keeping, billing and labelling the answer: no part of the meaning."""

    store: bool | None = None
    stream: bool = False
    labels: JsonObject = field(default_factory=dict)

    def to_json(self) -> JsonObject:
        """Return the JSON form, without absent values."""
        return cast("JsonObject", _plain(self))


@dataclass(frozen=True)
class Conversation:
    """Everything that decides the answer."""

    turns: tuple[Turn, ...]
    settings: Settings
    tools: tuple[Tool, ...] = ()
    format: Format = Format()

    def to_json(self) -> JsonObject:
        """Return the JSON form: plain dicts and lists, absent values left out."""
        return cast("JsonObject", _plain(self))

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the JSON form, in hexadecimal."""
        return hashlib.sha256(canonical_json(self.to_json()).encode()).hexdigest()

    def without(self, settings: frozenset[str]) -> Conversation:
        """Return the conversation with the named settings at their defaults.

        For runs in which the owner of the code allowed a parameter to be dropped.
        """
        kept = {key: value for key, value in self.settings.extra.items() if key not in settings}
        defaults = {
            item.name: item.default
            for item in dataclasses.fields(Settings)
            if item.name in settings and item.default is not dataclasses.MISSING
        }
        changed = dataclasses.replace(self.settings, extra=kept, **defaults)
        return dataclasses.replace(self, settings=changed)


def canonical_json(value: object) -> str:
    """Return ``value`` as compact JSON with sorted keys."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_arguments(arguments: str) -> str:
    """Return JSON arguments in one spelling; text that is not JSON is returned as it is."""
    try:
        return canonical_json(json.loads(arguments))
    except ValueError:
        return arguments


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {item.name: getattr(value, item.name) for item in dataclasses.fields(value)}
        body = {key: _plain(item) for key, item in fields.items() if item is not None}
        tag = _TAGS.get(type(value))
        return body if tag is None else {"kind": tag, **body}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


_TAGS: dict[type, str] = {
    Text: "text",
    Image: "image",
    File: "file",
    Audio: "audio",
    Refusal: "refusal",
    Message: "message",
    Call: "call",
    Output: "output",
    OtherItem: "item",
    FunctionTool: "function",
    CustomTool: "custom",
    BuiltInTool: "built-in",
}
