"""One statement on as many lines as it takes, broken where formatters break it.

The rules are those that Black and ruff agree on: a line that is too long is broken at its last
brackets, then at the delimiters of the highest priority; a trailing comma keeps lines apart.
"""

from __future__ import annotations

import copy

from migrator.rewriting.leaves import COMMA, DOT, Leaf, Unsuited, columns, delimiters
from migrator.rewriting.statements import ASSIGNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_UNIT = 4


class _CannotSplit(Exception):
    pass


class _Line:
    """Leaves that stand on one line, ``depth`` units in; ``inside``: inside brackets."""

    __slots__ = ("leaves", "depth", "inside", "exploded")

    def __init__(
        self, leaves: list[Leaf], depth: int, *, inside: bool = False, exploded: bool = False
    ) -> None:
        self.leaves = leaves
        self.depth = depth
        self.inside = inside
        self.exploded = exploded

    def text(self) -> str:
        """Return the line without its indent."""
        result: list[str] = []
        empty = True
        for leaf in self.leaves:
            if leaf.text:
                result.append(leaf.text if empty else leaf.space + leaf.text)
                empty = False
            elif leaf.hidden == "(" and leaf.space and not empty:
                result.append(leaf.space)
                empty = True
        return "".join(result)


class _Attempt:
    """The right-hand split of one line: what stands before, in and behind a pair of brackets."""

    __slots__ = ("head", "body", "tail", "opening", "closing")

    def __init__(self, head: _Line, body: _Line, tail: _Line, opening: Leaf, closing: Leaf) -> None:
        self.head = head
        self.body = body
        self.tail = tail
        self.opening = opening
        self.closing = closing


def broken(leaves: list[Leaf], indent: str, width: int) -> list[str]:
    """Return the lines of a statement, or header, behind ``indent``; raises `Unsuited`."""
    try:
        lines = _Breaker(width - len(indent)).transformed(_Line(leaves, 0))
    except RecursionError as error:
        raise Unsuited from error
    if len(lines) > 1 and (_has_lambda(leaves) or len(lines[0].leaves) < _assigned_at(leaves)):
        raise Unsuited
    return [f"{indent}{' ' * (_UNIT * line.depth)}{line.text()}" for line in lines]


def _has_lambda(leaves: list[Leaf]) -> bool:
    return any(leaf.text == "lambda" for leaf in leaves)


def _assigned_at(leaves: list[Leaf]) -> int:
    """Return how many leaves there are up to the last ``=`` of a statement."""
    for index in range(len(leaves) - 1, 0, -1):
        if leaves[index].hidden == "(" and leaves[index - 1].text in ASSIGNS:
            return index
    return 0


