"""What the converter makes is what the SDK's types and the emulator take, and means the same."""

from __future__ import annotations

from typing import Any

import openai
import pydantic
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from migrator.verification.convert import Options, convert_request
from migrator.verification.emulator import Emulator, Entry

from .chat_requests import TRANSPORT, Request, plain, wide
from .sdk_types import check_types

HI = [{"role": "user", "content": "hi"}]
OPTIONS = [
    Options(),
    Options(typed_messages=True),
    Options(system="instructions"),
    Options(store="api-default"),
]


def exchanged(client: openai.OpenAI, path: str, kind: Any, body: Request) -> None:
    """Send a body as it is and read the answer to its end."""
    if body.get("stream"):
        for _ in client.post(path, cast_to=kind, body=body, stream=True, stream_cls=STREAM):
            pass
    else:
        client.post(path, cast_to=kind, body=body)


STREAM = openai.Stream[Any]


def body_of(request: Request) -> Request:
    return {name: value for name, value in request.items() if name not in TRANSPORT}


@pytest.mark.parametrize("strategy", [plain(), wide()], ids=["plain", "wide"])
def test_types_and_emulator_accept_what_means_the_same(
    strategy: st.SearchStrategy[Request], running: Emulator, client: openai.OpenAI
) -> None:
    @settings(
        max_examples=90,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    @given(request=strategy, options=st.sampled_from(OPTIONS))
    def check(request: Request, options: Options) -> None:
        chat = body_of(request)
        converted = convert_request(chat, options)
        check_types(converted)
        running.reset()
        exchanged(client, "/chat/completions", ChatCompletion, chat)
        exchanged(client, "/responses", Response, converted)
        one, two = running.journal
        assert meaning(one) == meaning(two), converted
        assert one.delivery is not None and two.delivery is not None
        assert one.delivery.labels == two.delivery.labels
        if options.store == "preserve":
            assert two.delivery.store == bool(chat.get("store"))

    check()


def meaning(entry: Entry) -> Any:
    assert entry.conversation is not None, entry.error
    return entry.conversation.to_json()


def test_the_check_of_types_is_strict() -> None:
    """Wrong shapes of every depth are refused, those behind lazy iterables too."""
    good: Request = {"model": "gpt-4o", "input": [{"role": "user", "content": "hi"}]}
    check_types(good)
    nested = {"type": "function", "function": {"name": "f"}}
    flat = {"type": "function", "name": "f", "parameters": {}, "strict": False}
    check_types(good | {"tools": [flat]})
    wrong: list[Request] = [
        {"messages": HI},
        {"max_tokens": 100},
        {"tools": [nested]},
        {"tools": [flat | {"nested": 1}]},
        {"input": [{"role": "user", "content": "hi", "name": "n"}]},
        {"input": [{"role": "user", "content": [{"type": "text", "text": "t"}]}]},
        {"text": {"format": {"type": "json_schema", "json_schema": {}}}},
        {"temperature": "1"},
    ]
    for each in wrong:
        with pytest.raises(pydantic.ValidationError):
            check_types(good | each)
