"""Whether the spaces of a statement are those that formatters write."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.rewriting.leaves import Leaf

_WIDE = {"==", "!=", "<=", ">=", "<", ">", "+=", "-=", "*=", "/=", "//=", "%=", "@=", "&=", "|=",
         "^=", ">>=", "<<=", "**="}  # fmt: skip

_WORDS = {"return", "if", "elif", "while", "in", "and", "or", "not", "is", "else", "await"}


def spaced(leaves: list[Leaf]) -> bool:
    """Return whether no space is missing from, or too much in, a statement.

    Only what is the same everywhere is looked at: commas, brackets, ``=``, comparisons.
    """
    around: list[Leaf] = []
    previous: Leaf | None = None
    space = ""
    lambdas = any(leaf.text == "lambda" for leaf in leaves)
    for leaf in leaves:
        space += leaf.space
        if not leaf.text:
            continue
        if leaf.closes and around:
            around.pop()
        if previous is not None and not (lambdas and "=" in (leaf.text, previous.text)):
            wanted = _wanted(previous, leaf, around)
            if wanted is not None and wanted != space:
                return False
        if leaf.opens:
            around.append(leaf)
        previous, space = leaf, ""
    return True


def _wanted(previous: Leaf, leaf: Leaf, around: list[Leaf]) -> str | None:
    """Return the space between two leaves inside some brackets; None where it depends."""
    if leaf.closes or previous.opens or leaf.text == ",":
        return ""
    if previous.text in _WORDS and leaf.text:
        return " "
    if previous.text == "," or leaf.text in _WIDE or previous.text in _WIDE:
        return " "
    if "=" in (leaf.text, previous.text):
        return "" if around else " "
    if previous.text == ":" and around and around[-1].text == "{":
        return " "
    return None
