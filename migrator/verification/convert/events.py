"""A Responses stream → chat deltas, by ``rules/api/events.toml``.

`EventReader` is the state of one stream; `chat_deltas` and `achat_deltas` drive it.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from typing import Any, Literal, cast

from migrator._tables import API

from .errors import GenerationFailed
from .fields import annotation_of, each, field, logprobs_of, usage_of_response
from .response import finish_reason
from .view import ChatDelta, ToolCallDelta

_EVENTS = API["events"]["event"]
_CALL = API["finish"]["call"]


def chat_deltas(events: Iterable[Any], *, functions: bool = False) -> Iterator[ChatDelta]:
    """Yield the deltas of a stream of events (the SDK's objects or their JSON).

    The last one has the token counts, which chat sends only if asked to.  Raises
    `GenerationFailed` on ``error``, on ``response.failed`` and where the stream just ends.
    ``functions``: the request had legacy ``functions``, which decides the finish reason.
    """
    reader = EventReader(functions=functions)
    for event in events:
        yield from reader.read(event)
    reader.close()


async def achat_deltas(
    events: AsyncIterable[Any], *, functions: bool = False
) -> AsyncIterator[ChatDelta]:
    """Yield what `chat_deltas` yields, for an asynchronous stream."""
    reader = EventReader(functions=functions)
    async for event in events:
        for delta in reader.read(event):
            yield delta
    reader.close()


class _Call:
    """A call under way: its number among the calls and how much of it was sent."""

    __slots__ = ("index", "sent")

    def __init__(self, index: int) -> None:
        self.index = index
        self.sent = 0


class EventReader:
    """Turns events into deltas, one at a time; for those who own the loop."""

    def __init__(self, *, functions: bool = False) -> None:
        self._functions = functions
        self._id, self._model, self._created = "", "", 0
        self._calls: dict[object, _Call] = {}
        self._begun = 0
        self._text = 0
        self._starts: dict[tuple[object, object], int] = {}
        self._ended = False

    def read(self, event: Any) -> list[ChatDelta]:
        """Return the deltas of one event, often none; raise `GenerationFailed`."""
        row = _EVENTS.get(str(field(event, "type")))
        return self._readers()[row["becomes"]](event) if row is not None else []

    def close(self) -> None:
        """Raise `GenerationFailed` if the stream has not come to its end."""
        if not self._ended:
            raise GenerationFailed("ended", "the stream broke off before the answer was complete")

    def _readers(self) -> dict[str, Callable[[Any], list[ChatDelta]]]:
        return {
            "start": self._start,
            "content": self._content,
            "refusal": lambda event: [self._delta(refusal=field(event, "delta"))],
            "annotation": self._annotation,
            "item": self._item,
            "item_done": self._item_done,
            "arguments": self._arguments,
            "end": self._end,
            "error": self._error,
        }

    def _delta(self, **fields: Any) -> ChatDelta:
        return ChatDelta(self._id, self._model, self._created, **fields)

    # -- one method per kind of event ---------------------------------------------------

    def _start(self, event: Any) -> list[ChatDelta]:
        response = field(event, "response")
        self._id, self._model = field(response, "id"), field(response, "model")
        self._created = int(field(response, "created_at"))
        return [self._delta(role="assistant")]

    def _content(self, event: Any) -> list[ChatDelta]:
        text = field(event, "delta")
        self._starts.setdefault(_part(event), self._text)
        self._text += len(text)
        scores = logprobs_of(each(event, "logprobs"))
        return [self._delta(content=text, logprobs=scores or None)]

    def _annotation(self, event: Any) -> list[ChatDelta]:
        start = self._starts.get(_part(event), self._text)
        found = annotation_of(field(event, "annotation"), start)
        return [] if found is None else [self._delta(annotation=found)]

    def _item(self, event: Any) -> list[ChatDelta]:
        item = field(event, "item")
        row = _CALL.get(field(item, "type"))
        if row is None:
            return []
        call = _Call(self._begun)
        self._begun += 1
        for key in _keys(field(item, "id"), field(event, "output_index")):
            self._calls[key] = call
        given = field(item, row["arguments"]) or ""
        call.sent = len(given)
        delta = ToolCallDelta(
            index=call.index,
            arguments=given,
            # The legacy shape has no id: nothing in it is paired by one.
            id=None if self._functions else field(item, "call_id"),
            kind=cast("Literal['function', 'custom']", row["kind"]),
            name=field(item, "name"),
        )
        return [self._delta(tool_call=delta)]

    def _arguments(self, event: Any) -> list[ChatDelta]:
        call = self._known(field(event, "item_id"), field(event, "output_index"))
        if call is None:
            return []
        text = field(event, "delta")
        call.sent += len(text)
        return [self._delta(tool_call=ToolCallDelta(call.index, text))]

    def _item_done(self, event: Any) -> list[ChatDelta]:
        """Return what no delta has carried: some servers send calls in one piece."""
        item = field(event, "item")
        row = _CALL.get(field(item, "type"))
        if row is None:
            return []
        call = self._known(field(item, "id"), field(event, "output_index"))
        if call is None:
            return self._item(event)
        rest = (field(item, row["arguments"]) or "")[call.sent :]
        call.sent += len(rest)
        return [self._delta(tool_call=ToolCallDelta(call.index, rest))] if rest else []

    def _end(self, event: Any) -> list[ChatDelta]:
        response = field(event, "response")
        finish = finish_reason(response, functions=self._functions)
        self._ended = True
        usage = usage_of_response(field(response, "usage"))
        last = [] if usage is None else [self._delta(usage=usage)]
        return [self._delta(finish_reason=finish), *last]

    def _error(self, event: Any) -> list[ChatDelta]:
        nested = field(event, "error") or event
        message = field(nested, "message") or "the stream ended in an error"
        raise GenerationFailed("error", message, field(nested, "code"))

    def _known(self, item_id: object, output_index: object) -> _Call | None:
        found = (self._calls.get(key) for key in _keys(item_id, output_index))
        return next((call for call in found if call is not None), None)


def _keys(item_id: object, output_index: object) -> list[object]:
    """Return what a call can be known by; some servers leave out ids, others indexes."""
    keys: list[object] = [] if item_id is None else [("id", item_id)]
    return keys if output_index is None else [*keys, ("index", output_index)]


def _part(event: Any) -> tuple[object, object]:
    return field(event, "output_index"), field(event, "content_index")
