"""Union-find over numbers: what shares a value is decided together."""

from __future__ import annotations


class Groups:
    """Disjoint sets of consecutive numbers."""

    __slots__ = ("_parent",)

    def __init__(self) -> None:
        self._parent: list[int] = []

    def new(self) -> int:
        """Return the number of a new set."""
        self._parent.append(len(self._parent))
        return len(self._parent) - 1

    def find(self, number: int) -> int:
        """Return the smallest number in the set of ``number``."""
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, first: int, second: int) -> None:
        """Make one set of two."""
        a, b = self.find(first), self.find(second)
        if a != b:
            self._parent[max(a, b)] = min(a, b)
