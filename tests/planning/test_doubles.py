"""Which test doubles move along with the calls they stand for, and what stops the others."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.checking.run import check_paths
from migrator.config import Resolver

CODE = """\
from openai import OpenAI

client = OpenAI()


def ask(question):
    response = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content


class Asker:
    def __init__(self):
        self.client = client
"""
HEAD = """\
from types import SimpleNamespace
from unittest.mock import ANY, AsyncMock, MagicMock, Mock, call, patch

import pytest

from app import llm

"""
NAME = '"app.llm.client.chat.completions.create"'
ANSWER = 'Mock(choices=[Mock(message=Mock(content="red"))])'
WITH = f"""
def test_ask():
    with patch({NAME}) as create:
        create.return_value = {ANSWER}
        assert llm.ask("?") == "red"
"""

# (what the test file holds, part of the reason, or "" where the double moves along)
SUITES = [
    (WITH, ""),
    (WITH + "        create.assert_called_once_with(model=ANY, messages=ANY)\n", ""),
    (WITH + "        create.assert_called_once_with(ANY)\n", "the calls are compared"),
    (WITH + "        create.assert_called_once_with(model=ANY, stop=ANY)\n", "compared with"),
    (WITH + "        create.assert_has_calls([call(model=ANY, messages=ANY)])\n", "is used"),
    (WITH + "        create.assert_called_once()\n        assert create.call_count == 1\n", ""),
    (WITH + "        assert create.call_args.kwargs['messages']\n", ""),
    (WITH + "        assert create.call_args[1]['messages']\n", ""),
    (WITH + "        assert create.call_args[0]\n", "looked up"),
    (WITH + "        assert create.call_args_list[0].kwargs.get('messages')\n", ""),
    (WITH + "        assert 'messages' in create.call_args.kwargs\n", ""),
    (WITH + "        key = 'messages'\n        create.call_args.kwargs[key]\n", "under a name"),
    (WITH + "        print(create.call_args)\n", "can't be followed"),
    (WITH + "        llm.ask.helper = create\n", "can't be followed"),
    (WITH.replace("Mock(content", "Mock(role='tool', content"), "`role` of the result"),
    (WITH.replace('"red"', "None", 1), "may be empty"),
    (WITH.replace('"red"', '""', 1), "may be empty"),
    (WITH.replace("[Mock(message", "[Mock(finish_reason='length', message"), "`finish_reason`"),
    (WITH.replace("[Mock(message", "[Mock(finish_reason='stop', message"), ""),
    (WITH.replace(ANSWER, f"{ANSWER[:-1]}, spec=['choices'])"), "`spec` of the result"),
    (WITH.replace(") as", ", autospec=True) as"), "`autospec`"),
    (WITH.replace(".return_value = ", ".side_effect = [") .replace("))])\n", "))])]\n"), ""),
    (WITH.replace(f".return_value = {ANSWER}", ".side_effect = ValueError('x')"), ""),
    (WITH.replace(f".return_value = {ANSWER}", ".side_effect = print"), "not an error"),
    (WITH.replace(f"create.return_value = {ANSWER}", "pass"), "not in sight"),
    (WITH + "        other = Mock(choices=[])\n        assert other\n", "may stand for a call"),
    (f"@patch({NAME})\n@patch('os.getcwd')\ndef test(cwd, create):\n"
     f"    create.return_value = {ANSWER}\n    llm.ask('?')\n", ""),
    (f"@patch({NAME})\nclass TestAsk:\n    def test(self, create):\n"
     f"        create.return_value = {ANSWER}\n        llm.ask('?')\n", "can't be followed"),
    (f"@pytest.fixture\ndef create():\n    with patch({NAME}) as mock:\n"
     f"        mock.return_value = {ANSWER}\n        yield mock\n\n\n"
     "def test(create):\n    llm.ask('?')\n    assert create.call_args.kwargs['messages']\n", ""),
    (f"def create():\n    with patch({NAME}) as mock:\n"
     f"        mock.return_value = {ANSWER}\n        yield mock\n", "who knows whom"),
]  # fmt: skip


def _verdicts(folder: Path, code: str, suite: str) -> tuple[set[str], str]:
    (folder / "pyproject.toml").write_text("")
    (folder / "app").mkdir()
    (folder / "app" / "__init__.py").write_text("")
    (folder / "app" / "llm.py").write_text(code)
    (folder / "test_llm.py").write_text(HEAD + suite)
    found = [finding for _, finding in check_paths([str(folder)], Resolver()).findings()]
    told = " ".join(reason.message for finding in found for reason in finding.reasons)
    return {finding.verdict for finding in found}, told


@pytest.mark.parametrize(("suite", "reason"), SUITES)
def test_suites(suite: str, reason: str, tmp_path: Path) -> None:
    verdicts, told = _verdicts(tmp_path, CODE.split("class Asker")[0], suite)
    assert verdicts == {"blocked" if reason else "rewrite"}, told
    assert reason in told


def test_a_client_that_is_handed_on(tmp_path: Path) -> None:
    verdicts, told = _verdicts(tmp_path, CODE, WITH)
    assert verdicts == {"blocked"}
    assert "`client` is handed on" in told


def test_code_that_reads_more(tmp_path: Path) -> None:
    code = CODE.split("class Asker")[0].replace(
        "    return", "    print(response.choices[0].finish_reason)\n    return"
    )
    verdicts, _ = _verdicts(tmp_path, code, WITH)
    assert verdicts == {"blocked"}
