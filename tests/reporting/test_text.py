from __future__ import annotations

import io

import pytest

from migrator.planning.model import Place, Problem
from migrator.reporting import text
from tests.plans import checked, finding, outcome, sample

PLAIN = text.Painter(False)


def full(*lines: str, **given: bool) -> str:
    return "\n".join(text.full(sample(), PLAIN, show_kept=given.get("show_kept", False)))


def test_full_shows_the_line_with_carets_and_every_reason_with_its_place() -> None:
    call = finding(9, "blocked", reasons=("CC301", "CC201"))
    lines = list(text.full(outcome(checked(call)), PLAIN, show_kept=False))
    assert lines == [
        "CC101 [blocked] `client.chat.completions.create` is called",
        " --> app.py:9:14",
        "  |",
        "9 |     answer = client.chat.completions.create(model=name, messages=messages)",
        "  |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^",
        "  |",
        "  blocked: CC301 The result is used in a way migrator does not know: because of CC301 (10:5)",
        "  blocked: CC201 `n` asks for several answers; Responses gives one: because of CC201 (10:5)",
        "",
    ]


def test_a_place_over_several_lines_is_marked_to_the_end_of_its_first() -> None:
    call = finding(2)
    call.place = Place("app.py", 2, 5, 4, 6)
    file = checked(call)
    file.lines = {2: "x = client.chat.completions.create("}
    lines = list(text.full(outcome(file), PLAIN, show_kept=False))
    assert lines[4] == "  |     " + "^" * 31


@pytest.mark.parametrize(
    ("line", "column", "carets"),
    [
        ("\tx = call()", 6, "     ^^^^^^"),
        ("日本 = call()", 6, "       ^^^^^^"),
        ("e\u0301 = call()", 6, "    ^^^^^^"),
    ],
)
def test_carets_stand_below_what_they_mean(line: str, column: int, carets: str) -> None:
    call = finding(1)
    call.place = Place("app.py", 1, column, 1, column + 6)
    file = checked(call)
    file.lines = {1: line}
    assert list(text.full(outcome(file), PLAIN, show_kept=False))[4] == "  | " + carets


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert text.plain("a\x1b[31m\tb\x00") == "a\ufffd[31m b\ufffd"


def test_very_long_lines_are_cut_round_the_place() -> None:
    call = finding(1)
    call.place = Place("app.py", 1, 5001, 1, 5011)
    file = checked(call)
    file.lines = {1: "x" * 5000 + "y" * 10 + "z" * 5000}
    lines = list(text.full(outcome(file), PLAIN, show_kept=False))
    assert "yyyyyyyyyy" in lines[3]
    assert lines[4].count("^") == 10
    assert max(map(len, lines)) < 200


def test_kept_findings_are_shown_only_on_request() -> None:
    assert "CC401" not in full()
    assert "kept: CC401" in full(show_kept=True)


def test_concise_has_one_line_per_finding() -> None:
    lines = list(text.concise(sample(), PLAIN, show_kept=False))
    assert lines == [
        "app.py:2:14: CC101 [rewrite] `client.chat.completions.create` is called",
        "app.py:5:14: CC101 [suggest: CC322 at 6:5] `client.chat.completions.create` is called",
        "app.py:9:14: CC101 [blocked: CC301 at 10:5; CC201 at 10:5] `client.chat.completions.create` is called",
        "app.py:30:3: CC906 `# migrator: ignore` allows nothing here",
    ]


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], "All checks passed!"),
        (["keep"], "All checks passed!"),
        (["rewrite"], "Found 1 use of Chat Completions: 1 to rewrite with `migrator fix`."),
        (
            ["blocked", "suggest", "suggest", "keep"],
            "Found 3 uses of Chat Completions: 2 more with `--unsafe-fixes`, 1 blocked.",
        ),
    ],
)
def test_closing(verdicts: list[str], expected: str) -> None:
    found = outcome(checked(*(finding(at + 1, each) for at, each in enumerate(verdicts))))
    assert text.closing(found, show_kept=False) == expected


def test_closing_counts_kept_findings_where_they_are_shown() -> None:
    assert text.closing(outcome(checked(finding(1, "keep"))), show_kept=True).endswith("(1 kept)")
    assert "2 kept" in text.closing(sample(), show_kept=True)


def test_problems_are_single_lines(capsys: pytest.CaptureFixture[str]) -> None:
    text.complain(
        [
            Problem("CC904", "no such file or folder; check the spelling", Place("a.py", 1, 1)),
            Problem("CC901", "not valid Python:\nbad", Place("b.py", 3, 7)),
            Problem("CC906", "unused", Place("c.py", 1, 1)),
        ]
    )
    assert capsys.readouterr().err.splitlines() == [
        "migrator: a.py: no such file or folder; check the spelling (CC904)",
        "migrator: b.py:3:7: not valid Python:\ufffdbad; fix it, or exclude the file (CC901)",
    ]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "stream", "coloured"),
    [
        ({}, Terminal(), True),
        ({}, io.StringIO(), False),
        ({"NO_COLOR": "1"}, Terminal(), False),
        ({"FORCE_COLOR": "1"}, io.StringIO(), True),
    ],
)
def test_colours_only_on_a_terminal(
    environment: dict[str, str],
    stream: io.StringIO,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert (text.painter_for(stream)("x", "red") != "x") is coloured
