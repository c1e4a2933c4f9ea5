"""Equal meaning on both endpoints: equal text, calls, usage and digest."""

from __future__ import annotations

from typing import Any, NamedTuple

import openai
import pytest
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from migrator.verification.emulator import Emulator

HI = [{"role": "user", "content": "hi"}]
WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "unit": {"type": "string", "enum": ["c", "f"]}},
    "required": ["city"],
}
STRICT = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}


def nested(name: str = "get_weather", **more: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "parameters": WEATHER, **more}}


def flat(name: str = "get_weather", strict: bool = False, **more: Any) -> dict[str, Any]:
    base = {"type": "function", "name": name, "parameters": WEATHER, "strict": strict}
    return {**base, **more}


def call(id_: str, arguments: str = '{"city": "Paris"}', name: str = "get_weather") -> Any:
    return {"id": id_, "type": "function", "function": {"name": name, "arguments": arguments}}


def item(id_: str, arguments: str = '{"city": "Paris"}', name: str = "get_weather") -> Any:
    return {"type": "function_call", "call_id": id_, "name": name, "arguments": arguments}


class Pair(NamedTuple):
    chat: dict[str, Any]
    responses: dict[str, Any]
    since: tuple[int, int] = (1, 66)
    model: str = "gpt-4o"


LOOP = [
    {"role": "user", "content": "weather?"},
    {"role": "assistant", "content": None, "tool_calls": [call("call_a"), call("call_b")]},
    {"role": "tool", "tool_call_id": "call_a", "content": "sunny"},
    {"role": "tool", "tool_call_id": "call_b", "content": "rain"},
]
LOOP_ITEMS = [
    {"role": "user", "content": "weather?"},
    item("other_1"),
    item("other_2"),
    {"type": "function_call_output", "call_id": "other_1", "output": "sunny"},
    {"type": "function_call_output", "call_id": "other_2", "output": "rain"},
]

