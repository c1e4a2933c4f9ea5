"""Apply the groups of a plan to the bytes of its file, and check the outcome.

Edits nest: those inside a call are applied first, then LibCST rewrites the call on that text.
A group whose edits fail a check is taken back alone; the others stay.
"""

from __future__ import annotations

from migrator.documents.source import Source
from migrator.planning.model import (
    REWRITE,
    SUGGEST,
    CallEdit,
    Cut,
    FilePlan,
    Group,
    Problem,
    RemoveStatement,
    Splice,
    Unroll,
)
from migrator.rewriting.imports import settled_imports
from migrator.rewriting.reflow import reflowed
from migrator.rewriting.selfcheck import Failed, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Edit
    from migrator.rewriting.reflow import Range


class Rewritten:
    """The new bytes, the ids of the groups applied, and what was taken back and why."""

    __slots__ = ("data", "applied", "problems")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.applied: list[str] = []
        self.problems: list[Problem] = []


class Written:
    """UTF-8 text with edits applied, and the bytes that each of them replaced, then and now."""

    __slots__ = ("utf8", "ranges")

    def __init__(self, utf8: bytes, ranges: list[Range]) -> None:
        self.utf8 = utf8
        self.ranges = ranges


def rewrite(data: bytes, plan: FilePlan, *, unsafe: bool = False) -> Rewritten:
    """Return the file with every group of ``plan`` applied that may be.

    ``unsafe`` also applies suggestions.  Never raises for a group that fails its checks: it is
    left out and reported as CC905.
    """
    result = Rewritten(data)
    groups = [group for group in plan.groups if _wanted(group, unsafe)]
    if not groups:
        return result
    source = Source(plan.path, data)
    written = _written(source, groups, result)
    if written is not None:
        result.data = source.encode(reflowed(source.utf8, written.utf8, written.ranges))
    return result


def _written(source: Source, groups: list[Group], result: Rewritten) -> Written | None:
    """Apply all groups, or those that can be, and say in ``result`` which."""
    try:
        written = _applied(source, groups)
        result.applied = [group.id for group in groups]
        return written
    except Failed as error:
        if len(groups) == 1 and not groups[0].kept:
            result.problems.append(_problem(groups[0], error))
            return None
    found: Written | None = None
    kept: list[Group] = []
    for group in groups:
        try:
            found = _with(source, kept, group)
            kept.append(group)
        except Failed as error:
            result.problems.append(_problem(group, error))
    result.applied = [group.id for group in kept]
    return found


def _with(source: Source, kept: list[Group], group: Group) -> Written:
    """Return the file with one more group; its conversations keep their lists if that fails."""
    try:
        return _applied(source, [*kept, group])
    except Failed:
        if not group.kept:
            raise
    group.keep_lists()
    return _applied(source, [*kept, group])


def _wanted(group: Group, unsafe: bool) -> bool:
    wanted = (REWRITE, SUGGEST) if unsafe else (REWRITE,)
    return (
        bool(group.edits)
        and group.verdict in wanted
        and all(finding.verdict in wanted for finding in group.findings)
    )


def _problem(group: Group, error: Failed) -> Problem:
    return Problem("CC905", f"left as it is: {error}", group.findings[0].place)


def _applied(source: Source, groups: list[Group]) -> Written:
    edits = settled_imports(source, [edit for group in groups for edit in group.edits])
    written = written_with(source, edits)
    check(source, written.utf8, edits)
    try:
        source.encode(written.utf8)
    except UnicodeEncodeError as error:
        raise Failed(f"the encoding of the file lacks a character: {error}") from error
    return written


def render(source: Source, edits: list[Edit]) -> bytes:
    """Return the UTF-8 text with ``edits`` applied; raises `Failed` when they overlap."""
    return written_with(source, edits).utf8


def written_with(source: Source, edits: list[Edit]) -> Written:
    """Return the UTF-8 text with ``edits`` applied, and where; raises `Failed`."""
    # What is inserted where a range begins stands before that range, not inside it.
    ordered = sorted(
        enumerate(edits),
        key=lambda item: (item[1].start, item[1].end > item[1].start, -item[1].end, item[0]),
    )
    renderer = _Renderer(source)
    utf8 = renderer.span(0, len(source.utf8), [edit for _, edit in ordered])
    return Written(utf8, renderer.ranges)


