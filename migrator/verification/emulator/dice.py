"""Repeatable choices: every draw is a hash of a seed and a label, so no state and no order."""

from __future__ import annotations

import hashlib

_TEXT = """
acorn amber apple arrow aspen autumn bamboo barley basil beacon birch bloom breeze bridge brook
canyon cedar chalk cherry cinder clover cobalt copper coral cotton crane cricket crystal dahlia
dawn delta drift dune eagle echo ember falcon fern field finch flint forest fossil garnet ginger
glacier granite grove harbor hazel heron hollow honey indigo iris island ivory ivy jade jasper
juniper kelp kernel kite lagoon lantern larch lark laurel lemon lichen lilac linen lotus lunar
maple marble marsh meadow mellow mint mist moss nectar nettle north oak oasis ocean olive onyx
opal orchid otter owl oyster pearl pebble pepper pine plum pollen poppy prairie quartz quill
rain raven reed ridge river robin rowan saffron sage sand satin shell silver sparrow spruce
stone summit thistle thyme tide timber topaz tulip tundra umber valley velvet violet walnut
willow winter wren zephyr
"""
_WORDS = tuple(_TEXT.split())


def draw(seed: str, label: str, size: int) -> int:
    """Return a number in ``range(size)`` that depends on ``seed`` and ``label`` only."""
    digest = hashlib.sha256(f"{seed}/{label}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % size


def word(seed: str, label: str) -> str:
    """Return one word."""
    return _WORDS[draw(seed, label, len(_WORDS))]


def sentence(seed: str, length: int = 7) -> str:
    """Return a short sentence; seven words tell about 10**15 conversations apart."""
    words = [word(seed, f"word-{i}") for i in range(length)]
    return f"{' '.join(words).capitalize()}."


def token(seed: str, label: str, length: int = 24) -> str:
    """Return hexadecimal digits for an id."""
    return hashlib.sha256(f"{seed}/{label}".encode()).hexdigest()[:length]
