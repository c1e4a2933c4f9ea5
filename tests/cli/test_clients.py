"""`migrator clients` from the command line."""

from __future__ import annotations

import json
import sys

import pytest

from tests.cli.conftest import CLEAN, KEPT, PLAIN, Project

UNKNOWN = PLAIN.replace("OpenAI()", "OpenAI(base_url=settings.url)")
FACTORY = PLAIN.replace("from openai import OpenAI", "from shared import make").replace(
    "OpenAI()", "make()"
)


def test_one_line_for_each_client(project: Project) -> None:
    project.write(app=PLAIN + PLAIN.replace("client", "other"), groq=KEPT, clean=CLEAN)
    done = project.run("clients", ".")
    assert done.status == 0
    lines = [line.split() for line in done.out.splitlines()]
    assert lines[0][:5] == ["app.py:13", "OpenAI", "openai", "1", "rewrite"]
    assert lines[2][:5] == ["groq.py:3", "Groq", "other", "1", "keep"]
    assert done.out.endswith("3 clients of 3 calls, none unknown.\n")


def test_those_with_most_calls_come_first(project: Project) -> None:
    project.write(a=KEPT, b=PLAIN + "\n" + PLAIN.split("\n\n\n")[1])
    assert project.run("clients").out.splitlines()[0].startswith("b.py:3 ")


def test_an_unknown_one_says_what_settles_it(project: Project) -> None:
    project.write(app=UNKNOWN)
    done = project.run("clients", "app.py")
    assert done.status == 0
    row, advice, closing = done.out.splitlines()
    assert "unknown  1 suggest" in row and "`settings.url`" in row
    comment = "`# migrator: host=openai` or `host=other` at app.py:3 settles it"
    assert advice == f"    help: {comment}"
    assert closing == "1 client of 1 call; 1 unknown, on which 1 call hangs."
    project.write(app=UNKNOWN.replace("settings.url)", "settings.url)  # migrator: host=openai"))
    assert project.run("clients", "app.py").out.splitlines()[0].split()[2:5] == [
        "openai", "1", "rewrite",
    ]  # fmt: skip


def test_a_factory_may_be_named_in_the_settings(project: Project) -> None:
    project.write(app=FACTORY)
    assert 'or `hosts = ["make"]` in pyproject.toml' in project.run("clients").out
    project.configure('hosts = ["make"]')
    assert " openai " in project.run("clients").out


def test_json(project: Project) -> None:
    project.write(app=FACTORY)
    done = project.run("clients", "--output-format", "json")
    document = json.loads(done.out)
    assert document["summary"] == {"clients": 1, "calls": 1, "hosts": {"unknown": 1}}
    (client,) = document["clients"]
    assert (client["path"], client["line"], client["host"]) == ("app.py", 3, "unknown")
    assert client["verdicts"] == {"rewrite": 0, "suggest": 1, "blocked": 0, "keep": 0}
    assert client["settle"] == {
        "comment": "# migrator: host=openai", "path": "app.py", "line": 3,
        "setting": 'hosts = ["make"]',
    }  # fmt: skip
    assert client["calls"] == [{"path": "app.py", "line": 7, "verdict": "suggest"}]


def test_a_table_on_a_terminal(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.write(app=UNKNOWN)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    done = project.run("clients")
    assert "built at" in done.out and "app.py:3" in done.out and "settles it" in done.out


def test_nothing_found(project: Project) -> None:
    project.write(clean=CLEAN)
    assert project.run("clients").out == "0 clients of 0 calls, none unknown.\n"


def test_a_missing_file(project: Project) -> None:
    done = project.run("clients", "gone.py")
    assert done.status == 2 and "no such file" in done.err


def test_check_and_explain_say_what_settles_it(project: Project) -> None:
    project.write(app=UNKNOWN)
    expected = "`# migrator: host=openai` or `host=other` at line 3 settles it"
    assert f"  help: {expected}\n" in project.run("check", "app.py").out
    assert expected in project.run("explain", "app.py:7").out
    project.write(app=PLAIN)
    assert "help:" not in project.run("check", "app.py").out


def test_words_that_are_not_understood(project: Project) -> None:
    project.write(app=UNKNOWN.replace("url)", "url)  # migrator: host=opnai"))
    done = project.run("check", "app.py", "--output-format", "concise")
    assert "CC906 `# migrator: host=opnai` settles nothing: say openai or other" in (done.out)
    assert done.status == 1
