"""Responses request -> canonical conversation (API reference, "Create a response").

``history`` is what the server remembers for the request: the items of a
``previous_response_id`` chain or of a conversation, item references already resolved.
Expects a request that passed :mod:`.rules_responses`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from .canonical import (
    BuiltInTool,
    Conversation,
    CustomTool,
    Delivery,
    File,
    Format,
    FunctionTool,
    Image,
    JsonObject,
    Part,
    Refusal,
    Settings,
    Text,
    Tool,
    Turn,
)
from .strictness import effective_function
from .transcript import Transcript

_LABELS = (
    "metadata", "user", "safety_identifier", "service_tier", "prompt_cache_key",
    "prompt_cache_retention", "prompt_cache_options", "moderation", "background", "include",
)  # fmt: skip
_INERT: dict[str, tuple[Any, ...]] = {
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "max_tool_calls": (),
    "prompt": (),
    "context_management": ([],),
    "background_options": (),
    "access_programs": (),
    "image": (),
}
LOGPROBS = "message.output_text.logprobs"


def conversation_from_responses(
    body: JsonObject, history: Iterable[JsonObject] = ()
) -> Conversation:
    """Return the meaning of a Responses request that continues ``history``."""
    tools = tuple(_tool(tool) for tool in body.get("tools") or [])
    text = body.get("text") or {}
    return Conversation(
        turns=turns_from_items([*history, *input_items(body)], body.get("instructions")),
        settings=_settings(body, text, bool(tools)),
        tools=tools,
        format=_format(text.get("format")),
    )


def delivery_from_responses(body: JsonObject) -> Delivery:
    """Return what the request says about keeping, billing and labelling."""
    labels = {key: body[key] for key in _LABELS if body.get(key) is not None}
    if "include" in labels:
        labels["include"] = [name for name in labels["include"] if name != LOGPROBS]
        if not labels["include"]:
            del labels["include"]
    return Delivery(store=body.get("store"), stream=bool(body.get("stream")), labels=labels)


def input_items(body: JsonObject) -> list[JsonObject]:
    """Return ``input`` as a list of items; a string is one user message."""
    given = body.get("input") or []
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return list(given)


def turns_from_items(items: Iterable[JsonObject], instructions: str | None) -> tuple[Turn, ...]:
    """Return the turns of a list of items; ``instructions`` are a system message put first."""
    transcript = Transcript()
    if instructions:
        transcript.message("system", [Text(instructions)])
    for item in items:
        _add(transcript, item)
    return transcript.turns()


def _add(transcript: Transcript, item: JsonObject) -> None:
    kind = item.get("type", "message")
    if kind == "message":
        transcript.message(item["role"], _parts(item["content"]))
    elif kind == "function_call":
        transcript.call(item["call_id"], "function", item["name"], item["arguments"])
    elif kind == "custom_tool_call":
        transcript.call(item["call_id"], "custom", item["name"], item["input"])
    elif kind in ("function_call_output", "custom_tool_call_output"):
        transcript.output(item["call_id"], _parts(item["output"]))
    elif kind != "reasoning":
        value = {key: v for key, v in item.items() if key not in ("id", "status", "type")}
        transcript.other(kind, value)


def _parts(content: Any) -> list[Part]:
    if isinstance(content, str):
        return [Text(content)]
    return [_part(part) for part in content]


def _part(part: JsonObject) -> Part:
    kind = part["type"]
    if kind == "input_image":
        return Image(part.get("image_url"), part.get("file_id"), part.get("detail") or "auto")
    if kind == "input_file":
        return File(
            part.get("file_id"), part.get("filename"), part.get("file_data"), part.get("file_url")
        )
    if kind == "refusal":
        return Refusal(part["refusal"])
    return Text(part["text"])


def _tool(tool: JsonObject) -> Tool:
    kind: Literal["function", "custom"] | str = tool["type"]
    if kind == "function":
        parameters, strict = effective_function(tool.get("parameters"), tool.get("strict"))
        return FunctionTool(tool["name"], tool.get("description"), parameters, strict)
    if kind == "custom":
        given = tool.get("format") or {"type": "text"}
        return CustomTool(tool["name"], tool.get("description"), dict(given))
    return BuiltInTool(kind, {key: value for key, value in tool.items() if key != "type"})


def _settings(body: JsonObject, text: JsonObject, has_tools: bool) -> Settings:
    extra = {
        key: body[key]
        for key, inert in _INERT.items()
        if body.get(key) is not None and body[key] not in inert
    }
    reasoning = body.get("reasoning") or {}
    extra |= {
        f"reasoning.{key}": value
        for key, value in reasoning.items()
        if key != "effort" and value is not None
    }
    logprobs = LOGPROBS in (body.get("include") or [])
    choice = body.get("tool_choice")
    return Settings(
        model=body["model"],
        temperature=float(_given(body.get("temperature"), 1.0)),
        top_p=float(_given(body.get("top_p"), 1.0)),
        max_tokens=body.get("max_output_tokens"),
        reasoning_effort=reasoning.get("effort"),
        verbosity=text.get("verbosity") or "medium",
        tool_choice=("auto" if choice is None else choice) if has_tools else "none",
        parallel_tool_calls=body.get("parallel_tool_calls") is not False if has_tools else True,
        top_logprobs=int(body.get("top_logprobs") or 0) if logprobs else None,
        truncation=body.get("truncation") or "disabled",
        extra=extra,
    )


def _format(given: JsonObject | None) -> Format:
    if given is None or given["type"] != "json_schema":
        return Format(type=(given or {"type": "text"})["type"])
    return Format(
        type="json_schema",
        name=given["name"],
        description=given.get("description"),
        schema=given["schema"],
        strict=bool(given.get("strict")),
    )


def _given(value: Any, default: float) -> Any:
    return default if value is None else value
