"""What one run of a program showed: output, exit status, files and requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from migrator.verification.emulator import Entry

from .files import Written


@dataclass(frozen=True)
class Request:
    """One request that reached the server.

    ``meaning`` is what two runs are compared by: the conversation, the labels it was given, and
    how it ended.  ``endpoint``, ``store`` and ``streamed`` stand beside it.
    """

    endpoint: str
    meaning: Mapping[str, Any]
    store: bool | None = None
    streamed: bool = False


@dataclass(frozen=True)
class Observation:
    """One run; ``files`` are those it wrote, changed or deleted, by relative name."""

    exit: int | None
    stdout: str
    stderr: str = ""
    requests: tuple[Request, ...] = ()
    files: Mapping[str, Written] = field(default_factory=dict)
    seconds: float = 0.0


def requests_of(entries: Iterable[Entry], ignored: frozenset[str] = frozenset()) -> list[Request]:
    """Return the requests of a journal.

    ``ignored`` are the settings that don't count as meaning, because they may be dropped.  Of a
    request that generates nothing (a list of models, a file) the path counts; of one that was
    refused before it was understood, that it was refused.
    """
    return [_request(entry, ignored) for entry in entries]


def _request(entry: Entry, ignored: frozenset[str]) -> Request:
    talk = entry.conversation.without(ignored).to_json() if entry.conversation else None
    meaning: dict[str, Any] = {"status": entry.status}
    if entry.endpoint == "other":
        meaning["request"] = f"{entry.method} {entry.path}"
    else:
        meaning["conversation"] = talk
    if entry.delivery is not None and entry.delivery.labels:
        meaning["labels"] = dict(entry.delivery.labels)
    return Request(entry.endpoint, meaning, entry.store, entry.streamed)
