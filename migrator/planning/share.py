"""What the flow of results found for one group."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.analysis.aliases import Alias
    from migrator.analysis.facts import Mention, Reshape
    from migrator.analysis.loops import StreamLoop
    from migrator.analysis.resultuses import Step


class Share:
    """The questions, variables, reads, loops and types of one group."""

    __slots__ = ("mentions", "aliases", "steps", "loops", "reshapes")

    def __init__(self) -> None:
        self.mentions: list[Mention] = []
        self.aliases: list[Alias] = []
        self.steps: list[Step] = []
        self.loops: list[StreamLoop] = []
        self.reshapes: list[Reshape] = []
