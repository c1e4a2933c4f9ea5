"""Azure's URL shapes, as the SDK's Azure clients build them."""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pytest

from migrator.verification.emulator import Emulator

M: Any = [{"role": "user", "content": "hi"}]
RECENT = "2025-04-01-preview"


def azure(emulator: Emulator, **more: Any) -> openai.AzureOpenAI:
    base: dict[str, Any] = {"azure_endpoint": emulator.root_url, "api_version": RECENT}
    return openai.AzureOpenAI(api_key="test", max_retries=0, **{**base, **more})


def model_of(emulator: Emulator) -> str:
    conversation = emulator.journal[-1].conversation
    assert conversation is not None
    return conversation.settings.model


def test_model_is_the_deployment(emulator: Emulator) -> None:
    client = azure(emulator)
    chat = client.chat.completions.create(model="dep", messages=M)
    assert emulator.journal[-1].path == "/openai/deployments/dep/chat/completions"
    responses = client.responses.create(model="dep", input="hi")
    assert emulator.journal[-1].path == "/openai/responses"
    assert responses.output_text == chat.choices[0].message.content


def test_deployment_of_the_client_is_lost_on_responses(emulator: Emulator) -> None:
    """The silent retarget: chat ignores ``model``, Responses ignores ``azure_deployment``."""
    client = azure(emulator, azure_deployment="dep")
    chat = client.chat.completions.create(model="gpt-4o", messages=M)
    assert model_of(emulator) == "dep"
    wrong = client.responses.create(model="gpt-4o", input="hi")
    assert model_of(emulator) == "gpt-4o"
    right = client.responses.create(model="dep", input="hi")
    assert right.output_text == chat.choices[0].message.content != wrong.output_text


def test_v1_paths(emulator: Emulator) -> None:
    client = openai.OpenAI(base_url=f"{emulator.root_url}/openai/v1/", api_key="test")
    chat = client.chat.completions.create(model="dep", messages=M)
    assert client.responses.create(model="dep", input="hi").output_text == (
        chat.choices[0].message.content
    )
    assert [entry.path for entry in emulator.journal] == [
        "/openai/v1/chat/completions",
        "/openai/v1/responses",
    ]


def test_v1_takes_a_token_provider(emulator: Emulator) -> None:
    client = openai.OpenAI(base_url=f"{emulator.root_url}/openai/v1/", api_key=lambda: "token")
    assert client.responses.create(model="dep", input="hi").output_text

    async def token() -> str:
        return "token"

    async def main() -> str:
        base_url = f"{emulator.root_url}/openai/v1/"
        async with openai.AsyncOpenAI(base_url=base_url, api_key=token) as later:
            return (await later.responses.create(model="dep", input="hi")).output_text

    assert asyncio.run(main())


def test_old_api_version_has_no_responses(emulator: Emulator) -> None:
    client = azure(emulator, api_version="2024-10-21")
    assert client.chat.completions.create(model="dep", messages=M).choices
    with pytest.raises(openai.BadRequestError, match="2025-03-01-preview and later"):
        client.responses.create(model="dep", input="hi")


def test_wrong_shapes_are_not_found(emulator: Emulator) -> None:
    by_deployment = openai.AzureOpenAI(
        base_url=f"{emulator.root_url}/openai/deployments/dep",
        api_key="test",
        api_version=RECENT,
    )
    assert by_deployment.chat.completions.create(model="x", messages=M).choices
    with pytest.raises(openai.NotFoundError, match="Resource not found"):
        by_deployment.responses.create(model="dep", input="hi")
    v1 = openai.AzureOpenAI(
        base_url=f"{emulator.root_url}/openai/v1/", api_key="test", api_version="preview"
    )
    assert v1.responses.create(model="dep", input="hi").output_text
    with pytest.raises(openai.NotFoundError):
        v1.chat.completions.create(model="dep", messages=M)


def test_state_and_streams(emulator: Emulator) -> None:
    client = azure(emulator)
    first = client.responses.create(model="dep", input="hi")
    assert client.responses.retrieve(first.id).output_text == first.output_text
    events = list(
        client.responses.create(
            model="dep", input="more", previous_response_id=first.id, stream=True
        )
    )
    assert events[-1].type == "response.completed"
    chunks = list(client.chat.completions.create(model="dep", messages=M, stream=True))
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_prompt_filter(emulator: Emulator) -> None:
    client = azure(emulator)
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="dep", messages=[{"role": "user", "content": "[[error:400:content_filter]]"}]
        )
    assert caught.value.code == "content_filter"
    body: Any = caught.value.body
    assert body["innererror"]["code"] == "ResponsibleAIPolicyViolation"
