"""Byte ranges of the links of a chain: ``.name`` and ``[0]`` behind their value.

A range is only given when the bytes there are what the syntax tree says; comments inside it and
positions the tree gets wrong (f-strings before Python 3.12) yield None.
"""

from __future__ import annotations

from migrator.analysis.syntax import ast
from migrator.documents.source import Source

_SPACE = b" \t\r\n\f\\"


class Link:
    """``start`` is where the link begins, white space included, ``name`` where its name does."""

    __slots__ = ("start", "name", "end")

    def __init__(self, start: int, name: int, end: int) -> None:
        self.start = start
        self.name = name
        self.end = end


def attribute_link(source: Source, node: ast.Attribute) -> Link | None:
    """Return the range of ``.attr`` in ``value.attr``, else None."""
    begin = source.span(node.value)[1]
    end = source.span(node)[1]
    attr = node.attr.encode()
    text = source.utf8[begin:end]
    if not text.endswith(attr):
        return None
    before = text[: -len(attr)].rstrip(_SPACE)
    if not before.endswith(b"."):
        return None
    gap = before[:-1]
    closed = _closed(gap)
    if closed is None:
        return None
    return Link(begin + closed, end - len(attr), end)


def subscript_link(source: Source, node: ast.Subscript) -> Link | None:
    """Return the range of ``[…]`` in ``value[…]``, else None."""
    begin = source.span(node.value)[1]
    end = source.span(node)[1]
    text = source.utf8[begin:end]
    at = text.find(b"[")
    if at < 0 or not text.endswith(b"]") or b"#" in text:
        return None
    closed = _closed(text[:at])
    return None if closed is None else Link(begin + closed, begin + at + 1, end)


def _closed(gap: bytes) -> int | None:
    """Return how much of ``gap`` is closing parentheses; None when it holds anything else."""
    last = gap.rfind(b")") + 1
    if gap[:last].strip(_SPACE + b")") or gap[last:].strip(_SPACE):
        return None
    return last


def is_name(source: Source, node: ast.Name) -> bool:
    """Return whether the bytes at ``node`` are its name."""
    start, end = source.span(node)
    return source.utf8[start:end] == node.id.encode()


def alone(source: Source, node: ast.stmt) -> bool:
    """Return whether a statement has its lines to itself, without a comment behind it."""
    start, end = source.span(node)
    lead = source.utf8[source.starts[node.lineno - 1] : start]
    line_end = source.utf8.find(b"\n", end)
    tail = source.utf8[end : line_end if line_end >= 0 else len(source.utf8)]
    return not lead.strip() and not tail.strip() and b"#" not in source.utf8[start:end]