class _Breaker:
    """Breaks the lines of one statement that have ``width`` columns."""

    def __init__(self, width: int) -> None:
        self.width = width

    def _short(self, line: _Line, less: int = 0) -> bool:
        return _UNIT * line.depth + columns(line.text()) <= self.width - less

    def transformed(self, line: _Line) -> list[_Line]:
        """Return the lines that ``line`` becomes."""
        if not line.exploded and not _magic(line) and self._short(line):
            return [line]
        for right in (False, True) if line.inside else (True,):
            try:
                return self._run(line, right, force=False)
            except _CannotSplit:
                continue
        return [line]

    def _run(self, line: _Line, right: bool, *, force: bool) -> list[_Line]:
        fresh = _copied(line)
        parts = self._right(fresh, force) if right else self._delimited(fresh)
        if len(parts) == 1 and parts[0].text() == line.text():
            raise _CannotSplit
        result = [done for part in parts for done in self.transformed(part)]
        invisible = [leaf for leaf in line.leaves if leaf.hidden and leaf.hidden == "("]
        if not right or force or not invisible or any(leaf.text for leaf in invisible):
            return result
        if self._short(result[0]):
            return result
        try:
            second = self._run(line, right, force=True)
        except _CannotSplit:
            return result
        return second if all(self._short(each) for each in second) else result

    # -- at delimiters ------------------------------------------------------------------

    def _delimited(self, line: _Line) -> list[_Line]:
        """Break a line behind every delimiter of the highest priority."""
        found = delimiters(line.leaves)
        found.pop(line.leaves[-1], None)
        if not found:
            raise _CannotSplit
        highest = max(found.values())
        if highest == DOT and list(found.values()).count(DOT) == 1:
            raise _CannotSplit
        result: list[_Line] = []
        current: list[Leaf] = []
        for leaf in line.leaves:
            current.append(leaf)
            if found.get(leaf) == highest:
                result.append(_Line(current, line.depth, inside=line.inside))
                current = []
        if current:
            if highest == COMMA and current[-1].text != ",":
                current.append(Leaf(",", "op", ""))
            result.append(_Line(current, line.depth, inside=line.inside))
        return result

    # -- at the last brackets -----------------------------------------------------------

    def _right(self, line: _Line, force: bool = False) -> list[_Line]:
        for omit in self._omits(line):
            fresh, again = _copied_with(line, omit)
            try:
                parts = self._split(self._attempt(fresh, again), fresh, again, force)
            except _CannotSplit:
                if not omit:
                    raise
                continue
            if self._short(parts[0]):
                return parts
        return self._split(self._attempt(line, set()), line, set(), force)

    def _omits(self, line: _Line) -> Iterator[set[Leaf]]:
        """Yield closing brackets at the end that an attempt may leave together."""
        omit: set[Leaf] = set()
        if not _magic(line):
            yield set(omit)
        length = _UNIT * line.depth
        opening: Leaf | None = None
        closing: Leaf | None = None
        inner: set[Leaf] = set()
        for index in range(len(line.leaves) - 1, -1, -1):
            leaf = line.leaves[index]
            length += len(leaf.space) + columns(leaf.text)
            if length > self.width or (opening is None and leaf.text in ASSIGNS):
                break
            if opening is not None:
                if leaf is opening:
                    opening = None
                elif leaf.closes:
                    inner.add(leaf)
            elif leaf.closes:
                before = line.leaves[index - 1] if index else None
                if before is not None and before.opens:
                    inner.add(leaf)
                    continue
                if closing is not None:
                    omit |= {closing, *inner}
                    inner.clear()
                    yield set(omit)
                if before is not None and before.text == "," and leaf.text:
                    break
                if leaf.text:
                    opening, closing = leaf.partner, leaf

    def _attempt(self, line: _Line, omit: set[Leaf]) -> _Attempt:
        """Split a line at its last pair of brackets that is not in ``omit``."""
        leaves = line.leaves
        for index in range(len(leaves) - 1, -1, -1):
            closing = leaves[index]
            if not closing.closes or closing in omit:
                continue
            opening = closing.partner
            assert opening is not None
            if opening not in leaves:
                break
            start = leaves.index(opening)
            if start + 1 == index:
                # Nothing is in them: what is before counts, with these in the tail.
                continue
            head, body, tail = leaves[: start + 1], leaves[start + 1 : index], leaves[index:]
            return _Attempt(
                _Line(head, line.depth, inside=line.inside),
                _Line(body, line.depth + 1, inside=True, exploded=_explodes(body, opening)),
                _Line(tail, line.depth, inside=line.inside),
                opening,
                closing,
            )
        raise _CannotSplit

    def _split(
        self, found: _Attempt, line: _Line, omit: set[Leaf], force: bool
    ) -> list[_Line]:  # fmt: skip
        optional = not found.opening.text and not found.closing.text
        if optional and not force and self._can_omit(found):
            try:
                without = self._attempt(line, omit | {found.closing})
                if self._prefers(without, found):
                    return self._split(without, line, omit | {found.closing}, force)
            except _CannotSplit:
                if not (_divisible(found.body) or self._short(found.body)):
                    raise
        if found.tail.leaves and len(found.tail.leaves) == 1 and not found.body.leaves:
            raise _CannotSplit
        if optional:
            found.opening.text, found.closing.text = "(", ")"
        return [part for part in (found.head, found.body, found.tail) if part.leaves]

    def _can_omit(self, found: _Attempt) -> bool:
        """Return whether a line is better broken without adding parentheses."""
        leaves = found.body.leaves
        marks = delimiters(leaves)
        marks.pop(leaves[-1], None)
        if not marks:
            return True
        highest = max(marks.values())
        if list(marks.values()).count(highest) > 1:
            return False
        if highest == DOT:
            return True
        first, last = leaves[0], leaves[-1]
        empty = len(leaves) > 1 and leaves[1].closes
        if first.opens and not empty and self._opens_early(found.body, first):
            return True
        displays = last.text in (")", "}") or (last.text == "]" and last.atom)
        if _magic(found.body) or displays:
            if leaves[-2].opens:
                return False
            return self._closes_late(found.body, last)
        return False

    def _opens_early(self, line: _Line, first: Leaf) -> bool:
        """Return whether what follows the first brackets fits into their last line."""
        rest = False
        length = _UNIT * line.depth
        for leaf in line.leaves:
            rest = rest or leaf is first.partner
            if rest:
                length += len(leaf.space) + columns(leaf.text)
        return length <= self.width

    def _closes_late(self, line: _Line, last: Leaf) -> bool:
        """Return whether what stands before the last brackets fits into their first line."""
        length = _UNIT * line.depth
        others = False
        for leaf in line.leaves:
            length += len(leaf.space) + columns(leaf.text)
            if leaf is last.partner:
                return others or length <= self.width
            others = others or leaf.opens
        return False

    def _prefers(self, without: _Attempt, found: _Attempt) -> bool:
        head = found.head.leaves
        if len(head) < 2 or head[-2].text != "=" or not any(leaf.bracket for leaf in head[:-1]):
            return True
        if not self._short(found.head, 1):
            return True
        for leaf in reversed(without.head.leaves):
            if leaf.text == "=":
                break
            if leaf.closes and leaf.text:
                return True
        return any(leaf.text == "=" for leaf in without.head.leaves) and self._short(without.head)