class _Renderer:
    """Renders nested ranges, innermost first."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.ranges: list[Range] = []

    def span(self, start: int, end: int, edits: list[Edit]) -> bytes:
        """Return bytes ``start:end`` with ``edits``, all inside it and sorted, applied."""
        parts: list[bytes] = []
        ranges: list[Range] = []
        at, length = start, 0
        index = 0
        while index < len(edits):
            edit = edits[index]
            index += 1
            inner: list[Edit] = []
            while index < len(edits) and edits[index].start < edit.end and edit.start < edit.end:
                inner.append(edits[index])
                index += 1
            if edit.start < at or edit.end > end or any(e.end > edit.end for e in inner):
                raise Failed("two edits overlap")
            first, last, text = self.one(edit, inner)
            if first < at:
                raise Failed("two edits overlap")
            parts.append(self.source.utf8[at:first])
            parts.append(text)
            length += first - at
            gone = isinstance(edit, RemoveStatement)
            ranges.append(
                (first, last, -1, -1) if gone else (first, last, length, length + len(text))
            )
            at, length = last, length + len(text)
        parts.append(self.source.utf8[at:end])
        # Those of inner ranges were set before and don't count.
        self.ranges = ranges
        return b"".join(parts)

    def one(self, edit: Edit, inner: list[Edit]) -> tuple[int, int, bytes]:
        """Return the range an edit replaces and the text it puts there."""
        if isinstance(edit, CallEdit):
            from migrator.rewriting.request import rewrite_call

            text = self.span(edit.start, edit.end, inner).decode("utf-8")
            text = rewrite_call(text, edit.changes)
            if edit.width:
                text = _broken(self.source, edit, text)
            return edit.start, edit.end, text.encode("utf-8")
        if isinstance(edit, RemoveStatement):
            # Edits inside a statement that goes have nothing left to do.
            return (*_lines(self.source, edit), b"")
        if isinstance(edit, Unroll):
            from migrator.rewriting.blocks import unrolled

            # Edits in the head go with it.
            kept = [each for each in inner if each.start >= edit.body]
            text = self.span(edit.body, edit.end, kept).decode("utf-8")
            return edit.start, edit.end, unrolled(text, edit.outer, edit.inner).encode("utf-8")
        assert isinstance(edit, Splice)
        if inner and not isinstance(edit, Cut):
            raise Failed("two edits overlap")
        return edit.start, edit.end, edit.text.encode("utf-8")


def _broken(source: Source, edit: CallEdit, text: str) -> str:
    """Return a call that ends its line over several lines, where it got too wide for one."""
    from migrator.planning.wrapping import wrapped_call

    utf8 = source.utf8
    start = max(utf8.rfind(b"\n", 0, edit.start), utf8.rfind(b"\r", 0, edit.start)) + 1
    stop = utf8.find(b"\n", edit.end)
    tail = utf8[edit.end : stop if stop >= 0 else len(utf8)]
    before = edit.lead or utf8[start : edit.start].decode("utf-8")
    if tail.strip() and not edit.lead:
        return text
    if edit.dedent > 0:
        head, *deeper = text.split("\n")
        less = [x if x[: edit.dedent].strip() else x[edit.dedent :] for x in deeper]
        text = "\n".join([head, *less])
    first, _, rest = text.partition("\n")
    inside, _, closing = rest.partition("\n")
    if rest:
        # All keywords on a line of their own, as formatters leave them while they fit.
        wide = len(inside.rstrip()) > edit.width and not inside.rstrip().endswith(",")
        if not wide or closing.strip() != ")" or not first.rstrip().endswith("("):
            return text
        text = first.rstrip() + inside.strip() + ")"
    elif len(before) + edit.end - edit.start > edit.width:
        return text
    unit = "\t" if before.startswith("\t") else "    "
    lines = wrapped_call(before + text, unit, edit.width)
    newline = "\r\n" if b"\r\n" in utf8 else "\n"
    return newline.join(lines)[len(before) :]


def _lines(source: Source, edit: RemoveStatement) -> tuple[int, int]:
    """Return the whole lines of a statement that stands alone on them."""
    utf8 = source.utf8
    start = max(utf8.rfind(b"\n", 0, edit.start), utf8.rfind(b"\r", 0, edit.start)) + 1
    end = edit.end
    while end < len(utf8) and utf8[end : end + 1] in (b" ", b"\t", b"\f"):
        end += 1
    if utf8[end : end + 2] == b"\r\n":
        end += 2
    elif utf8[end : end + 1] in (b"\n", b"\r"):
        end += 1
    return start, end
