"""What a refusal test needs: the expected envelope and the request that earns it."""

from __future__ import annotations

from typing import Any, NamedTuple

import openai
import pytest

TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}}
NESTED = {"type": "function", "function": {"name": "f"}}
M: list[dict[str, Any]] = [{"role": "user", "content": "ping"}]
CALLS = [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
BAD_STRICT = {"type": "object", "properties": {"a": {"type": "string"}}}


class Fault(NamedTuple):
    body: dict[str, Any]
    param: str | None
    code: str | None
    message: str
    status: int = 400
    since: tuple[int, int] = (1, 66)


def refused(client: openai.OpenAI, path: str, body: dict[str, Any]) -> openai.APIStatusError:
    full = {"model": "gpt-4o", **body}
    sent = {key: value for key, value in full.items() if value is not ...}
    with pytest.raises(openai.APIStatusError) as caught:
        client.post(path, cast_to=object, body=sent)
    return caught.value


def check(client: openai.OpenAI, path: str, fault: Fault) -> None:
    have = tuple(int(part) for part in openai.__version__.split(".")[:2])
    if have < fault.since:
        pytest.skip(f"openai {openai.__version__} does not know this shape")
    error = refused(client, path, fault.body)
    assert isinstance(error.body, dict)
    assert error.body["message"].startswith(fault.message)
    assert len(error.body["message"]) == len(fault.message) or fault.message.endswith(" ")
    assert (error.status_code, error.param, error.code) == (fault.status, fault.param, fault.code)
    assert error.body["type"] == "invalid_request_error"
    assert set(error.body) == {"message", "type", "param", "code"}
