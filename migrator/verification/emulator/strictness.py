"""What ``strict`` means for a JSON schema.

Chat Completions takes an absent ``strict`` as non-strict. The Responses API tries to make the
function's schema strict (every property required, no additional properties) and falls back to
non-strict when it cannot (guide "Migrate to Responses"). A schema sent with ``strict: true`` must
already have that form, on both endpoints, or the request is a 400.
"""

from __future__ import annotations

import copy
from typing import Any

from .canonical import JsonObject

EMPTY_PARAMETERS: JsonObject = {"type": "object", "properties": {}}

# Keywords structured outputs does not accept (guide "Supported schemas").
_UNSUPPORTED = ("allOf", "oneOf", "not", "if", "then", "else", "dependentRequired",
                "dependentSchemas", "patternProperties")  # fmt: skip
_NESTED_LISTS = ("anyOf", "prefixItems")
_NESTED_MAPS = ("properties", "$defs", "definitions")


def strict_fault(schema: object, context: tuple[str, ...] = ()) -> str | None:
    """Return what keeps ``schema`` from being strict, in the API's words, or ``None``."""
    if not isinstance(schema, dict):
        return None
    for keyword in _UNSUPPORTED:
        if keyword in schema:
            return f"In context={_shown(context)}, '{keyword}' is not permitted."
    if _is_object(schema):
        fault = _object_fault(schema, context)
        if fault is not None:
            return fault
    for child, child_context in _children(schema, context):
        fault = strict_fault(child, child_context)
        if fault is not None:
            return fault
    return None


def made_strict(schema: JsonObject) -> JsonObject | None:
    """Return ``schema`` normalised to strict form, or ``None`` when it is incompatible."""
    candidate = copy.deepcopy(schema)
    _close_objects(candidate)
    return candidate if strict_fault(candidate) is None else None


def effective_function(parameters: object, strict: object) -> tuple[JsonObject, bool]:
    """Return the schema and strictness a Responses function tool ends up with.

    ``strict`` absent or null means "strict if possible".
    """
    schema = dict(parameters) if isinstance(parameters, dict) else dict(EMPTY_PARAMETERS)
    if isinstance(strict, bool):
        return schema, strict
    normal = made_strict(schema)
    return (schema, False) if normal is None else (normal, True)


def _object_fault(schema: JsonObject, context: tuple[str, ...]) -> str | None:
    if schema.get("additionalProperties") is not False:
        return (
            f"In context={_shown(context)}, 'additionalProperties' is required to be supplied"
            " and to be false."
        )
    required = schema.get("required", [])
    for name in schema.get("properties", {}):
        if name not in required:
            return (
                f"In context={_shown(context)}, 'required' is required to be supplied and to be"
                f" an array including every key in properties. Missing '{name}'."
            )
    return None


def _close_objects(schema: object) -> None:
    if not isinstance(schema, dict):
        return
    if _is_object(schema):
        schema.setdefault("additionalProperties", False)
        schema["required"] = list(schema.get("properties", {}))
    for child, _ in _children(schema, ()):
        _close_objects(child)


def _is_object(schema: JsonObject) -> bool:
    kind = schema.get("type")
    return kind == "object" or (isinstance(kind, list) and "object" in kind)


def _children(schema: JsonObject, context: tuple[str, ...]) -> list[tuple[Any, tuple[str, ...]]]:
    found: list[tuple[Any, tuple[str, ...]]] = []
    for key in _NESTED_MAPS:
        inner = schema.get(key)
        if isinstance(inner, dict):
            found += [(child, (*context, key, name)) for name, child in inner.items()]
    for key in _NESTED_LISTS:
        inner = schema.get(key)
        if isinstance(inner, list):
            found += [(child, (*context, key, str(i))) for i, child in enumerate(inner)]
    if isinstance(schema.get("items"), dict):
        found.append((schema["items"], (*context, "items")))
    return found


def _shown(context: tuple[str, ...]) -> str:
    return repr(context)
