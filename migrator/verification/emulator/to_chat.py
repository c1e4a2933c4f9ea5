"""Reply -> the Chat Completions object (API reference, "The chat completion object")."""

from __future__ import annotations

import base64
from typing import Any

from .canonical import JsonObject
from .dice import draw, token
from .reply import Reply, ToolCall, pieces

CREATED = 1_760_000_000
FINGERPRINT = "fp_emulator"


def completion(
    id_: str, body: JsonObject, model: str, replies: list[Reply], top_logprobs: int | None
) -> JsonObject:
    """Return the ``chat.completion`` object for one reply per choice."""
    return {
        "id": id_,
        "object": "chat.completion",
        "created": CREATED,
        "model": model,
        "choices": [choice(i, body, reply, top_logprobs) for i, reply in enumerate(replies)],
        "usage": usage(replies),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }


def choice(index: int, body: JsonObject, reply: Reply, top_logprobs: int | None) -> JsonObject:
    """Return one choice."""
    return {
        "index": index,
        "message": message(body, reply),
        "logprobs": logprobs(reply, top_logprobs),
        "finish_reason": finish_reason(body, reply),
    }


def message(body: JsonObject, reply: Reply) -> JsonObject:
    """Return the assistant message; absent tool calls are absent keys, as on the wire."""
    result: JsonObject = {
        "role": "assistant",
        "content": reply.text,
        "refusal": reply.refusal,
        "annotations": [_citation(url, reply.text or "") for url in reply.citations],
    }
    if body.get("audio"):
        result |= {"content": None, "audio": _spoken(reply)}
    if reply.calls and body.get("functions"):
        first = reply.calls[0]
        result["function_call"] = {"name": first.name, "arguments": first.arguments}
    elif reply.calls:
        result["tool_calls"] = [tool_call(call) for call in reply.calls]
    return result


def tool_call(call: ToolCall) -> JsonObject:
    """Return one entry of ``tool_calls``."""
    if call.kind == "custom":
        inner: JsonObject = {"name": call.name, "input": call.arguments}
    else:
        inner = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": call.kind, call.kind: inner}


def finish_reason(body: JsonObject, reply: Reply) -> str:
    """Return why the choice ended; a call of a *named* tool is reported as ``stop``."""
    if reply.finish != "stop":
        return reply.finish
    if not reply.calls:
        return "stop"
    if body.get("functions"):
        return "stop" if isinstance(body.get("function_call"), dict) else "function_call"
    choice_ = body.get("tool_choice")
    named = isinstance(choice_, dict) and choice_.get("type") in ("function", "custom")
    return "stop" if named else "tool_calls"


def usage(replies: list[Reply]) -> JsonObject:
    """Return the token counts of all choices."""
    prompt = replies[0].usage.input
    said = sum(reply.usage.output for reply in replies)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": said,
        "total_tokens": prompt + said,
        "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": sum(reply.usage.reasoning for reply in replies),
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def logprobs(reply: Reply, top_logprobs: int | None) -> JsonObject | None:
    """Return the ``logprobs`` of a choice, if asked for."""
    if top_logprobs is None or reply.text is None:
        return None
    content = [token_logprob(piece, reply.seed, top_logprobs) for piece in pieces(reply.text)]
    return {"content": content, "refusal": None}


def token_logprob(piece: str, seed: str, top: int) -> JsonObject:
    """Return one token with its log probability, the same shape on both endpoints."""

    def entry(text: str, rank: int) -> JsonObject:
        value = -(rank + draw(seed, f"logprob-{text}", 1000) / 1000)
        return {"token": text, "bytes": list(text.encode()), "logprob": value}

    others: list[Any] = [entry(piece if rank == 0 else f"{piece}{rank}", rank)
                         for rank in range(top)]  # fmt: skip
    return {**entry(piece, 0), "top_logprobs": others}


def _spoken(reply: Reply) -> JsonObject:
    """Return the ``audio`` of a message: not sound, but the transcript's bytes."""
    transcript = reply.text or ""
    return {
        "id": f"audio_{token(reply.seed, 'audio')}",
        "data": base64.b64encode(transcript.encode()).decode(),
        "expires_at": CREATED + 3600,
        "transcript": transcript,
    }


def _citation(url: str, text: str) -> JsonObject:
    inner = {"url": url, "title": url, "start_index": 0, "end_index": len(text)}
    return {"type": "url_citation", "url_citation": inner}
