"""The one line that settles whose client it is, where the source does not tell."""

from __future__ import annotations

from migrator.planning.model import KEEP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.planning.model import Finding, Place

# Reasons that say: nobody knows where the requests go.
_OPEN = ("CC404", "CC405", "CC409")
COMMENT = "# migrator: host=openai"


class Remedy:
    """Where a comment settles a client; ``setting`` is a line of ``[tool.migrator]``, or empty."""

    __slots__ = ("place", "setting")

    def __init__(self, place: Place, setting: str) -> None:
        self.place = place
        self.setting = setting

    def sentence(self, here: str = "") -> str:
        """Return it as one line; places in the file ``here`` go without its name."""
        line = f"line {self.place.line}"
        where = line if self.place.path == here else f"{self.place.path}:{self.place.line}"
        text = f"`{COMMENT}` or `host=other` at {where} settles it"
        return f"{text}, or `{self.setting}` in pyproject.toml" if self.setting else text


def remedy(finding: Finding) -> Remedy | None:
    """Return what settles the host of a call; None if nothing is open."""
    host = finding.host
    if host is None or host.settled or finding.verdict == KEEP:
        return None
    if not any(reason.effect == "unknown" and reason.code in _OPEN for reason in finding.reasons):
        return None
    setting = f'hosts = ["{host.trust}"]' if host.trust else ""
    return Remedy(host.built or finding.place, setting)
