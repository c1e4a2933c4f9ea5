"""Whether a JSON schema is one: the API refuses a tool or format whose schema is not.

Only the keywords :mod:`.instances` and :mod:`.strictness` read are looked at; the sentences are
those of the JSON Schema validators the API's errors quote.
"""

from __future__ import annotations

import json
from typing import Any

_TYPES = {"string", "number", "integer", "boolean", "object", "array", "null"}
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_MAPS = ("properties", "$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf")


def malformed(schema: object) -> str | None:
    """Return what makes ``schema`` no JSON schema, or ``None``."""
    if isinstance(schema, bool):
        return None
    if not isinstance(schema, dict):
        return f"{_shown(schema)} is not of type 'object', 'boolean'."
    own = _own_fault(schema)
    if own is not None:
        return own
    for child in _children(schema):
        fault = malformed(child)
        if fault is not None:
            return fault
    return None


def _own_fault(schema: dict[str, Any]) -> str | None:
    kind = schema.get("type", "object")
    names = kind if isinstance(kind, list) else [kind]
    if not names or not all(isinstance(name, str) and name in _TYPES for name in names):
        return f"{_shown(kind)} is not valid under any of the given schemas."
    required = schema.get("required", [])
    if not isinstance(required, list):
        return f"{_shown(required)} is not of type 'array'."
    for name in required:
        if not isinstance(name, str):
            return f"{_shown(name)} is not of type 'string'."
    for keyword in ("enum", *_LISTS):
        value = schema.get(keyword, [None])
        if not isinstance(value, list) or not value:
            return f"{_shown(value)} is not a non-empty array."
    for keyword in (*_COUNTS, *_NUMBERS):
        value = schema.get(keyword, 1)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return f"{_shown(value)} is not of type 'number'."
    return _container_fault(schema)


def _container_fault(schema: dict[str, Any]) -> str | None:
    for keyword in _MAPS:
        value = schema.get(keyword, {})
        if not isinstance(value, dict):
            return f"{_shown(value)} is not of type 'object'."
    if not isinstance(schema.get("$ref", ""), str):
        return f"{_shown(schema['$ref'])} is not of type 'string'."
    return None


def _children(schema: dict[str, Any]) -> list[Any]:
    found: list[Any] = []
    for keyword in _MAPS:
        found += schema.get(keyword, {}).values()
    for keyword in _LISTS:
        found += schema.get(keyword, [])
    for keyword in ("items", "additionalProperties"):
        if keyword in schema:
            found.append(schema[keyword])
    return found


def _shown(value: object) -> str:
    return json.dumps(value, default=str)
