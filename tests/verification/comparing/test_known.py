"""Differences that have a name."""

from __future__ import annotations

from typing import Any

from migrator.verification.comparing import compare_run
from migrator.verification.comparing.known import RULES

from .runs import (
    CHAT,
    WEATHER,
    Drawn,
    completion,
    error,
    message_item,
    prepared,
    response,
    run_of,
)

PARIS = ("get_weather", {"city": "Paris"})
FULL = ("get_weather", {"city": "Paris", "unit": "C"})


def known(body: dict[str, Any], chat: list[Drawn], responses: list[Drawn]) -> dict[str, str]:
    (sample,) = compare_run(run_of((prepared(body), chat, responses))).samples
    return {each.rule: each.detail for each in sample.known}


def test_store_and_nothing_else() -> None:
    assert list(known(CHAT, [completion()], [response()])) == ["store"]
    assert known({**CHAT, "store": True}, [completion()], [response()]) == {}


def test_strict_is_written_out_where_it_was_not() -> None:
    one = {**WEATHER, "function": {**WEATHER["function"], "strict": False}}
    found = known({**CHAT, "tools": [WEATHER, one]}, [completion()], [response()])
    assert found["strict"] == "`strict=False` is written out for 1 of the tools"
    assert "strict" not in known({**CHAT, "tools": [one]}, [completion()], [response()])


def test_optional_arguments_that_are_always_there() -> None:
    body = {**CHAT, "tools": [WEATHER]}
    answers = [completion(calls=[PARIS]), completion(calls=[FULL])], [response(calls=[FULL])] * 2
    assert known(body, *answers)["strict"].endswith("get_weather.unit")


def test_servers_that_are_strict_all_the_same() -> None:
    echoed = response(tools=[{"type": "function", "name": "get_weather", "strict": True}])
    found = known({**CHAT, "tools": [WEATHER]}, [completion()], [echoed])
    assert found["strict"] == "the server made get_weather strict all the same"


def test_parameters_and_legacy_functions() -> None:
    found = known({**CHAT, "functions": [{"name": "now"}]}, [completion()], [response()])
    assert found["parameters"] == "written out for now"
    assert "parallel" in found


def test_dropped_parameters() -> None:
    assert known({**CHAT, "seed": 7}, [completion()], [response()])["dropped"] == "seed"


def test_usage_of_streams() -> None:
    assert "usage" in known({**CHAT, "stream": True}, [completion()], [response()])
    asked = {**CHAT, "stream": True, "stream_options": {"include_usage": True}}
    assert "usage" not in known(asked, [completion()], [response()])


def test_phases_messages_and_reasoning() -> None:
    items = [
        {"type": "reasoning", "summary": []},
        message_item("let me see", phase="commentary"),
        message_item("hello", phase="final_answer"),
    ]
    run = run_of((prepared(CHAT), [completion("hello")], [response(items=items)]))
    (sample,) = compare_run(run).samples
    assert {"phase", "messages", "reasoning"} <= {each.rule for each in sample.known}
    assert sample.verdict == "same"
    assert sample.accessors[0].after == "let me seehello" and not sample.accessors[0].same


def test_finish_reasons_of_forced_calls() -> None:
    body = {
        **CHAT,
        "tools": [WEATHER],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
    }
    run = run_of(
        (prepared(body), [completion(calls=[PARIS], finish="stop")], [response(calls=[PARIS])])
    )
    (sample,) = compare_run(run).samples
    assert {each.rule: each.detail for each in sample.known}["finish"]
    assert sample.verdict == "same"


def test_words_for_cut_answers() -> None:
    cut = response("x", status="incomplete", incomplete_details={"reason": "length"})
    assert known(CHAT, [completion("x", finish="length")], [cut])["incomplete"] == "`length`"


def test_failures_and_refusals() -> None:
    failed = response(status="failed", error={"code": "server_error", "message": "no"})
    assert "failure" in known(CHAT, [error(500)], [failed])
    refused = known(CHAT, [error(400, param="messages[0]")], [error(400, param="input[0]")])
    assert refused["param"] == "`messages[0]` on chat, `input[0]` on Responses"
    assert "param" not in known(CHAT, [error(400, param="user")], [error(400, param="input[0]")])


def test_versions_of_the_model() -> None:
    other = response()
    assert other.body is not None
    other.body["model"] = "gpt-4o-2024-08-06"
    assert "model" in known(CHAT, [completion()], [other])


def test_every_rule_is_explained_in_the_manual() -> None:
    from pathlib import Path

    manual = (Path(__file__).parents[3] / "docs" / "verdicts.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"| `{rule}` |" in manual
