"""What a replay raises."""

from __future__ import annotations


class CannotReplay(Exception):
    """The run can't start or go on; the message is the one line that says why and what to do."""
