from __future__ import annotations

import pytest

from migrator._tables import CODES
from tests.cli.conftest import BLOCKED, KEPT, PLAIN, Project


@pytest.mark.parametrize("subject", ["CC101", "cc101", "chat-completions-create"])
def test_a_code_prints_its_page(project: Project, subject: str) -> None:
    done = project.run("explain", subject)
    assert done.status == 0
    assert done.out.startswith("# chat-completions-create (CC101)\n")


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_page(project: Project, code: str) -> None:
    done = project.run("explain", code)
    assert done.status == 0, done.err
    assert code in done.out


def test_all(project: Project) -> None:
    lines = project.run("explain", "--all").out.splitlines()
    assert [line.split()[0] for line in lines] == list(CODES)


@pytest.mark.parametrize("line", [7, 8, 10])
def test_a_place_prints_its_derivation(project: Project, line: int) -> None:
    project.write(app=PLAIN)
    done = project.run("explain", f"app.py:{line}")
    assert done.status == 0
    for word in ("Verdict:", "rewrite", "host", "openai", "OpenAI", "3:10", "Group", "reader",
                 "messages", "input", "store=False"):  # fmt: skip
        assert word in done.out
    assert "\x1b" not in done.out


def test_column_is_allowed(project: Project) -> None:
    project.write(app=PLAIN)
    assert project.run("explain", "app.py:7:16").out == project.run("explain", "app.py:7").out


def test_reasons_of_a_blocked_and_a_kept_use(project: Project) -> None:
    project.write(app=BLOCKED, kept=KEPT)
    assert "CC202" in project.run("explain", "app.py:7").out
    assert "CC401" in project.run("explain", "kept.py:7").out


@pytest.mark.parametrize(
    ("subject", "said"),
    [
        ("app.py:1", "no use of Chat Completions here; uses are on line 7"),
        ("empty.py:1", "it holds no use"),
        ("nope.py:3", "no such file"),
        ("app.py", "add a line, as in app.py:12"),
        ("CC999", "neither a code nor FILE:LINE"),
    ],
)
def test_what_cannot_be_explained(project: Project, subject: str, said: str) -> None:
    project.write(app=PLAIN, empty="")
    done = project.run("explain", subject)
    assert (done.status, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_no_subject(project: Project) -> None:
    assert project.run("explain").status == 2


def test_report(project: Project) -> None:
    project.write(a__x=PLAIN, b__y=BLOCKED)
    done = project.run("report")
    assert done.status == 0
    assert [line.split()[:2] for line in done.out.splitlines()[1:4]] == [
        ["a", "1"], ["b", "1"], ["all", "2"],
    ]  # fmt: skip
    assert '"folder": "a"' in project.run("report", "--output-format", "json").out
    project.write(bad=PLAIN + "x = (\n")
    assert project.run("report").status == 2
