"""Requests in pydantic-ai's own classes, which both of its OpenAI models can send."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}


def built(
    *turns: Callable[[Any], Any], tools: tuple[dict[str, Any], ...] = (), **settings: Any
) -> Callable[[], Any]:
    """Return a function that makes messages, settings and parameters, once they can be made."""

    def build() -> Any:
        from pydantic_ai import messages
        from pydantic_ai import tools as tool_types
        from pydantic_ai.models import ModelRequestParameters

        definitions = [tool_types.ToolDefinition(**tool) for tool in tools]
        parameters = ModelRequestParameters(function_tools=definitions)
        return [turn(messages) for turn in turns], settings or None, parameters

    return build


def asks(*texts: str, system: str = "") -> Callable[[Any], Any]:
    def turn(m: Any) -> Any:
        first = [m.SystemPromptPart(system)] if system else []
        return m.ModelRequest(parts=[*first, *(m.UserPromptPart(text) for text in texts)])

    return turn


def shows(text: str) -> Callable[[Any], Any]:
    def turn(m: Any) -> Any:
        return m.ModelRequest(parts=[m.UserPromptPart([text, m.ImageUrl("https://x.test/a.png")])])

    return turn


def says(text: str) -> Callable[[Any], Any]:
    return lambda m: m.ModelResponse(parts=[m.TextPart(text)])


def calls(*ids: str, text: str = "") -> Callable[[Any], Any]:
    def turn(m: Any) -> Any:
        said = [m.TextPart(text)] if text else []
        made = [m.ToolCallPart("get_weather", '{"city":"Paris"}', tool_call_id=id_) for id_ in ids]
        return m.ModelResponse(parts=[*said, *made])

    return turn


def returns(*ids: str) -> Callable[[Any], Any]:
    return lambda m: m.ModelRequest(
        parts=[m.ToolReturnPart("get_weather", "sunny", tool_call_id=id_) for id_ in ids]
    )


def tool(strict: bool | None = None) -> dict[str, Any]:
    schema = {"parameters_json_schema": SCHEMA, "strict": strict}
    return {"name": "get_weather", "description": "w", **schema}


BUILDS: dict[str, Callable[[], Any]] = {
    "user": built(asks("hi")),
    "two prompts": built(asks("hi", "there")),
    "system": built(asks("hi", system="Be brief.")),
    "turns": built(asks("hi"), says("yes?"), asks("go on")),
    "image": built(shows("what?")),
    "tool": built(asks("hi"), tools=(tool(False),)),
    "strict tool": built(asks("hi"), tools=(tool(True),)),
    "tool loop": built(asks("hi"), calls("call_1"), returns("call_1"), tools=(tool(True),)),
    "tool loop with text": built(
        asks("hi"), calls("call_1", text="let me see"), returns("call_1"), tools=(tool(True),)
    ),
    "two calls": built(
        asks("hi"), calls("call_1", "call_2"), returns("call_1", "call_2"), tools=(tool(True),)
    ),
    "sampling": built(asks("hi"), temperature=0.5, top_p=0.9, max_tokens=64),
    "labels": built(asks("hi"), openai_user="u1", openai_service_tier="flex"),
    "one call at a time": built(asks("hi"), tools=(tool(True),), parallel_tool_calls=False),
}
