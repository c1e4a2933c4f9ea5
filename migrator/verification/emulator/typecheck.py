"""Checks JSON values against the annotations of the installed SDK.

The SDK's ``*Params`` are ``TypedDict`` trees generated from the API description, so what they
allow ages with the installed version. The check forbids keys they do not have. Where the wire
is known to be wider or narrower than the types, :mod:`.wire` says so; this module knows only
``typing``.
"""

from __future__ import annotations

import collections.abc
import re
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, Union

import typing_extensions

from .errors import either

_UNIONS = (Union, types.UnionType)
_ARRAYS = (list, tuple, set, collections.abc.Iterable, collections.abc.Sequence)
_ARTICLE = re.compile(r"^(an? |one of )")
_SCALARS: dict[Any, str] = {str: "a string", int: "an integer", float: "a decimal",
                            bool: "a boolean", type(None): "null"}  # fmt: skip
_REQUIRED: tuple[Any, ...] = (typing_extensions.Required,)
_QUALIFIERS = (*_REQUIRED, typing_extensions.NotRequired)


@dataclass(frozen=True)
class Violation:
    """One way in which a value does not fit; ``expected`` is a phrase or the allowed values."""

    kind: Literal["unknown", "missing", "type", "value"]
    path: str
    value: Any = None
    expected: str = ""
    supported: tuple[str, ...] = ()


@dataclass(frozen=True)
class WireExceptions:
    """Where the wire differs from the types: keys of a ``TypedDict``, by its name.

    A name may be qualified by the last part of its module (``reasoning.Reasoning``).
    """

    optional: frozenset[tuple[str, str]] = frozenset()
    required: frozenset[tuple[str, str]] = frozenset()
    extra: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    hidden: frozenset[tuple[str, str]] = frozenset()
    nullable: frozenset[tuple[str, str]] = frozenset()


class TypeChecker:
    """Checks values against annotations, with the given exceptions."""

    def __init__(self, exceptions: WireExceptions = WireExceptions()) -> None:
        self._exceptions = exceptions

    def violations(self, value: Any, annotation: Any, path: str) -> list[Violation]:
        """Return every way in which ``value`` does not fit ``annotation``; empty if it does."""
        kind = unwrapped(annotation)
        origin = typing.get_origin(kind)
        if kind in _SCALARS:
            fits = _is_scalar(value, kind)
            return [] if fits else [Violation("type", path, value, _SCALARS[kind])]
        if origin in (Literal, typing_extensions.Literal):
            return _literal(value, typing.get_args(kind), path)
        if origin in _UNIONS:
            return self._union(value, members(kind), path)
        if typing_extensions.is_typeddict(kind):
            return self._typed_dict(value, kind, path)
        if _is_array(kind, origin):
            return self._array(value, kind, path)
        if origin in (dict, collections.abc.Mapping):
            return self._mapping(value, typing.get_args(kind), path)
        return []

    def fields(self, typed_dict: Any) -> dict[str, tuple[Any, bool]]:
        """Return the keys of a ``TypedDict``: annotation and whether the wire requires it."""
        names = _names(typed_dict)
        known = self._exceptions
        found: dict[str, tuple[Any, bool]] = {}
        for key, (annotation, required) in _declared_fields(typed_dict).items():
            rows = {(name, key) for name in names}
            if rows & known.hidden:
                continue
            kind = typing.Optional[unwrapped(annotation)] if rows & known.nullable else annotation  # noqa: UP045
            required = required and not rows & known.optional
            found[key] = (kind, required or bool(rows & known.required))
        for name in names:
            for key, annotation in known.extra.get(name, {}).items():
                found.setdefault(key, (annotation, False))
        return found

    def tags(self, kind: Any, key: str = "type") -> tuple[str, ...]:
        """Return the literal values a ``TypedDict`` allows for ``key``."""
        if not typing_extensions.is_typeddict(kind) or key not in self.fields(kind):
            return ()
        annotation = unwrapped(self.fields(kind)[key][0])
        found: list[str] = []
        for member in members(annotation):
            if typing.get_origin(member) in (Literal, typing_extensions.Literal):
                found += typing.get_args(member)
        return tuple(found)

    def _array(self, value: Any, kind: Any, path: str) -> list[Violation]:
        if not isinstance(value, list):
            return [Violation("type", path, value, phrase(kind))]
        (item,) = typing.get_args(kind)[:1] or (Any,)
        found: list[Violation] = []
        for index, element in enumerate(value):
            found += self.violations(element, item, f"{path}[{index}]")
        return found

    def _mapping(self, value: Any, args: tuple[Any, ...], path: str) -> list[Violation]:
        if not isinstance(value, dict):
            return [Violation("type", path, value, "an object")]
        found: list[Violation] = []
        for key, element in value.items():
            found += self.violations(element, args[1] if len(args) > 1 else Any, f"{path}.{key}")
        return found

    def _typed_dict(self, value: Any, kind: Any, path: str) -> list[Violation]:
        if not isinstance(value, dict):
            return [Violation("type", path, value, "an object")]
        return list(self._members(value, self.fields(kind), path))

    def _members(
        self, value: dict[str, Any], known: Mapping[str, tuple[Any, bool]], path: str
    ) -> Iterator[Violation]:
        for key, (annotation, required) in known.items():
            if key in value:
                yield from self.violations(value[key], annotation, f"{path}.{key}")
            elif required:
                yield Violation("missing", f"{path}.{key}")
        for key in value:
            if key not in known:
                yield Violation("unknown", f"{path}.{key}")

    def _union(self, value: Any, options: tuple[Any, ...], path: str) -> list[Violation]:
        if isinstance(value, dict):
            return self._object_union(value, options, path)
        best: list[Violation] | None = None
        for option in options:
            found = self.violations(value, option, path)
            if not found:
                return []
            if best is None or _depth(found) > _depth(best):
                best = found
        assert best is not None
        if all(item.path == path for item in best):
            return [_summary(value, options, path)]
        return best

    def _object_union(
        self, value: dict[str, Any], options: tuple[Any, ...], path: str
    ) -> list[Violation]:
        objects = [option for option in options if _takes_objects(option)]
        if not objects:
            return [_summary(value, options, path)]
        for key in ("type", "role"):
            tagged = [option for option in objects if self.tags(option, key)]
            if len(tagged) < 2:
                continue
            chosen = [o for o in objects if o not in tagged or self._may_be(o, key, value)]
            if not chosen:
                return [self._tag_violation(value, key, tagged, path)]
            objects = chosen
        attempts = [self.violations(value, option, path) for option in objects]
        # The variant meant is the one that fits best: fewest faults, found deepest.
        return min(attempts, key=lambda found: (len(found), -_depth(found)))

    def _may_be(self, kind: Any, key: str, value: dict[str, Any]) -> bool:
        if key in value:
            return value[key] in self.tags(kind, key)
        return not self.fields(kind)[key][1]

    def _tag_violation(
        self, value: dict[str, Any], key: str, tagged: list[Any], path: str
    ) -> Violation:
        if key not in value:
            return Violation("missing", f"{path}.{key}")
        supported = tuple(dict.fromkeys(tag for kind in tagged for tag in self.tags(kind, key)))
        return Violation("value", f"{path}.{key}", value[key], supported=supported)


