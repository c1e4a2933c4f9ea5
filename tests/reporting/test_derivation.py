from __future__ import annotations

import io

from rich.console import Console

from migrator.planning.model import Member, Place
from migrator.reporting.derivation import as_text, print_tables
from migrator.reporting.summary import closing
from tests.plans import checked, finding, sample


def test_plain_text() -> None:
    call = finding(9, "blocked", reasons=("CC301",))
    call.notes = ["ids look different"]
    group = checked(call).plan.groups[0]
    group.members.append(Member("client", Place("other.py", 1, 1), "client = OpenAI()"))
    assert as_text(call, group).splitlines() == [
        "app.py:9:14: CC101 `client.chat.completions.create` is called",
        "",
        "Verdict:",
        "  blocked  it stays as it is, for the reasons below",
        "",
        "Call:",
        "  spelling  client.chat.completions.create",
        "  model     gpt-4.1",
        "  host      openai",
        "  client    OpenAI",
        "  built at  1:1",
        "  evidence  no base_url",
        "",
        "Group app.py#9:",
        "  call    9:14          answer = client.chat.completions.create(model=name, message…",
        "  client  other.py:1:1  client = OpenAI()",
        "",
        "Request:",
        "  messages  renamed  messages=messages  input=messages",
        "  store     added                       store=False     answers are not kept",
        "",
        "Reasons:",
        "  CC301  block  10:5  The result is used in a way migrator does not know: because of CC301",
        "",
        "Notes:",
        "  ids look different",
    ]


def test_tables_say_the_same() -> None:
    call = finding(9, "blocked", reasons=("CC301",))
    stream = io.StringIO()
    print_tables(call, checked(call).plan.groups[0], Console(file=stream, width=200))
    shown = stream.getvalue()
    for word in ("blocked", "OpenAI", "input=messages", "because of CC301", "store=False"):
        assert word in shown


def test_summary_of_a_fix() -> None:
    found = sample()
    found.files[0].plan.findings.pop(0)
    assert list(closing(found, 1, 1)) == [
        "Rewrote 1 use in 1 file.",
        "Suggested 1 more (apply with `--unsafe-fixes`):",
        "     1 × CC322 The whole result is printed or logged, and would look different",
        "Blocked 1, by reason (`migrator explain CODE`):",
        "     1 × CC201 `n` asks for several answers; Responses gives one",
        "     1 × CC301 The result is used in a way migrator does not know",
        "Kept 2 that are fine as they are (`--show-kept` lists them).",
    ]


def test_summary_of_nothing() -> None:
    found = sample()
    found.files[0].plan.findings.clear()
    assert list(closing(found, 0, 0)) == ["Nothing to rewrite."]
