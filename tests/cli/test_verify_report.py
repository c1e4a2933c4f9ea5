"""How a replay ends: verdict, exit status, reports; and the same again from a journal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from migrator.verification.emulator import Emulator
from migrator.verification.replay.journal import journal_lines
from migrator.verification.replay.model import Run
from tests.verification.comparing.runs import CHAT, completion, error, prepared, response, run_of

from .conftest import PLAIN, Project

ASKED = PLAIN.replace('"content": question', '"content": "hello"')


def journal(project: Project, run: Run) -> Path:
    lines = "".join(json.dumps(line) + "\n" for line in journal_lines(run))
    return project.file("run.jsonl", lines)


def line(name: str, text: str = "hi", **fields: Any) -> str:
    body = {**CHAT, "messages": [{"role": "user", "content": text}], **fields}
    url = "/v1/chat/completions"
    return json.dumps({"custom_id": name, "method": "POST", "url": url, "body": body}) + "\n"


def test_two_commands_from_a_repository_to_a_verdict(project: Project) -> None:
    project.write(app=ASKED)
    assert project.run("verify", "extract").status == 0
    done = project.run("verify", "replay", "samples.jsonl", "--report", "html")
    assert done.status == 0, done.err
    assert "Same contract: 1 sample at 1 call site, 1 draw a side, against emulator." in done.out
    page = (project.root / "verify.html").read_text(encoding="utf-8")
    assert "app.py:7" in page and "+    response = client.responses.create(" in page


def test_all_reports(project: Project) -> None:
    project.file("s.jsonl", line("one") + line("two", stop=["x"]))
    names = ["html", "md=out.md", "json=out.json", "junit"]
    wanted = [word for name in names for word in ("--report", name)]
    done = project.run("verify", "replay", "s.jsonl", *wanted)
    assert done.status == 0
    assert "Wrote out.md." in done.err
    assert (project.root / "verify.html").read_text("utf-8").startswith("<!doctype html>")
    assert "same contract" in (project.root / "out.md").read_text("utf-8")
    content = json.loads((project.root / "out.json").read_text("utf-8"))
    assert content["counts"] == {"same": 1, "skipped": 1}
    assert len(ElementTree.parse(project.root / "verify.xml").findall(".//testcase")) == 2


def test_a_report_on_standard_output_is_alone_there(project: Project) -> None:
    project.file("s.jsonl", line("one"))
    done = project.spawn("verify", "replay", "s.jsonl", "--report", "json=-")
    assert json.loads(done.out)["verdict"] == "same"
    assert "Same contract" in done.err


@pytest.mark.parametrize(
    ("wanted", "words"),
    [("pdf", "is not one of"), ("html=", "names no file"), ("md=nowhere/x.md", "no folder")],
)
def test_reports_that_cannot_be_are_refused_before_anything_is_sent(
    project: Project, wanted: str, words: str
) -> None:
    project.file("s.jsonl", line("one"))
    done = project.run("verify", "replay", "s.jsonl", "--report", wanted)
    assert done.status == 2 and words in done.err and "Plan" not in done.err


def test_a_report_that_cannot_be_written(project: Project) -> None:
    project.file("s.jsonl", line("one"))
    (project.root / "verify.md").mkdir()
    done = project.run("verify", "replay", "s.jsonl", "--report", "md")
    assert done.status == 2 and "verify.md: can't be written" in done.err


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        (([completion()], [response()]), 0),
        (([completion()], [error(400)]), 1),
        (([completion()], [response("bye")]), 2),
        (([completion("a")] * 4, [response("b")] * 4), 1),
        (([], []), 2),
    ],
)
def test_exit_status_of_a_journal(project: Project, answers: Any, status: int) -> None:
    journal(project, run_of((prepared(CHAT), *answers)))
    assert project.run("verify", "report", "run.jsonl").status == status


def test_a_journal_that_is_none(project: Project) -> None:
    project.file("run.jsonl", "{}\n")
    assert project.run("verify", "report", "run.jsonl").status == 2
    assert "gone.jsonl" in project.run("verify", "report", "gone.jsonl").err


def test_the_journal_of_a_replay_gives_the_same_report(project: Project) -> None:
    project.file("s.jsonl", line("one") + line("two"))
    project.run("verify", "replay", "s.jsonl", "--journal", "j.jsonl", "--report", "json=a.json")
    project.run("verify", "report", "j.jsonl", "--report", "json=b.json")
    assert (project.root / "a.json").read_text() == (project.root / "b.json").read_text()


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A converter that loses the system message."""
    from migrator.verification.replay import prepare

    convert = prepare.convert_request

    def worse(*given: Any) -> dict[str, Any]:
        body = convert(*given)
        return {**body, "input": [item for item in body["input"] if item.get("role") != "system"]}

    monkeypatch.setattr(prepare, "convert_request", worse)
    yield


@pytest.mark.usefixtures("lossy")
def test_a_lost_message_shows(project: Project) -> None:
    messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]
    project.file("s.jsonl", line("one") + line("two", messages=messages))
    done = project.run("verify", "replay", "s.jsonl")
    assert done.status == 1
    assert "outside noise two" in done.out and "1 outside noise, 1 same contract." in done.out


def test_a_server_without_responses(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.file("s.jsonl", line("one"))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-none")
    with Emulator() as emulator:
        done = project.run(
            "verify", "replay", "s.jsonl", "--live", "--yes", "--draws", "1",
            "--chat-base-url", emulator.base_url,
            "--responses-base-url", f"{emulator.root_url}/nowhere",
        )  # fmt: skip
    assert done.status == 2
    assert "has no /responses" in done.err and done.out == ""
