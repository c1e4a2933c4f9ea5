"""Samples → the two requests of each, as they are sent: nothing stored, usage asked for."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.verification.convert import Options, Unconvertible, convert_request
from migrator.verification.samples.sample import JsonObject, Sample

from .model import Failure, Prepared


def prepare(samples: Iterable[Sample], options: Options) -> list[Prepared]:
    """Return the requests of samples, in order."""
    return [_prepared(sample, options) for sample in samples]


def _prepared(sample: Sample, options: Options) -> Prepared:
    chat = _chat(sample.body)
    try:
        responses = convert_request(sample.body, options)
    except Unconvertible as error:
        refusal = Failure("unconvertible", error.message, error.code, error.path)
        return Prepared(sample, chat, None, refusal)
    return Prepared(sample, chat, {**responses, "store": False})


def _chat(body: JsonObject) -> JsonObject:
    """Return the chat request: not stored, a stream with its usage."""
    sent = {**body, "store": False}
    if body.get("store") is True:
        # The API takes labels only of what is stored.
        sent.pop("metadata", None)
    if body.get("stream") is True:
        sent["stream_options"] = {**(body.get("stream_options") or {}), "include_usage": True}
    return sent
