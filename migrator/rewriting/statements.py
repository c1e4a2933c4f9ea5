"""Statements as leaves, with invisible parentheses around what may stand in visible ones."""

from __future__ import annotations

from migrator.rewriting.leaves import (
    COMMA,
    COMPREHENSION,
    Leaf,
    Unsuited,
    delimiters,
    leaves_of,
    link,
)

_HEADS = {"if", "elif", "while", "for", "async", "with"}
_REFUSED = {"import", "from", "def", "class", "del", "match", "case", "try", "except",
            "else", "finally", "global", "nonlocal", "@", "type"}  # fmt: skip
ASSIGNS = {"=", "+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=", "^=", ">>=", "<<=",
              "**="}  # fmt: skip


def statement_of(text: str) -> list[Leaf]:
    """Return the leaves of the statement, or header of one, ``text``; raises `Unsuited`.

    Invisible parentheses stand where formatters may put visible ones.
    """
    leaves = leaves_of(text)
    if not leaves or leaves[0].text in _REFUSED:
        raise Unsuited
    if any(leaf.text == "yield" for leaf in leaves):
        raise Unsuited
    head = leaves[0].text in _HEADS
    if head and leaves[-1].text != ":":
        raise Unsuited
    end = len(leaves) - 1 if head else len(leaves)
    if any(leaf.text == "with" for leaf in leaves[:2]):
        return _contexts(leaves)
    start = _value_at(leaves, end)
    if start is None:
        return leaves
    value = leaves[start:end]
    if not value or (leaves[0].text == "(" and leaves[start - 1].text in ASSIGNS):
        raise Unsuited
    return [*leaves[:start], *_optional(value), *leaves[end:]]


def _contexts(leaves: list[Leaf]) -> list[Leaf]:
    """Return the header of a ``with`` of one item, which gets no parentheses."""
    first = 2 if leaves[0].text == "async" else 1
    if leaves[first].text == "(" or COMMA in delimiters(leaves[first:-1]).values():
        raise Unsuited
    return leaves


def _value_at(leaves: list[Leaf], end: int) -> int | None:
    """Return where the value begins that may stand in parentheses."""
    first = leaves[0].text
    if first in ("return", "raise"):
        if len(leaves) == 1:
            return None
        if first == "raise" and (leaves[1].text == "(" or "from" in [leaf.text for leaf in leaves]):
            raise Unsuited
        return 1
    if first == "assert":
        raise Unsuited
    if first in ("if", "elif", "while"):
        return 1
    depth = 0
    found: int | None = None
    for index, leaf in enumerate(leaves[:end]):
        depth += leaf.opens - leaf.closes
        if depth == 0 and leaf.kind == "op" and leaf.text in ASSIGNS:
            found = index + 1
        if first in ("for", "async") and depth == 0 and leaf.text == "in" and found is None:
            found = index + 1
    return found


def _optional(value: list[Leaf]) -> list[Leaf]:
    """Return ``value`` between invisible parentheses; those it had go, unless they matter."""
    first, last = value[0], value[-1]
    if first.text == "(" and first.partner is last:
        inner = value[1:-1]
        if any(leaf.text == ":=" for leaf in inner):
            raise Unsuited
        found = delimiters(inner) if inner else {}
        if not inner or COMMA in found.values() or COMPREHENSION in found.values():
            return _between(value)
        return _between(inner)
    if COMMA in delimiters(value).values():
        raise Unsuited
    return _between(value)


def _between(value: list[Leaf]) -> list[Leaf]:
    opening, closing = Leaf("", "op", " "), Leaf("", "op", "")
    opening.hidden, closing.hidden = "(", ")"
    opening.atom = True
    link(opening, closing)
    value[0].space = ""
    return [opening, *value, closing]
