"""What a program run raises."""

from __future__ import annotations


class CannotRun(Exception):
    """Nothing could be compared; the message is the one line that says why and what to do."""
