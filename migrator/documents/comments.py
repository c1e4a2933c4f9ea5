"""Comments of a source, and the lines each of them speaks about.

Found by Python's tokenizer, so that strings which quote a comment don't count.
"""

from __future__ import annotations

import io
import tokenize

_SKIPPED = (
    tokenize.ENCODING, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER,
)  # fmt: skip


class Comment:
    """One comment; ``lines`` are the lines it speaks about, its own first."""

    __slots__ = ("text", "line", "column", "lines")

    def __init__(self, text: str, line: int, column: int) -> None:
        self.text = text
        self.line = line
        self.column = column
        self.lines: tuple[int, ...] = (line,)


def comments(data: bytes | str) -> list[Comment]:
    """Return the comments of a source; what the tokenizer can't read ends the list.

    A comment speaks about its line; at the end of a statement over several lines, about all of
    them; on a line of its own, about the next line of code.
    """
    reader = _Reader()
    try:
        if isinstance(data, bytes):
            tokens = tokenize.tokenize(io.BytesIO(data).readline)
        else:
            tokens = tokenize.generate_tokens(io.StringIO(data).readline)
        for token in tokens:
            reader.take(token)
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        pass
    return reader.found


class _Reader:
    """Collects the comments of a token stream and the lines they speak about."""

    def __init__(self) -> None:
        self.found: list[Comment] = []
        self._waiting: list[Comment] = []
        self._statement = 0

    def take(self, token: tokenize.TokenInfo) -> None:
        if token.type == tokenize.COMMENT:
            new = Comment(token.string, *token.start)
            self.found.append(new)
            if not token.line[: token.start[1]].strip():
                self._waiting.append(new)
        elif token.type == tokenize.NEWLINE:
            self._end_statement(token.start[0])
        elif token.type not in _SKIPPED:
            for comment in self._waiting:
                comment.lines += (token.start[0],)
            self._waiting = []
            self._statement = self._statement or token.start[0]

    def _end_statement(self, last: int) -> None:
        if self.found and self.found[-1].line == last:
            self.found[-1].lines += tuple(range(self._statement, last))
        self._statement = 0
