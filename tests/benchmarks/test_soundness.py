from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import soundness

# Spellings that look least like the usual ones; each file holds something `check` reports.
SPELLINGS = {
    "plain": "from openai import OpenAI\nOpenAI().chat.completions.create()\n",
    "spread": "from openai import OpenAI\n(OpenAI()\n .chat  # a chat\n .completions\n .create())\n",
    "joined": "import openai\nopenai.OpenAI().chat. \\\n    completions.create()\n",
    "alias": "from openai import OpenAI\nchat = OpenAI().chat\nchat.completions.create()\n",
    "getattr": "from openai import OpenAI\ngetattr(OpenAI().chat, 'completions').create()\n",
    "getattrs": "from openai import OpenAI\ngetattr(OpenAI(), 'chat').completions.create()\n",
    "legacy": "import openai\nopenai.ChatCompletion.create()\n",
    "legacy_async": "import openai\nawait_me = openai.ChatCompletion.acreate()\n",
    "legacy_import": "from openai import ChatCompletion\nChatCompletion.create()\n",
    "legacy_alias": "from openai import ChatCompletion as Chat\nChat.create()\n",
    "raw": "import requests\nrequests.post('https://api.openai.com/v1/chat/completions')\n",
    "types": "from openai.types.chat import ChatCompletionMessageParam\n",
    "types_of": "from openai.types import chat\nprint(chat.ChatCompletion)\n",
    "types_module": "import openai.types.chat as t\nprint(t.ChatCompletion)\n",
    "typed": "import openai\nx: openai.types.chat.ChatCompletion\n",
    "double": "from unittest import mock\nmock.patch('openai.resources.chat.completions.Completions')\n",
    "module": "import openai\nopenai.chat.completions.create()\n",
    "beta": "from openai import OpenAI\nOpenAI().beta.chat.completions.parse()\n",
    "resource": "from openai import OpenAI\nc = OpenAI().chat\nd = c.completions\nd.create()\n",
    "class": "from openai.resources.chat import Completions\nprint(Completions.create)\n",
    "batch": "line = {'url': '/v1/chat/completions'}\n",
}


def test_the_filter_hides_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, text in SPELLINGS.items():
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    assert soundness.main([str(tmp_path), "--generated", "60"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "0 findings" not in first
    assert second.endswith("6 findings filtered, 6 not: the same")


def test_a_hidden_finding_is_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text(SPELLINGS["plain"], encoding="utf-8")
    seen = iter([set[str](), {"a.py:2:1: CC101 rewrite"}])
    monkeypatch.setattr(soundness, "findings", lambda folder, filtered: next(seen))
    assert soundness.main([str(tmp_path)]) == 1
    assert "hidden by the filter" in capsys.readouterr().out


def test_a_run_without_a_document_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundness, "_RUN", "raise SystemExit('oh no')")
    with pytest.raises(soundness.Failed, match="oh no"):
        soundness.findings(tmp_path, True)
