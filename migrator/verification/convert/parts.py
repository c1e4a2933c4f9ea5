"""Content parts, by ``rules/api/parts.toml``."""

from __future__ import annotations

from typing import Any

from migrator._tables import API

from .errors import Unconvertible
from .nested import JsonObject, Row, fields_of, kind_of, mapping, sequence, words

_ROWS = API["parts"]
_CODE = "CC232"


def converted_content(content: Any, role: str, path: str) -> str | list[JsonObject]:
    """Return the content of a message; text stays text.  Raises `Unconvertible`."""
    if isinstance(content, str):
        return content
    parts = sequence(content, _CODE, path)
    return [converted_part(part, role, f"{path}[{i}]") for i, part in enumerate(parts)]


def converted_part(part: Any, role: str, path: str) -> JsonObject:
    """Return one content part of a message of ``role``; raise `Unconvertible`."""
    given = mapping(part, _CODE, path)
    row = _ROWS[role][kind_of(given, _ROWS[role], _CODE, path)]
    kept = words(row, "keeps")
    found = fields_of(_unfolded(given, row), row, _CODE, path, ("type", *kept))
    if not found:
        raise Unconvertible(_CODE, path, f"a part `{given['type']}` without content")
    renamed = dict(name.split(">") for name in words(row, "fields") if ">" in name)
    result: JsonObject = {"type": row["to"]}
    result |= {renamed.get(name, name): value for name, value in found.items()}
    for default in words(row, "default"):
        name, _, value = default.partition("=")
        result.setdefault(name, value)
    return result | {name: given[name] for name in kept if given.get(name) is not None}


def _unfolded(part: Any, row: Row) -> Any:
    """Return the part with a bare string (``"image_url": "https…"``) spelt out."""
    inside, bare = row.get("inside"), row.get("bare")
    if inside and bare and isinstance(part.get(inside), str):
        return {**part, inside: {words(row, "fields")[0].split(">")[0]: part[inside]}}
    return part
