"""What analysis says of a site: reasons, hosts and the members of a group, as plain data."""

from __future__ import annotations

from migrator.documents.place import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from migrator.analysis.scopes import Scope
    from migrator.analysis.syntax import ast


class Reason:
    """Why a site is not simply rewritten: a code of ``rules/codes.toml``, and where it shows.

    ``effect`` is one of block, keep, unknown, suggest, note; a note changes no verdict.
    """

    __slots__ = ("code", "message", "place", "effect")

    def __init__(self, code: str, message: str, place: Place, effect: str) -> None:
        self.code = code
        self.message = message
        self.place = place
        self.effect = effect


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
    as written; ``built`` is where the client is constructed, if that was found.  ``trust`` is the
    name that settles it in the setting ``hosts``, ``settled`` whether a comment at ``built`` did;
    ``mentions`` are questions to the project on which the verdict depends.
    """

    __slots__ = ("verdict", "client", "detail", "built", "trust", "settled", "mentions")

    def __init__(self, verdict: str, client: str, detail: str, built: Place | None = None) -> None:
        self.verdict = verdict
        self.client = client
        self.detail = detail
        self.built = built
        self.trust = ""
        self.settled = False
        self.mentions: tuple[Mention, ...] = ()


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


class Reshape:
    """A display or value of a request that is written differently for the Responses API.

    ``kind`` is ``topic.name``, see `migrator.planning.shapes`; ``node`` is the expression as it
    stands.
    The calls whose requests hold one node are decided together.
    """

    __slots__ = ("kind", "node", "detail")

    def __init__(self, kind: str, node: ast.AST, detail: str = "") -> None:
        self.kind = kind
        self.node = node
        self.detail = detail


class Mention:
    """A question to the rest of the project: does any other file hold all of ``needles``?

    If one does, ``reason`` applies.  The file has to name the module that asks, too, unless
    ``anywhere``: methods and attributes are reached through objects that need no import.
    ``linked``: it is enough that the asking module names the file.  With a ``remedy`` the answer
    yes stops nothing: the group gets these edits, (start, end, text) each, as well.  With a
    ``swap`` it stops nothing either: the second edits take the place of the first ones.  With a
    ``kept`` conversation it means that this one does not move to the server.
    ``seen``: a file that is analysed together with the asking one need not be asked, its uses of
    the name were followed.  ``owner``: the scope of a function that
    is asked for.
    """

    __slots__ = (
        "needles", "reason", "group", "anywhere", "linked", "remedy", "swap", "seen", "kept",
        "owner",
    )  # fmt: skip

    def __init__(
        self,
        needles: tuple[bytes, ...],
        reason: Reason,
        group: str = "",
        *,
        anywhere: bool = False,
        linked: bool = False,
        remedy: tuple[tuple[int, int, str], ...] = (),
        seen: bool = False,
    ) -> None:
        self.needles = needles
        self.reason = reason
        self.group = group
        self.anywhere = anywhere
        self.linked = linked
        self.remedy = remedy
        self.seen = seen
        self.swap: tuple[list[Any], list[Any]] | None = None
        self.kept: Any = None
        self.owner: Scope | None = None

    def again(self) -> Mention:
        """Return the same question, for another group to ask."""
        result = Mention(
            self.needles, self.reason, anywhere=self.anywhere, linked=self.linked,
            seen=self.seen,
        )  # fmt: skip
        result.owner = self.owner
        return result