PAIRS: dict[str, Pair] = {
    "string input": Pair({"messages": HI}, {"input": "hi"}),
    "messages unchanged": Pair({"messages": HI}, {"input": HI}),
    "typed message": Pair({"messages": HI}, {"input": [{"type": "message", **HI[0]}]}),
    "system to instructions": Pair(
        {"messages": [{"role": "system", "content": "Be brief."}, *HI]},
        {"instructions": "Be brief.", "input": "hi"},
    ),
    "system stays": Pair(
        {"messages": [{"role": "system", "content": "Be brief."}, *HI]},
        {"input": [{"role": "system", "content": "Be brief."}, *HI]},
    ),
    "developer": Pair(
        {"messages": [{"role": "developer", "content": "Be brief."}, *HI]},
        {"input": [{"role": "developer", "content": "Be brief."}, *HI]},
    ),
    "multi-turn": Pair(
        {"messages": [*HI, {"role": "assistant", "content": "yes?"}, *HI]},
        {"input": [*HI, {"role": "assistant", "content": "yes?"}, *HI]},
    ),
    "assistant output_text part": Pair(
        {"messages": [*HI, {"role": "assistant", "content": "yes?"}, *HI]},
        {
            "input": [
                *HI,
                {"role": "assistant", "content": [{"type": "output_text", "text": "yes?"}]},
                *HI,
            ]
        },
    ),
    "dumped assistant message": Pair(
        {
            "messages": [
                *HI,
                {"role": "assistant", "content": "yes?", "refusal": None, "annotations": []},
                *HI,
            ]
        },
        {"input": [*HI, {"role": "assistant", "content": "yes?"}, *HI]},
    ),
    "assistant refusal": Pair(
        {"messages": [*HI, {"role": "assistant", "content": None, "refusal": "no"}, *HI]},
        {
            "input": [
                *HI,
                {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
                *HI,
            ]
        },
    ),
    "text parts": Pair(
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "a"}] * 2}]},
        {"input": [{"role": "user", "content": [{"type": "input_text", "text": "a"}] * 2}]},
    ),
    "image": Pair(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "text", "text": "what?"},
                        {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
                    ],
                }
            ]
        },
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_text", "text": "what?"},
                        {
                            "type": "input_image",
                            "image_url": "https://x.test/a.png",
                            "detail": "auto",
                        },
                    ],
                }
            ]
        },
    ),
    "file by id": Pair(
        {
            "messages": [
                {"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}}]}
            ]
        },
        {"input": [{"role": "user", "content": [{"type": "input_file", "file_id": "file-1"}]}]},
    ),
    "file by content": Pair(
        {
            "messages": [
                {
                    "role": "user",
                    "content": [
                        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:,x"}}
                    ],
                }
            ]
        },
        {
            "input": [
                {
                    "role": "user",
                    "content": [
                        {"type": "input_file", "filename": "a.pdf", "file_data": "data:,x"}
                    ],
                }
            ]
        },
    ),
    "tool loop": Pair(
        {"messages": LOOP, "tools": [nested()]}, {"input": LOOP_ITEMS, "tools": [flat()]}
    ),
    "tool loop with text and other spelling": Pair(
        {
            "messages": [
                LOOP[0],
                {
                    "role": "assistant",
                    "content": "let me see",
                    "tool_calls": [call("x", '{"city":"Paris", "unit":"c"}')],
                },
                {"role": "tool", "tool_call_id": "x", "content": [{"type": "text", "text": "ok"}]},
            ],
            "tools": [nested()],
        },
        {
            "input": [
                LOOP[0],
                {"role": "assistant", "content": "let me see"},
                item("y", '{"unit": "c", "city": "Paris"}'),
                {
                    "type": "function_call_output",
                    "call_id": "y",
                    "output": [{"type": "input_text", "text": "ok"}],
                },
            ],
            "tools": [flat()],
        },
        since=(2, 0),
    ),
    "empty content beside calls": Pair(
        {
            "messages": [
                LOOP[0],
                {"role": "assistant", "content": "", "tool_calls": [call("x")]},
                {"role": "tool", "tool_call_id": "x", "content": "ok"},
            ]
        },
        {
            "input": [
                LOOP[0],
                item("y"),
                {"type": "function_call_output", "call_id": "y", "output": "ok"},
            ]
        },
    ),
    "legacy function messages": Pair(
        {
            "messages": [
                LOOP[0],
                {
                    "role": "assistant",
                    "content": None,
                    "function_call": {"name": "get_weather", "arguments": "{}"},
                },
                {"role": "function", "name": "get_weather", "content": "ok"},
            ],
            "functions": [{"name": "get_weather", "parameters": WEATHER}],
            "function_call": "auto",
        },
        {
            "input": [
                LOOP[0],
                item("y", "{}"),
                {"type": "function_call_output", "call_id": "y", "output": "ok"},
            ],
            "tools": [flat()],
            "parallel_tool_calls": False,
            "tool_choice": "auto",
        },
    ),
    "forced call, non-strict": Pair(
        {"messages": HI, "tools": [nested()], "tool_choice": "required"},
        {"input": HI, "tools": [flat()], "tool_choice": "required"},
    ),
    "strict tool": Pair(
        {
            "messages": HI,
            "tools": [nested(parameters=STRICT, strict=True)],
            "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        },
        {
            "input": HI,
            "tools": [flat(parameters=STRICT, strict=True)],
            "tool_choice": {"type": "function", "name": "get_weather"},
        },
    ),
    "two calls at once": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:a,b]]"}],
            "tools": [nested("a"), nested("b")],
        },
        {"input": "[[call:a,b]]", "tools": [flat("a"), flat("b")]},
    ),
    "one call at a time": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:a,b]]"}],
            "tools": [nested("a"), nested("b")],
            "parallel_tool_calls": False,
        },
        {
            "input": "[[call:a,b]]",
            "tools": [flat("a"), flat("b")],
            "parallel_tool_calls": False,
        },
    ),
    "tool without parameters": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:now]]"}],
            "tools": [{"type": "function", "function": {"name": "now"}}],
        },
        {
            "input": "[[call:now]]",
            "tools": [{"type": "function", "name": "now", "parameters": None, "strict": False}],
        },
    ),
    "allowed tools": Pair(
        {
            "messages": HI,
            "tools": [nested("a"), nested("b")],
            "tool_choice": {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [{"type": "function", "function": {"name": "b"}}],
                },
            },
        },
        {
            "input": HI,
            "tools": [flat("a"), flat("b")],
            "tool_choice": {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "function", "name": "b"}],
            },
        },
        since=(2, 0),
    ),
    "custom tool": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:sql]]"}],
            "tools": [
                {
                    "type": "custom",
                    "custom": {
                        "name": "sql",
                        "format": {
                            "type": "grammar",
                            "grammar": {"definition": "x", "syntax": "lark"},
                        },
                    },
                }
            ],
        },
        {
            "input": "[[call:sql]]",
            "tools": [
                {
                    "type": "custom",
                    "name": "sql",
                    "format": {"type": "grammar", "definition": "x", "syntax": "lark"},
                }
            ],
        },
        since=(2, 0),
    ),
    "custom tool loop": Pair(
        {
            "messages": [
                *HI,
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "c",
                            "type": "custom",
                            "custom": {"name": "sql", "input": "select 1"},
                        }
                    ],
                },
                {"role": "tool", "tool_call_id": "c", "content": "1"},
            ]
        },
        {
            "input": [
                *HI,
                {"type": "custom_tool_call", "call_id": "d", "name": "sql", "input": "select 1"},
                {"type": "custom_tool_call_output", "call_id": "d", "output": "1"},
            ]
        },
        since=(2, 0),
    ),
    "json_object": Pair(
        {
            "messages": [{"role": "user", "content": "as JSON"}],
            "response_format": {"type": "json_object"},
        },
        {"input": "as JSON", "text": {"format": {"type": "json_object"}}},
    ),
    "json_schema": Pair(
        {
            "messages": HI,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "w", "schema": STRICT, "strict": True},
            },
        },
        {
            "input": HI,
            "text": {
                "format": {"type": "json_schema", "name": "w", "schema": STRICT, "strict": True}
            },
        },
    ),
    "json_schema, strict left out": Pair(
        {
            "messages": HI,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "w", "schema": WEATHER},
            },
        },
        {
            "input": HI,
            "text": {
                "format": {"type": "json_schema", "name": "w", "schema": WEATHER, "strict": False}
            },
        },
    ),
    "sampling": Pair(
        {"messages": HI, "temperature": 0, "top_p": 0.5, "max_tokens": 50},
        {"input": HI, "temperature": 0, "top_p": 0.5, "max_output_tokens": 50},
    ),
    "inert parameters": Pair(
        {
            "messages": HI,
            "temperature": 1,
            "top_p": 1.0,
            "n": 1,
            "stop": None,
            "seed": None,
            "logit_bias": {},
            "presence_penalty": 0,
            "frequency_penalty": 0.0,
            "modalities": ["text"],
            "response_format": {"type": "text"},
            "logprobs": False,
        },
        {"input": HI},
    ),
    "max_completion_tokens": Pair(
        {"messages": HI, "max_completion_tokens": 64}, {"input": HI, "max_output_tokens": 64}
    ),
    "logprobs": Pair(
        {"messages": HI, "logprobs": True, "top_logprobs": 2},
        {"input": HI, "include": ["message.output_text.logprobs"], "top_logprobs": 2},
        since=(2, 0),
    ),
    "reasoning effort": Pair(
        {"messages": HI, "reasoning_effort": "low"},
        {"input": HI, "reasoning": {"effort": "low"}},
        model="o4-mini",
    ),
    "verbosity": Pair(
        {"messages": HI, "verbosity": "low"},
        {"input": HI, "text": {"verbosity": "low"}},
        since=(2, 0),
        model="gpt-5",
    ),
    "storage and labels": Pair(
        {"messages": HI, "store": True, "metadata": {"a": "b"}, "user": "u1"},
        {"input": HI, "store": True, "metadata": {"a": "b"}, "user": "u1"},
    ),
    "truncated": Pair(
        {"messages": [{"role": "user", "content": "[[truncate]]"}]}, {"input": "[[truncate]]"}
    ),
    "filtered": Pair(
        {"messages": [{"role": "user", "content": "[[filter]]"}]}, {"input": "[[filter]]"}
    ),
    "refused": Pair(
        {"messages": [{"role": "user", "content": "[[refuse]]"}]}, {"input": "[[refuse]]"}
    ),
    "truncated call": Pair(
        {
            "messages": [{"role": "user", "content": "[[call:a]] [[truncate]]"}],
            "tools": [nested("a")],
        },
        {"input": "[[call:a]] [[truncate]]", "tools": [flat("a")]},
    ),
}


