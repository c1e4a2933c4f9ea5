"""Assistant messages that repeat what a stream said."""

from __future__ import annotations

import textwrap

import pytest

from .support import codes, plan_of, rewritten

START = """import openai
def ask(prompt):
    messages = [{"role": "user", "content": prompt}]
    stream = client.chat.completions.create(
        model="gpt-4o", messages=messages, stream=True,
        tools=[{"type": "function", "function": {"name": "f"}}],
    )
    text = ""
    calls = {}
    for chunk in stream:
        delta = chunk.choices[0].delta
        text += delta.content or ""
        for tc in delta.tool_calls or []:
            if tc.index not in calls:
                calls[tc.index] = {
                    "id": tc.id, "type": "function",
                    "function": {"name": tc.function.name, "arguments": ""},
                }
            calls[tc.index]["function"]["arguments"] += tc.function.arguments
"""
END = """
    client.chat.completions.create(model="gpt-4o", messages=messages)
"""


def source_of(message: str, before: str = "pass") -> str:
    middle = f"{before}\nmessages.append({message})"
    return START + textwrap.indent(middle, "    ") + END


def message(content: str = "text", calls: str = "list(calls.values())") -> str:
    return f'{{"role": "assistant", "content": {content}, "tool_calls": {calls}}}'


ENTRY = (
    '[{"id": c["id"], "type": "function", "function": {"name": c["function"]["name"], '
    '"arguments": c["function"]["arguments"]}} for c in calls.values()]'
)


@pytest.mark.parametrize(
    "content", ["text", "text or None", 'text or ""', "text if text else None"]
)
@pytest.mark.parametrize(
    "calls", ["list(calls.values())", "[c for c in calls.values()]", "[calls[i] for i in calls]",
              "[calls[i] for i in sorted(calls)]", ENTRY],
)  # fmt: skip
def test_all_of_it(content: str, calls: str) -> None:
    assert "messages.extend(response.output)" in rewritten(source_of(message(content, calls)))


@pytest.mark.parametrize("content", ["None", '""'])
def test_without_the_text(content: str) -> None:
    text = " ".join(rewritten(source_of(message(content))).split())
    assert 'messages.extend(item for item in response.output if item.type != "message")' in text


def test_name_in_use() -> None:
    text = rewritten(source_of(message(), "response = 1"))
    assert "completed = event.response" in text and "messages.extend(completed.output)" in text


@pytest.mark.parametrize(
    ("given", "before"),
    [
        (message("text.strip()"), "pass"),
        (message("prompt"), "pass"),
        (message(), "text += '!'"),
        (message(), "text = text or prompt"),
        (message(calls="[c for c in calls.values() if c]"), "pass"),
        (message(calls="[dict(c) for c in calls.values()]"), "pass"),
        (message(calls="list(calls.values())[:1]"), "pass"),
        (message(calls="prompt"), "pass"),
        (message(), "for c in calls.values(): c['id'] = prompt"),
        (message(), "for c in calls.values(): c['function']['arguments'] += prompt"),
        (message(), "for c in calls.values(): print(c.pop('id'))"),
        (message(), "for c in calls.values(): ask(c)"),
        (message(), "for c in list(calls.values()): c['id'] = prompt"),
        (message(), "for i, c in enumerate(calls.values()): c.update(id=prompt)"),
        (message().replace("}", ', "name": "x"}', 1), "pass"),
        (message().replace("assistant", "user"), "pass"),
        (message(calls=ENTRY.replace('c["id"]', "prompt")), "pass"),
        (message(calls=ENTRY.replace('["name"]', '["arguments"]')), "pass"),
    ],
)
def test_anything_else(given: str, before: str) -> None:
    finding = plan_of(source_of(given, before)).findings[0]
    assert finding.verdict == "blocked"
    assert codes(finding) & {"CC234", "CC237", "CC238", "CC303", "CC240"}
