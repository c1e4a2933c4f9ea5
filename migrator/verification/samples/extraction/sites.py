"""Files → the requests of their calls, or why there is none."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from migrator.analysis.clients import host_of_receiver
from migrator.analysis.scopes import Module
from migrator.analysis.sites import CREATE, PARSE, STREAM, Site, Sites
from migrator.analysis.sources import is_omitted
from migrator.analysis.syntax import parse
from migrator.config import Settings
from migrator.documents.source import Source, Undecodable
from migrator.verification.samples.sample import JsonObject, Sample

from .evaluating import Evaluator, Unknown
from .holes import Fillings

# Arguments of the SDK that are no part of the request.
NOT_SENT = frozenset(
    {"timeout", "request_timeout", "extra_headers", "headers", "extra_query", "api_key",
     "api_base", "api_type", "api_version", "organization", "max_retries"}
)  # fmt: skip
RENAMED = {"engine": "model", "deployment_id": "model"}


@dataclass(frozen=True)
class Skipped:
    """A call without a sample; ``holes`` are the names that a file could fill."""

    site: str
    reason: str
    holes: tuple[str, ...] = ()


@dataclass
class Extraction:
    """What was found in some files."""

    samples: list[Sample] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    files: set[str] = field(default_factory=set)


def extract(
    files: Iterable[tuple[str, bytes, Settings]],
    fillings: Fillings,
    model: str | None = None,
    *,
    invent: bool = False,
) -> Extraction:
    """Return the requests of files: the shown name, the bytes and the settings of each.

    ``model`` takes the place of a model that is not known; with ``invent`` a text that is not
    known is its own name, a list nothing, and a keyword left out.
    """
    found = Extraction()
    for module, site, settings in calls_of(_noted(files, found.files)):
        _site(module, site, settings, fillings, model, found, invent)
    return found


def _noted(
    files: Iterable[tuple[str, bytes, Settings]], names: set[str]
) -> Iterator[tuple[str, bytes, Settings]]:
    for file in files:
        names.add(file[0])
        yield file


def calls_of(
    files: Iterable[tuple[str, bytes, Settings]],
) -> Iterator[tuple[Module, Site, Settings]]:
    """Yield the chat calls of files that ask for an answer."""
    for name, data, settings in files:
        module = _module(name, data)
        for site in Sites(module).sites if module is not None else ():
            if module is not None and site.operation in (CREATE, PARSE, STREAM):
                yield module, site, settings


def _module(name: str, data: bytes) -> Module | None:
    try:
        source = Source(name, data)
        return Module(source, parse(source.text, name))
    except (Undecodable, SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _site(
    module: Module, site: Site, settings: Settings, fillings: Fillings, model: str | None,
    found: Extraction, invent: bool,
) -> None:  # fmt: skip
    line = site.call.lineno
    place = f"{module.source.path}:{line}"
    if site.receiver is not None and not site.legacy:
        host, _ = host_of_receiver(module, site.receiver, settings.hosts)
        if host.verdict == "other":
            found.skipped.append(Skipped(place, f"another vendor's: {host.detail}"))
            return
    for number, values in enumerate(fillings.of(module.source.path, line), 1):
        evaluator = Evaluator(module, values, invent=invent)
        body = _request(evaluator, site, model)
        name = f"extract-{place}" + (f"#{number}" if number > 1 else "")
        reason = _reason(body, evaluator)
        if reason is not None:
            found.skipped.append(Skipped(place, reason, tuple(evaluator.holes)))
        elif any(sample.id == name for sample in found.samples):
            found.samples.append(Sample(f"{name}:{site.call.col_offset}", body, place, None,
                                        "extract"))  # fmt: skip
        else:
            found.samples.append(Sample(name, body, place, None, "extract"))


def _reason(body: JsonObject, evaluator: Evaluator) -> str | None:
    """Return why a request can't be sent as it is."""
    if evaluator.holes:
        return f"needs {', '.join(f'`{name}`' for name in evaluator.holes)}"
    for name in ("model", "messages"):
        if name not in body:
            return f"the call has no `{name}`"
    messages = body["messages"]
    if not isinstance(messages, list) or not messages:
        return "the messages are empty"
    for message in messages:
        if not isinstance(message, dict) or "role" not in message:
            return "a message is no mapping with a role"
    return None


def _request(evaluator: Evaluator, site: Site, model: str | None) -> JsonObject:
    """Return the body as far as it is known; the evaluator has the holes."""
    body: JsonObject = {}
    for name, node in _keywords(evaluator, site.call, body):
        if name in NOT_SENT or is_omitted(evaluator.module, node):
            continue
        name = RENAMED.get(name, name) if site.legacy else name
        known = dict(evaluator.holes)
        try:
            value = evaluator.value(node, at=site.call)
        except Unknown as error:
            value = _instead(name, error.name, model, evaluator.invent)
            if value is not None or (evaluator.invent and name not in ("model", "stream")):
                evaluator.holes = known
        if name == "extra_body" and isinstance(value, dict):
            body.update(value)
        elif value is not None:
            body[name] = value
    if site.operation == STREAM:
        body["stream"] = True
    if evaluator.invent:
        _ask_for_json(body)
    return body


def _ask_for_json(body: JsonObject) -> None:
    """Have an invented prompt say "json" where the format is of no use without the word."""
    wanted = body.get("response_format")
    messages = body.get("messages")
    if not isinstance(wanted, dict) or wanted.get("type") != "json_object":
        return
    if isinstance(messages, list) and messages and "json" not in str(messages).lower():
        body["messages"] = [*messages, {"role": "user", "content": "Answer in JSON."}]


def _instead(name: str, hole: str, model: str | None, invent: bool) -> Any:
    """Return what is sent for a keyword that is not known, ``None`` for nothing."""
    if name == "model":
        return model
    if name == "messages" and invent:
        return [{"role": "user", "content": hole}]
    return None


def _keywords(
    evaluator: Evaluator, call: ast.Call, body: JsonObject
) -> Iterator[tuple[str, ast.expr]]:
    """Yield the keywords of a call; what a mapping with ``**`` brings goes to ``body``."""
    named = {item.arg for item in call.keywords}
    for item in call.keywords:
        if item.arg is not None:
            yield item.arg, item.value
            continue
        known = dict(evaluator.holes)
        try:
            value: Any = evaluator.value(item.value, at=call)
        except Unknown:
            if evaluator.invent and {"model", "messages"} <= named:
                evaluator.holes = known
            continue
        if isinstance(value, dict):
            body.update({key: each for key, each in value.items() if key not in NOT_SENT})
