"""What `fix` does at a call site."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.config import Resolver
from migrator.verification.reports import code_of
from migrator.verification.reports.code import _holds

PROGRAM = """\
from openai import OpenAI

client = OpenAI()


def first(text):
    answer = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": text}]
    )
    return answer.choices[0].message.content


def padding():
    return [
        1,
        2,
        3,
        4,
    ]


def second(text):
    return client.chat.completions.create(
        model="gpt-4o", stop=["x"], messages=[{"role": "user", "content": text}]
    )
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(PROGRAM)
    unknown = PROGRAM.replace("client = OpenAI()", "from factory import client")
    (tmp_path / "unknown.py").write_text(unknown)
    return tmp_path


def test_the_hunk_of_the_call(project: Path) -> None:
    (code,) = code_of(["app.py:7"], project, Resolver()).values()
    assert "+    answer = client.responses.create(" in code.lines and code.note == ""
    assert not any("stop" in line for line in code.lines)
    assert (project / "app.py").read_text() == PROGRAM


def test_a_call_that_stays_says_why(project: Path) -> None:
    (code,) = code_of(["app.py:23"], project, Resolver()).values()
    assert code.lines == () and code.note.startswith("`fix` leaves this call: CC202")


def test_a_suggestion_says_so(project: Path) -> None:
    (code,) = code_of(["unknown.py:7"], project, Resolver()).values()
    assert code.lines and code.note.startswith("only with --unsafe-fixes: ")


def test_sites_that_are_not_there(project: Path) -> None:
    (project.parent / "outside.py").write_text(PROGRAM)
    sites = ["gone.py:7", "app.py:1", "app.py", "app.py:x", "../outside.py:7", "/etc/passwd:1"]
    assert code_of(sites, project, Resolver()) == {}


@pytest.mark.parametrize(
    ("head", "line", "holds"),
    [
        ("@@ -3,4 +3,5 @@", 3, True),
        ("@@ -3,4 +3,5 @@", 6, True),
        ("@@ -3,4 +3,5 @@", 7, False),
        ("@@ -3 +3,5 @@", 3, True),
        ("@@ -3 +3,5 @@", 4, False),
    ],
)
def test_hunks(head: str, line: int, holds: bool) -> None:
    assert _holds(head, line) is holds
