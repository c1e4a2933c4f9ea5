"""Several sources as one text, so that positions in one never mean a place in another.

A group can span files.  Analysis and planning then see one text with the files one behind the
other; what they find goes back to its files by `Joined.part_at`.
"""

from __future__ import annotations

from migrator.documents.place import Place
from migrator.documents.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast


class Part:
    """One source in a joined text: the first byte and the first line (from 0) that are its own."""

    __slots__ = ("source", "start", "line")

    def __init__(self, source: Source, start: int, line: int) -> None:
        self.source = source
        self.start = start
        self.line = line


class Joined(Source):
    """Sources one behind the other; only ever added to, so that positions stay valid.

    ``path`` is the path of the first; places name the file they are in.
    """

    __slots__ = ("parts",)

    def __init__(self, first: Source) -> None:
        self.path = first.path
        self.encoding = "utf-8"
        self.bom = False
        self.text = ""
        self.utf8 = b""
        self._starts = [0]
        self.parts: list[Part] = []
        self.add(first)

    def add(self, source: Source) -> Part:
        """Append a source and return where it went."""
        assert self._starts is not None
        part = Part(source, len(self.utf8), len(self._starts) - 1)
        # The last line of a text has no end of its own.
        self.utf8 += source.utf8 + b"\n"
        self._starts[-1:] = [part.start + start for start in source.starts]
        self._starts.append(len(self.utf8))
        self.parts.append(part)
        return part

    def part_at(self, offset: int) -> Part:
        """Return the part that a byte of the whole text belongs to."""
        return next(part for part in reversed(self.parts) if part.start <= offset)

    def files(self) -> list[bytes]:
        """Return the UTF-8 text of each file."""
        return [part.source.utf8 for part in self.parts]

    def file_of(self, node: ast.AST) -> bytes:
        """Return the UTF-8 text of the file that a node stands in."""
        return self._part_of(node).source.utf8

    def _part_of(self, node: ast.AST) -> Part:
        first: int = node.lineno  # type: ignore[attr-defined]
        return next(part for part in reversed(self.parts) if part.line < first)

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands in its own file."""
        first: int = node.lineno  # type: ignore[attr-defined]
        last: int = node.end_lineno  # type: ignore[attr-defined]
        part = self._part_of(node)
        return Place(
            part.source.path,
            first - part.line,
            self._column(first, node.col_offset),  # type: ignore[attr-defined]
            last - part.line,
            self._column(last, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def place_at(self, offset: int) -> Place:
        """Return the line a byte of the whole text is in, in its own file."""
        part = self.part_at(offset)
        return part.source.place_at(offset - part.start)

    def text_of(self, place: Place) -> str:
        """Return the first line of a place."""
        part = next(part for part in self.parts if part.source.path == place.path)
        return part.source.text_of(place)
