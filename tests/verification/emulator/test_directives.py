"""The directive grammar, and what each directive forces on both endpoints."""

from __future__ import annotations

import json
import time
from typing import Any

import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.verification.emulator import Emulator
from migrator.verification.emulator.directives import (
    DirectiveError,
    Directives,
    WantedCall,
    WantedError,
    parse_directives,
)

MODEL = "gpt-4o"
TOOLS: Any = [
    {
        "type": "function",
        "name": name,
        "parameters": {"type": "object", "properties": {"x": {"type": "integer"}}},
        "strict": False,
    }
    for name in ("a", "b", "c")
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain [[ text ]] [x]", Directives()),
        ("[[say:Hello [x] you!]]", Directives(say="Hello [x] you!")),
        ("[[empty]]", Directives(say="")),
        ("[[call:a]]", Directives(calls=((WantedCall("a"),),))),
        (
            "[[call:a, b ; c]]",
            Directives(calls=((WantedCall("a"), WantedCall("b")), (WantedCall("c"),))),
        ),
        (
            'x [[call:a {"x": [[1]], "s": "]]"}, b]] y',
            Directives(calls=((WantedCall("a", {"x": [[1]], "s": "]]"}), WantedCall("b")),)),
        ),
        ("[[refuse:no]]", Directives(refusal="no")),
        ("[[truncate]]", Directives(cut="length")),
        ("[[filter]]", Directives(cut="content_filter")),
        ("[[fail]]", Directives(failure="failed")),
        ("[[fail:drop]]", Directives(failure="drop")),
        ("[[error:503]]", Directives(error=WantedError(503))),
        (
            "[[error:429:insufficient_quota x2]]",
            Directives(error=WantedError(429, "insufficient_quota", 2)),
        ),
        ("[[cite:u1]][[cite:u2]]", Directives(citations=("u1", "u2"))),
        ("[[delay:0.5]]", Directives(delay=0.5)),
        ("[[call:a]] [[truncate]]", Directives(calls=((WantedCall("a"),),), cut="length")),
    ],
)
def test_grammar(text: str, expected: Directives) -> None:
    assert parse_directives(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[[sya:x]]",
        "[[truncate:now]]",
        "[[say]]",
        "[[say:never closed",
        "[[call:]]",
        "[[call:a b]]",
        '[[call:a {"x"}]]',
        "[[error:abc]]",
        "[[delay:soon]]",
        "[[fail:often]]",
    ],
)
def test_malformed(text: str) -> None:
    with pytest.raises(DirectiveError):
        parse_directives(text)


@given(st.text())
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        assert isinstance(parse_directives(text), Directives)
    except DirectiveError:
        assert "[[" in text


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(), st.text() | st.lists(st.lists(st.integers() | st.text())), max_size=3
    )
)
def test_any_arguments_can_be_given(arguments: dict[str, Any]) -> None:
    parsed = parse_directives(f"[[call:tool {json.dumps(arguments)}]]")
    assert parsed.calls == ((WantedCall("tool", arguments),),)


def names(response: Any) -> list[str]:
    return [item.name for item in response.output if item.type == "function_call"]


def test_misspelt_directive_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="unknown directive") as caught:
        client.responses.create(model=MODEL, input="[[sya:x]]")
    assert caught.value.code == "emulator_directive"


def test_say_and_empty(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "[[say:42 is it]]"}]
    assert client.responses.create(model=MODEL, input=messages).output_text == "42 is it"
    chat = client.chat.completions.create(model=MODEL, messages=messages)
    assert chat.choices[0].message.content == "42 is it"
    assert client.responses.create(model=MODEL, input="[[empty]]").output_text == ""
    messages[0]["content"] = "[[empty]]"
    chat = client.chat.completions.create(model=MODEL, messages=messages)
    assert chat.choices[0].message.content == ""


def test_only_the_last_user_message_directs(client: openai.OpenAI) -> None:
    items: Any = [
        {"role": "user", "content": "[[refuse]]"},
        {"role": "assistant", "content": "[[empty]]"},
        {"role": "user", "content": "[[say:yes]]"},
        {"role": "developer", "content": "[[say:no]]"},
    ]
    assert client.responses.create(model=MODEL, input=items).output_text == "yes"


