"""No key reaches a sample file."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from migrator.verification.samples import Answer, Sample, SampleError
from migrator.verification.samples.redaction import REDACTED, Redactor

# Put together here, so that no scanner takes this file for a leak.
SECRETS = [
    "sk-" + "proj-abcdefghijklmnopqrst_1234",
    "sk-" + "abcdefghijklmnopqrstuvwx",
    "org-" + "abcdefghijklmnopqrst",
    "proj_" + "abcdefghijklmnopqrst",
    "Bearer " + "abcdefghijklmnopqrstuvwxyz",
    "eyJ" + "hbGciOiJIUzI1NiJ9." + "eyJ" + "zdWIiOiIxMjM0NSJ9.abc-def_123",
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + "a" * 36,
    "github_pat_" + "a" * 30,
    "glpat-" + "a" * 20,
    "AIza" + "a" * 35,
    "xoxb-" + "1234567890-abc",
    "sk_live_" + "a" * 24,
    "hf_" + "a" * 34,
    "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----",
    "postgres://user:" + "hunter2@db.example/x",
]


def asking(text: str, **more: Any) -> Sample:
    return Sample("a", {"model": "m", "messages": [{"role": "user", "content": text}], **more})


@pytest.mark.parametrize("secret", SECRETS)
def test_keys_go_wherever_they_stand(secret: str) -> None:
    answer = Answer(200, {"a": [{"b": f"x {secret} y"}]})
    stream = Answer(200, None, ({"delta": secret},), {"x": secret})
    for recorded in (answer, stream):
        sample = asking(f"use {secret}, please", metadata={"k": [secret]})
        dirty = Sample(sample.id, sample.body, None, recorded)
        with pytest.raises(SampleError, match="sample 'a' holds "):
            Redactor().check(dirty)
        clean = Redactor().clean(dirty)
        text = json.dumps(clean.to_json())
        assert json.dumps(secret)[1:-1] not in text and "hunter2" not in text
        assert clean.body["messages"][0]["content"].startswith("use ")
        assert Redactor().clean(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "Write about sk-learn and task-force-one-hundred-and-ten",
        "org-chart", "project_plan", "https://example.com/a:b@c", "the bearer of bad news",
        "the risk-adjusted-return-of-the-portfolio",
    ],
)  # fmt: skip
def test_ordinary_text_stays(text: str) -> None:
    assert Redactor().clean(asking(text)) == asking(text)


def test_fields_that_hold_secrets() -> None:
    tools = [{"type": "mcp", "authorization": "abc", "headers": {"Cookie": "x", "X": "y"}}]
    clean = Redactor(fields=["User"]).clean(asking("hi", tools=tools, user="me"))
    assert clean.body["tools"] == [
        {"type": "mcp", "authorization": REDACTED, "headers": {"Cookie": REDACTED, "X": "y"}}
    ]
    assert clean.body["user"] == REDACTED


def test_a_schema_may_name_a_password() -> None:
    schema = {"type": "object", "properties": {"password": {"type": "string"}}}
    sample = asking("hi", tools=[{"parameters": schema}])
    assert Redactor().clean(sample) == sample


def test_own_patterns_and_the_environment() -> None:
    environment = {"MY_API_KEY": "correct-horse-battery", "HOME": "/home/me-myself", "A_KEY": "x"}
    redactor = Redactor([r"\b\d{3}-\d{2}-\d{4}\b"], environment=environment)
    text = "123-45-6789 at /home/me-myself with correct-horse-battery, x"
    clean = redactor.clean(asking(text))
    assert clean.body["messages"][0]["content"] == (
        f"{REDACTED} at /home/me-myself with {REDACTED}, x"
    )
    with pytest.raises(re.error):
        Redactor(["("])


def test_what_can_not_be_replaced_is_refused() -> None:
    """The name of a key stays as it is, so a secret there stays, too."""
    with pytest.raises(
        SampleError, match=r"sample 'a' holds an OpenAI key at `body.logit_bias.\[redacted\]`"
    ):
        Redactor().clean(asking("hi", logit_bias={SECRETS[1]: 1}))


def test_what_replaces_a_key_is_the_same_on_both_sides() -> None:
    """One secret or another, the request means the same: a replay compares like with like."""
    one, other = (Redactor().clean(asking(f"key {each}")) for each in SECRETS[:2])
    assert one == other
