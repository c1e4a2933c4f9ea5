"""The plan as data: findings, reasons, ledgers, groups and edits.

Nothing here decides or rewrites.  The classes are written by hand because the hook path may
not import ``dataclasses`` or ``typing`` (each costs as much as starting Python once more).
"""

from __future__ import annotations

from migrator.analysis.facts import Host as Host
from migrator.analysis.facts import LedgerRow as LedgerRow
from migrator.analysis.facts import Member as Member
from migrator.analysis.facts import Mention as Mention
from migrator.analysis.facts import Reason as Reason
from migrator.documents.place import Place as Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from migrator.analysis.requests import Change

REWRITE = "rewrite"
SUGGEST = "suggest"
BLOCKED = "blocked"
KEEP = "keep"
VERDICTS = (REWRITE, SUGGEST, BLOCKED, KEEP)


class Splice:
    """Replace the bytes ``start:end`` of the UTF-8 text by ``text``."""

    __slots__ = ("start", "end", "text")

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class CallEdit:
    """Rewrite the keywords of the call expression at bytes ``start:end``.

    With a ``width``, a line that gets wider than that is broken as formatters do, if the call ends
    it.  Other edits may make it end a line that begins with ``lead``, with its further lines
    ``dedent`` columns less deep.
    """

    __slots__ = ("start", "end", "changes", "width", "lead", "dedent")

    def __init__(
        self, start: int, end: int, changes: Sequence[Change], width: int = 0, *,
        lead: str = "", dedent: int = 0,
    ) -> None:  # fmt: skip
        self.start = start
        self.end = end
        self.changes = tuple(changes)
        self.width = width
        self.lead = lead
        self.dedent = dedent


class Cut(Splice):
    """A splice that takes the edits inside its range with it."""

    __slots__ = ()


class Unroll:
    """Replace the block statement at ``start:end`` by its body, which begins at ``body``.

    ``outer`` is the column of the statement, ``inner`` that of its body.
    """

    __slots__ = ("start", "end", "body", "outer", "inner")

    def __init__(self, start: int, end: int, body: int, outer: int, inner: int) -> None:
        self.start = start
        self.end = end
        self.body = body
        self.outer = outer
        self.inner = inner


class RemoveStatement:
    """Delete the simple statement at bytes ``start:end`` together with its line."""

    __slots__ = ("start", "end")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class ImportChange:
    """Names that ``from origin import …`` gains or loses; ``import …`` when ``origin`` is empty.

    ``start:end`` is the statement, or the place of a new one when both are equal.  ``drop`` goes
    only if every use of it goes: ``uses`` are all of them, ``gone`` those this group removes,
    as offsets.  A new statement stands ``apart`` from what is before or after it by a blank line.
    """

    __slots__ = ("start", "end", "origin", "add", "drop", "uses", "gone", "apart")

    def __init__(
        self, start: int, end: int, origin: str, *, add: str = "", drop: str = "",
        uses: Sequence[int] = (), gone: Sequence[int] = (), apart: str = "",
    ) -> None:  # fmt: skip
        self.start = start
        self.end = end
        self.origin = origin
        self.add = add
        self.drop = drop
        self.uses = frozenset(uses)
        self.gone = frozenset(gone)
        self.apart = apart


if TYPE_CHECKING:
    Edit = Splice | CallEdit | RemoveStatement | Unroll | ImportChange


class Finding:
    """One reported place.

    ``reasons`` is empty for a plain rewrite.  ``group`` names the unit of decision: findings
    with the same group are rewritten together or not at all.  ``notes`` are named differences
    that do not stop the rewrite.
    """

    __slots__ = (
        "code", "message", "place", "verdict", "reasons", "ledger", "host", "group", "notes",
        "spelling", "model",
    )  # fmt: skip

    def __init__(self, code: str, message: str, place: Place, verdict: str) -> None:
        self.code = code
        self.message = message
        self.place = place
        self.verdict = verdict
        self.reasons: list[Reason] = []
        self.ledger: list[LedgerRow] = []
        self.host: Host | None = None
        self.group = ""
        self.notes: list[str] = []
        self.spelling = ""
        self.model = ""


