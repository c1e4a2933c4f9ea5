"""Every row of ``rules/api/parameters.toml``: what becomes of the keyword, and the SDK agrees."""

from __future__ import annotations

import ast
import inspect
import typing

import pytest
from openai import OpenAI
from openai.types.responses import response_create_params
from openai.types.shared_params import Reasoning

from migrator._tables import API
from migrator.config import Settings

from .support import call, codes, only, plan_of, rewritten

# A function without arguments.
EMPTY = {"type": "object", "properties": {}}
ROWS = API["parameters"]["chat"]
CHAT = inspect.signature(OpenAI(api_key="k").chat.completions.create).parameters
RESPONSES = inspect.signature(OpenAI(api_key="k").responses.create).parameters
BEFORE_ONE = {"engine", "deployment_id", "request_timeout", "api_key"}

# keyword → (a value that matters, the keywords after the rewrite or the code of the refusal)
MATTERS: dict[str, tuple[str, dict[str, object] | str]] = {
    "model": ("'gpt-4.1'", {"model": "gpt-4.1"}),
    "messages": (
        "[{'role': 'user', 'content': 'a'}]",
        {"input": [{"role": "user", "content": "a"}]},
    ),
    "max_tokens": ("64", {"max_output_tokens": 64}),
    "max_completion_tokens": ("64", {"max_output_tokens": 64}),
    "temperature": ("0.5", {"temperature": 0.5}),
    "top_p": ("0.5", {"top_p": 0.5}),
    "n": ("2", "CC201"),
    "stop": ("'x'", "CC202"),
    "seed": ("1", "CC203"),
    "logit_bias": ("{'1': 2}", "CC204"),
    "presence_penalty": ("0.1", "CC205"),
    "frequency_penalty": ("-0.1", "CC205"),
    "logprobs": ("True", "CC219"),
    "top_logprobs": ("2", "CC219"),
    "response_format": ("{'type': 'json_object'}", {"text": {"format": {"type": "json_object"}}}),
    "tools": (
        "[{'type': 'function', 'function': {'name': 'f', 'parameters': {'a': 1}}}]",
        {"tools": [{"type": "function", "name": "f", "parameters": {"a": 1}, "strict": False}]},
    ),
    "tool_choice": ("'auto'", {"tool_choice": "auto"}),
    "parallel_tool_calls": ("False", {"parallel_tool_calls": False}),
    "functions": (
        "[{'name': 'f', 'parameters': {'a': 1}}]",
        {
            "tools": [{"type": "function", "name": "f", "parameters": {"a": 1}, "strict": False}],
            "parallel_tool_calls": False,
        },
    ),
    "function_call": ("{'name': 'f'}", {"tool_choice": {"type": "function", "name": "f"}}),
    "stream": ("True", {"stream": True}),
    "stream_options": (
        "{'include_usage': True, 'include_obfuscation': False}",
        {"stream_options": {"include_obfuscation": False}},
    ),
    "store": ("True", {"store": True}),
    "metadata": ("{'a': 'b'}", {"metadata": {"a": "b"}}),
    "user": ("'u'", {"user": "u"}),
    "safety_identifier": ("'u'", {"safety_identifier": "u"}),
    "prompt_cache_key": ("'k'", {"prompt_cache_key": "k"}),
    "prompt_cache_retention": ("'24h'", {"prompt_cache_retention": "24h"}),
    "prompt_cache_options": ("{'ttl': '30m'}", {"prompt_cache_options": {"ttl": "30m"}}),
    "service_tier": ("'flex'", {"service_tier": "flex"}),
    "reasoning_effort": ("'low'", {"reasoning": {"effort": "low"}}),
    "verbosity": ("'low'", {"text": {"verbosity": "low"}}),
    "moderation": ("{'model': 'm'}", {"moderation": {"model": "m"}}),
    "modalities": ("['text', 'audio']", "CC206"),
    "audio": ("{'voice': 'a'}", "CC206"),
    "prediction": ("{'type': 'content'}", "CC207"),
    "web_search_options": ("{}", "CC208"),
    "extra_headers": ("{'a': 'b'}", {"extra_headers": {"a": "b"}}),
    "extra_query": ("{'a': 'b'}", {"extra_query": {"a": "b"}}),
    "extra_body": ("{'top_k': 1}", "CC211"),
    "timeout": ("3", {"timeout": 3}),
    "engine": ("'e'", "CC220"),
    "deployment_id": ("'e'", "CC220"),
    "request_timeout": ("3", "CC220"),
    "api_key": ("'k'", "CC220"),
}


def _call(keyword: str, value: str) -> str:
    base = {"model": '"gpt-4o"', "messages": "[{'role': 'user', 'content': 'x'}]", keyword: value}
    inside = ", ".join(f"{name}={text}" for name, text in base.items())
    return f"client.chat.completions.create({inside})\n"


def _keywords(source: str) -> dict[str, object]:
    """Return the evaluated keywords of the call; no other keyword may appear twice."""
    node = ast.parse(source.strip(), mode="eval").body
    assert isinstance(node, ast.Call)
    assert ast.unparse(node.func) == "client.responses.create"
    names = [item.arg for item in node.keywords]
    assert len(names) == len(set(names))
    return {item.arg: ast.literal_eval(item.value) for item in node.keywords if item.arg}


def test_every_row_has_an_example() -> None:
    assert set(MATTERS) == set(ROWS)


def test_the_table_knows_every_keyword_of_the_sdk() -> None:
    assert set(CHAT) - set(ROWS) == set()
    assert set(ROWS) - set(CHAT) == BEFORE_ONE


