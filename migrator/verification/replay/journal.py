"""The journal of a replay: lines of JSON, appended as things happen, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from migrator.verification.samples.sample import JsonObject, SampleError

from .model import Exchange, Header, Prepared, Run, latest


class JournalError(Exception):
    """The journal can't be read or written; the message is for people."""


@dataclass
class Contents:
    """What a journal says; ``sent`` are the keys of requests that left."""

    header: Header
    prepared: list[Prepared] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    sent: set[str] = field(default_factory=set)

    def run(self) -> Run:
        """Return it as the result of a run."""
        return Run(self.header, tuple(self.prepared), latest(self.exchanges))


def load_run(path: Path | str) -> Run:
    """Return the run that a journal holds, finished or not; raise `JournalError`."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise JournalError(f"{path}: can't be read: {error.strerror}") from None
    return parse(data, str(path)).run()


def parse(data: bytes, name: str) -> Contents:
    """Return what a journal's bytes say; raise `JournalError`.

    A last line without its end was being written when the run was killed: it does not count.
    """
    lines = data.split(b"\n")[:-1]
    if not lines:
        raise JournalError(f"{name}: no journal: it is empty")
    contents: Contents | None = None
    for number, line in enumerate(lines, 1):
        try:
            value = json.loads(line)
            if contents is None:
                contents = Contents(Header.from_json(value))
            else:
                _add(contents, value)
        except SampleError as error:
            raise JournalError(f"{name}:{number}: {error}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise JournalError(f"{name}:{number}: no line of a journal") from None
    assert contents is not None
    return contents


def _add(contents: Contents, value: JsonObject) -> None:
    kind = value["kind"]
    if kind == "sample":
        contents.prepared.append(Prepared.from_json(value))
    elif kind == "sent":
        contents.sent.add(value["key"])
    elif kind == "exchange":
        contents.exchanges.append(Exchange.from_json(value))
    else:
        raise ValueError(kind)


def journal_lines(run: Run) -> Iterable[JsonObject]:
    """Yield the lines of a journal that holds ``run``."""
    yield run.header.to_json()
    for prepared in run.prepared:
        yield prepared.to_json()
    for exchange in run.exchanges:
        yield exchange.to_json()
