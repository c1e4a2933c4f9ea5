"""What every rewritten file has to satisfy before a byte is written."""

from __future__ import annotations

from migrator.documents.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit


class Failed(Exception):
    """A rewrite that does not hold what migrator promises; the message says which promise."""


def check(source: Source, utf8: bytes, edits: list[Edit]) -> None:
    """Raise `Failed` unless ``utf8`` parses, keeps all comments and every line not edited."""
    text = utf8.decode("utf-8")
    try:
        compile(text, source.path, "exec", 0x400, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError) as error:
        raise Failed(f"the result would not parse: {error}") from error
    old = source.utf8.splitlines(keepends=True)
    touched = _touched(source, edits)
    _lines(old, utf8.splitlines(keepends=True), touched)
    # Lines no edit touches are the same, so only touched ones can lose a comment.
    if any(b"#" in old[line] for line in touched if line < len(old)) and (
        _comments(source.text) != _comments(text)
    ):
        raise Failed("a comment would be lost")


def _comments(text: str) -> list[str]:
    import io
    import tokenize

    try:
        tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
        return sorted(token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT)
    except (tokenize.TokenError, IndentationError) as error:
        raise Failed(f"the comments can't be compared: {error}") from error


def _touched(source: Source, edits: list[Edit]) -> set[int]:
    """Return the numbers, from 0, of the lines that edits reach into."""
    result: set[int] = set()
    for edit in edits:
        first = _line_at(source.starts, edit.start)
        result.update(range(first, _line_at(source.starts, edit.end) + 1))
    return result


def _lines(old: list[bytes], new: list[bytes], touched: set[int]) -> None:
    """Raise `Failed` unless the lines no edit touches are the same, in the same order."""
    at = 0
    for index, line in enumerate(old):
        if index in touched:
            continue
        while at < len(new) and new[at] != line:
            at += 1
        if at == len(new):
            raise Failed(f"line {index + 1}, which no edit touches, would change")
        at += 1


def _line_at(starts: list[int], offset: int) -> int:
    low, high = 0, len(starts) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if starts[middle] <= offset:
            low = middle
        else:
            high = middle - 1
    return low
