"""Types of messages: what they become exists, and where they stay."""

from __future__ import annotations

import importlib

import openai.types.chat
import pytest

from migrator._tables import API

from .support import call, codes, plan_of, rewritten

ROWS = API["types"]["message"]


@pytest.mark.parametrize("name", ROWS)
def test_both_types_exist(name: str) -> None:
    assert hasattr(openai.types.chat, name)
    home, _, new = ROWS[name]["to"].rpartition(".")
    assert hasattr(importlib.import_module(home), new)


IMPORT = "from openai.types.chat import ChatCompletionMessageParam\n"
LIST = '[{"role": "user", "content": "a"}]'

# (annotation, what it becomes, or None)
ANNOTATIONS = [
    ("list[ChatCompletionMessageParam]", "list[ResponseInputItemParam]"),
    ("List[ChatCompletionMessageParam] | None", "List[ResponseInputItemParam] | None"),
    ("'list[ChatCompletionMessageParam]'", None),
    ("Iterable[ChatCompletionMessageParam]", None),
    ("list[ChatCompletionMessageParam | ChatCompletion]", None),
]


@pytest.mark.parametrize(("before", "after"), ANNOTATIONS)
def test_annotations(before: str, after: str | None) -> None:
    text = f"{IMPORT}h: {before} = {LIST}\n{call(messages='h')}\n"
    if after is not None:
        head = "from openai.types.responses import ResponseInputItemParam\n"
        assert rewritten(text).startswith(f"{head}h: {after} = {LIST}\n")
        return
    (finding,) = (f for f in plan_of(text).findings if f.code == "CC101")
    assert codes(finding) == {"CC320"}
