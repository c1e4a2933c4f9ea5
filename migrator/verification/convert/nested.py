"""Objects that are one level flatter on Responses: ``{"type": T, T: {…}}`` → ``{"type": T, …}``.

Which keys they may hold is in ``rules/api/tools.toml``; a key nobody listed is refused, since
the Responses API would answer it with an error, or another server gave it a meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import Unconvertible

JsonObject = dict[str, Any]
Row = Mapping[str, str]


def words(row: Row, name: str) -> list[str]:
    """Return a column that holds a list of words."""
    return row.get(name, "").split()


def says_nothing(value: object, row: Row) -> bool:
    """Return whether leaving out ``value`` changes nothing (column ``inert``)."""
    return repr(value) in words(row, "inert")


def mapping(value: object, code: str, path: str) -> Mapping[str, Any]:
    """Return ``value`` if it is a mapping, else raise `Unconvertible`."""
    if not isinstance(value, Mapping):
        raise Unconvertible(code, path, f"expected an object, not {_shown(value)}")
    return value


def sequence(value: object, code: str, path: str) -> list[Any]:
    """Return the elements of a list or another iterable of objects, else raise."""
    if isinstance(value, (str, bytes, Mapping)) or not hasattr(value, "__iter__"):
        raise Unconvertible(code, path, f"expected a list, not {_shown(value)}")
    return list(value)


def kind_of(
    value: Mapping[str, Any], rows: Mapping[str, Row], code: str, path: str, default: str = ""
) -> str:
    """Return the ``type`` of an object if there is a row for it, else raise `Unconvertible`."""
    kind = value.get("type", default)
    if not isinstance(kind, str) or kind not in rows:
        raise Unconvertible(code, f"{path}.type", f"no counterpart of {_shown(kind)}")
    if "code" in rows[kind]:
        raise Unconvertible(rows[kind]["code"], f"{path}.type", f"no counterpart of `{kind}`")
    return kind


def fields_of(
    value: Mapping[str, Any], row: Row, code: str, path: str, known: tuple[str, ...] = ("type",)
) -> JsonObject:
    """Return the fields a nested object holds, null ones left out; raise `Unconvertible`."""
    inside = row.get("inside")
    outer = {*known, inside} if inside else {*known, *_names(row)}
    _only(value, outer, code, path)
    inner = value
    if inside:
        path = f"{path}.{inside}"
        inner = mapping(value.get(inside), code, path)
        _only(inner, set(_names(row)), code, path)
    found = {name: inner[name] for name in _names(row) if inner.get(name) is not None}
    for name in words(row, "required"):
        if name not in found:
            raise Unconvertible(code, f"{path}.{name}", "is missing")
    return found


def bare(row: Row) -> Row:
    """Return the row for an object that stands without the one around it (legacy functions)."""
    return {**row, "inside": ""}


def flattened(value: object, rows: Mapping[str, Row], code: str, path: str) -> JsonObject:
    """Return a tagged object one level flatter; raise `Unconvertible`."""
    given = mapping(value, code, path)
    kind = kind_of(given, rows, code, path)
    return {"type": kind, **fields_of(given, rows[kind], code, path)}


def _names(row: Row) -> list[str]:
    return [name.split(">")[0] for name in words(row, "fields")]


def _only(value: Mapping[str, Any], known: set[str], code: str, path: str) -> None:
    for name, inner in value.items():
        if name not in known and inner is not None:
            raise Unconvertible(code, f"{path}.{name}", "Responses does not know this key")


def _shown(value: object) -> str:
    return repr(value) if isinstance(value, (str, int, float)) else type(value).__name__
