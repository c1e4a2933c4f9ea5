"""What differs between two runs of the same program and says nothing: places, times, addresses."""

from __future__ import annotations

import re

_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'^(?P<indent>\s*)File "(?P<file>[^"]+)", line \d+(?P<rest>.*)$')
# The two endpoints are methods of different modules of the SDK.
_SDK = re.compile(r"(^|[/\\])openai([/\\]|\.py$)")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")
# pytest's and unittest's closing lines.
_DURATION = re.compile(r"\bin \d+\.\d+s( \(\d+:\d\d:\d\d\))?")
# file.py:12: in pytest's and the warnings module's manner.
_PLACE = re.compile(r"(?P<file>[\w./-]+\.py):\d+\b")


def without_noise(text: str) -> str:
    """Return ``text`` without what the rewrite may change in tracebacks, and without chance.

    That is line numbers, quoted code and the SDK's own frames; addresses and durations.
    """
    kept: list[str] = []
    frame: str | None = None
    for line in text.splitlines():
        match = _FRAME.match(line)
        if match:
            frame = match["indent"]
            if _SDK.search(match["file"]) is None:
                kept.append(f'{frame}File "{match["file"]}"{match["rest"]}')
        elif frame is None or not line.startswith(frame + "  "):
            # Deeper lines quote the code of the frame, which the rewrite may have changed.
            frame = None
            kept.append(line)
    text = "\n".join(kept)
    for pattern, word in ((_ADDRESS, "0x…"), (_DURATION, "in …s"), (_PLACE, r"\g<file>:…")):
        text = pattern.sub(word, text)
    return text


def last_error(stderr: str) -> str | None:
    """Return the last line of the last traceback: the exception and what it says."""
    _, found, rest = stderr.rpartition(_TRACEBACK)
    if not found:
        return None
    for line in rest.splitlines()[1:]:
        if line and not line.startswith(" "):
            return line
    return None
