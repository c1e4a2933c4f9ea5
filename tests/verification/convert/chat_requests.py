"""Random chat requests that the API accepts, as Hypothesis strategies.

`plain` stays within what the codemod rewrites; `wide` adds everything the converter knows. Both
are well formed: what is random is the choice and combination of things, and the text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Request = dict[str, Any]

_TRICKY = [
    "",
    "hi",
    'It\'s "quoted"',
    "two\nlines\n",
    "back\\slash \\n",
    "{braces} %s {{x}}",
    "# no comment",
    "'''",
    '"""',
    "naïve – 東京 🌍",
    "answer in json",
    "messages=[], max_tokens=3)",
    "\t\r\n",
    "\x00\x7f",
]
# "[[" is the emulator's: directives are tested elsewhere.
texts = st.one_of(
    st.sampled_from(_TRICKY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
).filter(lambda text: "[[" not in text)
words = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city", "days"],
    "additionalProperties": False,
}
LOOSE = {"type": "object", "properties": {"city": {"type": "string"}, "unit": {"enum": ["c"]}}}


@st.composite
def plain(draw: st.DrawFn) -> Request:
    """Return a request of text messages and parameters with a counterpart."""
    thinks = draw(st.booleans())
    request: Request = {
        "model": draw(st.sampled_from(["o3", "gpt-5-mini"] if thinks else ["gpt-4o", "gpt-4.1"])),
        "messages": draw(text_messages()),
    }
    request |= draw(st.fixed_dictionaries({}, optional=_REASONING if thinks else _SAMPLING))
    request |= draw(st.fixed_dictionaries({}, optional=_ANYWHERE))
    if request.get("response_format") == {"type": "json_object"}:
        request["messages"].append({"role": "user", "content": "as json, please"})
    if "max_completion_tokens" in request:
        request.pop("max_tokens", None)
    return request


@st.composite
def wide(draw: st.DrawFn, *features: str) -> Request:
    """Return a request with some of ``features``, by default any of `FEATURES`."""
    request = draw(plain())
    names = st.sampled_from(features or tuple(FEATURES))
    for name in draw(st.lists(names, min_size=1, max_size=3, unique=True)):
        FEATURES[name](draw, request)
    return request


