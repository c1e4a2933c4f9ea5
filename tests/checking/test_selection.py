from __future__ import annotations

import pytest

from migrator.checking.selection import select, selected
from migrator.config import Settings
from tests.plans import checked, finding


@pytest.mark.parametrize(
    ("select_", "ignore", "code", "wanted"),
    [
        (["ALL"], [], "CC101", True),
        (["CC1"], [], "CC101", True),
        (["CC102"], [], "CC101", False),
        (["CC1"], ["CC101"], "CC101", False),
        (["CC101"], ["CC1"], "CC101", True),
        (["CC101"], ["CC101"], "CC101", False),
        (["ALL"], ["CC1"], "CC906", True),
        (["CC1"], [], "CC906", False),
    ],
)
def test_the_longer_prefix_wins_and_a_tie_ignores(
    select_: list[str], ignore: list[str], code: str, wanted: bool
) -> None:
    settings = Settings().updated({"select": select_, "ignore": ignore}, "test")
    assert selected(code, settings) is wanted


def test_extend_select_adds() -> None:
    settings = Settings().updated({"select": ["CC101"], "extend-select": ["CC103"]}, "test")
    assert selected("CC103", settings)
    assert not selected("CC102", settings)


def test_what_is_not_selected_is_gone_and_blocks_its_group() -> None:
    settings = Settings().updated({"ignore": ["CC109"]}, "test")
    call, double = finding(2, group="g"), finding(9, code="CC109", group="g")
    other = finding(20)
    file = checked(call, double, other, settings=settings)
    select(file)
    assert file.plan.findings == [call, other]
    assert call.verdict == "blocked"
    assert [(each.code, each.place.line) for each in call.reasons] == [("CC507", 9)]
    assert {group.id: group.verdict for group in file.plan.groups} == {
        "g": "blocked",
        "app.py#20": "rewrite",
    }


@pytest.mark.parametrize("pattern", ["app.py", "*.py", "src/*", "src/app.py", "!other.py"])
def test_per_file_ignores_keep(pattern: str) -> None:
    settings = Settings().updated({"per-file-ignores": {pattern: ["CC1"]}}, "test")
    call = finding(2, path="src/app.py")
    select(checked(call, path="src/app.py", settings=settings))
    assert call.verdict == "keep"
    assert [each.code for each in call.reasons] == ["CC508"]
    assert pattern in call.reasons[0].message


@pytest.mark.parametrize("pattern", ["other.py", "tests/*", "!app.py"])
def test_per_file_ignores_leave_other_files_alone(pattern: str) -> None:
    settings = Settings().updated({"per-file-ignores": {pattern: ["ALL"]}}, "test")
    call = finding(2, path="src/app.py")
    select(checked(call, path="src/app.py", settings=settings))
    assert call.verdict == "rewrite"


def test_keeping_one_blocks_what_would_have_changed_with_it() -> None:
    settings = Settings().updated({"per-file-ignores": {"app.py": ["CC109"]}}, "test")
    call, double = finding(2, group="g"), finding(9, code="CC109", group="g")
    blocked = finding(12, "blocked", group="g", reasons=("CC301",))
    select(checked(call, double, blocked, settings=settings))
    assert [call.verdict, double.verdict, blocked.verdict] == ["blocked", "keep", "blocked"]
    assert [each.code for each in blocked.reasons] == ["CC301"]