@pytest.mark.parametrize("keyword", sorted(ROWS))
def test_what_becomes_of(keyword: str) -> None:
    value, expected = MATTERS[keyword]
    finding = only(plan_of(_call(keyword, value)))
    row = next(row for row in finding.ledger if row.keyword == keyword)
    if isinstance(expected, str):
        assert (finding.verdict, codes(finding), row.action) == ("blocked", {expected}, "refused")
        return
    assert (finding.verdict, codes(finding)) == ("rewrite", set())
    base: dict[str, object] = {
        "model": "gpt-4o", "input": [{"role": "user", "content": "x"}], "store": False,
    }  # fmt: skip
    assert _keywords(rewritten(_call(keyword, value))) == {**base, **expected}


@pytest.mark.parametrize("keyword", sorted(ROWS))
def test_targets_exist_in_the_sdk(keyword: str) -> None:
    row = ROWS[keyword]
    if row["action"] in ("drop", "refuse", "stream", "stream_options"):
        return
    target = row.get("to", keyword)
    assert target in RESPONSES
    options = {"extra_headers", "extra_query", "extra_body", "timeout"}
    hints = typing.get_type_hints(response_create_params.ResponseCreateParamsNonStreaming)
    assert target in hints or target in options
    if "key" in row and target == "reasoning":
        assert row["key"] in typing.get_type_hints(Reasoning)
    if "key" in row and target == "text":
        from openai.types.responses import ResponseTextConfigParam

        assert row["key"] in typing.get_type_hints(ResponseTextConfigParam)


def test_dropped_keywords_are_missing_in_the_sdk() -> None:
    dropped = {name for name, row in ROWS.items() if row["action"] in ("drop", "refuse")}
    assert dropped & set(RESPONSES) == {"top_logprobs"}


INERT = [
    (name, text) for name, row in sorted(ROWS.items()) for text in row.get("inert", "").split()
]


@pytest.mark.parametrize(("keyword", "value"), INERT)
def test_inert_values_are_dropped(keyword: str, value: str) -> None:
    source = _call(keyword, value)
    finding = only(plan_of(source))
    assert finding.verdict == "rewrite"
    assert next(r for r in finding.ledger if r.keyword == keyword).action == "dropped"
    assert set(_keywords(rewritten(source))) == {"model", "input", "store"}


@pytest.mark.parametrize("keyword", sorted(n for n, row in ROWS.items() if row["action"] == "drop"))
@pytest.mark.parametrize("value", ["None", "openai.NOT_GIVEN", "openai.omit", "openai.NotGiven()"])
def test_what_is_not_sent_is_dropped(keyword: str, value: str) -> None:
    new = rewritten(_call(keyword, value), head="import openai\nclient = openai.OpenAI()\n")
    assert set(_keywords(new)) == {"model", "input", "store"}


@pytest.mark.parametrize("keyword", sorted(n for n, row in ROWS.items() if row["action"] == "drop"))
def test_variables_are_not_dropped(keyword: str) -> None:
    finding = only(plan_of(f"def f(value):\n    {_call(keyword, 'value')}"))
    assert (finding.verdict, codes(finding)) == ("blocked", {ROWS[keyword]["code"]})


@pytest.mark.parametrize("keyword", ["seed", "frequency_penalty", "stop"])
def test_the_drop_setting(keyword: str) -> None:
    settings = Settings().updated({"drop": [keyword]}, "test")
    finding = only(plan_of(_call(keyword, "5"), settings))
    assert finding.verdict == "rewrite" and any(keyword in note for note in finding.notes)


@pytest.mark.parametrize(
    ("more", "reasons"),
    [
        ("max_tokens=15", {"CC212"}),
        ("max_completion_tokens=1", {"CC212"}),
        ("max_tokens=16", set()),
        ("max_tokens=64, max_completion_tokens=64", {"CC212"}),
        ("max_tokens=limit", set()),
        ("response_format={'type': 'json_schema', 'json_schema': {'name': 'a'}}", {"CC218"}),
        ("response_format=fmt", {"CC218"}),
        ("response_format={'type': 'text', 'x': 1}", {"CC218"}),
        ("stream=flag", {"CC213"}),
        ("**more", {"CC210"}),
        ("response_model=M", {"CC209"}),
        ("top_k=3", {"CC209"}),
    ],
)
def test_values_that_decide(more: str, reasons: set[str]) -> None:
    assert codes(only(plan_of(call(more)))) == reasons


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        ("client.chat.completions.create('gpt-4o')", {"CC213", "CC214"}),
        ("client.chat.completions.create(model='gpt-4o')", {"CC213"}),
        ("client.chat.completions.create()", {"CC213"}),
    ],
)
def test_incomplete_calls(source: str, reasons: set[str]) -> None:
    assert codes(only(plan_of(source))) == reasons


def test_two_keywords_share_one_object() -> None:
    more = "response_format={'type': 'json_object'}, verbosity='low', reasoning_effort='high'"
    new = _keywords(rewritten(call(more)))
    assert new["text"] == {"format": {"type": "json_object"}, "verbosity": "low"}
    assert new["reasoning"] == {"effort": "high"}


def test_the_store_policy() -> None:
    settings = Settings().updated({"store": "api-default"}, "test")
    assert "store" not in _keywords(rewritten(call(), settings))
    assert _keywords(rewritten(call("store=True")))["store"] is True


def test_the_ledger_has_a_row_for_every_keyword() -> None:
    finding = only(plan_of(call("n=1, max_tokens=20, temperature=0, user='u'")))
    rows = {row.keyword: (row.action, row.after) for row in finding.ledger}
    assert rows == {
        "model": ("same", "model"),
        "messages": ("renamed", "input"),
        "n": ("dropped", ""),
        "max_tokens": ("renamed", "max_output_tokens"),
        "temperature": ("same", "temperature"),
        "user": ("same", "user"),
        "store": ("added", "store=False"),
    }
