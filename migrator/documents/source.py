"""One Python source: its bytes, its text, and the map between the two.

The syntax tree counts columns in UTF-8 bytes, people count characters, and edits need byte
offsets; `Source` knows all three.
"""

from __future__ import annotations

from migrator.documents.place import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    import ast

_BOM = b"\xef\xbb\xbf"


class Undecodable(Exception):
    """The bytes are not text in the encoding the file declares."""


def declared_encoding(data: bytes) -> str:
    """Return the encoding that PEP 263 gives ``data``; UTF-8 where nothing is declared."""
    for line in data.split(b"\n", 2)[:2]:
        stripped = line.strip()
        if stripped and not stripped.startswith(b"#"):
            break
        at = stripped.find(b"coding")
        if at < 0:
            continue
        rest = stripped[at + len(b"coding") :]
        if rest[:1] not in (b":", b"="):
            continue
        name = bytearray()
        for byte in rest[1:].lstrip():
            if not (chr(byte).isalnum() or byte in b"-_."):
                break
            name.append(byte)
        if name:
            return name.decode("ascii", "replace")
    return "utf-8"


class Source:
    """The text of a file with its byte offsets.

    ``utf8`` is the text as UTF-8 without a byte order mark: positions of the syntax tree refer
    to it.  Raises `Undecodable`.
    """

    __slots__ = ("path", "encoding", "bom", "text", "utf8", "_starts")

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.bom = data.startswith(_BOM)
        body = data[len(_BOM) :] if self.bom else data
        self.encoding = "utf-8" if self.bom else declared_encoding(body)
        try:
            self.text = body.decode(self.encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise Undecodable(str(error)) from error
        self.utf8 = body if self.encoding in ("utf-8", "utf8") else self.text.encode("utf-8")
        self._starts: list[int] | None = None

    def encode(self, utf8: bytes) -> bytes:
        """Return ``utf8`` in the file's own encoding, byte order mark included.

        Raises `UnicodeEncodeError` when the encoding lacks a character.
        """
        if self.encoding in ("utf-8", "utf8"):
            return _BOM + utf8 if self.bom else utf8
        return utf8.decode("utf-8").encode(self.encoding)

    @property
    def starts(self) -> list[int]:
        """Byte offsets at which the lines begin, with CR, LF and CRLF as line ends."""
        if self._starts is None:
            self._starts = line_starts(self.utf8)
        return self._starts

    def offset(self, line: int, column: int) -> int:
        """Return the byte offset of a line (from 1) and a UTF-8 column (from 0)."""
        return self.starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Return the byte range of a node that has a position."""
        return (
            self.offset(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self.offset(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def line_of(self, offset: int) -> int:
        """Return the line (from 1) that a byte offset is on."""
        low, high = 0, len(self.starts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.starts[middle] <= offset:
                low = middle
            else:
                high = middle - 1
        return low + 1

    def segment(self, node: ast.AST) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.utf8[start:end].decode("utf-8")

    def one_line(self, node: ast.AST, limit: int = 0) -> str:
        """Return the text of a node on one line, cut at ``limit`` characters if there is one."""
        text = " ".join(self.segment(node).split())
        return text[:limit] if limit else text

    def place(self, node: ast.AST) -> Place:
        """Return where a node stands, with columns in characters from 1."""
        return Place(
            self.path,
            node.lineno,  # type: ignore[attr-defined]
            self._column(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            node.end_lineno,  # type: ignore[attr-defined]
            self._column(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def place_at(self, offset: int) -> Place:
        """Return the line that a byte is in."""
        line = self.utf8.count(b"\n", 0, offset) + 1
        return Place(self.path, line, 1)

    def files(self) -> list[bytes]:
        """Return the UTF-8 text of each file in this source."""
        return [self.utf8]

    def file_of(self, node: ast.AST) -> bytes:
        """Return the UTF-8 text of the file that a node stands in."""
        return self.utf8

    def text_of(self, place: Place) -> str:
        """Return the first line of a place of this source."""
        return self.line(place.line)

    def _column(self, line: int, column: int) -> int:
        start = self.starts[line - 1]
        return len(self.utf8[start : start + column].decode("utf-8", "replace")) + 1

    def line(self, number: int) -> str:
        """Return a line (from 1) without its end."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.utf8)
        return self.utf8[start:end].decode("utf-8", "replace").rstrip("\r\n")


def line_starts(utf8: bytes) -> list[int]:
    """Return the offsets at which lines begin, as Python's tokenizer counts lines."""
    starts = [0]
    if b"\r" not in utf8:
        at = utf8.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = utf8.find(b"\n", at + 1)
        return starts
    index, size = 0, len(utf8)
    while index < size:
        byte = utf8[index]
        index += 1
        if byte == 13:
            if index < size and utf8[index] == 10:
                index += 1
            starts.append(index)
        elif byte == 10:
            starts.append(index)
    return starts
