"""How a value is read: a word in front of its kind, such as ``dict.completion``.

No word: an object of the SDK, read by attributes.  ``dict``: its dump, read by keys all the way
down.  ``flat``: a dump of its first level, with objects below.  ``old``: an object of openai
before 1.0, read by attributes and by keys.  ``wire``: decoded JSON that stays JSON.
"""

from __future__ import annotations

DUMPED = ("dict", "flat")
# What can be read from a value of any style.
PARTS = {"choices", "choice", "message", "usage", "input_details", "output_details"}
WRAPPERS = {"raw", "manager", "http"}
VALUES = {"plain", "content"}


def base(kind: str) -> str:
    """Return a kind without its style."""
    return kind.rpartition(".")[2]


def style(kind: str) -> str:
    """Return the style of a kind; empty for an object."""
    return kind.rpartition(".")[0]


def like(kind: str, part: str) -> str:
    """Return the kind of a ``part`` read from a value of ``kind``."""
    word = style(kind)
    if word == "wire" and part == "finish":
        return "wire.finish"
    return f"{word}.{part}" if word in ("dict", "old", "wire") and part in PARTS else part


def wrapper_code(kind: str, code: str) -> str:
    """Return the code for a use of ``kind``: a wrapper around an answer has one of its own."""
    return "CC221" if kind in WRAPPERS else code


class ByKind(dict[str, str]):
    """Texts by kind; a kind with a style shares the text of the kind."""

    def __missing__(self, kind: str) -> str:
        return self[base(kind)] if style(kind) else kind


class Escapes(ByKind):
    """Codes by kind; whatever happens to a dump is a dump's code."""

    def __missing__(self, kind: str) -> str:
        return "CC307" if style(kind) in DUMPED else super().__missing__(kind)