def skip_unless(since: tuple[int, int]) -> None:
    have = tuple(int(part) for part in openai.__version__.split(".")[:2])
    if have < since:
        pytest.skip(f"openai {openai.__version__} does not know this shape")


def said_by_chat(result: ChatCompletion) -> dict[str, Any]:
    (choice,) = result.choices
    message = choice.message
    calls = [c.to_dict() for c in message.tool_calls or []]
    if message.function_call:
        calls = [{"type": "function", "function": message.function_call.to_dict()}]
    assert result.usage is not None
    return {
        "text": message.content or "",
        "refusal": message.refusal,
        "calls": [
            (c[c["type"]]["name"], c[c["type"]].get("arguments", c[c["type"]].get("input")))
            for c in calls
        ],
        "ids": [c["id"] for c in calls if "id" in c],
        "cut": choice.finish_reason
        if choice.finish_reason in ("length", "content_filter")
        else None,
        "usage": (
            result.usage.prompt_tokens,
            result.usage.completion_tokens,
            result.usage.total_tokens,
        ),
    }


def said_by_responses(result: Response) -> dict[str, Any]:
    output = [entry.to_dict() for entry in result.output]
    calls = [entry for entry in output if str(entry["type"]).endswith("_call")]
    refusals = [
        part["refusal"]
        for entry in output
        if entry["type"] == "message"
        for part in entry["content"]
        if part["type"] == "refusal"
    ]
    why = result.incomplete_details.reason if result.incomplete_details else None
    assert result.usage is not None
    return {
        "text": result.output_text,
        "refusal": refusals[0] if refusals else None,
        "calls": [(c["name"], c.get("arguments", c.get("input"))) for c in calls],
        "ids": [c["call_id"] for c in calls],
        "cut": "length" if why == "max_output_tokens" else why,
        "usage": (
            result.usage.input_tokens,
            result.usage.output_tokens,
            result.usage.total_tokens,
        ),
    }