def _magic(line: _Line) -> bool:
    """Return whether a trailing comma keeps brackets of the line open."""
    for index, leaf in enumerate(line.leaves):
        if not leaf.closes or not leaf.text or not index or line.leaves[index - 1].text != ",":
            continue
        opening = leaf.partner
        assert opening is not None
        alone = (leaf.text == "]" and not opening.atom) or (leaf.text == ")" and opening.atom)
        if alone and opening in line.leaves:
            inner = line.leaves[line.leaves.index(opening) + 1 : index]
            if list(delimiters(inner).values()).count(COMMA) == 1:
                continue
        return True
    return False


def _explodes(body: list[Leaf], opening: Leaf) -> bool:
    """Return whether every element of what is in the brackets gets a line of its own."""
    if not opening.text or not body:
        return False
    marks = delimiters(body)
    marks.pop(body[-1], None)
    if not marks or max(marks.values()) != COMMA:
        return False
    return body[-1].text == "," or opening.atom


def _divisible(line: _Line) -> bool:
    leaves = line.leaves
    if len(leaves) < 2:
        return False
    if leaves[0].kind != "string" or leaves[1].text != ".":
        return True
    calls = dots = 0
    following = leaves[-1]
    for leaf in leaves[-2::-1]:
        if leaf.opens:
            if not following.closes:
                return False
            calls += 1
        elif leaf.text == ".":
            dots += 1
        elif leaf.kind == "name":
            if following.text != "." and not following.opens:
                return False
        elif not leaf.closes:
            return False
        if dots > 1 and calls > 1:
            return False
        following = leaf
    return True


def _copied(line: _Line) -> _Line:
    return _copied_with(line, set())[0]


def _copied_with(line: _Line, marked: set[Leaf]) -> tuple[_Line, set[Leaf]]:
    """Return a copy whose brackets can become visible, and what is ``marked`` in it."""
    if all(leaf.text for leaf in line.leaves):
        return line, marked
    fresh = {leaf: copy.copy(leaf) for leaf in line.leaves}
    for leaf in fresh.values():
        if leaf.partner is not None:
            leaf.partner = fresh.get(leaf.partner, leaf.partner)
    result = _Line(list(fresh.values()), line.depth, inside=line.inside, exploded=line.exploded)
    return result, {fresh[leaf] for leaf in marked if leaf in fresh}
