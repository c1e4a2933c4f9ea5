"""One sample: a chat request, where it comes from, and the answer it got, if one was recorded.

In a file a sample is one line of JSON in the OpenAI Batch format (``custom_id``, ``method``,
``url``, ``body``); what Batch does not know stands under ``migrator``, with the version of the
format.  So Batch files are samples, and samples without that key are Batch files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

JsonObject = dict[str, Any]
Source = Literal["extract", "record", "batch", "cassette", "stored"]

SAMPLE_VERSION = 1
CHAT_URL = "/v1/chat/completions"


class SampleError(ValueError):
    """A line is no sample; the message says why, without the place."""


@dataclass(frozen=True)
class Answer:
    """What a server answered, complete or not: JSON of one kind or the other.

    ``body`` is the object of a plain answer or of an error; ``events`` are those of a stream, in
    order, as their ``data`` (chat chunks, or Responses events with their ``type``).  Exactly one
    of the two is set, except for an answer that could not be read at all, which has neither.
    ``headers`` are lower-case and only those worth keeping (`KEPT_HEADERS`).
    """

    status: int
    body: JsonObject | None = None
    events: tuple[JsonObject, ...] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether the server took the request; a stream may still have failed later."""
        return self.status < 400

    def to_json(self) -> JsonObject:
        """Return the answer as JSON; what is absent is left out."""
        return {
            "status": self.status,
            **({} if self.body is None else {"body": self.body}),
            **({} if self.events is None else {"events": list(self.events)}),
            **({"headers": dict(self.headers)} if self.headers else {}),
        }

    @classmethod
    def from_json(cls, value: JsonObject) -> Answer:
        """Return what `to_json` wrote; raise `SampleError`."""
        events = value.get("events")
        try:
            return cls(
                status=int(value["status"]),
                body=value.get("body"),
                events=None if events is None else tuple(events),
                headers=dict(value.get("headers") or {}),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise SampleError(f"no answer: {type(error).__name__}: {error}") from None


@dataclass(frozen=True)
class Sample:
    """A chat request to replay.

    ``id`` is unique in a file and stable between runs (Batch's ``custom_id``).  ``body`` is the
    chat request as JSON, ``stream`` included.  ``site`` is ``file:line`` of the call it belongs
    to, with forward slashes, relative to the project; ``None`` where nobody knows.  ``recorded``
    is the chat answer of the day it was taken.  ``url`` keeps the path it was sent to, which
    names the deployment on Azure.
    """

    id: str
    body: JsonObject
    site: str | None = None
    recorded: Answer | None = None
    source: Source = "batch"
    url: str = CHAT_URL

    @property
    def model(self) -> str:
        """The model that the request names; empty if it names none."""
        model = self.body.get("model")
        return model if isinstance(model, str) else ""

    @property
    def stream(self) -> bool:
        """Whether the answer is asked for as a stream."""
        return self.body.get("stream") is True

    def with_site(self, site: str | None) -> Sample:
        """Return the sample with another call site."""
        return replace(self, site=site)

    def to_json(self, *, plain: bool = False) -> JsonObject:
        """Return the line of a sample file; ``plain`` leaves out what Batch does not know."""
        line: JsonObject = {
            "custom_id": self.id,
            "method": "POST",
            "url": CHAT_URL if plain else self.url,
            "body": self.body,
        }
        if plain:
            return line
        own: JsonObject = {"version": SAMPLE_VERSION, "source": self.source}
        if self.site is not None:
            own["site"] = self.site
        if self.recorded is not None:
            own["recorded"] = self.recorded.to_json()
        return {**line, "migrator": own}

    @classmethod
    def from_json(cls, line: JsonObject) -> Sample:
        """Return the sample of one line; raise `SampleError`."""
        url, body, own = line.get("url"), line.get("body"), line.get("migrator") or {}
        if not isinstance(own, dict) or own.get("version", SAMPLE_VERSION) != SAMPLE_VERSION:
            version = own.get("version") if isinstance(own, dict) else own
            raise SampleError(f"version {version!r} of the format is not known here")
        if not isinstance(line.get("custom_id"), str) or not line["custom_id"]:
            raise SampleError("`custom_id` is missing")
        if not isinstance(url, str) or not url.partition("?")[0].endswith("/chat/completions"):
            raise SampleError(f"`url` is {url!r}, not that of Chat Completions")
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
            raise SampleError("`body` is no chat request: it has no list of `messages`")
        recorded = own.get("recorded")
        return cls(
            id=line["custom_id"],
            body=body,
            site=own.get("site"),
            recorded=None if recorded is None else Answer.from_json(recorded),
            source=own.get("source", "batch"),
            url=url,
        )