class Kept:
    """A conversation that the server keeps: its list, why it may, and the calls that continue it.

    ``before`` has the ledger and the reasons of every finding as they were with the list, ``swap``
    the edits of the group that go with the conversation, and those that go with the list.
    """

    __slots__ = ("name", "place", "why", "calls", "before", "swap")

    def __init__(self, name: str, place: Place, why: str) -> None:
        self.name = name
        self.place = place
        self.why = why
        self.calls: list[Place] = []
        self.before: list[tuple[Finding, list[LedgerRow], list[Reason]]] = []
        self.swap: tuple[list[Edit], list[Edit]] = ([], [])

    def undo(self, reason: Reason) -> None:
        """Say that the list stays after all."""
        for finding, ledger, reasons in self.before:
            finding.ledger[:] = ledger
            codes = {(known.code, known.place.key()) for known in reasons}
            later = [r for r in finding.reasons if r.effect != "note"]
            finding.reasons[:] = [
                *(r for r in later if (r.code, r.place.key()) not in codes),
                *reasons,
                reason,
            ]


class Group:
    """Everything that changes together: its findings, its members and its edits.

    A group that spans files has one object in the plan of each: ``findings`` are all of them,
    ``edits`` those of the file, ``others`` the objects in the other plans, with their paths.
    ``kept`` are the conversations that the edits leave to the server.
    """

    __slots__ = ("id", "verdict", "members", "edits", "findings", "others", "kept")

    def __init__(self, id: str) -> None:
        self.id = id
        self.verdict = BLOCKED
        self.members: list[Member] = []
        self.edits: list[Edit] = []
        self.findings: list[Finding] = []
        self.others: list[tuple[str, Group]] = []
        self.kept: list[Kept] = []

    def keep_list(self, kept: Kept, reason: Reason) -> None:
        """Let a conversation keep its list after all."""
        if kept not in self.kept:
            return
        self.kept.remove(kept)
        old, new = kept.swap
        self.edits = [edit for edit in self.edits if edit not in old] + new
        kept.undo(reason)

    def keep_lists(self) -> None:
        """Let every conversation keep its list: the rewrite failed migrator's own checks."""
        for kept in list(self.kept):
            message = "the rewrite without it failed migrator's own checks"
            self.keep_list(kept, Reason("CC603", message, kept.place, "note"))


class Problem:
    """A file that could not be analysed, or only in part; always exit status 2 but CC906."""

    __slots__ = ("code", "message", "place")

    def __init__(self, code: str, message: str, place: Place) -> None:
        self.code = code
        self.message = message
        self.place = place


class FilePlan:
    """All that is known of one file, in source order.

    ``trial`` is the plan under a setting that might do more, until `settle` has compared them.
    """

    __slots__ = (
        "path", "findings", "groups", "problems", "mentions", "imports", "members", "unclear",
        "trial", "heeded", "covered",
    )  # fmt: skip

    def __init__(self, path: str) -> None:
        # The absolute paths of the files that were analysed as one with this; see `linking`.
        self.members: frozenset[str] = frozenset()
        # Files among them, with names of which they use, or set, one that may be a module's.
        self.unclear: frozenset[tuple[str, bytes]] = frozenset()
        # Imports that go with all of these groups, or stay.
        self.imports: list[tuple[Finding, list[Group]]] = []
        # Files among the members of which every test double is known and changes, too.
        self.covered: frozenset[str] = frozenset()
        self.path = path
        self.findings: list[Finding] = []
        self.groups: list[Group] = []
        self.problems: list[Problem] = []
        self.mentions: list[Mention] = []
        self.trial: FilePlan | None = None
        # Lines with a comment that asks for a list instead of a conversation on the server.
        self.heeded: list[int] = []
