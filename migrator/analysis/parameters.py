"""Small questions to the table of Chat Completions parameters."""

from __future__ import annotations

from migrator._tables import API

_ROWS = API["parameters"]["chat"]


def same_everywhere(name: str | None) -> bool:
    """Return whether a keyword has one name, one meaning and all its values on both APIs."""
    row = _ROWS.get(name or "")
    return row is not None and row["action"] == "same" and "inert" not in row
