"""Our conversion beside other people's, one table for every difference.

Opt-in: ``python scripts/oracles.py`` installs the others and runs this. A difference that the
table does not explain fails, and so does a row that no longer explains anything.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import Any, NamedTuple

import pytest

from migrator.verification.convert import convert_request

from . import meaning, oracles
from .oracle_cases import CASES, Request
from .pydantic_ai_cases import BUILDS

pytestmark = pytest.mark.oracles


class Row(NamedTuple):
    """Where a converter differs, in which cases and paths, and why ours is right."""

    oracle: str
    case: str
    path: str
    reason: str


_STORE = "Responses stores answers unless told not to; Chat Completions does not"
_STRICT = "without `strict`, Responses tries to make the schema strict; chat takes it as it is"
_NOTHING = "a chat function without parameters takes none; said instead of left to the default"
_OUTPUT_ITEMS = "reads an assistant's parts in items with an id only; the API does not ask for one"
_REFUSAL = "the refusal is lost, so the model does not see that it refused"

TABLE = [
    Row("litellm", "*", "store", _STORE),
    Row("litellm", "tool", "tools[[]0].strict", _STRICT + "; what null means is undocumented"),
    Row("litellm", "tool without parameters", "tools[[]0].strict", _STRICT),
    Row("litellm", "tool without parameters", "tools[[]0].parameters*", _NOTHING),
    Row("litellm", "tool without parameters", "tools[[]0].description", "null says nothing"),
    Row("litellm", "two systems", "input*", "joined with a space: the model reads another prompt"),
    Row("litellm", "assistant refusal", "input*", _REFUSAL),
    Row("litellm", "described schema", "text.format.description", "the description is lost"),
    Row("litellm", "log probabilities", "include*", "without it no log probabilities come back"),
    Row("litellm", "functions", "*", "functions are dropped: the model is offered nothing"),
    Row("langchain", "*", "store", _STORE),
    Row("langchain", "tool", "tools[[]0].strict", _STRICT),
    Row("langchain", "tool without parameters", "tools[[]0].strict", _STRICT),
    Row("langchain", "tool without parameters", "tools[[]0].parameters*", _NOTHING),
    Row("langchain", "custom call", "raises", "no custom call can be read from a chat message"),
    Row("langchain", "custom tool", "tools*", "left nested, which Responses refuses"),
    Row("langchain", "grammar tool", "tools*", "left nested, which Responses refuses"),
    Row("langchain", "loose schema", "text.format.strict", "the default, written out"),
    Row("langchain", "assistant refusal", "input*", _REFUSAL),
    Row("langchain", "log probabilities", "include*", "without it no log probabilities come back"),
    Row("langchain", "log probabilities", "logprobs", "no parameter of Responses"),
    Row("langchain", "functions", "*", "chat parameters are left: no parameters of Responses"),
    Row("langchain", "usage of a stream", "stream_options*", "no option of Responses"),
    Row("pydantic-ai", "*", "store", _STORE),
    Row("litellm-back", "*", "[[]1].tool_calls[[]*].index", "a key only chat's stream has"),
    Row("litellm-back", "assistant refusal", "*", _REFUSAL),
    Row("litellm-back", "custom call", "*", "read as a function call, its input as JSON"),
    Row("agents", "assistant parts", "raises", _OUTPUT_ITEMS),
    Row("agents", "assistant refusal", "raises", _OUTPUT_ITEMS),
    Row(
        "agents", "tool loop with text", "*", "read as two assistant messages: one said, one calls"
    ),
    Row("agents", "custom call", "raises", "knows function calls only"),
]


def ours(chat: Request) -> Request:
    return convert_request(copy.deepcopy(chat))


def forward(convert: Callable[[Request], Request]) -> Callable[[str], dict[str, Any]]:
    """Return what compares our Responses request with another."""

    def compare(case: str) -> dict[str, Any]:
        chat = CASES[case]
        try:
            theirs = convert(copy.deepcopy(chat))
        except Exception as error:
            return {"raises": ("converted", f"{type(error).__name__}: {error}")}
        return meaning.differences(meaning.of_request(ours(chat)), meaning.of_request(theirs))

    return compare


def agents(case: str) -> dict[str, Any]:
    """Compare the chat messages with what openai-agents makes of our input items."""
    chat = CASES[case]
    try:
        back = oracles.agents_back(ours(chat)["input"])
    except Exception as error:
        return {"raises": ("converted", f"{type(error).__name__}: {error}")}
    before = copy.deepcopy(chat["messages"])
    return meaning.differences(meaning.of_messages(before), meaning.of_messages(back))


def litellm_back(case: str) -> dict[str, Any]:
    """Compare the chat messages with what LiteLLM makes of our request."""
    chat = CASES[case]
    back = oracles.litellm_back(ours(chat))["messages"]
    back = json.loads(json.dumps(back, default=dict))
    before = copy.deepcopy(chat["messages"])
    return meaning.differences(meaning.of_messages(before), meaning.of_messages(back))


def pydantic_ai(case: str) -> dict[str, Any]:
    """Compare our reading of pydantic-ai's chat body with its own Responses body."""
    chat = oracles.pydantic_ai(BUILDS[case], "chat")
    theirs = oracles.pydantic_ai(BUILDS[case], "responses")
    return meaning.differences(meaning.of_request(ours(chat)), meaning.of_request(theirs))


# name → (the package it needs, the comparison, the cases)
ORACLES: dict[str, tuple[str, Callable[[str], dict[str, Any]], list[str]]] = {
    "litellm": ("litellm", forward(oracles.litellm), list(CASES)),
    "litellm-back": ("litellm", litellm_back, list(CASES)),
    "langchain": ("langchain_openai", forward(oracles.langchain), list(CASES)),
    "agents": ("agents", agents, list(CASES)),
    "pydantic-ai": ("pydantic_ai", pydantic_ai, list(BUILDS)),
}


@pytest.mark.parametrize("oracle", ORACLES)
def test_differences_are_those_of_the_table(oracle: str) -> None:
    package, compare, cases = ORACLES[oracle]
    if find_spec(package) is None:
        pytest.skip(f"{package} is not installed: python scripts/oracles.py")
    rows = [row for row in TABLE if row.oracle == oracle]
    used: set[Row] = set()
    unexplained: list[str] = []
    agreed = 0
    for case in cases:
        found = compare(case)
        own = [row for row in rows if fnmatchcase(case, row.case)]
        explained = {path: [r for r in own if fnmatchcase(path, r.path)] for path in found}
        agreed += all(rs and rs[0].path == "store" for rs in explained.values())
        used |= {row for matching in explained.values() for row in matching[:1]}
        unexplained += [
            f"{case}: {path}: ours {found[path][0]}, theirs {found[path][1]}"
            for path, matching in explained.items()
            if not matching
        ]
    report(oracle, agreed, len(cases), used)
    assert not unexplained, "\n" + "\n".join(unexplained)
    assert used == set(rows), f"rows that explain nothing: {set(rows) - used}"


def report(oracle: str, agreed: int, cases: int, used: set[Row]) -> None:
    """Append the outcome to the file that scripts/oracles.py prints."""
    target = os.environ.get("MIGRATOR_ORACLES_REPORT")
    if target is None:
        return
    line = {
        "oracle": oracle,
        "agreed": agreed,
        "cases": cases,
        "differences": [row[1:] for row in TABLE if row in used],
    }
    with open(target, "a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
