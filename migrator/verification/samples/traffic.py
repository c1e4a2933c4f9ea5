"""HTTP traffic, however it was caught → samples: chat requests with the answers they got."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qs, urlencode, urlsplit

from migrator.analysis.hosts import host_of, url_verdict
from migrator.verification.sse import DONE, EventStream, NotJson

from .sample import Answer, JsonObject, Sample, Source

_CHAT = "/chat/completions"
_KEPT = ("content-type", "openai-processing-ms", "openai-version", "x-request-id")
# Answers that say nothing about the request: it would get another one later.
_LOOPBACK = frozenset({"", "localhost", "127.0.0.1", "[::1]"})
_PASSING = frozenset({0, 401, 403, 408, 409, 429})


@dataclass(frozen=True)
class Caught:
    """One exchange as it went over the wire; ``status`` is 0 if no answer came."""

    method: str
    url: str
    sent: bytes
    status: int
    got: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def divided(
    traffic: Iterable[Caught], trusted: Collection[str] = ()
) -> tuple[list[Caught], Counter[str]]:
    """Return what went to OpenAI, Azure, this machine or a ``trusted`` host, and who had the rest.

    Other vendors speak Chat Completions, too: their requests say nothing about the Responses API.
    """
    ours: list[Caught] = []
    others: Counter[str] = Counter()
    for caught in traffic:
        host = host_of(caught.url)
        if host in _LOOPBACK or url_verdict(caught.url, tuple(trusted)) != "other":
            ours.append(caught)
        elif sample_of(caught, "cassette") is not None:
            others[host] += 1
    return ours, others


def samples_of(traffic: Iterable[Caught], source: Source) -> list[Sample]:
    """Return the chat requests of ``traffic``, each once, with the best answer it got.

    A client that tries again sends the same request again; so does a test that runs twice.
    """
    found: dict[str, Sample] = {}
    for caught in traffic:
        sample = sample_of(caught, source)
        if sample is None:
            continue
        before = found.get(sample.id)
        if before is None or _worse(before.recorded, sample.recorded):
            found[sample.id] = sample if before is None else replace(
                before, recorded=sample.recorded
            )  # fmt: skip
    return list(found.values())


def sample_of(caught: Caught, source: Source) -> Sample | None:
    """Return the sample of one exchange, ``None`` if it is no chat request."""
    parts = urlsplit(caught.url)
    if caught.method.upper() != "POST" or not parts.path.endswith(_CHAT):
        return None
    body = _object(caught.sent)
    if body is None or not isinstance(body.get("messages"), list):
        return None
    url = _path(parts.path, parts.query)
    if "model" not in body and "/deployments/" in parts.path:
        # Azure's old clients name the model only in the path.
        deployment = parts.path.partition("/deployments/")[2].removesuffix(_CHAT)
        body = {"model": deployment, **body}
    name = hashlib.sha256(json.dumps([url, body]).encode()).hexdigest()[:12]
    return Sample(f"{source}-{name}", body, None, answer_of(caught, body), source, url)


def _path(path: str, query: str) -> str:
    """Return where a request went, without host, and of the query only the version."""
    path = path if path.startswith("/openai/") else "/v1/chat/completions"
    version = parse_qs(query).get("api-version")
    return f"{path}?{urlencode({'api-version': version[0]})}" if version else path


def answer_of(caught: Caught, body: JsonObject) -> Answer | None:
    """Return the answer, ``None`` where it is not whole or may be another one next time."""
    if caught.status in _PASSING or caught.status >= 500:
        return None
    lower = {name.lower(): value for name, value in caught.headers.items()}
    headers = {name: lower[name] for name in _KEPT if name in lower}
    got = _decoded(caught.got, lower.get("content-encoding", ""))
    if caught.status < 400 and body.get("stream") is True:
        events = _events(got)
        return None if events is None else Answer(caught.status, None, events, headers)
    found = _object(got)
    return None if found is None else Answer(caught.status, found, None, headers)


def _events(got: bytes) -> tuple[JsonObject, ...] | None:
    """Return the chunks of a stream that came to its end."""
    stream = EventStream()
    try:
        found = [*stream.feed(got), *stream.close()]
    except NotJson:
        return None
    chunks = tuple(each for each in found if each is not DONE)
    finished = DONE in found or any(
        choice.get("finish_reason") for chunk in chunks for choice in chunk.get("choices") or ()
    )
    return chunks if finished else None


def _decoded(data: bytes, encoding: str) -> bytes:
    if encoding.lower() not in ("gzip", "deflate"):
        return data
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data)
    except zlib.error:
        return data  # a cassette may hold it decoded under the old header


def _object(data: bytes) -> JsonObject | None:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _worse(one: Answer | None, other: Answer | None) -> bool:
    """Return whether ``other`` is the better answer to keep: a good one, or any before none."""
    if other is None:
        return False
    return one is None or (not one.ok and other.ok)
