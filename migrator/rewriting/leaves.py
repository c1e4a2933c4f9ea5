"""A statement as leaves: its tokens, with what formatters need to know of each."""

from __future__ import annotations

import io
import keyword
import tokenize
import unicodedata

OPENING = {"(": ")", "[": "]", "{": "}"}
CLOSING = {")": "(", "]": "[", "}": "{"}
# Priorities of the places where a line may be broken; the highest one is.
COMPREHENSION, COMMA, TERNARY, LOGIC, STRING, COMPARATOR = 20, 18, 16, 14, 12, 10
_MATH = {"|": 9, "^": 8, "&": 7, "<<": 6, ">>": 6, "+": 5, "-": 5, "*": 4, "/": 4, "//": 4,
         "%": 4, "@": 4, "**": 2}  # fmt: skip
DOT = 1
_COMPARISONS = {"<", ">", "==", "!=", "<=", ">=", "is", "in"}
# Longer ones are tables, and laying them out takes time.
_LONGEST = 3000
_CLOSE_LEFT = {",", ".", ":", ")", "]", "}"}


class Leaf:
    """One token.  ``kind``: name, string, number or op; ``space``: what stands before it.

    A bracket without text is invisible: it stands around what may be put in parentheses.
    """

    __slots__ = ("text", "kind", "space", "partner", "hidden", "atom")

    def __init__(self, text: str, kind: str, space: str) -> None:
        self.text = text
        self.kind = kind
        self.space = space
        self.partner: Leaf | None = None
        self.hidden = ""
        # Whether the bracket is a display or parentheses, not a call or an index.
        self.atom = False

    @property
    def bracket(self) -> str:
        """The bracket this is, invisible ones included, else ``""``."""
        text = self.text or self.hidden
        return text if self.kind == "op" and (text in OPENING or text in CLOSING) else ""

    @property
    def opens(self) -> bool:
        """Whether this is an opening bracket."""
        return self.bracket in OPENING

    @property
    def closes(self) -> bool:
        """Whether this is a closing bracket."""
        return self.bracket in CLOSING


class Unsuited(Exception):
    """A statement that is left as it is: comments, strings over lines, rare kinds."""


