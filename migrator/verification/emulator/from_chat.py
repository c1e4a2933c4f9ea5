"""Chat Completions request -> canonical conversation (API reference, "Create chat completion").

Expects a request that passed :mod:`.rules_chat`; raises ``KeyError``/``TypeError`` otherwise.
"""

from __future__ import annotations

from typing import Any

from .canonical import (
    Audio,
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
from .strictness import EMPTY_PARAMETERS
from .transcript import Transcript

_LABELS = (
    "metadata", "user", "safety_identifier", "service_tier", "prompt_cache_key",
    "prompt_cache_retention", "prompt_cache_options", "moderation",
)  # fmt: skip
# Parameters without a Responses spelling, with the values that change nothing.
_INERT: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "stop": (),
    "seed": (),
    "logit_bias": ({},),
    "presence_penalty": (0,),
    "frequency_penalty": (0,),
    "prediction": (),
    "audio": (),
    "modalities": (["text"],),
    "web_search_options": (),
}


def conversation_from_chat(body: JsonObject, model: str | None = None) -> Conversation:
    """Return the meaning of a chat request; ``model`` overrides the body's (Azure deployments)."""
    tools = _tools(body)
    return Conversation(
        turns=turns_from_messages(body["messages"]),
        settings=_settings(body, model or body["model"], bool(tools)),
        tools=tools,
        format=_format(body.get("response_format")),
    )


def delivery_from_chat(body: JsonObject) -> Delivery:
    """Return what the request says about keeping, billing and labelling."""
    labels = {key: body[key] for key in _LABELS if body.get(key) is not None}
    return Delivery(store=body.get("store"), stream=bool(body.get("stream")), labels=labels)


def turns_from_messages(messages: list[JsonObject]) -> tuple[Turn, ...]:
    """Return the turns of a chat message list."""
    transcript = Transcript()
    legacy: dict[str, str] = {}
    for index, message in enumerate(messages):
        role = message["role"]
        if role == "tool":
            transcript.output(message["tool_call_id"], _parts(message.get("content")))
        elif role == "function":
            name = str(message["name"])
            transcript.output(legacy.get(name, name), _parts(message.get("content")))
        elif role == "assistant":
            _assistant(transcript, message, index, legacy)
        else:
            transcript.message(role, _parts(message.get("content")), message.get("name"))
    return transcript.turns()


def _assistant(
    transcript: Transcript, message: JsonObject, index: int, legacy: dict[str, str]
) -> None:
    parts = _parts(message.get("content"))
    if message.get("refusal"):
        parts.append(Refusal(message["refusal"]))
    calls = message.get("tool_calls") or []
    function_call = message.get("function_call")
    if message.get("audio"):
        parts.append(Audio(message["audio"]["id"], "id"))
    if parts or not (calls or function_call):
        transcript.message("assistant", parts, message.get("name"))
    for call in calls:
        kind = call.get("type", "function")
        inner = call[kind]
        arguments = inner["arguments"] if kind == "function" else inner["input"]
        transcript.call(call["id"], kind, inner["name"], arguments)
    if function_call:
        # The legacy shape has no id: a function message answers the last call of its name.
        key = legacy[function_call["name"]] = f"legacy-{index}"
        transcript.call(key, "function", function_call["name"], function_call["arguments"])


def _parts(content: Any) -> list[Part]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)]
    return [_part(part) for part in content]


def _part(part: JsonObject) -> Part:
    kind = part["type"]
    if kind == "text":
        return Text(part["text"])
    if kind == "image_url":
        image = part["image_url"]
        return Image(url=image["url"], detail=image.get("detail") or "auto")
    if kind == "input_audio":
        return Audio(part["input_audio"]["data"], part["input_audio"]["format"])
    if kind == "file":
        file = part["file"]
        return File(file.get("file_id"), file.get("filename"), file.get("file_data"))
    return Refusal(part["refusal"])


def _tools(body: JsonObject) -> tuple[Tool, ...]:
    tools = [_tool(tool) for tool in body.get("tools") or []]
    tools += [_function(function) for function in body.get("functions") or []]
    return tuple(tools)


def _tool(tool: JsonObject) -> Tool:
    if tool["type"] == "function":
        return _function(tool["function"])
    custom = tool["custom"]
    given = custom.get("format") or {"type": "text"}
    flat = {"type": "grammar", **given["grammar"]} if given["type"] == "grammar" else given
    return CustomTool(custom["name"], custom.get("description"), dict(flat))


def _function(function: JsonObject) -> Tool:
    parameters = function.get("parameters") or dict(EMPTY_PARAMETERS)
    strict = bool(function.get("strict"))
    return FunctionTool(function["name"], function.get("description"), parameters, strict)


def _settings(body: JsonObject, model: str, has_tools: bool) -> Settings:
    extra = {
        key: [body[key]] if key == "stop" and isinstance(body[key], str) else body[key]
        for key, inert in _INERT.items()
        if body.get(key) is not None and body[key] not in inert
    }
    max_tokens = body.get("max_completion_tokens")
    parallel = body.get("parallel_tool_calls")
    return Settings(
        model=model,
        temperature=float(_given(body.get("temperature"), 1.0)),
        top_p=float(_given(body.get("top_p"), 1.0)),
        max_tokens=body.get("max_tokens") if max_tokens is None else max_tokens,
        reasoning_effort=body.get("reasoning_effort"),
        verbosity=body.get("verbosity") or "medium",
        tool_choice=_tool_choice(body) if has_tools else "none",
        parallel_tool_calls=not body.get("functions") and parallel is not False
        if has_tools
        else True,
        top_logprobs=int(body.get("top_logprobs") or 0) if body.get("logprobs") else None,
        extra=extra,
    )


def _tool_choice(body: JsonObject) -> str | JsonObject:
    choice = body.get("tool_choice")
    if choice is None:
        choice = body.get("function_call")
    if choice is None:
        return "auto"
    if isinstance(choice, str):
        return choice
    kind = choice.get("type")
    if kind is None:
        return {"type": "function", "name": choice["name"]}
    if kind == "allowed_tools":
        allowed = choice["allowed_tools"]
        flat = [{"type": t["type"], **t.get(t["type"], {})} for t in allowed["tools"]]
        return {"type": kind, "mode": allowed["mode"], "tools": flat}
    return {"type": kind, "name": choice[kind]["name"]}


def _format(response_format: JsonObject | None) -> Format:
    if response_format is None or response_format["type"] != "json_schema":
        return Format(type=(response_format or {"type": "text"})["type"])
    inner = response_format["json_schema"]
    return Format(
        type="json_schema",
        name=inner["name"],
        description=inner.get("description"),
        schema=inner.get("schema") or {},
        strict=bool(inner.get("strict")),
    )


def _given(value: Any, default: float) -> Any:
    return default if value is None else value
