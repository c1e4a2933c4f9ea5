"""Conversations of one file, and what other files have to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.checking.fixing import changes
from migrator.checking.run import check_paths
from migrator.config import Resolver
from migrator.reporting.conversations import as_lines, as_rows, conversations
from migrator.reporting.coverage import as_json, as_text

CHAT = """\
from openai import OpenAI


class Chat:
    def __init__(self):
        self.client = OpenAI()
        self.messages = []

    def say(self, text):
        self.messages.append({"role": "user", "content": text})
        response = self.client.chat.completions.create(model="gpt-4o", messages=self.messages)
        answer = response.choices[0].message.content
        self.messages.append({"role": "assistant", "content": answer})
        return answer
"""
STREAM = """\
from openai import OpenAI

client = OpenAI()


def chat():
    messages = []
    while True:
        messages.append({"role": "user", "content": input()})
        stream = client.chat.completions.create(model="gpt-4o", messages=messages, stream=True)
        answer = ""
        for chunk in stream:
            answer += chunk.choices[0].delta.content or ""
        messages.append({"role": "assistant", "content": answer})
"""

# (another file, whether the list stays)
OTHERS = [
    ("from app.chat import Chat\n\nprint(Chat().say('hi'))\n", False),
    ("import json\n\nprint(json.dumps({}))\n", False),
    ("import threading\n", True),
    ("from flask import Flask\n", True),
    ("import asyncio\n", True),
    ("import pickle\n", True),
    ("def show(bot):\n    print(bot.messages)\n", True),
    ("from app.chat import Chat\n\nprint(getattr(Chat(), 'messages'))\n", True),
]


def project(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"pyproject.toml": "", "app/__init__.py": "", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("other", "stays"), OTHERS)
def test_what_other_files_say(other: str, stays: bool, tmp_path: Path) -> None:
    project(tmp_path, {"app/chat.py": CHAT, "app/other.py": other})
    outcome = check_paths([str(tmp_path)], Resolver())
    (finding,) = [found for _, found in outcome.findings()]
    notes = [reason.code for reason in finding.reasons]
    assert finding.verdict == "rewrite"
    assert notes == (["CC602"] if stays else ["CC601"])
    rows = {row.keyword for row in finding.ledger}
    assert ("previous_response_id" in rows) != stays
    (change,) = changes(outcome, unsafe=False)
    assert (b"self.previous_id = response.id" in change.after) != stays
    assert (b"store=False" in change.after) == stays
    assert bool(conversations(outcome.files, unsafe=False)) != stays


def test_streams_raise_the_same_error_in_a_project_that_names_it(tmp_path: Path) -> None:
    other = "from openai import APIError\n\nfrom app.chat import chat\n"
    project(tmp_path, {"app/chat.py": STREAM, "app/other.py": other})
    (change,) = changes(check_paths([str(tmp_path)], Resolver()), unsafe=False)
    assert b"raise APIError(" in change.after
    assert b"response_id = event.response.id" in change.after
    assert b"previous_id = response_id" in change.after
    compile(change.after, "chat.py", "exec")


def test_the_report_names_every_conversation(tmp_path: Path) -> None:
    project(tmp_path, {"app/chat.py": CHAT, "app/stream.py": STREAM})
    outcome = check_paths([str(tmp_path)], Resolver())
    found = conversations(outcome.files, unsafe=False)
    lines = list(as_lines(found, would=False))
    assert lines[0] == "Now kept on the server:"
    assert [line.rsplit("/", 1)[-1].split(": ")[:2] for line in lines[1:3]] == [
        ["chat.py:7", "`self.messages`"],
        ["stream.py:7", "`messages`"],
    ]
    assert 'history = "list"' in lines[3] and "ignore[CC601]" in lines[3]
    assert [row["calls"] for row in as_rows(found)] == [[11], [10]]
    assert "Kept on the server from then on:" in as_text(outcome)
    assert '"kept_on_server": [' in as_json(outcome)
    assert not list(as_lines([], would=True))


def test_a_comment_keeps_the_list_and_is_used(tmp_path: Path) -> None:
    asked = CHAT.replace("messages = []", "messages = []  # migrator: ignore[CC601]")
    project(tmp_path, {"app/chat.py": asked})
    outcome = check_paths([str(tmp_path)], Resolver())
    assert not conversations(outcome.files, unsafe=False)
    assert not list(outcome.problems())


def test_a_comment_that_keeps_nothing_is_unused(tmp_path: Path) -> None:
    asked = CHAT.replace("return answer", "return answer  # migrator: ignore[CC601]")
    project(tmp_path, {"app/chat.py": asked})
    outcome = check_paths([str(tmp_path)], Resolver())
    assert conversations(outcome.files, unsafe=False)
    assert [problem.code for problem in outcome.problems()] == ["CC906"]
