"""How displays of a request are written for the Responses API: one module per topic.

Analysis names the node and the kind (`migrator.analysis.facts.Reshape`), such as
``messages.image``; the module called after the topic turns it into edits.  Modules are imported
when a file needs them: most files don't.
"""

from __future__ import annotations

from migrator.analysis.facts import Reshape
from migrator.analysis.scopes import Module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from migrator.planning.model import Edit

    Kind = Callable[[Module, Reshape], list[Edit]]


def reshape_edits(module: Module, reshape: Reshape) -> list[Edit]:
    """Return the edits of one reshape; raises `Unclear` where they can't be placed."""
    return _kinds(reshape.kind.partition(".")[0])[reshape.kind](module, reshape)


def _kinds(topic: str) -> Mapping[str, Kind]:
    """Return the kinds of one topic."""
    if topic == "messages":
        from migrator.planning.shapes import messages

        return messages.KINDS
    if topic == "tools":
        from migrator.planning.shapes import tools

        return tools.KINDS
    if topic in ("formats", "nested"):
        from migrator.planning.shapes import formats

        return formats.KINDS
    if topic == "keywords":
        from migrator.planning.shapes import keywords

        return keywords.KINDS
    if topic == "calls":
        from migrator.planning.shapes import calls

        return calls.KINDS
    if topic == "types":
        from migrator.planning.shapes import types

        return types.KINDS
    if topic == "wire":
        from migrator.planning.shapes import wire

        return wire.KINDS
    if topic == "doubles":
        from migrator.planning.shapes import doubles

        return doubles.KINDS
    raise KeyError(topic)
