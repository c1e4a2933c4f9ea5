"""Statements of a loop written anew: moved, re-indented, with all comments of the body.

A comment stays with its statement; where the statement goes, it stands before the next one.
"""

from __future__ import annotations

from migrator.analysis.chunkvalues import replaced
from migrator.analysis.pieces import Piece
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import ast, walk
from migrator.planning.build import Unclear
from migrator.planning.wrapping import width_of, wrapped_call, wrapped_test

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.chunkvalues import Edits

_SPACE = b" \t\f"


class Comment:
    """A comment: its line from 1 and column, its text, and whether it has the line to itself."""

    __slots__ = ("line", "column", "text", "alone")

    def __init__(self, line: int, column: int, text: str, alone: bool) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.alone = alone


class Suites:
    """Writes pieces of one loop body; every comment is written once.

    ``lists`` are all lists of pieces that will be written, in order.
    """

    def __init__(
        self, module: Module, body: list[ast.stmt], lists: list[list[Piece]], unit: str
    ) -> None:
        self.module = module
        self.source = module.source
        self.unit = unit
        self.body = body
        self.width = width_of(module.source)
        self.before: dict[Piece, list[Comment]] = {}
        self.behind: dict[Piece, Comment] = {}
        self.after: dict[Piece, list[Comment]] = {}
        self.rest: list[Comment] = []
        self._seen: set[ast.AST] = set()
        self._assign_comments([piece for pieces in lists for piece in self._first(pieces)])

    def _first(self, pieces: list[Piece]) -> list[Piece]:
        """Return the pieces that are the first to write their statement."""
        result: list[Piece] = []
        for piece in pieces:
            if piece.node not in self._seen:
                self._seen.add(piece.node)
                result.append(piece)
            result += self._first(piece.body or []) + self._first(piece.orelse)
        return result

    # -- comments -----------------------------------------------------------------------

    def _assign_comments(self, pieces: list[Piece]) -> None:
        for comment in self._comments():
            piece = next((p for p in pieces if self._holds(p, comment)), None)
            if piece is not None:
                if comment.line == self._last_line(piece):
                    self.behind[piece] = comment
                continue
            following = [p for p in pieces if p.node.lineno >= comment.line]
            target = min(following, key=lambda p: p.node.lineno) if following else None
            above = self._above(pieces, comment)
            if above is not None and (target is None or self._code(comment.line, target)):
                self.after.setdefault(above, []).append(comment)
            elif target is not None:
                self.before.setdefault(target, []).append(comment)
            else:
                self.rest.append(comment)

    def _above(self, pieces: list[Piece], comment: Comment) -> Piece | None:
        """Return the piece right above a comment that is indented like it, else None."""
        ended = [p for p in pieces if (p.node.end_lineno or 0) < comment.line]
        last = max(ended, key=lambda p: (p.node.end_lineno or 0, -p.node.col_offset), default=None)
        if last is None or not comment.alone or last.node.col_offset != comment.column:
            return None
        return None if self._between((last.node.end_lineno or 0) + 1, comment.line) else last

    def _code(self, line: int, piece: Piece) -> bool:
        """Return whether code that goes stands between a line and a piece."""
        return self._between(line + 1, piece.node.lineno)

    def _between(self, first: int, end: int) -> bool:
        lines = (self.source.line(line).strip() for line in range(first, end))
        return any(line and not line.startswith("#") for line in lines)

    def _holds(self, piece: Piece, comment: Comment) -> bool:
        if comment.alone and piece.body is not None:
            return False
        return piece.node.lineno <= comment.line <= self._last_line(piece)

    def _last_line(self, piece: Piece) -> int:
        if piece.body is None:
            assert piece.node.end_lineno is not None
            return piece.node.end_lineno
        return self.source.utf8.count(b"\n", 0, self.colon(piece.node)) + 1

    def _comments(self) -> list[Comment]:
        """Return the comments between the first and the last line of the body."""
        source = self.source
        first, last = self.first_line(), self.body[-1].end_lineno
        assert last is not None
        texts = [
            source.span(part)
            for item in self.body
            for part in walk(item)
            if isinstance(part, ast.JoinedStr)
            or (isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes)))
        ]
        result: list[Comment] = []
        for line in range(first, last + 1):
            start = source.starts[line - 1]
            text = source.line(line).encode("utf-8")
            at = text.find(b"#")
            while at >= 0 and any(a < start + at < b for a, b in texts):
                at = text.find(b"#", at + 1)
            if at >= 0 and start + at >= self.region()[0]:
                shown = text[at:].decode("utf-8").rstrip()
                result.append(Comment(line, at, shown, not text[:at].strip()))
        return result

    def first_line(self) -> int:
        """Return the first line behind the header of the loop."""
        start = self.region()[0]
        return self.source.utf8.count(b"\n", 0, start) + 1

    def region(self) -> tuple[int, int]:
        """Return the range of the body: from behind the header to the end of its last line."""
        source = self.source
        loop = self.module.parent(self.body[0])
        assert isinstance(loop, ast.stmt)
        start = self.colon(loop) + 1
        if self.body[0].lineno != source.utf8.count(b"\n", 0, start) + 1:
            start = source.utf8.find(b"\n", start) + 1
        end = source.span(self.body[-1])[1]
        line_end = source.utf8.find(b"\n", end)
        if line_end < 0:
            line_end = len(source.utf8)
        if source.utf8[line_end - 1 : line_end] == b"\r":
            line_end -= 1
        tail = source.utf8[end:line_end].lstrip(_SPACE)
        if tail and not tail.startswith(b"#"):
            raise Unclear("CC506", "other code stands in the last line of the loop", loop)
        return start, line_end

    def colon(self, node: ast.stmt) -> int:
        """Return where the colon behind the header of a statement stands."""
        last: ast.AST
        if isinstance(node, (ast.If, ast.While)):
            last = node.test
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            last = node.iter
        else:
            assert isinstance(node, (ast.With, ast.AsyncWith))
            last = node.items[-1].optional_vars or node.items[-1].context_expr
        end = self.source.span(last)[1]
        at = self.source.utf8.find(b":", end)
        if b"#" in self.source.utf8[end:at]:
            raise Unclear("CC506", "a comment stands in a header", node)
        return at

    def check(self, text: str) -> None:
        """Raise `Unclear` unless ``text`` holds every comment as often as the body does."""
        start, end = self.region()
        body = self.source.utf8[start:end].decode("utf-8")
        for comment in self._comments():
            if text.count(comment.text) != body.count(comment.text):
                message = f"`{comment.text[:40]}` has no place in the new loop"
                raise Unclear("CC506", message, self.body[0])

    # -- text ---------------------------------------------------------------------------

    def write(self, pieces: list[Piece], indent: str) -> list[str]:
        """Return the lines of some pieces."""
        lines: list[str] = []
        known: Piece | None = None
        for piece in pieces:
            if known is not None and self._apart(known, piece):
                lines.append("")
            lines += [indent + comment.text for comment in self.before.pop(piece, ())]
            lines += self._piece(piece, indent, "")
            lines += [indent + comment.text for comment in self.after.pop(piece, ())]
            known = piece
        return lines

    def _apart(self, one: Piece, two: Piece) -> bool:
        """Return whether an empty line stands between two pieces."""
        assert one.node.end_lineno is not None
        between = range(one.node.end_lineno + 1, two.node.lineno)
        return any(not self.source.line(line).strip() for line in between)

    def _piece(self, piece: Piece, indent: str, word: str) -> list[str]:
        node = piece.node
        start, end = self.source.span(node)
        if piece.body is not None:
            end = self.colon(node) + 1
        text = replaced(self.source, start, end, [*piece.edits, *self._moved(piece, end, indent)])
        if word:
            text = word + text[text.index("if") + 2 :] if isinstance(node, ast.If) else text
        lines = (indent + text).replace("\r\n", "\n").split("\n")
        if len(lines) == 1 and piece.edits:
            wrap = wrapped_call if piece.body is None else wrapped_test
            lines = wrap(lines[0], self.unit, self.width)
        comment = self.behind.pop(piece, None)
        if comment is not None:
            lines[-1] += f"  {comment.text}"
        if piece.body is None:
            return lines
        inner = indent + self.unit
        if not piece.body and piece.orelse and isinstance(node, ast.If):
            lines[0] = self._negated(lines[0], node)
            return lines + self.write(piece.orelse, inner)
        lines += self.write(piece.body, inner) or [inner + "pass"]
        if not piece.orelse:
            return lines
        other = piece.orelse[0]
        if len(piece.orelse) == 1 and self._is_elif(node, other.node):
            lines += [indent + comment.text for comment in self.before.pop(other, ())]
            return lines + self._piece(other, indent, "elif")
        return [*lines, indent + "else:", *self.write(piece.orelse, inner)]

    @staticmethod
    def _negated(line: str, node: ast.If) -> str:
        """Return the header of an ``if`` whose first suite is gone."""
        at = line.index("if ") + 3
        colon = line.rindex(":")
        if line.count(":") != 1 or "#" in line:
            raise Unclear("CC506", "an `if` would lose its first suite", node)
        if isinstance(node.test, (ast.BoolOp, ast.IfExp, ast.NamedExpr, ast.Lambda)):
            return f"{line[:at]}not ({line[at:colon]}){line[colon:]}"
        return f"{line[:at]}not {line[at:colon]}{line[colon:]}"

    def _is_elif(self, node: ast.stmt, other: ast.stmt) -> bool:
        """Return whether ``other`` is the ``elif`` of ``node``."""
        if not isinstance(node, ast.If) or node.orelse != [other]:
            return False
        return self.source.utf8.startswith(b"elif", self.source.span(other)[0])

    def _moved(self, piece: Piece, end: int, indent: str) -> Edits:
        """Return the edits that move the lines behind the first one; texts in strings stay."""
        source, node = self.source, piece.node
        first = node.lineno
        last = source.utf8.count(b"\n", 0, end) + 1
        line = source.line(first)
        old = line[: len(line) - len(line.lstrip())].encode("utf-8")
        kept: set[int] = set()
        for part in walk(node):
            text = isinstance(part, ast.Constant) and isinstance(part.value, (str, bytes))
            if isinstance(part, ast.JoinedStr) or text:
                assert isinstance(part, ast.expr) and part.end_lineno is not None
                kept.update(range(part.lineno + 1, part.end_lineno + 1))
        result: Edits = []
        for number in range(first + 1, last + 1):
            start = source.starts[number - 1]
            if number not in kept and source.utf8.startswith(old, start):
                result.append((start, start + len(old), indent))
        word = source.span(node)[0]
        if isinstance(node, ast.If) and source.utf8.startswith(b"elif", word):
            result.append((word, word + 4, "if"))
        return result
