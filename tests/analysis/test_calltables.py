"""Tool calls collected from the chunks of a stream, in dicts and in lists."""

from __future__ import annotations

import textwrap

import pytest

from .support import codes, only, plan_of, rewritten

START = """import openai
def show(prompt):
    stream = client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": prompt}], stream=True,
        tools=[{"type": "function", "function": {"name": "f"}}],
    )
"""
ADDED = 'event.type == "response.output_item.added" and event.item.type == "function_call":'
MORE = 'event.type == "response.function_call_arguments.delta":'


def source_of(body: str, first: str = "calls = {}", last: str = "") -> str:
    lines = [first, "for chunk in stream:"]
    lines += ["    for tc in chunk.choices[0].delta.tool_calls or []:"]
    lines.append(textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8))
    lines.append(textwrap.dedent(last).strip("\n"))
    return START + textwrap.indent("\n".join(lines), "    ") + "\n"


def parts_of(text: str) -> tuple[list[str], list[str]]:
    """Return what happens for the first part of a call, and for its arguments."""
    text = " ".join(text.split()).replace("( event.type", "event.type")
    text = text.replace('"function_call" ):', '"function_call":')
    added = text.partition(ADDED)[2].partition(" elif ")[0]
    return [added.strip()], [text.partition(MORE)[2].partition(" elif ")[0].strip()]


KEPT = [
    (
        """
        if tc.index not in calls:
            calls[tc.index] = {"a": ""}
        calls[tc.index]["a"] += tc.function.arguments
        """,
        'calls[event.output_index] = {"a": ""}',
        'calls[event.output_index]["a"] += event.delta',
    ),
    (
        """
        if tc.index not in calls: calls[tc.index] = {"a": ""}
        if tc.index in calls: calls[tc.index]["a"] += tc.function.arguments
        """,
        'calls[event.output_index] = {"a": ""}',
        'calls[event.output_index]["a"] += event.delta',
    ),
    (
        """
        e = calls.get(tc.index)
        if e is None:
            e = {"id": tc.id, "a": ""}
            calls[tc.index] = e
        e["a"] += tc.function.arguments or ""
        """,
        'e = {"id": event.item.call_id, "a": ""} calls[event.output_index] = e',
        'e = calls[event.output_index] e["a"] += event.delta',
    ),
    (
        """
        if tc.id:
            e = calls.setdefault(tc.id, {"n": tc.function.name, "a": ""})
        e["a"] += tc.function.arguments
        """,
        'e = calls.setdefault(event.item.call_id, {"n": event.item.name, "a": ""})',
        'e["a"] += event.delta',
    ),
    (
        """
        if tc.index not in calls: calls[tc.index] = tc
        else: calls[tc.index].function.arguments += tc.function.arguments
        """,
        "calls[event.output_index] = event.item",
        "calls[event.output_index].arguments += event.delta",
    ),
]


@pytest.mark.parametrize(("body", "added", "more"), KEPT)
def test_dicts(body: str, added: str, more: str) -> None:
    text = rewritten(source_of(body, last="print(len(calls))"))
    assert parts_of(text) == ([added], [more])


ROOM = [
    "if len(calls) <= tc.index: calls.append('')",
    "if tc.index >= len(calls): calls.append('')",
    "if tc.index == len(calls): calls.append('')",
    "if len(calls) < tc.index + 1: calls.append('')",
    "while len(calls) <= tc.index: calls.append('')",
    "if tc.id: calls.append('')",
]


@pytest.mark.parametrize("room", ROOM)
def test_lists(room: str) -> None:
    body = f"{room}\ncalls[tc.index] += tc.function.arguments"
    text = rewritten(source_of(body, "calls = []", "print(calls[0], calls)"))
    assert parts_of(text) == (["calls.append('')"], ["calls[-1] += event.delta"])


REFUSED = [
    ("self.calls[tc.index] = tc.id", ""),
    ("calls[str(tc.index)] = tc.id", ""),
    ("calls[tc.index] = tc.index", ""),
    ("calls[tc.index] = tc", "print(calls)"),
    ("calls[tc.index] = tc", "for c in calls.values(): print(c)"),
    ("calls[tc.index] = tc.id", "print(calls)"),
    ("calls[tc.index] = tc.id", "print(list(calls))"),
    ("calls[tc.index] = tc.id", "print(calls[0])"),
    ("calls[tc.index] = tc.id", "for i in range(len(calls)): print(calls[i])"),
    ("calls[tc.index] = tc.id", "for i, c in calls.items(): print(i, c)"),
    ("calls[tc.index] = tc.id", "for i in calls: print(i, calls[i])"),
    ("calls[tc.index] = tc.id", "show(calls)"),
    ("calls[tc.index] = tc.id", "other = calls"),
    ("calls[tc.index] = tc.id", "return calls"),
    ("if tc.index == 0: print(tc.function.arguments)", ""),
    ("if flag and tc.index not in calls: calls[tc.index] = ''", "print(len(calls))"),
    ("print(tc)", ""),
    ("print(tc.function)", ""),
    ("print(tc.index)", ""),
    ("last = tc.index", "print(last)"),
    ("calls[tc.index] = tc.function.arguments.strip\nprint(tc.custom)", ""),
]


@pytest.mark.parametrize(("body", "last"), REFUSED)
def test_refused(body: str, last: str) -> None:
    finding = only(plan_of(source_of(body, last=last)))
    assert finding.verdict == "blocked" and codes(finding) & {"CC303", "CC316"}


@pytest.mark.parametrize(
    ("first", "body", "last"),
    [
        ("calls = ['']", "if len(calls) <= tc.index: calls.append('')", ""),
        ("calls = []; calls.append(1)", "if len(calls) <= tc.index: calls.append('')", ""),
        ("calls = list(prompt)", "calls[tc.index] = tc.id", ""),
        ("calls = []", "calls[tc.index] = tc.id", ""),
        ("calls = []", "if prompt: calls.append('')", "calls[tc.index] = 1"),
        ("calls = []", "if len(calls) < tc.index: calls.append('')", ""),
        ("calls = []", "if len(calls) <= tc.index: calls.extend(['', ''])", ""),
        ("calls = []", "if len(calls) <= tc.index: calls.append(''); calls.append('')", ""),
    ],
)
def test_lists_refused(first: str, body: str, last: str) -> None:
    body = f"{body}\n{last or 'calls[tc.index] += tc.function.arguments'}"
    finding = only(plan_of(source_of(body, first, "print(calls)")))
    assert finding.verdict == "blocked" and codes(finding) & {"CC303", "CC215"}
