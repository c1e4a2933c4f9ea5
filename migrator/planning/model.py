"""The plan as data: findings, reasons, ledgers, groups and edits.

Nothing here decides or rewrites.  The classes are written by hand because the hook path may
not import ``dataclasses`` or ``typing`` (each costs as much as starting Python once more).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

REWRITE = "rewrite"
SUGGEST = "suggest"
BLOCKED = "blocked"
KEEP = "keep"
VERDICTS = (REWRITE, SUGGEST, BLOCKED, KEEP)


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


class Reason:
    """Why a site is not simply rewritten: a code of ``rules/codes.toml``, and where it shows."""

    __slots__ = ("code", "message", "place", "effect")

    def __init__(self, code: str, message: str, place: Place, effect: str) -> None:
        self.code = code
        self.message = message
        self.place = place
        self.effect = effect


class LedgerRow:
    """What became of one keyword of the call.

    ``action`` is one of same, renamed, nested, reshaped, dropped, added, refused.
    """

    __slots__ = ("keyword", "action", "before", "after", "note")

    def __init__(
        self, keyword: str, action: str, before: str = "", after: str = "", note: str = ""
    ) -> None:
        self.keyword = keyword
        self.action = action
        self.before = before
        self.after = after
        self.note = note


class Member:
    """A place that belongs to a group; ``role`` says as what.

    Roles: call, client, builder, reader, variable, wrapper, caller, test-double.
    """

    __slots__ = ("role", "place", "text")

    def __init__(self, role: str, place: Place, text: str) -> None:
        self.role = role
        self.place = place
        self.text = text


class Host:
    """Whose client a call goes through.

    ``verdict`` is one of openai, azure-v1, azure-dated, other, unknown; ``client`` is the class
    as written; ``built`` is where the client is constructed, if that was found.
    """

    __slots__ = ("verdict", "client", "detail", "built")

    def __init__(self, verdict: str, client: str, detail: str, built: Place | None = None) -> None:
        self.verdict = verdict
        self.client = client
        self.detail = detail
        self.built = built


class Splice:
    """Replace the bytes ``start:end`` of the UTF-8 text by ``text``."""

    __slots__ = ("start", "end", "text")

    def __init__(self, start: int, end: int, text: str) -> None:
        self.start = start
        self.end = end
        self.text = text


class Argument:
    """One change to the keywords of a call.

    ``op`` is one of rename (``name`` → ``new``), wrap (rename, and put the value between
    ``prefix`` and ``suffix``), remove, add (``new`` = ``prefix``), merge (the value goes into
    the dict of keyword ``new`` under the key ``prefix``).
    """

    __slots__ = ("op", "name", "new", "prefix", "suffix")

    def __init__(
        self, op: str, name: str, new: str = "", prefix: str = "", suffix: str = ""
    ) -> None:
        self.op = op
        self.name = name
        self.new = new
        self.prefix = prefix
        self.suffix = suffix


class CallEdit:
    """Rewrite the keywords of the call expression at bytes ``start:end``."""

    __slots__ = ("start", "end", "arguments")

    def __init__(self, start: int, end: int, arguments: Sequence[Argument]) -> None:
        self.start = start
        self.end = end
        self.arguments = tuple(arguments)


class RemoveStatement:
    """Delete the simple statement at bytes ``start:end`` together with its line."""

    __slots__ = ("start", "end")

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


if TYPE_CHECKING:
    Edit = Splice | CallEdit | RemoveStatement


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


class Group:
    """Everything that changes together: its findings, its members and its edits."""

    __slots__ = ("id", "verdict", "members", "edits", "findings")

    def __init__(self, id: str) -> None:
        self.id = id
        self.verdict = BLOCKED
        self.members: list[Member] = []
        self.edits: list[Edit] = []
        self.findings: list[Finding] = []


class Problem:
    """A file that could not be analysed, or only in part; always exit status 2 but CC906."""

    __slots__ = ("code", "message", "place")

    def __init__(self, code: str, message: str, place: Place) -> None:
        self.code = code
        self.message = message
        self.place = place


class FilePlan:
    """All that is known of one file, in source order."""

    __slots__ = ("path", "findings", "groups", "problems")

    def __init__(self, path: str) -> None:
        self.path = path
        self.findings: list[Finding] = []
        self.groups: list[Group] = []
        self.problems: list[Problem] = []
