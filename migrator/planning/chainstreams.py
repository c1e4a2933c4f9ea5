"""Loops over events that also remember the id of the answer."""

from __future__ import annotations

from migrator.analysis.loops import StreamLoop
from migrator.analysis.scopes import Module
from migrator.planning.build import Unclear
from migrator.planning.failures import exact, failures
from migrator.planning.model import Splice
from migrator.planning.streams import loop_edits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from migrator.analysis.facts import Mention
    from migrator.planning.model import Edit


def keep_id(
    module: Module, loop: StreamLoop, name: str, known: list[Edit], mentions: Iterable[Mention]
) -> tuple[list[Edit], list[Edit]]:
    """Return the edits of a loop that go and those that take their place; raises `Unclear`.

    What ``mentions`` may swap them for remembers the id, too.
    """
    body = [part for item in loop.node.body for part in module.source.span(item)]
    loop.keeps = name
    new = _region(loop_edits(module, loop, failures(module, loop)), body)
    old = next(
        (e for e in known if isinstance(e, Splice) and (e.start, e.end) == (new.start, new.end)),
        None,
    )
    if old is None:
        raise Unclear("CC506", "the loop can't be located exactly", loop.node)
    for mention in mentions:
        if mention.swap is not None and old in mention.swap[0]:
            first = [new if edit is old else edit for edit in mention.swap[0]]
            mention.swap = (first, loop_edits(module, loop, exact(module, loop)))
    return [old], [new]


def _region(edits: list[Edit], body: list[int]) -> Splice:
    for edit in edits:
        if isinstance(edit, Splice) and edit.start <= min(body) and max(body) <= edit.end:
            return edit
    raise Unclear("CC506", "the loop can't be located exactly", edits)  # type: ignore[arg-type]