def columns(text: str) -> int:
    """Return how many columns ``text`` takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def leaves_of(text: str) -> list[Leaf]:
    """Return the leaves of the statement, or header of one, that ``text`` begins with."""
    result: list[Leaf] = []
    end = (1, 0)
    lines = text.split("\n")
    try:
        tokens = list(_tokens(text))
    except (tokenize.TokenError, IndentationError, SyntaxError) as error:
        raise Unsuited from error
    if len(tokens) > _LONGEST:
        raise Unsuited
    index = 0
    while index < len(tokens):
        token = tokens[index]
        index += 1
        if token.type in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT):
            continue
        if token.type in (tokenize.COMMENT, tokenize.ERRORTOKEN) or token.string == ";":
            raise Unsuited
        string, stop = token.string, token.end
        if tokenize.tok_name[token.type] == "FSTRING_START":
            index, stop = _f_string(tokens, index)
            if token.start[0] == stop[0]:
                string = lines[stop[0] - 1][token.start[1] : stop[1]]
            else:
                string = "\n"
        if "\n" in string or (token.start[0] > end[0] and "\\" in lines[end[0] - 1][end[1] :]):
            raise Unsuited
        space = _space(result, token, end)
        kind = tokenize.tok_name[token.type]
        kinds = {"NAME": "name", "NUMBER": "number", "OP": "op"}
        result.append(Leaf(string, kinds.get(kind, "string"), space))
        end = stop
    _match(result)
    return result


def _tokens(text: str) -> list[tokenize.TokenInfo]:
    result: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NEWLINE, tokenize.ENDMARKER):
            break
        result.append(token)
    return result


def _f_string(tokens: list[tokenize.TokenInfo], index: int) -> tuple[int, tuple[int, int]]:
    """Return where an f-string ends whose first token has been read (Python 3.12 and later)."""
    depth = 1
    while depth:
        name = tokenize.tok_name[tokens[index].type]
        depth += {"FSTRING_START": 1, "FSTRING_END": -1}.get(name, 0)
        index += 1
    return index, tokens[index - 1].end


def _space(before: list[Leaf], token: tokenize.TokenInfo, end: tuple[int, int]) -> str:
    if not before:
        return ""
    if token.start[0] == end[0]:
        return " " if token.start[1] > end[1] else ""
    last = before[-1].text
    closed = token.string in _CLOSE_LEFT or last in OPENING or last == "."
    return "" if closed else " "


def _match(leaves: list[Leaf]) -> None:
    stack: list[Leaf] = []
    for index, leaf in enumerate(leaves):
        if leaf.opens:
            before = leaves[index - 1] if index else None
            leaf.atom = before is None or not _is_value(before)
            stack.append(leaf)
        elif leaf.closes:
            if not stack:
                raise Unsuited
            link(stack.pop(), leaf)
    if stack:
        raise Unsuited


def link(opening: Leaf, closing: Leaf) -> None:
    """Make two brackets a pair."""
    opening.partner, closing.partner = closing, opening
    closing.atom = opening.atom


def _is_value(leaf: Leaf) -> bool:
    """Return whether an expression can end with ``leaf``."""
    if leaf.kind == "name":
        return leaf.text in ("None", "True", "False") or not keyword.iskeyword(leaf.text)
    return leaf.kind in ("string", "number") or leaf.closes


def delimiters(leaves: list[Leaf]) -> dict[Leaf, int]:
    """Return behind which leaves a line can be broken, outside of its brackets."""
    result: dict[Leaf, int] = {}
    depth = 0
    loops: list[int] = []
    lambdas: list[int] = []
    looped = False
    previous: Leaf | None = None
    for index, leaf in enumerate(leaves):
        if leaf.closes:
            depth -= 1
        if loops and loops[-1] == depth and leaf.text == "in":
            loops.pop()
            depth -= 1
            previous = leaf
            continue
        if lambdas and lambdas[-1] == depth and leaf.text == ":":
            lambdas.pop()
            depth -= 1
        if depth == 0 and previous is not None:
            after = leaves[index + 1] if index + 1 < len(leaves) else None
            priority = _before(leaf, previous, after, looped)
            if priority:
                result[previous] = max(priority, result.get(previous, 0))
            if leaf.text == "," and leaf.kind == "op":
                result[leaf] = COMMA
        if leaf.kind == "name" and leaf.text == "for":
            looped = looped or depth == 0
            depth += 1
            loops.append(depth)
        elif leaf.kind == "name" and leaf.text == "lambda":
            depth += 1
            lambdas.append(depth)
        if leaf.opens:
            depth += 1
        previous = leaf
    return result


def _before(leaf: Leaf, previous: Leaf, after: Leaf | None, looped: bool) -> int:
    """Return the priority of a break before ``leaf``."""
    text = leaf.text
    if leaf.kind == "string":
        return STRING if previous.kind == "string" else 0
    if leaf.kind == "name":
        if text == "for":
            return 0 if previous.text == "async" else COMPREHENSION
        if text == "async" and after is not None and after.text == "for":
            return COMPREHENSION
        if text == "if":
            return COMPREHENSION if looped else TERNARY
        if text == "else":
            return TERNARY
        if text in ("and", "or"):
            return LOGIC
        if text == "not":
            return COMPARATOR if after is not None and after.text == "in" else 0
        if text == "in":
            return 0 if previous.text == "not" else COMPARATOR
        return COMPARATOR if text == "is" else 0
    if text == ".":
        return 0 if previous.kind in ("name", "number") else DOT
    if text in _COMPARISONS:
        return COMPARATOR
    return _MATH.get(text, 0) if _is_value(previous) else 0
