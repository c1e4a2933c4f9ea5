"""Checks a request body against the SDK's types and turns the first fault into the API's error.

The faults of one body are reported in the order the API reports them (measured for the
Responses API, see :mod:`.errors`): model, unknown keys, then field by field.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .canonical import JsonObject
from .errors import (
    ApiError,
    above_maximum,
    below_minimum,
    missing_parameter,
    too_long,
    unknown_parameter,
    wrong_type,
    wrong_value,
)
from .strictness import strict_fault
from .typecheck import Violation
from .wellformed import malformed
from .wire import CHECKER

_NAME = re.compile("[a-zA-Z0-9_-]+")
_NAME_LIMIT = 64
_METADATA_PAIRS, _METADATA_KEY, _METADATA_VALUE = 16, 64, 512


def error_of(violation: Violation) -> ApiError:
    """Return the API's error for a violation."""
    if violation.kind == "unknown":
        return unknown_parameter(violation.path)
    if violation.kind == "missing":
        return missing_parameter(violation.path)
    if violation.kind == "value":
        return wrong_value(violation.path, violation.value, violation.supported)
    return wrong_type(violation.path, violation.expected, violation.value)


def check_model(body: JsonObject) -> None:
    """Raise unless ``model`` is a string that is not empty."""
    if "model" not in body:
        raise missing_parameter("model")
    model = body["model"]
    if not isinstance(model, str):
        # Null is reported as "an object" at the top level.
        raise wrong_type("model", "a string", {} if model is None else model)
    if not model:
        raise ApiError(
            "The requested model '' does not exist.", param="model", code="model_not_found"
        )


def check_known(body: JsonObject, known: Iterable[str]) -> None:
    """Raise for the first key of ``body`` that is no parameter."""
    names = set(known)
    for key in body:
        if key not in names:
            raise unknown_parameter(key, names, body)


def check_fields(
    body: JsonObject,
    fields: Mapping[str, tuple[Any, bool]],
    order: Sequence[str] = (),
    phrases: Mapping[str, str] | None = None,
) -> None:
    """Raise for the first field whose value has the wrong shape; null means omitted.

    ``phrases`` says what a field wants where the API has its own words for it.
    """
    own = {"metadata": "a metadata object", **(phrases or {})}
    ranked = [name for name in order if name in fields]
    ranked += [name for name in fields if name not in ranked]
    for name in ranked:
        annotation, _ = fields[name]
        if body.get(name) is None:
            continue
        found = CHECKER.violations(body[name], annotation, name)
        if found and found[0].kind == "type" and found[0].path in own:
            raise wrong_type(name, own[name], body[name])
        if found:
            raise error_of(found[0])


def check_value(value: Any, annotation: Any, path: str) -> None:
    """Raise the API's error for the first violation of ``annotation``."""
    found = CHECKER.violations(value, annotation, path)
    if found:
        raise error_of(found[0])


def check_range(body: JsonObject, name: str, low: float, high: float | None = None) -> None:
    """Raise unless the number ``body[name]`` is absent or within bounds."""
    value = body.get(name)
    if value is None:
        return
    if value < low:
        raise below_minimum(name, low, value)
    if high is not None and value > high:
        raise above_maximum(name, high, value)


def check_metadata(body: JsonObject) -> None:
    """Raise unless ``metadata`` keeps to 16 pairs, 64 and 512 characters."""
    metadata = body.get("metadata") or {}
    if len(metadata) > _METADATA_PAIRS:
        raise ApiError(
            "Invalid 'metadata': too many properties. Expected an object with at most 16"
            f" properties, but got an object with {len(metadata)} properties instead.",
            param="metadata",
            code="object_above_max_properties",
        )
    for key, value in metadata.items():
        if len(key) > _METADATA_KEY:
            raise too_long("metadata", _METADATA_KEY, len(key))
        if len(value) > _METADATA_VALUE:
            raise too_long(f"metadata.{key}", _METADATA_VALUE, len(value))


def check_function_schema(name: str, parameters: object, strict: object, path: str) -> None:
    """Raise unless a function's schema is an object schema, strict if it claims to be."""
    schema = parameters if isinstance(parameters, dict) else {"type": "object"}
    fault = malformed(schema) if isinstance(parameters, dict) else None
    if fault is None and schema.get("type", "object") != "object":
        fault = _not_an_object(schema)
    if fault is None and strict is True:
        fault = strict_fault(schema)
    if fault is not None:
        raise ApiError(
            f"Invalid schema for function '{name}': {fault}",
            param=path,
            code="invalid_function_parameters",
        )


def _not_an_object(schema: JsonObject) -> str:
    return (
        "schema must be a JSON Schema of 'type: \"object\"', got 'type:"
        f' "{schema.get("type", "None")}"\'.'
    )


def check_name(name: str, path: str) -> None:
    """Raise unless the name of a tool or format is made of letters, digits, ``_`` and ``-``."""
    if not _NAME.fullmatch(name):
        raise ApiError(
            f"Invalid '{path}': string does not match pattern. Expected a string that matches the"
            f" pattern '^{_NAME.pattern}$'.",
            param=path,
            code="invalid_value",
        )
    if len(name) > _NAME_LIMIT:
        raise too_long(path, _NAME_LIMIT, len(name))


def check_format_schema(
    name: str, schema: object, strict: object, path: str, code: str | None
) -> None:
    """Raise unless a strict output schema is an object schema in strict form."""
    if not isinstance(schema, dict):
        return
    fault = malformed(schema)
    if fault is None and strict is True:
        fault = strict_fault(schema) if schema.get("type") == "object" else _not_an_object(schema)
    if fault is not None:
        raise ApiError(
            f"Invalid schema for response_format '{name}': {fault}", param=path, code=code
        )


def check_allowed_tools(tools: list[Any], path: str, nested: bool) -> None:
    """Raise unless every tool of an ``allowed_tools`` choice is named as its endpoint names it.

    The SDK types these as plain dicts.
    """
    for index, tool in enumerate(tools):
        place = f"{path}[{index}]"
        if not isinstance(tool, dict) or not isinstance(tool.get("type"), str):
            raise missing_parameter(f"{place}.type")
        named = tool.get(tool["type"]) if nested else tool
        place = f"{place}.{tool['type']}" if nested else place
        if tool["type"] not in ("function", "custom"):
            continue
        if not isinstance(named, dict) or not isinstance(named.get("name"), str):
            raise missing_parameter(f"{place}.name")


def check_tool_choice_known(choice: object, name: str | None, offered: Iterable[str]) -> None:
    """Raise unless the tool a ``tool_choice`` names is offered."""
    if isinstance(choice, dict) and name is not None and name not in set(offered):
        raise ApiError(
            f"Tool choice '{choice.get('type', 'function')}' not found in 'tools' parameter.",
            param="tool_choice",
        )
