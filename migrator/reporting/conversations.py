"""Conversations that the rewrite leaves to the server: the owner has to know each of them."""

from __future__ import annotations

from migrator.planning.model import REWRITE, SUGGEST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from migrator.checking.outcome import CheckedFile
    from migrator.planning.model import Kept


def conversations(files: Iterable[CheckedFile], *, unsafe: bool) -> list[Kept]:
    """Return the conversations of what `fix` rewrites, in order."""
    verdicts = (REWRITE, SUGGEST) if unsafe else (REWRITE,)
    return [
        kept
        for file in files
        for group in file.plan.groups
        for kept in group.kept
        if group.edits
        and group.verdict in verdicts
        and all(finding.verdict in verdicts for finding in group.findings)
    ]


def as_lines(found: list[Kept], *, would: bool) -> Iterator[str]:
    """Yield the section that names every conversation, and how to keep its list instead."""
    if not found:
        return
    yield "Kept on the server from then on:" if would else "Now kept on the server:"
    for kept in found:
        yield f"  {kept.place.path}:{kept.place.line}: `{kept.name}`: {kept.why}"
    yield (
        '  To keep a list: `history = "list"` in the settings for all, or'
        " `# migrator: ignore[CC601]` in the line where one begins (`migrator explain CC601`)."
    )


def as_rows(found: list[Kept]) -> list[dict[str, Any]]:
    """Return the same as data."""
    return [
        {
            "name": kept.name,
            "path": kept.place.path,
            "line": kept.place.line,
            "why": kept.why,
            "calls": [call.line for call in kept.calls],
        }
        for kept in found
    ]
