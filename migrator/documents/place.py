"""A point in a file, as people count."""

from __future__ import annotations


class Place:
    """A point in a file; line and column count from 1, the column in characters."""

    __slots__ = ("path", "line", "column", "end_line", "end_column")

    def __init__(
        self, path: str, line: int, column: int, end_line: int = 0, end_column: int = 0
    ) -> None:
        self.path = path
        self.line = line
        self.column = column
        self.end_line = end_line or line
        self.end_column = end_column or column

    def key(self) -> tuple[str, int, int]:
        """Return what places are ordered by."""
        return (self.path, self.line, self.column)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"
