"""``migrator verify extract | record | import | replay`` on the command line."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import PLAIN, Project
from tests.verification.replay.faulty import Faulty, error

HI = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
SECRET = "sk-" + "abcdefghijklmnopqrstuvwx"


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith(("OPENAI_", "AZURE_OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def server() -> Iterator[Faulty]:
    with Faulty() as faulty:
        yield faulty


def samples(project: Project, *bodies: Any) -> None:
    lines = [
        {"custom_id": str(number), "method": "POST", "url": "/v1/chat/completions", "body": body}
        for number, body in enumerate(bodies or (HI,))
    ]
    project.file("samples.jsonl", "".join(json.dumps(line) + "\n" for line in lines))


def bodies(project: Project) -> list[Any]:
    text = (project.root / "samples.jsonl").read_text()
    return [json.loads(line)["body"] for line in text.splitlines()]


# -- getting samples ----------------------------------------------------------------------


def test_extract(project: Project) -> None:
    literal = PLAIN.replace('"content": question', '"content": "hi"')
    project.write(app__one=literal, two=PLAIN)
    done = project.run("verify", "extract", "--template", "values.toml")
    assert done.status == 0, done.err
    assert done.err == (
        "two.py:7: skipped: needs `question`\n"
        "values.toml: 1 values to fill in.\n"
        "samples.jsonl: 1 new sample.\n"
    )
    filled = (project.root / "values.toml").read_text().replace('# question = ""', 'question = "x"')
    project.file("values.toml", filled)
    done = project.run("verify", "extract", "--values", "values.toml")
    assert done.err == "samples.jsonl: 1 new sample, 1 were there.\n"
    assert [each["messages"][0]["content"] for each in bodies(project)] == ["hi", "x"]


def test_extract_with_invented_texts(project: Project) -> None:
    project.write(a=PLAIN)
    assert project.run("verify", "extract", "--invent").status == 0
    assert bodies(project)[0]["messages"] == [{"role": "user", "content": "question"}]


def test_extract_finds_nothing(project: Project) -> None:
    project.write(a="x = 1\n")
    done = project.run("verify", "extract")
    assert done.status == 2 and "no chat call whose request is known" in done.err
    done = project.run("verify", "extract", "none.py")
    assert done.status == 2 and "no such file" in done.err
    done = project.run("verify", "extract", "--values", "none.toml")
    assert done.status == 2 and "none.toml: can't be read" in done.err


def test_record(project: Project) -> None:
    project.write(main=PLAIN + f"\n\nask('the key is {SECRET}')\nraise SystemExit(3)\n")
    done = project.run("verify", "record", "--redact", "is", "--", sys.executable, "main.py")
    assert done.status == 3, done.err
    assert done.err.endswith("samples.jsonl: 1 new sample.\n")
    (body,) = bodies(project)
    assert body["messages"][0]["content"] == "the key [redacted] [redacted]"


def test_record_nothing(project: Project) -> None:
    done = project.run("verify", "record", "--", sys.executable, "-c", "pass")
    assert done.status == 2 and done.err.startswith("No chat request was made")
    done = project.run("verify", "record", "--", "nonono")
    assert (done.status, done.err) == (2, "migrator: nonono: no such command\n")


def test_import(project: Project) -> None:
    samples(project, {**HI, "user": "me"})
    request = {"method": "POST", "uri": "https://api.openai.com/v1/chat/completions",
               "body": json.dumps(HI)}  # fmt: skip
    other = {**request, "uri": "https://api.groq.com/v1/chat/completions"}
    response = {"status": {"code": 200}, "body": {"string": "{}"}}
    pairs = [{"request": each, "response": response} for each in (request, other)]
    project.file("tapes/a.json", json.dumps({"interactions": pairs}))
    project.file("tapes/b.json", "{}")
    done = project.run("verify", "import", "tapes", "samples.jsonl", "-o", "all.jsonl",
                       "--redact-field", "user", "--plain")  # fmt: skip
    assert done.status == 0, done.err
    assert done.err == (
        "1 request was for api.groq.com; --allow-host api.groq.com takes them in.\n"
        "all.jsonl: 2 new samples.\n"
    )
    text = (project.root / "all.jsonl").read_text()
    assert '"user": "[redacted]"' in text and "migrator" not in text
    assert project.run("verify", "import", "tapes/b.json").status == 2
    assert project.run("verify", "import").status == 2


def test_import_refuses_what_it_can_not_clean(project: Project) -> None:
    samples(project, {**HI, "logit_bias": {SECRET: 1}}, HI)
    done = project.run("verify", "import", "samples.jsonl", "-o", "all.jsonl")
    assert done.status == 2
    assert "sample '0' holds an OpenAI key at `body.logit_bias.[redacted]`; left out" in done.err
    assert SECRET not in (project.root / "all.jsonl").read_text() + done.err


def test_import_stored(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import openai

    from migrator.verification.emulator import Emulator

    with Emulator() as emulator:
        client = openai.OpenAI(base_url=emulator.base_url, api_key="k", max_retries=0)
        client.chat.completions.create(**HI, store=True)  # type: ignore[call-overload]
        done = project.run("verify", "import", "--stored", "--base-url", emulator.base_url)
        assert done.status == 2 and "HTTP 401" in done.err
        monkeypatch.setenv("OPENAI_API_KEY", "k")
        done = project.run("verify", "import", "--stored", "--base-url", emulator.base_url)
    assert done.status == 0, done.err
    assert bodies(project)[0]["messages"] == HI["messages"]


# -- replaying them -----------------------------------------------------------------------


def test_replay_on_the_emulator(project: Project) -> None:
    samples(project, HI, {**HI, "stream": True})
    done = project.run("verify", "replay", "samples.jsonl")
    assert done.status == 0, done.out + done.err
    assert done.err.startswith("Plan: 4 requests to emulator: 2 samples × 2 endpoints.\n")
    assert sorted(each.name for each in project.root.iterdir()) == ["samples.jsonl"]


def test_replay_live(project: Project, server: Faulty) -> None:
    samples(project)
    arguments = ("verify", "replay", "samples.jsonl", "--live", "--base-url", server.url)
    done = project.run(*arguments)
    assert done.status == 2 and "pass --yes" in done.err and server.count() == 0
    done = project.run(*arguments, "--yes", "--draws", "2")
    assert done.status == 0, done.out + done.err
    assert server.count() == 4
    assert (project.root / "samples.journal.jsonl").exists()
    assert project.run(*arguments, "--draws", "2").status == 0, "nothing to send, nothing to ask"
    assert server.count() == 4


def test_replay_that_stops(project: Project, server: Faulty) -> None:
    samples(project)
    server.script = lambda asked: error(401, "Incorrect API key provided: sk-12.", "x")
    done = project.run(
        "verify", "replay", "samples.jsonl", "--live", "--base-url", server.url, "-y"
    )
    assert done.status == 2
    last = done.err.splitlines()[-1]
    assert last.startswith("migrator: 127.0.0.1:") and "refuses the key" in last
    assert last.endswith(
        "6 requests were not sent or not served; run again to go on from samples.journal.jsonl"
    )
    assert "sk-12" not in done.err


@pytest.mark.parametrize(
    "arguments, why",
    [
        (["none.jsonl"], "none.jsonl: can't be read: No such file"),
        (["samples.jsonl", "--base-url", "http://127.0.0.1/v1"], "a base URL needs --live"),
        (["samples.jsonl", "--live"], "there is no key for api.openai.com: set OPENAI_API_KEY"),
        (
            ["samples.jsonl", "--live", "--base-url", "https://x.example/v1"],
            "--allow-host x.example",
        ),
        (["samples.jsonl", "--prices", "none.toml"], "none.toml: can't be read"),
        (["samples.jsonl", "--journal", "samples.jsonl"], "samples.jsonl:1: no journal"),
        (["empty.jsonl"], "there are no samples"),
        (["bad.jsonl"], "bad.jsonl:1: no JSON"),
        (["samples.jsonl", "other.jsonl"], "another sample is called '0', too"),
        (["secret.jsonl"], "secret.jsonl: sample '0' holds an OpenAI key at `body.messages[0]"),
    ],
)
def test_replay_can_not_run(project: Project, arguments: list[str], why: str) -> None:
    samples(project, {"model": "m", "messages": [{"role": "user", "content": SECRET}]})
    (project.root / "samples.jsonl").rename(project.root / "secret.jsonl")
    samples(project, {**HI, "n": 1})
    (project.root / "samples.jsonl").rename(project.root / "other.jsonl")
    samples(project)
    project.file("empty.jsonl", "\n")
    project.file("bad.jsonl", "{")
    before = {each: each.read_bytes() for each in project.root.iterdir()}
    done = project.run("verify", "replay", *arguments)
    assert done.status == 2 and why in done.err
    assert SECRET not in done.err
    assert {each: each.read_bytes() for each in project.root.iterdir()} == before