def test_calls_in_rounds(client: openai.OpenAI) -> None:
    items: Any = [{"role": "user", "content": '[[call:a {"x": 1}, b; c]]'}]
    rounds = []
    for _ in range(3):
        response = client.responses.create(model=MODEL, input=items, tools=TOOLS, store=False)
        rounds.append(names(response))
        items += response.output
        items += [
            {"type": "function_call_output", "call_id": item.call_id, "output": "ok"}
            for item in response.output
            if item.type == "function_call"
        ]
    assert rounds == [["a", "b"], ["c"], []]
    assert json.loads(items[1].arguments) == {"x": 1}
    assert response.output_text


def test_one_call_at_a_time(client: openai.OpenAI) -> None:
    response = client.responses.create(
        model=MODEL, input="[[call:a,b]]", tools=TOOLS, parallel_tool_calls=False
    )
    assert names(response) == ["a"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"tools": TOOLS[1:]},
        {"tools": TOOLS, "tool_choice": "none"},
        {"tools": TOOLS, "tool_choice": {"type": "function", "name": "b"}},
    ],
)
def test_tools_that_are_not_offered_are_not_called(settings: Any, client: openai.OpenAI) -> None:
    response = client.responses.create(model=MODEL, input="[[call:a]]", **settings)
    assert "a" not in names(response)


def test_named_choice_is_reported_as_stop(client: openai.OpenAI) -> None:
    tools: Any = [{"type": "function", "function": {"name": "a"}}]
    messages: Any = [{"role": "user", "content": "hi"}]
    for choice, reason in (("required", "tool_calls"), ("named", "stop")):
        given_choice: Any = (
            {"type": "function", "function": {"name": "a"}} if choice == "named" else choice
        )
        chat = client.chat.completions.create(
            model=MODEL, messages=messages, tools=tools, tool_choice=given_choice
        )
        assert chat.choices[0].message.tool_calls
        assert chat.choices[0].finish_reason == reason


def test_errors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.RateLimitError) as quota:
        client.responses.create(model=MODEL, input="[[error:429:insufficient_quota]]")
    assert (quota.value.code, quota.value.type) == ("insufficient_quota", "insufficient_quota")
    with pytest.raises(openai.BadRequestError) as length:
        client.responses.create(model=MODEL, input="[[error:400:context_length_exceeded]]")
    assert length.value.code == "context_length_exceeded"
    assert "maximum context length" in length.value.message
    with pytest.raises(openai.InternalServerError) as server:
        client.responses.create(model=MODEL, input="[[error:500]]")
    assert server.value.type == "server_error"


def test_errors_that_pass_are_retried(emulator: Emulator) -> None:
    client = openai.OpenAI(base_url=emulator.base_url, api_key="test", max_retries=2)
    started = time.monotonic()
    for _ in range(2):
        assert client.responses.create(model=MODEL, input="[[error:429 x2]]").output_text
    assert [entry.status for entry in emulator.journal] == [429, 429, 200, 200]
    assert time.monotonic() - started < 3


def test_delay(client: openai.OpenAI) -> None:
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=0.1).responses.create(model=MODEL, input="[[delay:2]]")


def test_eager_tools() -> None:
    with Emulator(eager_tools=True) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="test")
        items: Any = [{"role": "user", "content": "hi"}]
        first = client.responses.create(model=MODEL, input=items, tools=TOOLS, store=False)
        assert names(first) == ["a"]
        items += first.output
        call: Any = first.output[0]
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": "ok"})
        second = client.responses.create(model=MODEL, input=items, tools=TOOLS, store=False)
        assert second.output_text


def test_several_choices(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "hi"}]
    chat = client.chat.completions.create(model=MODEL, messages=messages, n=3)
    texts = [choice.message.content for choice in chat.choices]
    assert len(set(texts)) == 3
    assert [choice.index for choice in chat.choices] == [0, 1, 2]


def test_stop_sequences_cut(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "[[say:one two three]]"}]
    chat = client.chat.completions.create(model=MODEL, messages=messages, stop=[" two"])
    assert chat.choices[0].message.content == "one"


def test_token_limit_cuts(client: openai.OpenAI) -> None:
    response = client.responses.create(
        model=MODEL, input=f"[[say:{'word ' * 40}]]", max_output_tokens=16
    )
    assert response.status == "incomplete"
    assert response.output_text.split() == ["word"] * 16
