"""The data of a replay: what is to be sent, what was sent, and what came back.

Plain frozen data that knows neither HTTP nor files.  Every class has ``to_json`` and
``from_json``; a journal (:mod:`.journal`) is lines of these::

    {"kind": "run", "version": 1, ...}           Header, the first line
    {"kind": "sample", ...}                      Prepared, one per sample
    {"kind": "sent", "key": ...}                 written before a request leaves
    {"kind": "unpaid", "key": ..., "why": ...}   it was not served, and may leave again
    {"kind": "exchange", "key": ...}             Exchange, written when it is over

A run that is taken up again writes its header and samples anew.  A comparison needs a `Run` and
nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from migrator.verification.samples.sample import Answer, JsonObject, Sample, SampleError

JOURNAL_VERSION = 1
Side = Literal["chat", "responses"]
SIDES: tuple[Side, ...] = get_args(Side)

FailureKind = Literal[
    "unconvertible",  # the request has no Responses counterpart; nothing was sent
    "refused",  # a 4xx that would come again: a finding, not an accident
    "rate-limited",  # 429 to the last attempt
    "server",  # 5xx to the last attempt
    "unreachable",  # no connection to the last attempt; nothing was sent
    "lost",  # sent, but no answer came: time-out, dropped connection, interrupted run
    "broken",  # a stream that ended before its time; its events are kept
    "malformed",  # an answer that is no JSON, or not what the endpoint returns
]
# Nothing was generated, so nothing was paid: a resumed run sends these again of itself.
UNPAID: frozenset[FailureKind] = frozenset({"rate-limited", "server", "unreachable"})


@dataclass(frozen=True)
class Failure:
    """Why an exchange has no complete answer.

    ``code``, ``param`` and ``type`` are those of the API's error object; of an ``unconvertible``
    request ``code`` is the reason (CC203) and ``param`` the path in the request.
    """

    kind: FailureKind
    message: str
    code: str | None = None
    param: str | None = None
    type: str | None = None

    def to_json(self) -> JsonObject:
        """Return the failure as JSON; what is absent is left out."""
        return {name: value for name, value in vars(self).items() if value is not None}

    @classmethod
    def from_json(cls, value: JsonObject) -> Failure:
        """Return what `to_json` wrote."""
        return cls(**value)


@dataclass(frozen=True)
class Prepared:
    """A sample and the two requests it stands for, as they are sent, `stream` included.

    ``responses`` is ``None`` where the converter refuses; ``refusal`` says why.
    """

    sample: Sample
    chat: JsonObject
    responses: JsonObject | None = None
    refusal: Failure | None = None

    def request(self, side: Side) -> JsonObject | None:
        """Return the body for one side."""
        return self.chat if side == "chat" else self.responses

    def to_json(self) -> JsonObject:
        """Return the ``sample`` line of a journal."""
        return {
            "kind": "sample",
            "sample": self.sample.to_json(),
            "chat": self.chat,
            "responses": self.responses,
            **({} if self.refusal is None else {"refusal": self.refusal.to_json()}),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Prepared:
        """Return what `to_json` wrote."""
        refusal = value.get("refusal")
        return cls(
            sample=Sample.from_json(value["sample"]),
            chat=value["chat"],
            responses=value.get("responses"),
            refusal=None if refusal is None else Failure.from_json(refusal),
        )


@dataclass(frozen=True)
class Exchange:
    """One request of a replay and its end, good or bad.

    ``key`` is the hash of what was sent where, and of ``draw`` (from 0).  ``answer`` is whatever
    came, also beside a ``failure``: an error's body, the events before a break.  ``first_token``
    is when the first piece of text or of a tool call came, of a stream only; ``seconds`` when the
    answer was complete, both from the last attempt's start.  ``attempts`` counts the requests
    that left, the last included; 0 where nothing was sent.
    """

    sample: str
    side: Side
    draw: int
    key: str
    answer: Answer | None = None
    failure: Failure | None = None
    first_token: float | None = None
    seconds: float = 0.0
    attempts: int = 1

    @property
    def complete(self) -> bool:
        """Whether there is a whole answer to read."""
        return self.failure is None and self.answer is not None and self.answer.ok

    def to_json(self) -> JsonObject:
        """Return the ``exchange`` line of a journal."""
        return {
            "kind": "exchange",
            "key": self.key,
            "sample": self.sample,
            "side": self.side,
            "draw": self.draw,
            "attempts": self.attempts,
            "seconds": round(self.seconds, 6),
            **({} if self.first_token is None else {"first_token": round(self.first_token, 6)}),
            **({} if self.failure is None else {"failure": self.failure.to_json()}),
            **({} if self.answer is None else {"answer": self.answer.to_json()}),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Exchange:
        """Return what `to_json` wrote."""
        answer, failure = value.get("answer"), value.get("failure")
        return cls(
            sample=value["sample"],
            side=value["side"],
            draw=value["draw"],
            key=value["key"],
            answer=None if answer is None else Answer.from_json(answer),
            failure=None if failure is None else Failure.from_json(failure),
            first_token=value.get("first_token"),
            seconds=value["seconds"],
            attempts=value["attempts"],
        )


@dataclass(frozen=True)
class Header:
    """What a whole run was about; the first line of its journal.

    ``server`` is ``emulator`` or the host; ``urls`` are the two base URLs, without credentials.
    ``drop`` are the parameters that the settings allowed to leave out, ``started`` is ISO 8601.
    """

    server: str
    urls: Mapping[Side, str]
    draws: int
    started: str
    migrator: str
    drop: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the ``run`` line of a journal."""
        rest = {**vars(self), "urls": dict(self.urls), "drop": list(self.drop)}
        return {"kind": "run", "version": JOURNAL_VERSION, **rest}

    @classmethod
    def from_json(cls, value: JsonObject) -> Header:
        """Return what `to_json` wrote; raise `SampleError` for another version."""
        if value.get("kind") != "run" or value.get("version") != JOURNAL_VERSION:
            raise SampleError(f"no journal of version {JOURNAL_VERSION}")
        rest = {name: each for name, each in value.items() if name not in ("kind", "version")}
        return cls(**{**rest, "drop": tuple(rest["drop"])})


