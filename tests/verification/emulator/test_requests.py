"""Requests that are refused before or beside their body: keys, paths, models, bad JSON."""

from __future__ import annotations

import copy
import json
import random
import urllib.error
import urllib.request
from typing import Any

import openai
import pytest
from meaning_pairs import PAIRS
from refusals import M, refused

from migrator.verification.emulator import Emulator
from migrator.verification.emulator.errors import ApiError
from migrator.verification.emulator.service import Arrival, Service


def test_null_means_omitted_at_the_top_level(client: openai.OpenAI) -> None:
    fields = (
        "temperature",
        "store",
        "tools",
        "text",
        "user",
        "metadata",
        "instructions",
        "reasoning",
    )
    plain = client.responses.create(model="gpt-4o", input="hi")
    nulls = client.responses.create(model="gpt-4o", input="hi", extra_body=dict.fromkeys(fields))
    assert nulls.output_text == plain.output_text


def test_missing_and_wrong_keys(emulator: Emulator) -> None:
    with pytest.raises(openai.AuthenticationError) as caught:
        openai.OpenAI(base_url=emulator.base_url, api_key="invalid-key").responses.create(
            model="gpt-4o", input="hi"
        )
    assert caught.value.code == "invalid_api_key"


def test_unknown_path_and_refused_requests_are_in_the_journal(
    emulator: Emulator, client: openai.OpenAI
) -> None:
    with pytest.raises(openai.NotFoundError, match="Invalid URL \\(POST /v1/nope\\)"):
        client.post("/nope", cast_to=object, body={})
    refused(client, "/responses", {"input": "x", "n": 2})
    first, second = emulator.journal
    assert (first.endpoint, first.path, first.status) == ("other", "/v1/nope", 404)
    assert (second.endpoint, second.status, second.conversation) == ("responses", 400, None)
    assert second.error is not None and second.error["error"]["param"] == "n"
    assert second.request == {"model": "gpt-4o", "input": "x", "n": 2}


@pytest.mark.parametrize("content", [b"{", b"[1]", b"\xff"])
def test_unparsable_body_is_refused(content: bytes, emulator: Emulator) -> None:
    headers = {"authorization": "Bearer x", "content-type": "application/json"}
    url = f"{emulator.base_url}/responses"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(url, content, headers))
    assert caught.value.code == 400
    message = json.loads(caught.value.read())["error"]["message"]
    assert message.startswith("We could not parse the JSON body of your request.")


def test_models_can_be_limited() -> None:
    with Emulator(models=["gpt-4o"]) as server:
        client = openai.OpenAI(base_url=server.base_url, api_key="test", max_retries=0)
        assert client.responses.create(model="gpt-4o", input="hi").output_text
        with pytest.raises(openai.NotFoundError) as caught:
            client.chat.completions.create(model="gpt-9", messages=M)  # type: ignore[arg-type]
        assert caught.value.code == "model_not_found"


JUNK: list[Any] = [
    None, True, 0, -1, 1.5, "", "x", [], {}, [None], ["x"], [{}], {"a": 1}, "[[call:", "a" * 70,
    {"type": "function"}, {"type": {}}, {"type": "text", "text": "a"}, 10**30,
]  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(node, dict):
        node = list(node.items())
    elif isinstance(node, list):
        node = list(enumerate(node))
    else:
        return found
    for key, value in node:
        found += places(value, (*path, key))
    return found


def damaged(body: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return ``body`` with one value lost or replaced."""
    result = copy.deepcopy(body)
    path = chance.choice(places(result))
    node: Any = result
    for step in path[:-1]:
        node = node[step]
    if chance.random() < 0.3:
        del node[path[-1]]
    else:
        node[path[-1]] = copy.deepcopy(chance.choice(JUNK))
    return result


def test_no_body_breaks_the_emulator() -> None:
    """Whatever is wrong with a request, the answer is an answer of the API."""
    chance = random.Random(2026)
    service = Service()
    refusals = 0
    for _ in range(1500):
        pair = chance.choice(list(PAIRS.values()))
        kind = chance.choice(["chat", "responses"])
        handle = service.chat if kind == "chat" else service.responses
        body = damaged({"model": pair.model, **getattr(pair, kind)}, chance)
        try:
            json.dumps(handle(body, Arrival("POST", "/")).body)
        except ApiError as error:
            assert error.code != "emulator_fault", (error.message, body)
            refusals += 1
    assert 500 < refusals < 1400
