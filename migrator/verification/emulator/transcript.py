"""Collects the turns of a conversation under the rules both endpoints share.

Knows neither wire format. The two readers
(:mod:`.from_chat`, :mod:`.from_responses`) feed it; it renames call ids, joins what either
endpoint may have split and leaves out what carries nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from .canonical import (
    Call,
    JsonObject,
    Message,
    OtherItem,
    Output,
    Part,
    Text,
    Turn,
    canonical_arguments,
)


class Transcript:
    """A growing list of turns; :meth:`turns` returns the finished tuple."""

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._refs: dict[str, str] = {}
        self._calls = 0

    def message(self, role: str, parts: Iterable[Part], name: str | None = None) -> None:
        """Add a message; an assistant's adjacent texts are one text, as its reader sees them."""
        kept = tuple(parts)
        self._turns.append(Message(role, joined(kept) if role == "assistant" else kept, name))

    def call(
        self, native_id: str, kind: Literal["function", "custom"], name: str, arguments: str
    ) -> None:
        """Add a tool call and remember its id; an empty message just before it is dropped."""
        if self._turns and _is_empty_assistant(self._turns[-1]):
            # Chat programs often carry content="" beside tool_calls; it says nothing.
            self._turns.pop()
        self._calls += 1
        ref = f"call-{self._calls}"
        self._refs[native_id] = ref
        normal = canonical_arguments(arguments) if kind == "function" else arguments
        self._turns.append(Call(ref, kind, name, normal))

    def output(self, native_id: str, parts: Iterable[Part]) -> None:
        """Add a tool output under the new name of its call (or the raw id when unpaired)."""
        self._turns.append(Output(self._refs.get(native_id, native_id), joined(tuple(parts))))

    def other(self, type_: str, value: JsonObject) -> None:
        """Add an item of a built-in tool."""
        self._turns.append(OtherItem(type_, value))

    def turns(self) -> tuple[Turn, ...]:
        """Return everything added so far, in order."""
        return tuple(self._turns)


def joined(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return ``parts`` with neighbouring texts concatenated."""
    result: list[Part] = []
    for part in parts:
        if isinstance(part, Text) and result and isinstance(result[-1], Text):
            result[-1] = Text(result[-1].text + part.text)
        else:
            result.append(part)
    return tuple(result)


def _is_empty_assistant(turn: Turn) -> bool:
    return (
        isinstance(turn, Message)
        and turn.role == "assistant"
        and turn.name is None
        and all(isinstance(part, Text) and not part.text for part in turn.parts)
    )
