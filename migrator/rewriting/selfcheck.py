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
    if b"#" in source.utf8 and _comments(source.text) != _comments(text):
        raise Failed("a comment would be lost")
    _lines(source, utf8, edits)


def _comments(text: str) -> list[str]:
    import io
    import tokenize

    try:
        tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
        return sorted(token.string.rstrip() for token in tokens if token.type == tokenize.COMMENT)
    except (tokenize.TokenError, IndentationError) as error:
        raise Failed(f"the comments can't be compared: {error}") from error


def _lines(source: Source, utf8: bytes, edits: list[Edit]) -> None:
    """Raise `Failed` unless the lines no edit touches are the same, in the same order."""
    touched: set[int] = set()
    starts = source.starts
    for edit in edits:
        first = _line_at(starts, edit.start)
        touched.update(range(first, _line_at(starts, edit.end) + 1))
    new = utf8.splitlines(keepends=True)
    at = 0
    for index, line in enumerate(source.utf8.splitlines(keepends=True)):
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
