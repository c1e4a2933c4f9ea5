"""How far two answers are apart: equal, equal but for form, or a distance from 0 to 1."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import pairwise
from typing import Any

# Scripts without blanks between words are read sign by sign.
_TOKEN = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|\w+|[^\w\s]")


def normalised(text: str) -> str:
    """Return a text without what people don't see: kinds of blanks, Unicode forms."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def canonical(text: str) -> str:
    """Return JSON text in one spelling, and any other text as it is."""
    try:
        return spelt(json.loads(text))
    except (ValueError, RecursionError):
        return text


def spelt(value: Any) -> str:
    """Return a value of JSON in its one spelling: keys sorted, no blanks."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def distance(one: str, other: str) -> float:
    """Return the share of words and pairs of neighbouring words that the texts don't share.

    0 for texts that are equal when normalised, 1 for texts without a common word (Dice's
    coefficient of the two bags, taken from 1).
    """
    one, other = normalised(one), normalised(other)
    if one == other:
        return 0.0
    first, second = _bag(one), _bag(other)
    size = first.total() + second.total()
    shared = (first & second).total()
    # Unequal texts may have equal bags (long cycles); they are not at no distance.
    return max(1 - 2 * shared / size, 1 / (1 + size)) if size else 1.0


@lru_cache(maxsize=4096)
def _bag(text: str) -> Counter[tuple[str, ...]]:
    tokens = _TOKEN.findall(text)
    bag: Counter[tuple[str, ...]] = Counter((token,) for token in tokens)
    bag.update(pairwise(tokens))
    return bag
