"""The journal of a replay: lines of JSON, appended as things happen, never rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from migrator.verification.samples.sample import JsonObject, SampleError

from .jobs import Job, jobs_of
from .model import Exchange, Failure, Header, Prepared, Run, latest

LOST = Failure("lost", "an earlier run sent this and got no answer")


class JournalError(Exception):
    """The journal can't be read or written; the message is for people."""


@dataclass
class Contents:
    """What a journal says.

    ``header`` and ``prepared`` are those of the last run that wrote to it; ``exchanges`` are of
    all runs, the last ``own`` of them of the last one.  ``open`` are the keys of requests that
    left and whose end nobody wrote down.
    """

    header: Header
    prepared: list[Prepared] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    open: set[str] = field(default_factory=set)
    own: int = 0
    _by_key: dict[str, Exchange] = field(default_factory=dict)

    def outcome(self, job: Job) -> Exchange | None:
        """Return what came of a job, ``None`` if it was not sent, or not served."""
        if job.body is None:
            return job.failed(job.prepared.refusal or Failure("unconvertible", ""))
        known = self._by_key.get(job.key)
        if job.key in self.open and (known is None or known.failure is not None):
            return job.failed(LOST)
        return None if known is None else job.named(known)

    def add(self, exchange: Exchange) -> None:
        """Take over an exchange of the last run."""
        self.exchanges.append(exchange)
        self._by_key[exchange.key] = exchange
        self.open.discard(exchange.key)
        self.own += 1

    def run(self) -> Run:
        """Return the last run, with the answers of earlier ones to the same requests."""
        outcomes = (self.outcome(job) for job in self.jobs())
        own = self.exchanges[len(self.exchanges) - self.own :]
        found = latest([*(each for each in outcomes if each is not None), *own])
        return Run(self.header, tuple(self.prepared), found)

    def jobs(self) -> list[Job]:
        """Return what the last run consists of."""
        return jobs_of(self.header, self.prepared)


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
    if kind == "run":
        contents.header, contents.prepared, contents.own = Header.from_json(value), [], 0
    elif kind == "sample":
        contents.prepared.append(Prepared.from_json(value))
    elif kind == "sent":
        contents.open.add(value["key"])
    elif kind == "unpaid":
        contents.open.discard(value["key"])
    elif kind == "exchange":
        contents.add(Exchange.from_json(value))
    else:
        raise ValueError(kind)


def journal_lines(run: Run) -> Iterable[JsonObject]:
    """Yield the lines of a journal that holds ``run``."""
    yield run.header.to_json()
    for prepared in run.prepared:
        yield prepared.to_json()
    for exchange in run.exchanges:
        yield exchange.to_json()
