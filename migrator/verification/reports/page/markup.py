"""Builds HTML so that nothing can be forgotten to be escaped: text is text, elements are Markup."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Union

# Not valid in HTML even as references.
_INVISIBLE = {n: f"\\x{n:02x}" for n in range(32) if n not in (9, 10, 13)} | {0x7F: "\\x7f"}
_VOID = ("meta", "br")


class Markup(str):
    """HTML that is safe as it stands."""

    __slots__ = ()


Child = Union["Markup", str, None, Sequence["Child"]]


def tag(name: str, /, *children: Child, **attributes: object) -> Markup:
    """Return an element; strings are escaped, ``None`` is left out, lists are spliced.

    ``class_`` and ``for_`` lose their underscore, other underscores become hyphens; an attribute
    that is ``None`` or ``False`` is left out, ``True`` has no value.
    """
    words = [name]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        words.append(key if value is True else f'{key}="{escaped(str(value))}"')
    inside = joined(*children)
    if name in _VOID:
        return Markup(f"<{' '.join(words)}>")
    return Markup(f"<{' '.join(words)}>{inside}</{name}>")


def joined(*children: Child) -> Markup:
    """Return children one after the other."""
    parts: list[str] = []
    for child in children:
        if isinstance(child, Markup):
            parts.append(child)
        elif isinstance(child, str):
            parts.append(escaped(child))
        elif child is not None:
            parts.append(joined(*child))
    return Markup("".join(parts))


def escaped(text: str) -> str:
    """Return text for an element or an attribute; control and lone surrogate signs spelt out."""
    safe = text.translate(_INVISIBLE).encode("utf-8", "backslashreplace").decode()
    return escape(safe, quote=True)


def prose(text: str) -> Markup:
    """Return a sentence with what stands between backticks as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return joined(text)
    return joined([tag("code", piece) if n % 2 else piece for n, piece in enumerate(pieces)])
