"""What a run consists of: one job per sample, side and draw, each with its key."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from migrator.verification.samples.sample import JsonObject

from .model import SIDES, Exchange, Failure, Header, Prepared, Side


@dataclass(frozen=True)
class Job:
    """One request to send; ``body`` is ``None`` where the converter refused it."""

    prepared: Prepared
    side: Side
    draw: int
    key: str

    @property
    def body(self) -> JsonObject | None:
        """What is sent."""
        return self.prepared.request(self.side)

    def named(self, exchange: Exchange) -> Exchange:
        """Return an exchange of this key under the name that the sample has now."""
        return replace(exchange, sample=self.prepared.sample.id, side=self.side, draw=self.draw)

    def failed(self, failure: Failure) -> Exchange:
        """Return the exchange of a job of which nothing is sent."""
        return Exchange(
            self.prepared.sample.id, self.side, self.draw, self.key, failure=failure, attempts=0
        )


def jobs_of(header: Header, prepared: Iterable[Prepared]) -> list[Job]:
    """Return all jobs of a run in the order they are sent: draw by draw, the sides interleaved.

    Which side goes first alternates, so that neither always meets the warmer cache.
    """
    numbered = list(_numbered(prepared))
    return [
        Job(each, side, draw, key_of(header, each, side, draw, copy))
        for draw in range(header.draws)
        for place, (each, copy) in enumerate(numbered)
        for side in (SIDES if (place + draw) % 2 == 0 else SIDES[::-1])
    ]


def _numbered(prepared: Iterable[Prepared]) -> Iterator[tuple[Prepared, int]]:
    """Yield every sample and how many before it ask the same."""
    seen: Counter[str] = Counter()
    for each in prepared:
        text = _text(each.chat)
        yield each, seen[text]
        seen[text] += 1


def key_of(header: Header, prepared: Prepared, side: Side, draw: int, copy: int = 0) -> str:
    """Return the hash of a request: where it goes, what it says, and which one of several it is.

    A sample that is renamed keeps its answers; one that is changed gets new ones.  What can't be
    sent has a key as well, by the chat request it would have been.
    """
    where = header.server if header.server == "emulator" else header.urls[side]
    body = prepared.request(side)
    said = _text(prepared.chat if body is None else body)
    whole = json.dumps([where, side, body is None, said, draw, copy])
    return hashlib.sha256(whole.encode()).hexdigest()[:32]


def _text(body: JsonObject) -> str:
    # In the order of the request: the order of a schema's keys is part of what the model sees.
    return json.dumps(body)
