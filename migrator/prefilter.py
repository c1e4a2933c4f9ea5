"""Which bytes are worth parsing: literals first, a regular expression only on what is left.

Imported on the hook's path before anything else, so it may import nothing at the top.
"""

from __future__ import annotations

# A file without any of these holds nothing that `check` reports.  ``migrator:`` is there for
# inline ignores, so that unused ones are found too.
NEEDLES = (b"ompletions", b"ChatCompletion", b"openai.types", b"migrator: ", b"noqa: CC")

# One of these, and the file is parsed without asking the regular expression.
_PLAIN = (
    b"chat.completions",
    b"chat/completions",
    b"ChatCompletion.create",
    b"ChatCompletion.acreate",
    b"openai.types.chat",
    b"openai.types import chat",
    b"migrator: ",
    b"noqa: CC",
)

# The same shapes with white space, comments or line joins in between, and the ones that
# reach the resource without spelling `chat.completions` in one piece.
_LOOSE = (
    rb"\bchat\b[\s\\)\]]*(?:\#[^\n]*\n\s*)*\.[\s\\]*completions\b"
    rb"|ChatCompletion[\s\\]*\.[\s\\]*a?create\b"
    rb"|openai[\s\\]*\.[\s\\]*(?:types|resources|lib)\b[^\n]*\bchat"
    rb"|import[^\n]*\bChatCompletion\b"
    rb"|[\"']completions[\"']"
    rb"|(?:\A|[^\w])completions[\s\\]*\.[\s\\]*(?:create|parse|stream|with_\w+)\b"
    rb"|\.[ \t]*chat[ \t]*(?:[\r\n,;)#]|\Z)"
    rb"|\.[\s\\]*completions\b(?![\s\\]*\()"
)
# An alternation over a whole file costs ten times as much as finding where to look.
_ANCHORS = (b"completions", b"ChatCompletion", b"openai.", b"openai\\", b"openai ", b".chat")
_BEFORE, _AFTER = 200, 120

_pattern = None


def has_needle(data: bytes) -> bool:
    """Return whether ``data`` holds any literal without which there is nothing to report."""
    return any(needle in data for needle in NEEDLES)


def worth_parsing(data: bytes) -> bool:
    """Return whether ``data`` may hold something to report; sound, not exact."""
    if not has_needle(data):
        return False
    return any(needle in data for needle in _PLAIN) or _loose(data)


def _loose(data: bytes) -> bool:
    global _pattern
    if _pattern is None:
        import re

        _pattern = re.compile(_LOOSE)
    for anchor in _ANCHORS:
        at = data.find(anchor)
        while at >= 0:
            if _pattern.search(data, max(0, at - _BEFORE), at + _AFTER):
                return True
            at = data.find(anchor, at + 1)
    return False
