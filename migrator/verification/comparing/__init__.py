"""Compares the two sides of a replay: checks, chance, verdicts."""

from .compare import compare_run
from .model import (
    MEANINGS,
    TITLES,
    VERDICTS,
    Accessor,
    Check,
    Judged,
    Known,
    Measure,
    SampleResult,
    SiteResult,
    Verdict,
    Verification,
)

__all__ = [
    "MEANINGS",
    "TITLES",
    "VERDICTS",
    "Accessor",
    "Check",
    "Judged",
    "Known",
    "Measure",
    "SampleResult",
    "SiteResult",
    "Verdict",
    "Verification",
    "compare_run",
]
