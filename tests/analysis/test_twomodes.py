"""Calls that stream or don't, as a variable says."""

from __future__ import annotations

import textwrap

import pytest

from .support import codes, only, plan_of, rewritten

CALL = 'client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": p}], '
LOOP = 'for chunk in r:\n    print(chunk.choices[0].delta.content or "", end="")\n'
PLAIN = "print(r.choices[0].message.content)\n"


def function(body: str, given: str = "stream=stream") -> str:
    text = f"r = {CALL}{given})\n" + textwrap.dedent(body).strip("\n")
    return (
        "import openai\ndef ask(self, p, stream=False, other=None):\n"
        + textwrap.indent(text, "    ")
        + "\n"
    )


def under(test: str, body: str, other: str) -> str:
    return f"if {test}:\n{textwrap.indent(body, '    ')}else:\n{textwrap.indent(other, '    ')}"


KNOWN = [
    under("stream", LOOP, PLAIN),
    under("not stream", PLAIN, LOOP),
    f"if stream:\n{textwrap.indent(LOOP, '    ')}    return\n{PLAIN}",
    f"if not stream:\n{textwrap.indent(PLAIN, '    ')}    return\n{LOOP}",
    f"if stream and p:\n{textwrap.indent(LOOP, '    ')}",
    f"if not stream:\n    return r.choices[0].message.content\nwith r:\n{textwrap.indent(LOOP, '    ')}",
]


@pytest.mark.parametrize("body", KNOWN)
def test_known(body: str) -> None:
    text = rewritten(function(body))
    assert "for event in r:" in text and "choices" not in text


def test_attribute() -> None:
    text = rewritten(function(under("self.stream", LOOP, PLAIN), "stream=self.stream"))
    assert "for event in r:" in text and "r.output_text" in text


REFUSED = [
    LOOP,
    PLAIN,
    "return r\n",
    under("other", LOOP, PLAIN),
    under("stream or other", LOOP, PLAIN),
    f"if stream:\n{textwrap.indent(LOOP, '    ')}{PLAIN}",
    "stream = other\n" + under("stream", LOOP, PLAIN),
    f"if isinstance(r, dict):\n{textwrap.indent(LOOP, '    ')}",
    "self.r = r\n",
]


@pytest.mark.parametrize("body", REFUSED)
def test_refused(body: str) -> None:
    finding = only(plan_of(function(body)))
    assert finding.verdict == "blocked" and codes(finding) & {"CC213", "CC308", "CC309"}


@pytest.mark.parametrize("given", ["stream=bool(stream)", "stream=stream or other", "stream=f()"])
def test_no_switch(given: str) -> None:
    finding = only(plan_of(function(under("stream", LOOP, PLAIN), given)))
    assert finding.verdict == "blocked" and "CC213" in codes(finding)
