"""Sends samples to both endpoints and keeps what came back; compares nothing.

A `Run` is the result: :func:`load_run` reads one from its journal.
"""

from .errors import CannotReplay
from .journal import JournalError, load_run
from .model import (
    Exchange,
    Failure,
    Header,
    PlanRow,
    Prepared,
    Run,
    RunPlan,
    Side,
)

__all__ = [
    "CannotReplay",
    "Exchange",
    "Failure",
    "Header",
    "JournalError",
    "PlanRow",
    "Prepared",
    "Run",
    "RunPlan",
    "Side",
    "load_run",
]