@dataclass(frozen=True)
class Run:
    """A replay as far as it got: all that a comparison needs.

    At most one exchange stands for a sample, side and draw.  ``complete`` is false while some
    are missing, because the run was interrupted or met its limits.
    """

    header: Header
    prepared: tuple[Prepared, ...]
    exchanges: tuple[Exchange, ...]

    @property
    def complete(self) -> bool:
        """Whether every sample has every draw on both sides."""
        return len(self.exchanges) >= len(self.prepared) * len(SIDES) * self.header.draws

    def of(self, sample: str, side: Side) -> list[Exchange]:
        """Return the exchanges of a sample on one side, by draw."""
        found = (each for each in self.exchanges if (each.sample, each.side) == (sample, side))
        return sorted(found, key=lambda each: each.draw)


@dataclass(frozen=True)
class PlanRow:
    """What one model is asked and may cost; ``usd`` is ``None`` without a known price.

    Tokens are upper bounds: the bytes of a request, and the cap on its answer.
    """

    model: str
    requests: int
    input_tokens: int
    output_tokens: int
    usd: float | None


@dataclass(frozen=True)
class RunPlan:
    """What a run is about to send; printed before anything is.

    ``requests`` are those to be sent now; ``journaled`` those that an earlier run has answers
    to; ``refused`` the draws that can't be sent because the converter refuses the sample.
    ``lost`` were sent by an earlier run that got no answer, and are not sent again unless asked.
    """

    samples: int
    draws: int
    requests: int
    journaled: int
    refused: int
    lost: int
    hosts: tuple[str, ...]
    rows: tuple[PlanRow, ...] = ()
    prices_of: str | None = None
    concurrency: int = 1
    rpm: float | None = None
    unpriced: tuple[str, ...] = field(default=())

    @property
    def usd(self) -> float | None:
        """The most that the run can cost by the price table; ``None`` if a price is missing."""
        return None if self.unpriced else sum(row.usd or 0.0 for row in self.rows)


def latest(exchanges: Iterable[Exchange]) -> tuple[Exchange, ...]:
    """Return the last exchange of each sample, side and draw, in the order of the first."""
    found: dict[tuple[str, Side, int], Exchange] = {}
    for each in exchanges:
        found[each.sample, each.side, each.draw] = each
    return tuple(found.values())
