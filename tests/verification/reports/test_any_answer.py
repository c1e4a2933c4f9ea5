"""Answers of any shape, however broken, end in a verdict and in reports."""

from __future__ import annotations

import copy
import io
import json
from typing import Any
from xml.etree import ElementTree

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rich.console import Console

from migrator.verification.comparing import compare_run
from migrator.verification.reports import (
    html_report,
    json_report,
    junit_report,
    markdown_report,
    print_report,
)
from migrator.verification.samples import Answer
from tests.verification.comparing.runs import (
    CHAT,
    WEATHER,
    completion,
    message_item,
    prepared,
    response,
    run_of,
)

PARIS = ("get_weather", {"city": "Paris"})
BODY = {
    **CHAT,
    "tools": [WEATHER],
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
}
LEAVES = st.sampled_from(
    [
        None,
        True,
        0,
        -1.5,
        float("inf"),
        "",
        "text",
        "\ud800\x00<b>",
        [],
        [None],
        {},
        {"type": "message"},
    ]
)
STEPS = st.lists(st.integers(0, 30), max_size=6)
ITEMS = [message_item("{}", phase="commentary"), message_item("{}")]


def spoilt(answer: Answer, steps: list[int], leaf: Any) -> Answer:
    """Return the answer with one of its values replaced; the steps lead to it."""
    body = copy.deepcopy(answer.body)
    assert body is not None
    place: Any = body
    for n, step in enumerate(steps):
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            break
        key = keys[step % len(keys)]
        if n == len(steps) - 1 or not isinstance(place[key], dict | list):
            place[key] = leaf
            break
        place = place[key]
    return Answer(200, body)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, STEPS, LEAVES)
def test_no_answer_breaks_the_comparison(one: list[int], other: list[int], leaf: Any) -> None:
    chat = [completion("{}"), spoilt(completion(calls=[PARIS]), one, leaf)]
    chat.append(spoilt(completion("{}"), other, leaf))
    echoed = {"tools": [{"type": "function", "name": "get_weather", "strict": False}]}
    answers = [response("{}"), spoilt(response(calls=[PARIS], **echoed), one, leaf)]
    answers.append(spoilt(response(items=ITEMS, incomplete_details=None), other, leaf))
    found = compare_run(run_of((prepared(BODY), chat, answers)), lambda body, side, answer: 0.1)
    json.loads(json_report(found))
    ElementTree.fromstring(junit_report(found).encode("utf-8"))
    assert html_report(found) and markdown_report(found)
    print_report(found, Console(file=io.StringIO(), width=80))