@st.composite
def text_messages(draw: st.DrawFn) -> list[Request]:
    """Return a conversation of plain text."""
    first = st.sampled_from(["system", "developer", "user"])
    later = st.sampled_from(["user", "assistant", "user", "assistant", "system"])
    roles = [draw(first), *draw(st.lists(later, max_size=4))]
    return [{"role": role, "content": draw(texts)} for role in roles]


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return ``strategy`` or null."""
    return st.one_of(st.none(), strategy)


_TOKENS = maybe(st.integers(16, 4000))
_SAMPLING = {
    "temperature": maybe(st.sampled_from([0, 1, 2, 0.0, 0.7, 1.3])),
    "top_p": maybe(st.sampled_from([1, 1.0, 0, 0.5])),
    "max_tokens": _TOKENS,
    "n": st.sampled_from([1, None]),
    "stop": st.none(),
    "seed": st.none(),
    "logit_bias": st.sampled_from([None, {}]),
    "presence_penalty": st.sampled_from([0, 0.0, None]),
    "frequency_penalty": st.sampled_from([0, 0.0, None]),
    "logprobs": st.sampled_from([False, None]),
}
_REASONING = {
    "reasoning_effort": maybe(st.sampled_from(["low", "medium", "high"])),
    "temperature": st.sampled_from([1, None]),
    "top_p": st.sampled_from([1, 1.0, None]),
    "n": st.just(1),
}
_ANYWHERE = {
    "max_completion_tokens": _TOKENS,
    "verbosity": maybe(st.sampled_from(["low", "medium", "high"])),
    "response_format": st.sampled_from([{"type": "text"}, {"type": "json_object"}]),
    "stream": st.sampled_from([False, None]),
    "store": st.sampled_from([True, False, None]),
    "metadata": maybe(st.dictionaries(words, words, max_size=3)),
    "user": words,
    "safety_identifier": maybe(words),
    "prompt_cache_key": maybe(words),
    "prompt_cache_retention": st.sampled_from(["24h", "in_memory", None]),
    "service_tier": st.sampled_from(["auto", "default", "flex", None]),
    "modalities": st.sampled_from([["text"], None]),
    "prediction": st.none(),
    "audio": st.none(),
    "timeout": st.sampled_from([30, 2.5]),
    "extra_headers": st.dictionaries(words, words, max_size=2),
}
# Keyword arguments of the SDK, which never reach a body.
TRANSPORT = ("timeout", "extra_headers", "extra_query", "extra_body")


# -- beyond plain ---------------------------------------------------------------------------


def _parts(draw: st.DrawFn, request: Request) -> None:
    chosen = draw(st.lists(st.sampled_from(_PARTS), min_size=1, max_size=4))
    request["messages"].append({"role": "user", "content": [dict(part) for part in chosen]})
    said = [{"type": "text", "text": draw(texts)} for _ in range(draw(st.integers(1, 2)))]
    role = draw(st.sampled_from(["system", "assistant", "user"]))
    request["messages"].append({"role": role, "content": said})


_PARTS = [
    {"type": "text", "text": "look"},
    {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
    {"type": "file", "file": {"file_id": "file-1"}},
    {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf,x"}},
]


def _tools(draw: st.DrawFn, request: Request) -> None:
    if request.keys() & {"functions", "tools"}:
        return
    request["tools"] = [_function("get_weather", draw), _function("look_up", draw)]
    if draw(st.booleans()):
        request["tools"].append(draw(st.sampled_from(_CUSTOM)))
    choice = draw(st.sampled_from([None, "auto", "none", "required", *_CHOICES]))
    if choice is not None or draw(st.booleans()):
        request["tool_choice"] = choice
    if draw(st.booleans()):
        request["parallel_tool_calls"] = draw(st.booleans())
    if draw(st.booleans()):
        request["messages"] += _loop(draw)


def _function(name: str, draw: st.DrawFn) -> Request:
    inner: Request = {"name": name}
    strict = draw(st.sampled_from([None, False, True]))
    inner["parameters"] = SCHEMA if strict else LOOSE
    if strict is not None:
        inner["strict"] = strict
    elif draw(st.booleans()):
        del inner["parameters"]
    if draw(st.booleans()):
        inner["description"] = draw(texts)
    return {"type": "function", "function": inner}


_CUSTOM = [
    {"type": "custom", "custom": {"name": "sql"}},
    {"type": "custom", "custom": {"name": "sql", "format": {"type": "text"}}},
    {
        "type": "custom",
        "custom": {
            "name": "sql",
            "description": "SQL",
            "format": {"type": "grammar", "grammar": {"definition": "x", "syntax": "lark"}},
        },
    },
]
_CHOICES: list[Request] = [
    {"type": "function", "function": {"name": "look_up"}},
    {
        "type": "allowed_tools",
        "allowed_tools": {
            "mode": "required",
            "tools": [{"type": "function", "function": {"name": "look_up"}}],
        },
    },
]


def _loop(draw: st.DrawFn) -> list[Request]:
    text = draw(st.one_of(st.sampled_from([None, ""]), texts))
    said: Request = {"role": "assistant", "content": text}
    if draw(st.booleans()):
        said |= {"refusal": None, "annotations": [], "audio": None, "function_call": None}
    calls = [
        {
            "id": f"call_{letter}",
            "type": "function",
            "function": {"name": "get_weather", "arguments": draw(st.sampled_from(_ARGUMENTS))},
        }
        for letter in draw(st.sampled_from(["a", "ab"]))
    ]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": draw(_RESULTS)} for call in calls
    ]
    custom = {"id": "call_c", "type": "custom", "custom": {"name": "sql", "input": "select 1"}}
    more = {"role": "tool", "tool_call_id": "call_c", "content": "1"}
    if draw(st.booleans()):
        calls, results = [*calls, custom], [*results, more]
    return [{"role": "user", "content": "go"}, said | {"tool_calls": calls}, *results]


_ARGUMENTS = ["{}", '{"city": "Paris"}', '{"city":"Köln","days":2}', "not json"]
_RESULTS = st.one_of(texts, st.just([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]))


def _functions(draw: st.DrawFn, request: Request) -> None:
    if request.keys() & {"functions", "tools"} or request["model"] in ("o3", "gpt-5-mini"):
        return
    request["functions"] = [{"name": "get_weather", "description": "w", "parameters": LOOSE}]
    choice = draw(st.sampled_from([None, "auto", "none", {"name": "get_weather"}]))
    if choice is not None:
        request["function_call"] = choice
    if draw(st.booleans()):
        call = {"name": "get_weather", "arguments": "{}"}
        request["messages"] += [
            {"role": "user", "content": "go"},
            {"role": "assistant", "content": None, "function_call": call},
            {"role": "function", "name": "get_weather", "content": draw(texts)},
        ]


def _format(draw: st.DrawFn, request: Request) -> None:
    inner: Request = {"name": "answer", "schema": SCHEMA}
    inner |= draw(st.sampled_from([{}, {"strict": None}, {"strict": True}, {"strict": False}]))
    inner |= draw(st.sampled_from([{}, {"description": "An answer."}]))
    request["response_format"] = {"type": "json_schema", "json_schema": inner}


def _logprobs(draw: st.DrawFn, request: Request) -> None:
    if request["model"] in ("gpt-4o", "gpt-4.1"):
        request["logprobs"] = True
        request |= draw(st.sampled_from([{}, {"top_logprobs": 0}, {"top_logprobs": 3}]))


def _refusal(draw: st.DrawFn, request: Request) -> None:
    content = draw(st.sampled_from([None, [{"type": "text", "text": "Well."}]]))
    said = {"role": "assistant", "content": content, "refusal": "I won't."}
    part = {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}]}
    request["messages"] += [said, part]


def _stream(draw: st.DrawFn, request: Request) -> None:
    request["stream"] = True
    options: list[Request] = [{}, {"include_usage": True}, {"include_obfuscation": False}]
    chosen = draw(st.sampled_from([*options, options[1] | options[2]]))
    request |= {"stream_options": chosen} if chosen else {}


FEATURES: dict[str, Callable[[st.DrawFn, Request], None]] = {
    "parts": _parts,
    "tools": _tools,
    "functions": _functions,
    "format": _format,
    "logprobs": _logprobs,
    "refusal": _refusal,
    "stream": _stream,
}