@pytest.mark.parametrize("name", PAIRS)
def test_both_endpoints_say_the_same(name: str, emulator: Emulator, client: openai.OpenAI) -> None:
    pair = PAIRS[name]
    skip_unless(pair.since)
    chat = client.post(
        "/chat/completions", cast_to=ChatCompletion, body={"model": pair.model, **pair.chat}
    )
    responses = client.post(
        "/responses", cast_to=Response, body={"model": pair.model, **pair.responses}
    )
    one, two = emulator.journal
    assert one.conversation is not None and two.conversation is not None
    assert one.conversation.to_json() == two.conversation.to_json()
    assert one.conversation.digest == two.conversation.digest
    expected = said_by_chat(chat)
    actual = said_by_responses(responses)
    if "functions" in pair.chat:
        expected["ids"] = actual["ids"]  # the legacy shape has none
    assert actual == expected


def test_delivery_is_recorded_apart(emulator: Emulator, client: openai.OpenAI) -> None:
    for labels in ({}, {"store": True, "metadata": {"k": "v"}, "user": "u"}):
        client.post(
            "/responses", cast_to=Response, body={"model": "gpt-4o", "input": "hi", **labels}
        )
    plain, labelled = emulator.journal
    assert plain.conversation == labelled.conversation
    assert plain.delivery is not None and labelled.delivery is not None
    assert (plain.store, plain.delivery.store) == (True, None)
    assert labelled.delivery.to_json() == {
        "store": True,
        "stream": False,
        "labels": {"metadata": {"k": "v"}, "user": "u"},
    }


def test_strictness_the_server_invents_shows(emulator: Emulator, client: openai.OpenAI) -> None:
    """Omitting ``strict`` is a change of meaning on the Responses API."""
    chat = client.post(
        "/chat/completions",
        cast_to=ChatCompletion,
        body={"model": "gpt-4o", "messages": HI, "tools": [nested()], "tool_choice": "required"},
    )
    tool = flat()
    del tool["strict"]
    responses = client.post(
        "/responses",
        cast_to=Response,
        body={"model": "gpt-4o", "input": HI, "tools": [tool], "tool_choice": "required"},
    )
    assert said_by_chat(chat)["calls"] != said_by_responses(responses)["calls"]
    echoed = responses.tools[0].to_dict()
    assert echoed["strict"] is True
    assert echoed["parameters"]["required"] == ["city", "unit"]
    assert echoed["parameters"]["additionalProperties"] is False


def test_incompatible_schema_falls_back_to_non_strict(client: openai.OpenAI) -> None:
    open_schema = {"type": "object", "properties": {}, "additionalProperties": True}
    result = client.post(
        "/responses",
        cast_to=Response,
        body={
            "model": "gpt-4o",
            "input": "hi",
            "tools": [{"type": "function", "name": "f", "parameters": open_schema}],
        },
    )
    assert result.tools[0].to_dict()["strict"] is False
    assert result.tools[0].to_dict()["parameters"] == open_schema
