"""A finding names `--azure-v1` where it would help, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.checking.run import check_paths
from migrator.config import Resolver

CLIENT = """\
from openai import AzureOpenAI

client = AzureOpenAI(azure_endpoint="https://a.openai.azure.com", api_version="2024-06-01")


def ask(text):
    response = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": text}]
    )
    return response.choices[0].message.content or ""
"""


@pytest.mark.parametrize(
    ("text", "other", "helps"),
    [
        (CLIENT, "", True),
        (CLIENT.replace('model="gpt-4o"', 'model="gpt-4o", n=2'), "", False),
        (CLIENT + "client.models.list()\n", "", False),
        (CLIENT, "from llm import client\nclient.models.list()\n", False),
        (CLIENT, 'import llm\npatch("llm.AzureOpenAI")\n', False),
        (CLIENT, "from llm import ask\n", True),
        (CLIENT, 'import os\nos.environ["AZURE_OPENAI_AD_TOKEN"]\n', False),
    ],
)
def test_the_hint(tmp_path: Path, text: str, other: str, helps: bool) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "llm.py").write_text(text)
    (tmp_path / "other.py").write_text(other)
    outcome = check_paths([str(tmp_path / "llm.py")], Resolver())
    ((_, finding),) = outcome.findings()
    reason = next(each for each in finding.reasons if each.code == "CC406")
    assert ("--azure-v1" in reason.message) is helps
    moving = Resolver([("test", {"azure-v1": True})])
    ((_, moved),) = check_paths([str(tmp_path / "llm.py")], moving).findings()
    assert (moved.verdict == "rewrite") is helps
