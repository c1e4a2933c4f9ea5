"""Functions of Python whose results are known once their arguments are."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

TEXT_METHODS: Mapping[str, Callable[..., Any]] = {
    "strip": str.strip, "lstrip": str.lstrip, "rstrip": str.rstrip, "lower": str.lower,
    "upper": str.upper, "format": str.format, "join": str.join, "replace": str.replace,
    "title": str.title, "capitalize": str.capitalize,
}  # fmt: skip
LIBRARY: Mapping[str, Callable[..., Any]] = {
    "textwrap.dedent": textwrap.dedent, "inspect.cleandoc": inspect.cleandoc,
}  # fmt: skip
BUILTINS: Mapping[str, Callable[..., Any]] = {
    "str": str, "int": int, "float": float, "list": list, "dict": dict, "tuple": list,
    "bool": bool, "len": len, "repr": repr,
}  # fmt: skip
# As the syntax tree numbers !r, !a and !s.
CONVERSIONS: Mapping[int, Callable[[Any], str]] = {114: repr, 97: ascii, 115: str}
_LONGEST = 1_000_000


def is_short(left: Any, right: Any) -> bool:
    """Return whether a product is of two numbers, or a text of a reasonable length."""
    if isinstance(left, str):
        return isinstance(right, int) and len(left) * right < _LONGEST
    return isinstance(left, (int, float)) and isinstance(right, (int, float))
