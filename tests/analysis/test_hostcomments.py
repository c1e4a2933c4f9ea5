"""Comments at a constructor that settle whose client it builds."""

from __future__ import annotations

import pytest

from migrator.documents.hostwords import host_word

from .support import codes, only, plan_of

CALL = 'r = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "x"}])\n'


@pytest.mark.parametrize(
    ("comment", "word"),
    [
        ("# migrator: host=openai", "openai"),
        ("#migrator:host = other", "other"),
        ("# migrator: host=opnai", "opnai"),
        ("# migrator: host=openai  # since 2026", "openai"),
        ("# migrator: host=", ""),
        ("# migrator: ignore[CC101]", None),
        ("# migrator: hosts=openai", None),
        ("# say migrator: host=openai", None),
        ("# host=openai", None),
    ],
)
def test_words(comment: str, word: str | None) -> None:
    assert host_word(comment) == word


# (what builds `client`, the host's verdict)
SETTLED = [
    ("client = OpenAI(base_url=url)  # migrator: host=openai", "openai"),
    ("# migrator: host=openai\nclient = OpenAI(base_url=url)", "openai"),
    ("client = OpenAI(\n    base_url=url,\n)  # migrator: host=openai", "openai"),
    ("client = OpenAI(  # migrator: host=openai\n    base_url=url,\n)", "openai"),
    ("client = OpenAI(base_url=url)  # migrator: host=other", "other"),
    ("client = OpenAI()  # migrator: host=other", "other"),
    ("client = OpenAI(base_url='http://localhost/v1')  # migrator: host=openai", "openai"),
    ("from app import make\nclient = make()  # migrator: host=openai", "openai"),
    ("from app import client  # migrator: host=openai", "openai"),
    ("client = OpenAI(base_url=url)  # migrator: host=opnai", "unknown"),
    ("client = OpenAI(base_url=url)\n# migrator: host=openai", "unknown"),
    ("x = '# migrator: host=openai'; client = OpenAI(base_url=url)", "unknown"),
    ("import instructor\nclient = instructor.patch(OpenAI())  # migrator: host=openai", "other"),
    ("from openai import AzureOpenAI\nclient = AzureOpenAI()  # migrator: host=openai", "azure-dated"),
]  # fmt: skip


@pytest.mark.parametrize(("built", "verdict"), SETTLED, ids=[row[0] for row in SETTLED])
def test_comments_at_constructors(built: str, verdict: str) -> None:
    plan = plan_of(f"from openai import OpenAI\n{built}\npass\n{CALL}", head="")
    host = only(plan).host
    assert host is not None and host.verdict == verdict


def test_one_of_two_clients_is_settled() -> None:
    text = (
        "from openai import OpenAI\n"
        "if x:\n    client = OpenAI(base_url=a)  # migrator: host=openai\n"
        "else:\n    client = OpenAI(base_url=b)\n"
    )
    finding = only(plan_of(text + CALL, head=""))
    assert codes(finding) == {"CC404"}
    assert finding.host is not None and finding.host.built is not None
    assert finding.host.built.line == 5


def test_another_word_is_part_of_the_evidence() -> None:
    text = "from openai import OpenAI\nclient = OpenAI(base_url=url)  # migrator: host=opnai\n"
    finding = only(plan_of(text + CALL, head=""))
    assert "`# migrator: host=opnai` says neither openai nor other" in finding.reasons[0].message