def unwrapped(annotation: Any) -> Any:
    """Return ``annotation`` without ``Annotated``, ``Required`` and ``NotRequired``."""
    origin = typing_extensions.get_origin(annotation)
    if origin in _QUALIFIERS or hasattr(annotation, "__metadata__"):
        return unwrapped(typing.get_args(annotation)[0])
    return annotation


def members(annotation: Any) -> tuple[Any, ...]:
    """Return the members of a union, nested unions flattened; a single type is one member."""
    kind = unwrapped(annotation)
    if typing.get_origin(kind) not in _UNIONS:
        return (kind,)
    return tuple(inner for arg in typing.get_args(kind) for inner in members(arg))


def phrase(annotation: Any) -> str:
    """Return what an annotation wants, in the words of the API's type errors."""
    kind = unwrapped(annotation)
    origin = typing.get_origin(kind)
    if kind in _SCALARS:
        return _SCALARS[kind]
    if origin in (Literal, typing_extensions.Literal):
        return either([str(arg) for arg in typing.get_args(kind)])
    if origin in _UNIONS:
        return _either_phrase(members(kind))
    if _is_array(kind, origin):
        return f"an array of {_plural(typing.get_args(kind))}"
    return "an object"


def _either_phrase(options: tuple[Any, ...]) -> str:
    phrases = list(dict.fromkeys(phrase(o) for o in options if o is not type(None)))
    if len(phrases) == 1:
        return phrases[0]
    # The API puts an article before the first only: "one of a string or array of objects".
    later = [_ARTICLE.sub("", text) for text in phrases[1:]]
    return f"one of {' or '.join([phrases[0], *later])}"


def _plural(args: tuple[Any, ...]) -> str:
    inner = phrase(args[0]) if args else "an object"
    return {"a string": "strings", "an object": "objects", "an integer": "integers"}.get(
        inner, "objects" if "object" in inner else inner
    )


@cache
def _declared_fields(typed_dict: Any) -> dict[str, tuple[Any, bool]]:
    hints = typing_extensions.get_type_hints(typed_dict, include_extras=True)
    found: dict[str, tuple[Any, bool]] = {}
    for key, hint in hints.items():
        # The SDK declares everything total=False and marks what is required.
        found[key] = (hint, typing_extensions.get_origin(hint) in _REQUIRED)
    return found


def _names(typed_dict: Any) -> tuple[str, str]:
    name = str(typed_dict.__name__)
    return name, f"{typed_dict.__module__.rsplit('.', 1)[-1]}.{name}"


def _is_array(kind: Any, origin: Any) -> bool:
    return kind in (list, tuple) or origin in _ARRAYS or _name(origin) == "SequenceNotStr"


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", "")


def _takes_objects(kind: Any) -> bool:
    origin = typing.get_origin(kind)
    return (
        typing_extensions.is_typeddict(kind)
        or origin in (dict, collections.abc.Mapping)
        or kind in (Any, object)
    )


def _is_scalar(value: Any, kind: Any) -> bool:
    if kind is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _literal(value: Any, allowed: tuple[Any, ...], path: str) -> list[Violation]:
    if any(value == item and type(value) is type(item) for item in allowed):
        return []
    names = tuple(str(item) for item in allowed)
    if all(type(value) is not type(item) for item in allowed):
        return [Violation("type", path, value, either(names))]
    return [Violation("value", path, value, supported=names)]


def _summary(value: Any, options: tuple[Any, ...], path: str) -> Violation:
    """Return one violation for a union none of whose members fits at this level."""
    literals: list[str] = []
    for option in options:
        if typing.get_origin(option) in (Literal, typing_extensions.Literal):
            literals += [str(arg) for arg in typing.get_args(option)]
    if isinstance(value, str) and literals:
        return Violation("value", path, value, supported=tuple(literals))
    return Violation("type", path, value, _either_phrase(options))


def _depth(found: list[Violation]) -> int:
    return max((item.path.count(".") + item.path.count("[") for item in found), default=0)
