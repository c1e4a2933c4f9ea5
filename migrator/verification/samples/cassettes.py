"""VCR cassettes, YAML and JSON → the traffic they hold."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from .sample import JsonObject, SampleError
from .traffic import Caught


def read_cassette(path: Path | str) -> list[Caught]:
    """Return the exchanges of a cassette; raise `SampleError` or ``OSError``."""
    data = Path(path).read_bytes()
    value = _json(data) if str(path).endswith(".json") else _yaml(data, str(path))
    if not isinstance(value, dict) or not isinstance(value.get("interactions"), list):
        raise SampleError(f"{path}: no cassette: it has no `interactions`")
    return list(_exchanges(value["interactions"]))


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _yaml(data: bytes, name: str) -> Any:
    try:
        yaml = import_module("yaml")
    except ModuleNotFoundError:
        raise SampleError(f"{name}: YAML cassettes need PyYAML: pip install pyyaml") from None
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    # VCR writes bytes and bodies of its own classes with tags that a safe loader refuses.
    try:
        return yaml.load(data, _tolerant(loader))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = " ".join(str(error).split())[:200]
        raise SampleError(f"{name}: no YAML: {what}") from None


def _tolerant(base: Any) -> Any:
    """Return a loader that reads unknown tags as the plain value they stand on."""

    class Loader(base):  # type: ignore[misc]
        pass

    def plain(loader: Any, suffix: str, node: Any) -> Any:
        kind = type(node).__name__
        if kind == "MappingNode":
            return loader.construct_mapping(node, deep=True)
        if kind == "SequenceNode":
            return loader.construct_sequence(node, deep=True)
        return loader.construct_scalar(node)

    Loader.add_multi_constructor("tag:yaml.org,2002:python/", plain)
    Loader.add_multi_constructor("!", plain)
    return Loader


def _exchanges(interactions: list[Any]) -> Iterator[Caught]:
    for each in interactions:
        if not isinstance(each, dict):
            continue
        request, response = each.get("request"), each.get("response")
        if not isinstance(request, dict) or not isinstance(response, dict):
            continue
        yield Caught(
            method=str(request.get("method", "")),
            url=str(request.get("uri") or request.get("url") or ""),
            sent=_body(request),
            status=_status(response),
            got=_body(response),
            headers=_headers(response),
        )


def _status(response: JsonObject) -> int:
    """Return the status: VCR nests it, other writers don't."""
    found = response.get("status", response.get("status_code", 0))
    code = found.get("code", 0) if isinstance(found, dict) else found
    return code if isinstance(code, int) else 0


def _body(message: JsonObject) -> bytes:
    """Return a body: text, bytes, ``{string}``, ``{base64_string}`` or parsed JSON."""
    body = message.get("body")
    if body is None:
        body = message.get("content", message.get("parsed_body"))
    if isinstance(body, dict):
        if "base64_string" in body:
            return _unpacked(body["base64_string"])
        if "string" in body:
            body = body["string"]
    if isinstance(body, bytes):
        return body
    if isinstance(body, str):
        return body.encode("utf-8", "surrogateescape")
    return b"" if body is None else json.dumps(body).encode()


def _unpacked(text: Any) -> bytes:
    try:
        return base64.b64decode(text)
    except (ValueError, TypeError):
        return b""


def _headers(message: JsonObject) -> dict[str, str]:
    headers = message.get("headers")
    found: dict[str, str] = {}
    for name, value in headers.items() if isinstance(headers, dict) else ():
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str):
            found[str(name).lower()] = first
    return found
