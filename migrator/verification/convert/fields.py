"""Reads fields of answers that are the SDK's objects or plain JSON, and what both APIs share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from migrator._tables import API

from .view import Annotation, TokenLogprob, TopLogprob, Usage

_USAGE = API["results"]["usage"]
_INPUT = API["results"]["input_details"]
_OUTPUT = API["results"]["output_details"]
_DETAILS = ("cached_tokens", "cache_write_tokens", "reasoning_tokens")


def field(value: Any, name: str) -> Any:
    """Return a key or attribute, ``None`` where it is absent."""
    if isinstance(value, Mapping):
        return value.get(name)
    return getattr(value, name, None)


def each(value: Any, name: str) -> Iterable[Any]:
    """Return the elements of a list that may be absent."""
    return field(value, name) or ()


def usage_of_response(usage: Any) -> Usage | None:
    """Return the token counts of a Response."""
    return _usage(usage, {name: row.get("to", "") for name, row in _USAGE.items()})


def usage_of_completion(usage: Any) -> Usage | None:
    """Return the token counts of a chat completion."""
    return _usage(usage, {name: name for name in _USAGE})


def _usage(usage: Any, names: Mapping[str, str]) -> Usage | None:
    if usage is None:
        return None
    given = field(usage, names["prompt_tokens_details"])
    made = field(usage, names["completion_tokens_details"])
    details = {name: field(given, row["to"]) for name, row in _INPUT.items() if "to" in row}
    details |= {name: field(made, row["to"]) for name, row in _OUTPUT.items() if "to" in row}
    return Usage(
        prompt_tokens=field(usage, names["prompt_tokens"]),
        completion_tokens=field(usage, names["completion_tokens"]),
        total_tokens=field(usage, names["total_tokens"]),
        **{name: details.get(name) for name in _DETAILS},
    )


def logprobs_of(tokens: Iterable[Any]) -> tuple[TokenLogprob, ...]:
    """Return log probabilities; both endpoints spell them alike."""
    return tuple(
        TokenLogprob(
            field(token, "token"),
            field(token, "logprob"),
            _bytes(token),
            tuple(
                TopLogprob(field(top, "token"), field(top, "logprob"), _bytes(top))
                for top in each(token, "top_logprobs")
            ),
        )
        for token in tokens
    )


def _bytes(token: Any) -> tuple[int, ...] | None:
    found = field(token, "bytes")
    return None if found is None else tuple(found)


def annotation_of(value: Any, start: int = 0) -> Annotation | None:
    """Return a URL citation ``start`` characters further on; other kinds have no chat shape."""
    if field(value, "type") != "url_citation":
        return None
    inner = field(value, "url_citation") or value
    return Annotation(
        field(inner, "url"),
        field(inner, "title"),
        field(inner, "start_index") + start,
        field(inner, "end_index") + start,
    )
