from __future__ import annotations

import pytest

from migrator.checking.outcome import CheckedFile
from migrator.planning.model import Place, Problem
from tests.plans import checked, finding, outcome, sample

UNUSED = Problem("CC906", "unused", Place("app.py", 1, 1))


def with_unused() -> CheckedFile:
    file = checked()
    file.unused = [UNUSED]
    return file


@pytest.mark.parametrize(
    ("file", "status"),
    [
        (checked(), 0),
        (checked(finding(1, "keep")), 0),
        (checked(finding(1)), 1),
        (checked(finding(1, "suggest")), 1),
        (checked(finding(1, "blocked")), 1),
        (with_unused(), 1),
        (checked(problems=(Problem("CC901", "no Python", Place("app.py", 1, 1)),)), 2),
    ],
)
def test_status(file: CheckedFile, status: int) -> None:
    assert outcome(file).status() == status
    assert outcome(file).status(exit_zero=True) == (2 if status == 2 else 0)


def test_problems_are_in_order() -> None:
    assert [each.code for each in sample().problems()] == ["CC906", "CC901"]
