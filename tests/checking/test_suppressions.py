from __future__ import annotations

import pytest

from migrator.checking.suppressions import directives, suppress
from migrator.config import Settings
from migrator.planning.model import Finding, Place, Problem
from tests.plans import checked, finding


def lines(source: str) -> list[tuple[tuple[str, ...], tuple[int, ...] | None]]:
    return [(each.codes, each.lines) for each in directives("app.py", source.encode())]


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("# migrator: ignore", ()),
        ("#migrator:ignore", ()),
        ("# migrator: ignore[CC101]", ("CC101",)),
        ("# migrator: ignore[CC101, CC103] old gateway", ("CC101", "CC103")),
        ("# type: ignore # migrator: ignore[CC1]", ("CC1",)),
        ("# noqa: CC101", ("CC101",)),
        ("# NOQA:CC101,E501", ("CC101",)),
        ("# noqa: E501 CC101", ("CC101",)),
    ],
)
def test_spellings(comment: str, codes: tuple[str, ...]) -> None:
    assert lines(f"x = 1  {comment}\n") == [(codes, (1,))]


@pytest.mark.parametrize(
    "source",
    [
        "x = '# migrator: ignore'\n",
        '"""\n# noqa: CC101\n"""\n',
        "x = f'{y} # migrator: ignore[CC101]'\n",
        "x = 1  # noqa\n",
        "x = 1  # noqa: E501\n",
        "x = 1  # migrator: ignorance is bliss\n",
        "x = 1  # migrator: see the docs\n",
    ],
)
def test_what_is_no_ignore(source: str) -> None:
    assert lines(source) == []


def test_a_comment_of_its_own_speaks_about_the_next_line_of_code() -> None:
    assert lines("# migrator: ignore\n\n# more words\nx = 1\ny = 2\n") == [((), (1, 4))]


def test_at_the_end_of_a_statement_it_speaks_about_all_of_it() -> None:
    assert lines("x = 1\ny = f(\n    1,  # noqa: CC101\n)  # migrator: ignore\nz = 1\n") == [
        (("CC101",), (3,)),
        ((), (4, 2, 3)),
    ]


def test_file_level() -> None:
    assert lines("x = 1\n# migrator: ignore-file[CC109]\ny = 1\n") == [(("CC109",), None)]


def test_sources_the_tokenizer_gives_up_on_end_the_list() -> None:
    assert lines("x = 1  # migrator: ignore\ny = (\n") == [((), (1,))]
    assert directives("app.py", b"# coding: nonsense\n# migrator: ignore\n") == []


def run(source: str, *findings: Finding, settings: Settings | None = None) -> list[Problem]:
    file = checked(*findings, settings=settings)
    file.directives = directives("app.py", source.encode())
    suppress(file)
    return file.unused


def test_it_keeps_what_it_names() -> None:
    call = finding(2)
    assert run("\nx = 1  # migrator: ignore[CC101]\n", call) == []
    assert call.verdict == "keep"
    reason = call.reasons[0]
    assert (reason.code, reason.effect, str(reason.place)) == ("CC508", "keep", "app.py:2:8")


def test_the_last_line_of_a_statement_counts_too() -> None:
    call = finding(2)
    assert run("\nx = f(\n    1,\n)  # migrator: ignore\n", call) == []
    assert call.verdict == "keep"


def test_another_line_does_not() -> None:
    call = finding(2)
    unused = run("\nx = 1\ny = 1  # migrator: ignore\n", call)
    assert call.verdict == "rewrite"
    assert [(each.code, each.place.line) for each in unused] == [("CC906", 3)]


def test_the_rest_of_its_group_is_blocked() -> None:
    kept, other = finding(2, group="g"), finding(3, group="g")
    run("\nx = 1  # migrator: ignore\ny = 1\n", kept, other)
    assert (kept.verdict, other.verdict) == ("keep", "blocked")
    assert [(each.code, each.place.line) for each in other.reasons] == [("CC507", 2)]


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("# migrator: ignore[CC102]", "CC102"),
        ("# migrator: ignore[CC101, CC103]", "CC103"),
        ("# migrator: ignore[XY1]", "unknown"),
        ("# noqa: CC103", "CC103"),
    ],
)
def test_unused_codes_are_told(comment: str, word: str) -> None:
    unused = run(f"\nx = 1  {comment}\n", finding(2))
    assert [each.code for each in unused] == ["CC906"]
    assert word in unused[0].message


def test_codes_of_other_tools_are_not_ours_to_judge() -> None:
    assert run("\nx = 1  # noqa: E501, CCX1\n", finding(2)) == []


@pytest.mark.parametrize("table", [{"ignore": ["CC906"]}, {"select": ["CC1"]}])
def test_unused_ignores_follow_the_selection(table: dict[str, list[str]]) -> None:
    settings = Settings().updated(table, "test")
    assert run("\nx = 1  # migrator: ignore[CC102]\n", finding(2), settings=settings) == []


def test_an_ignore_of_a_code_that_is_not_selected_is_not_unused() -> None:
    settings = Settings().updated({"ignore": ["CC102"]}, "test")
    assert run("\nx = 1  # migrator: ignore[CC102]\n", finding(2), settings=settings) == []


def test_in_a_file_that_was_not_analysed_nothing_is_unused() -> None:
    file = checked(problems=(Problem("CC901", "not valid Python", Place("app.py", 1, 1)),))
    file.directives = directives("app.py", b"x = 1  # migrator: ignore\n")
    suppress(file)
    assert file.unused == []
