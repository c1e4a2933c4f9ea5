"""What the project says to the plans of its files.

A plan leaves questions open: does the rest of the project use, or replace, what changes?  What
is still blocked or doubtful after that is analysed together with the files it names.
"""

from __future__ import annotations

from migrator.planning.model import REWRITE
from migrator.planning.search import Search, root_of
from migrator.planning.trials import compare
from migrator.planning.typeimports import decide_imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from migrator.analysis.facts import Mention
    from migrator.config import Settings
    from migrator.planning.model import FilePlan


def _stopped(plan: FilePlan) -> bool:
    """Return whether something in a file stays that other files may know more about."""
    return any(group.verdict != REWRITE for group in plan.groups) or any(
        finding.code == "CC109" for finding in plan.findings
    )


def settle(
    plans: list[FilePlan], settings: Settings, overlay: Mapping[str, bytes] | None = None
) -> list[FilePlan]:
    """Answer the open questions of ``plans`` and set the verdicts that depend on them.

    Returns plans of further files that change with those.  ``overlay`` has the bytes of files
    that are not read from disk, by absolute path.
    """
    roots: dict[tuple[str, bool], list[tuple[FilePlan, Mention]]] = {}
    for plan in [*plans, *(plan.trial for plan in plans if plan.trial is not None)]:
        root = root_of(plan.path) if plan.mentions else ("", False)
        for mention in plan.mentions:
            roots.setdefault(root, []).append((plan, mention))
    for root in sorted(roots):
        Search(*root, roots[root], settings).run()
    added: list[FilePlan] = []
    if any(map(_stopped, plans)):
        from migrator.planning.linking import link

        added = link(plans, settings, overlay or {})
    for plan in [*plans, *added]:
        if plan.imports:
            decide_imports(plan)
        if plan.trial is not None:
            compare(plan)
    return added
