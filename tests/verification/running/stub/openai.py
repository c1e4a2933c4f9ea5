"""As much of the SDK as the programs of these tests use, without the second its import takes."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from types import SimpleNamespace
from typing import Any


class APIStatusError(Exception):
    pass


def post(path: str, body: dict[str, Any]) -> Any:
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + path,
        json.dumps(body).encode(),
        {"authorization": "Bearer " + os.environ["OPENAI_API_KEY"]},
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read(), object_hook=lambda value: SimpleNamespace(**value))
    except urllib.error.HTTPError as error:
        raise APIStatusError(f"Error code: {error.code}") from None


def respond(**body: Any) -> Any:
    answer = post("/responses", body)
    texts = [part.text for item in answer.output if item.type == "message" for part in item.content]
    answer.output_text = "".join(texts)
    return answer


class OpenAI:
    def __init__(self) -> None:
        completions = SimpleNamespace(create=lambda **body: post("/chat/completions", body))
        self.chat = SimpleNamespace(completions=completions)
        self.responses = SimpleNamespace(create=respond)
