"""A chat request and what the converter makes of it get one answer, from servers not ours.

Both requests reach one model there, so that equal text, calls and token counts mean that a third
party read the same prompt in both.
"""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from migrator.verification.convert import (
    ChatView,
    convert_request,
    view_completion,
    view_response,
)

from .conftest import Findings, Party
from .requests import KINDS, Kind, user

pytestmark = pytest.mark.servers

every = pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])


def chat_body(kind: Kind, changes: dict[str, Any]) -> dict[str, Any]:
    body = {**kind.body, **changes}
    return {name: value for name, value in body.items() if value is not None}


def answers(
    party: Party, chat: dict[str, Any]
) -> tuple[int, ChatView | None, int, ChatView | None]:
    """Return status and view of both endpoints' answers."""
    model = {"model": chat.get("model", party.model)}
    one, completion = party.send("/chat/completions", {**chat, **model})
    other, response = party.send("/responses", convert_request({**chat, **model}))
    return (
        one, view_completion(ChatCompletion.construct(**completion)) if one == 200 else None,
        other, view_response(Response.construct(**response)) if other == 200 else None,
    )  # fmt: skip


def said(view: ChatView | None) -> tuple[object, ...]:
    """Return what a program can see of an answer, ids and lengths of thinking aside."""
    assert view is not None and view.usage is not None
    calls = [(call.name, call.arguments) for call in view.tool_calls or ()]
    if view.function_call is not None:
        calls.append((view.function_call.name, view.function_call.arguments))
    counts = (view.usage.prompt_tokens, view.usage.completion_tokens)
    return view.content or "", calls, counts


@every
def test_third_party(kind: Kind, server: Party, findings: Findings) -> None:
    one, chat, other, responses = answers(server, chat_body(kind, {}))
    if kind.refused:
        assert one >= 400 and other >= 400, "it takes this by now: take `refused` away"
        findings.add(kind.name, "takes it on both endpoints", f"{one}/{other}", kind.refused)
    elif kind.unlike:
        assert (one, other) == (200, 200)
        assert said(chat) != said(responses), "they agree by now: take `unlike` away"
        findings.add(kind.name, "equal answers", "unequal answers", kind.unlike)
    else:
        assert (one, other) == (200, 200)
        assert said(chat) == said(responses)
        _compare_finish(kind, chat, responses, findings)


def _compare_finish(
    kind: Kind, chat: ChatView | None, responses: ChatView | None, findings: Findings
) -> None:
    assert chat is not None and responses is not None
    ends = chat.finish_reason, responses.finish_reason
    if kind.finish:
        assert ends[0] != ends[1], "they agree by now: take `finish` away"
        findings.add(kind.name, "equal finish reasons", " and ".join(ends), kind.finish)
    else:
        assert ends[0] == ends[1]


@every
def test_emulator(kind: Kind, emulator: Party) -> None:
    one, chat, other, responses = answers(emulator, chat_body(kind, kind.emulated))
    assert (one, other) == (200, 200)
    assert said(chat) == said(responses)
    assert chat is not None and responses is not None
    assert chat.finish_reason == responses.finish_reason


def test_answers_depend_on_the_prompt(server: Party) -> None:
    """Equal answers prove something only if another prompt gets another one."""
    prompts = [f"Say {word}" for word in ("hi", "high", "Hi", "hi.", "hi ", "ho", "it", "no", "on")]
    bodies = [
        {"messages": [user(prompt)], "temperature": 0, "max_tokens": 24} for prompt in prompts
    ]
    texts = {said(answers(server, body)[1])[0] for body in bodies}
    assert len(texts) >= len(prompts) - 1
