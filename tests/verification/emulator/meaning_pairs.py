"""Pairs of requests with equal meaning, one for each endpoint."""

from __future__ import annotations

from tool_pairs import HI, STRICT, TOOL_PAIRS, WEATHER, Pair

PAIRS: dict[str, Pair] = {
    **TOOL_PAIRS,
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
                {
                    "role": "assistant",
                    "content": "yes?",
                    "refusal": None,
                    "annotations": [],
                    "audio": None,
                    "function_call": None,
                    "tool_calls": None,
                },
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
}
