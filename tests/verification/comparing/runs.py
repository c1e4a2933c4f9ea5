"""Builds finished replays out of nothing: answers of both kinds, put together as a run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from migrator.verification.convert import Options, Unconvertible, convert_request
from migrator.verification.replay.model import Exchange, Failure, Header, Prepared, Run, Side
from migrator.verification.samples import Answer, Sample

CHAT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
            "required": ["city"],
        },
    },
}
USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
Call = tuple[str, dict[str, Any]]


def completion(
    text: str | None = "hello", calls: Sequence[Call] = (), finish: str = "", refusal: str = ""
) -> Answer:
    """Return a chat answer."""
    message: dict[str, Any] = {"role": "assistant", "content": None if calls else text}
    message["refusal"] = refusal or None
    if calls:
        message["tool_calls"] = [
            {
                "id": f"call_{n}",
                "type": "function",
                "function": {"name": name, "arguments": json.dumps(given)},
            }
            for n, (name, given) in enumerate(calls)
        ]
    choice = {
        "index": 0,
        "message": message,
        "finish_reason": finish or ("tool_calls" if calls else "stop"),
    }
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "gpt-4o",
        "choices": [choice], "usage": USAGE,
    }  # fmt: skip
    return Answer(200, body)


def response(
    text: str | None = "hello", calls: Sequence[Call] = (), status: str = "completed",
    items: Sequence[dict[str, Any]] | None = None, **fields: Any,
) -> Answer:  # fmt: skip
    """Return a Responses answer."""
    output = list(items or ())
    if items is None:
        output += [
            {
                "type": "function_call",
                "call_id": f"call_{n}",
                "name": name,
                "arguments": json.dumps(given),
            }
            for n, (name, given) in enumerate(calls)
        ]
        if not calls and text is not None:
            output.append(message_item(text))
    body = {
        "id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-4o",
        "status": status, "output": output,
        "usage": {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}, **fields,
    }  # fmt: skip
    return Answer(200, body)


def message_item(text: str, **fields: Any) -> dict[str, Any]:
    """Return an output message."""
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "role": "assistant", "content": [part], **fields}


def error(status: int, code: str = "bad", param: str | None = None) -> tuple[Answer, Failure]:
    """Return an answer that refuses a request."""
    body = {"error": {"message": "no", "type": "invalid", "code": code, "param": param}}
    kind = "server" if status >= 500 else "refused"
    return Answer(status, body), Failure(kind, "no", code, param)


Drawn = Answer | Failure | tuple[Answer, Failure]


def exchange(sample: str, side: Side, draw: int, drawn: Drawn, seconds: float = 0.5) -> Exchange:
    """Return one draw."""
    answer, failure = drawn if isinstance(drawn, tuple) else (drawn, None)
    if isinstance(drawn, Failure):
        answer, failure = None, drawn
    assert answer is None or isinstance(answer, Answer)
    return Exchange(sample, side, draw, f"{sample}-{side}-{draw}", answer, failure, None, seconds)


def prepared(body: dict[str, Any], **fields: Any) -> Prepared:
    """Return a sample with the two requests that it stands for."""
    sample = Sample(fields.pop("id", "one"), body, **fields)
    try:
        return Prepared(sample, body, convert_request(body, Options(drop=frozenset({"seed"}))))
    except Unconvertible as problem:
        refusal = Failure("unconvertible", problem.message, problem.code, problem.path)
        return Prepared(sample, body, None, refusal)


def run_of(
    *rows: tuple[Prepared, Sequence[Drawn], Sequence[Drawn]],
    server: str = "api.example",
    draws: int = 0,
) -> Run:
    """Return a run of samples with the draws of both sides."""
    exchanges = [
        exchange(each.sample.id, side, n, drawn)
        for each, chat, responses in rows
        for side, all_of_side in (("chat", chat), ("responses", responses))
        for n, drawn in enumerate(all_of_side)
    ]
    count = draws or max((len(chat) for _, chat, _ in rows), default=1)
    urls: dict[Side, str] = {"chat": "http://x/v1", "responses": "http://x/v1"}
    header = Header(server, urls, count, "2026-11-22T10:00:00+00:00", "0.1", ("seed",))
    return Run(header, tuple(each for each, _, _ in rows), tuple(exchanges))
