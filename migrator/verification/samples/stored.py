"""Stored chat completions of an account → samples (``GET /chat/completions``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from migrator.verification.httplib import http
from migrator.verification.replay.errors import CannotReplay
from migrator.verification.replay.target import Target

from .sample import Answer, JsonObject, Sample

_PAGE = 100
# What a stored completion tells of the request beside its messages.
_SETTINGS = (
    "model", "temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "tools",
    "tool_choice", "response_format", "max_tokens", "max_completion_tokens", "metadata",
    "reasoning_effort", "parallel_tool_calls",
)  # fmt: skip
_OF_ANSWERS = (
    "id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint",
)  # fmt: skip


def stored_samples(
    target: Target, most: int, model: str | None = None, metadata: Mapping[str, str] | None = None
) -> Iterator[Sample]:
    """Yield the newest stored completions, at most ``most``; raise `CannotReplay`."""
    query: dict[str, Any] = {"order": "desc", "limit": min(_PAGE, most)}
    query.update({f"metadata[{key}]": value for key, value in (metadata or {}).items()})
    if model is not None:
        query["model"] = model
    library = http()
    headers = {"user-agent": "responses-migrator", **target.headers}
    try:
        with library.Client(headers=headers, timeout=60.0, trust_env=not target.local) as client:
            reader = _Reader(client, target.urls["chat"])
            for completion in reader.completions(query, most):
                yield _sample(completion, reader.messages(completion))
    except library.HTTPError as error:
        raise CannotReplay(f"{target.name}: {error or type(error).__name__}") from None


class _Reader:
    """Reads lists page by page."""

    def __init__(self, client: Any, base: str) -> None:
        self._client = client
        self._url = f"{base}/chat/completions"

    def completions(self, query: JsonObject, most: int) -> Iterator[JsonObject]:
        """Yield completions until there are enough."""
        for number, each in enumerate(self._pages(self._url, query)):
            if number >= most:
                return
            yield each

    def messages(self, completion: JsonObject) -> list[JsonObject]:
        """Return the messages of the request, which come separately."""
        url = f"{self._url}/{completion['id']}/messages"
        return [_message(each) for each in self._pages(url, {"limit": _PAGE, "order": "asc"})]

    def _pages(self, url: str, query: JsonObject) -> Iterator[JsonObject]:
        after: dict[str, str] = {}
        while True:
            page = self._get(url, {**query, **after})
            found = page.get("data") or []
            yield from found
            if not page.get("has_more") or not found:
                return
            after = {"after": str(page.get("last_id") or found[-1]["id"])}

    def _get(self, url: str, query: JsonObject) -> JsonObject:
        answer = self._client.get(url, params=query)
        try:
            value = answer.json()
        except ValueError:
            value = None
        if answer.status_code >= 300 or not isinstance(value, dict):
            error = value.get("error") if isinstance(value, dict) else None
            said = error.get("message") if isinstance(error, dict) else None
            what = f"{said or 'stored completions can not be listed'}"
            raise CannotReplay(f"{url}: HTTP {answer.status_code}: {what}")
        return value


def _message(stored: JsonObject) -> JsonObject:
    """Return a message as it was sent: without its id, and with its parts where it had any."""
    message = {key: value for key, value in stored.items() if key != "id" and value is not None}
    parts = message.pop("content_parts", None)
    return {**message, "content": parts} if parts else message


def _sample(stored: JsonObject, messages: list[JsonObject]) -> Sample:
    body: JsonObject = {"model": stored.get("model"), "messages": messages}
    for name in _SETTINGS:
        value = stored.get(name)
        if value is not None and value != [] and value != {}:
            body[name] = value
    answer = {name: stored[name] for name in _OF_ANSWERS if name in stored}
    return Sample(f"stored-{stored['id']}", body, None, Answer(200, answer), "stored")
