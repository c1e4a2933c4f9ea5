"""Two texts with their differences marked, word by word."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from .markup import Child, Markup, joined, tag

# Blanks belong to the word before: they are no landmarks.
_WORDS = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
# The shortest marking takes quadratic time.
_MOST_WORDS = 2000


def marked(before: str, after: str) -> tuple[Markup, Markup]:
    """Return both texts, what only the first has in ``del``, what only the second in ``ins``."""
    one, other = _WORDS.findall(before), _WORDS.findall(after)
    if before == after or len(one) + len(other) > _MOST_WORDS:
        return joined(before), joined(after)
    left: list[Child] = []
    right: list[Child] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, one, other, False).get_opcodes():
        first, second = "".join(one[i1:i2]), "".join(other[j1:j2])
        if kind == "equal":
            left.append(first)
            right.append(second)
            continue
        left.append(tag("del", first) if first else None)
        right.append(tag("ins", second) if second else None)
    return joined(left), joined(right)


def unified(lines: tuple[str, ...]) -> Markup:
    """Return the lines of a unified diff, coloured."""
    kinds = {"+": "added", "-": "removed", "@": "hunk"}
    return tag(
        "pre",
        [
            tag("span", line or " ", class_=f"line {kinds.get(line[:1], '')}".strip())
            for line in lines
        ],
        class_="diff",
        tabindex="0",
    )
