"""The rewritten call has exactly the keyword arguments that `convert_request` returns.

Requests are generated wider than the codemod's reach. Whenever it rewrites one, the two must
agree; the floors below keep the test from passing by refusing. Raise them when it learns more.
"""

from __future__ import annotations

import copy
import warnings
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.config import Settings
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite
from migrator.verification.convert import Options, Unconvertible, convert_request

from .chat_requests import FEATURES, Request, plain, wide
from .printing import program
from .recording import Recorder

# The share of calls that the codemod must rewrite, by what they have beside plain text.
FLOORS = {
    "": 0.95,
    "parts": 0.2,
    "tools": 0.2,
    "functions": 0.4,
    "format": 0.7,
    "logprobs": 0.0,
    "refusal": 0.0,
    "stream": 0.0,
}
RAISE_BY = 0.4
# Often nothing is added: the model of the request does not take the feature.
NO_OP = {"functions", "logprobs"}


def rewritten(source: str, settings: Settings) -> str:
    """Return the source as ``fix`` would leave it; a self-check may take a rewrite back."""
    data = source.encode()
    return rewrite(data, plan_file("program.py", data, settings)).data.decode()


def agreed(request: Request, dice: Random, config: Settings) -> bool:
    """Return whether the codemod rewrote the call; assert that the converter agrees."""
    source = program(request, dice)
    assert Recorder().run(source) == [("chat", request)]
    after = rewritten(source, config)
    if after == source:
        return False
    untouched = copy.deepcopy(request)
    try:
        expected = convert_request(request, Options.of(config))
    except Unconvertible as error:
        raise AssertionError(f"{error}\n{source}\n{after}") from error
    assert request == untouched
    [(endpoint, sent)] = Recorder().run(after)
    assert endpoint == "responses"
    assert typed(said_shortly(sent)) == typed(said_shortly(expected)), after
    return True


def said_shortly(request: Request) -> Request:
    """Return ``request`` with the one text of an assistant as a string, which means the same.

    The converter keeps the list; the codemod writes what a person would.
    """
    return {**request, "input": [_short(item) for item in request["input"]]}


def _short(item: dict[str, Any]) -> dict[str, Any]:
    parts = item.get("content")
    if item.get("role") != "assistant" or not isinstance(parts, list) or len(parts) != 1:
        return item
    if set(parts[0]) != {"type", "text"} or parts[0]["type"] != "output_text":
        return item
    return {"role": "assistant", "content": parts[0]["text"]}


def typed(value: Any) -> Any:
    """Return ``value`` so that 1, 1.0 and True differ."""
    if isinstance(value, dict):
        return {key: typed(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [typed(inner) for inner in value]
    return (type(value), value)


def test_every_feature_has_a_floor() -> None:
    assert set(FLOORS) == {"", *FEATURES}


@pytest.mark.parametrize("feature", FLOORS, ids=lambda name: name or "plain")
def test_codemod_and_converter_agree(feature: str) -> None:
    seen: Counter[bool] = Counter()

    @settings(
        max_examples=25 if feature else 200,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(request=wide(feature) if feature else plain(), seed=st.integers(0, 2**32))
    def check(request: Request, seed: int) -> None:
        seen[agreed(request, Random(seed), Settings())] += 1

    check()
    share = seen[True] / seen.total()
    # Few examples scatter: three standard deviations below the floor are chance.
    slack = 3 * (FLOORS[feature] * (1 - FLOORS[feature]) / seen.total()) ** 0.5
    assert share >= FLOORS[feature] - slack, dict(seen)
    if share > FLOORS[feature] + RAISE_BY and feature not in NO_OP:
        warnings.warn(
            f"the codemod rewrites {share:.0%} of {feature}: raise its floor", stacklevel=1
        )


@pytest.mark.parametrize("store", ["preserve", "api-default"])
def test_settings_of_the_project(store: str) -> None:
    table = {"store": store, "drop": ["seed", "stop"]}
    config = Settings().updated(table, "test")
    request = {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": "hi"}],
        "seed": 7,
        "stop": ["\n"],
    }
    assert agreed(request, Random(0), config)
