"""A valid instance of a JSON schema, chosen by hash: what a model under structured output says.

Covers the subset structured outputs accepts (guide "Supported schemas"): types, ``enum``,
``const``, ``anyOf``, ``$ref``, bounds, formats, nesting. Non-strict schemas may hold more; the
instance is then a best effort, as a model's would be.
"""

from __future__ import annotations

from typing import Any

from .canonical import JsonObject
from .dice import draw, word

_DEPTH_LIMIT = 6
_FORMATS = {
    "date": "2024-05-17",
    "time": "12:30:00Z",
    "date-time": "2024-05-17T12:30:00Z",
    "duration": "PT15M",
    "email": "robin@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "6f1f6c0e-5d8a-4f0e-9a53-0f2f3a4b5c6d",
    "uri": "https://example.com/",
}


def instance(schema: JsonObject, seed: str, only_required: bool = False) -> Any:
    """Return a JSON value valid under ``schema``, a function of ``schema`` and ``seed``.

    ``only_required`` leaves optional properties out, as a model does under a non-strict schema.
    """
    return _Builder(schema, seed, only_required).value(schema, "$", 0)


class _Builder:
    def __init__(self, root: JsonObject, seed: str, only_required: bool) -> None:
        self._root = root
        self._seed = seed
        self._only_required = only_required

    def value(self, schema: Any, label: str, depth: int) -> Any:
        if not isinstance(schema, dict):
            return word(self._seed, label)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][draw(self._seed, label, len(schema["enum"]))]
        if "$ref" in schema:
            return self.value(self._resolved(schema["$ref"]), label, depth + 1)
        for key in ("anyOf", "oneOf"):
            if schema.get(key):
                return self.value(self._branch(schema[key], label, depth), label, depth)
        if schema.get("allOf"):
            return self.value(_merged(schema["allOf"]), label, depth)
        return self._typed(schema, _type(schema, depth), label, depth)

    def _typed(self, schema: JsonObject, kind: str, label: str, depth: int) -> Any:
        if kind == "object":
            return self._object(schema, label, depth)
        if kind == "array":
            return self._array(schema, label, depth)
        if kind == "integer":
            return self._integer(schema, label)
        if kind == "number":
            return float(self._integer(schema, label))
        if kind == "boolean":
            return draw(self._seed, label, 2) == 1
        if kind == "null":
            return None
        return self._string(schema, label)

    def _object(self, schema: JsonObject, label: str, depth: int) -> JsonObject:
        properties: JsonObject = schema.get("properties") or {}
        required = schema.get("required") or []
        # A non-strict call gives what is required, or everything if nothing is.
        wanted = required if self._only_required and required else list(properties)
        return {
            name: self.value(properties.get(name), f"{label}.{name}", depth + 1) for name in wanted
        }

    def _array(self, schema: JsonObject, label: str, depth: int) -> list[Any]:
        low = int(schema.get("minItems", 0))
        high = int(schema.get("maxItems", max(low, 2)))
        size = low if depth > _DEPTH_LIMIT else max(low, min(high, 1 + draw(self._seed, label, 2)))
        items = schema.get("items", {"type": "string"})
        return [self.value(items, f"{label}[{i}]", depth + 1) for i in range(size)]

    def _integer(self, schema: JsonObject, label: str) -> int:
        low = schema.get("minimum")
        high = schema.get("maximum")
        if low is None and schema.get("exclusiveMinimum") is not None:
            low = schema["exclusiveMinimum"] + 1
        if high is None and schema.get("exclusiveMaximum") is not None:
            high = schema["exclusiveMaximum"] - 1
        start = int(low if low is not None else min(1, high) if high is not None else 1)
        stop = int(high) if high is not None else start + 97
        step = int(schema.get("multipleOf", 1)) or 1
        chosen = start + draw(self._seed, label, max(1, stop - start + 1))
        return min(-(-chosen // step) * step, stop // step * step)

    def _string(self, schema: JsonObject, label: str) -> str:
        text = _FORMATS.get(str(schema.get("format", "")), word(self._seed, label))
        low = int(schema.get("minLength", 0))
        while len(text) < low:
            text += " " + word(self._seed, f"{label}+{len(text)}")
        return text[: int(schema.get("maxLength", len(text)))]

    def _branch(self, branches: list[Any], label: str, depth: int) -> Any:
        if depth > _DEPTH_LIMIT:
            # Recursive schemas end: prefer the branch that cannot grow.
            return min(branches, key=_weight)
        return branches[draw(self._seed, f"{label}?", len(branches))]

    def _resolved(self, ref: str) -> Any:
        node: Any = self._root
        for step in ref.lstrip("#").strip("/").split("/"):
            node = node.get(step, {}) if step and isinstance(node, dict) else node
        return node


def _type(schema: JsonObject, depth: int) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        names = [str(name) for name in kind]
        return "null" if depth > _DEPTH_LIMIT and "null" in names else names[0]
    if kind is None:
        return "object" if "properties" in schema else "string"
    return str(kind)


def _weight(schema: Any) -> int:
    kind = schema.get("type") if isinstance(schema, dict) else None
    if kind == "null":
        return 0
    return 2 if kind in ("object", "array", None) else 1


def _merged(schemas: list[JsonObject]) -> JsonObject:
    merged: JsonObject = {}
    for schema in schemas:
        properties = {**merged.get("properties", {}), **schema.get("properties", {})}
        required = [*merged.get("required", []), *schema.get("required", [])]
        merged = {**merged, **schema}
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
    return merged
