"""Reply -> the Response object (API reference, "The response object")."""

from __future__ import annotations

from typing import Any

from .canonical import JsonObject
from .dice import token
from .from_responses import LOGPROBS
from .models import is_reasoning_model
from .reply import Reply, Usage, pieces
from .strictness import effective_function
from .to_chat import CREATED, token_logprob

FAILURE_MESSAGE = (
    "An error occurred while processing your request. You can retry your request, or contact us"
    " through our help center if the error persists."
)
_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def response(id_: str, body: JsonObject, reply: Reply) -> JsonObject:
    """Return the finished ``response`` object: completed, incomplete or failed."""
    status = _status(reply)
    failed = status == "failed"
    why = {"reason": _INCOMPLETE[reply.finish]} if status == "incomplete" else None
    return {
        **_echo(id_, body),
        "status": status,
        "completed_at": CREATED if status == "completed" else None,
        "error": {"code": "server_error", "message": FAILURE_MESSAGE} if failed else None,
        "incomplete_details": why,
        "output": [] if failed else output_items(id_, body, reply),
        "usage": None if failed else usage(reply.usage),
    }


def output_items(id_: str, body: JsonObject, reply: Reply) -> list[JsonObject]:
    """Return the output: reasoning first, then the message or the calls, in order."""
    items: list[JsonObject] = []
    if reply.reasoning is not None:
        items.append(_reasoning(id_, body, reply))
    contents = _contents(body, reply)
    if contents:
        items.append({
            "id": f"msg_{token(id_, 'message', 48)}",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": contents,
        })  # fmt: skip
    for index, call in enumerate(reply.calls):
        key = "arguments" if call.kind == "function" else "input"
        prefix = "fc" if call.kind == "function" else "ctc"
        items.append({
            "id": f"{prefix}_{token(id_, f'call-{index}', 48)}",
            "type": "function_call" if call.kind == "function" else "custom_tool_call",
            "status": "completed",
            "call_id": call.id,
            "name": call.name,
            key: call.arguments,
        })  # fmt: skip
    if reply.finish != "stop" and items and items[-1]["type"] != "reasoning":
        items[-1]["status"] = "incomplete"
    return items


def usage(counts: Usage) -> JsonObject:
    """Return the ``usage`` object."""
    return {
        "input_tokens": counts.input,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": counts.output,
        "output_tokens_details": {"reasoning_tokens": counts.reasoning},
        "total_tokens": counts.total,
    }


def _status(reply: Reply) -> str:
    if reply.failure is not None:
        return "failed"
    return "completed" if reply.finish == "stop" else "incomplete"


def _contents(body: JsonObject, reply: Reply) -> list[JsonObject]:
    if reply.refusal is not None:
        return [{"type": "refusal", "refusal": reply.refusal}]
    if reply.text is None:
        return []
    asked = LOGPROBS in (body.get("include") or [])
    top = body.get("top_logprobs") or 0
    words = pieces(reply.text) if asked else []
    part = {
        "type": "output_text",
        "annotations": [_citation(url, reply.text) for url in reply.citations],
        "logprobs": [token_logprob(piece, reply.seed, top) for piece in words],
        "text": reply.text,
    }
    return [part]


def _reasoning(id_: str, body: JsonObject, reply: Reply) -> JsonObject:
    wanted = (body.get("reasoning") or {}).get("summary")
    item: JsonObject = {
        "id": f"rs_{token(id_, 'reasoning', 48)}",
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": reply.reasoning}] if wanted else [],
    }
    include = body.get("include") or []
    if body.get("store") is False or "reasoning.encrypted_content" in include:
        item["encrypted_content"] = token(id_, "encrypted", 64)
    return item


def _echo(id_: str, body: JsonObject) -> JsonObject:
    """Return the part of the object that repeats the request, defaults written out."""
    conversation = body.get("conversation")
    named = {"id": conversation} if isinstance(conversation, str) else conversation
    echo: JsonObject = {
        "id": id_,
        "object": "response",
        "created_at": CREATED,
        "background": _or(body.get("background"), False),
        "instructions": body.get("instructions"),
        "max_output_tokens": body.get("max_output_tokens"),
        "max_tool_calls": body.get("max_tool_calls"),
        "metadata": body.get("metadata") or {},
        "model": body["model"],
        "parallel_tool_calls": _or(body.get("parallel_tool_calls"), True),
        "previous_response_id": body.get("previous_response_id"),
        "prompt_cache_key": body.get("prompt_cache_key"),
        "reasoning": _reasoning_echo(body),
        "safety_identifier": body.get("safety_identifier"),
        "service_tier": "default",
        "store": _or(body.get("store"), True),
        "temperature": float(_or(body.get("temperature"), 1)),
        "text": _text_echo(body.get("text") or {}),
        "tool_choice": _or(body.get("tool_choice"), "auto"),
        "tools": [_tool_echo(tool) for tool in body.get("tools") or []],
        "top_logprobs": body.get("top_logprobs") or 0,
        "top_p": float(_or(body.get("top_p"), 1)),
        "truncation": body.get("truncation") or "disabled",
        "user": body.get("user"),
    }
    return echo if named is None else {**echo, "conversation": named}


def _reasoning_echo(body: JsonObject) -> JsonObject:
    given = body.get("reasoning") or {}
    usual = "medium" if is_reasoning_model(body["model"]) else None
    return {"effort": given.get("effort") or usual, "summary": given.get("summary")}


def _text_echo(text: JsonObject) -> JsonObject:
    given = text.get("format") or {"type": "text"}
    if given["type"] == "json_schema":
        given = {"description": None, "strict": False, **given}
    return {"format": given, "verbosity": text.get("verbosity") or "medium"}


def _tool_echo(tool: JsonObject) -> JsonObject:
    if tool["type"] != "function":
        return tool
    parameters, strict = effective_function(tool.get("parameters"), tool.get("strict"))
    described = {"description": tool.get("description")}
    return {**tool, **described, "parameters": parameters, "strict": strict}


def _citation(url: str, text: str) -> JsonObject:
    place = {"start_index": 0, "end_index": len(text)}
    return {"type": "url_citation", "url": url, "title": url, **place}


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
