"""What ``response_format`` is: displays, classes for `parse`, and values that may be None."""

from __future__ import annotations

import pytest

from .support import call, codes, only, plan_of, rewritten

S = '{"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}'
FLAT = '{"type": "json_schema", "name": "a", "schema": {}, "strict": False}'
TEXT = '{"type": "text"}'
JSON = '{"type": "json_object"}'

WRITTEN = [
    ("", S, FLAT),
    ("", JSON, JSON),
    ("", f"{JSON} if x else None", f"{JSON} if x else {TEXT}"),
    ("", f"None if x else {S}", f"{TEXT} if x else {FLAT}"),
    ("", f"x and {JSON} or None", None),
    (f"f = {S}", "f", "f"),
    (f"f = None\nif x: f = {JSON}", "f", f"f or {TEXT}"),
    (f"f = None\nif x: f = {JSON}", "f if y else None", None),
    (f"def make(): return {S}", "make()", "make()"),
    (f"def make():\n    if x: return None\n    return {S}", "make()", None),
    ("n = {'name': 'a', 'schema': {}}\nprint(n)",
     '{"type": "json_schema", "json_schema": n}', '{"type": "json_schema", **n, "strict": False}'),
    ("n = {'name': 'a', 'schema': {}, 'strict': True}",
     '{"type": "json_schema", "json_schema": n}', '{"type": "json_schema", **n}'),
    ("n = {'name': 'a', 'schema': {}, 'strict': None}",
     '{"type": "json_schema", "json_schema": n}', None),
    ("n = {'name': 'a', 'schema': {}}\nn['x'] = 1",
     '{"type": "json_schema", "json_schema": n}', None),
    ("", '{"type": "json_schema", "json_schema": {"name": "a"}}', None),
    ("", '{"type": "json_schema", "json_schema": {"name": "a", "schema": {}, "strict": s}}', None),
    ("", '{"type": "grammar"}', None),
    ("", '{"type": "text", "x": 1}', None),
    (f"f = {S}\nprint(f)", "f", None),
    (f"f = {JSON}\nprint(f)", "f", "f"),
    ("class M: pass", "M", None),
]  # fmt: skip


@pytest.mark.parametrize(("before", "value", "after"), WRITTEN)
def test_formats(before: str, value: str, after: str | None) -> None:
    source = f"{before}\n{call(f'response_format={value}')}\n"
    if after is None:
        finding = only(plan_of(source))
        assert (finding.verdict, codes(finding)) == ("blocked", {"CC218"})
    else:
        assert f'text={{"format": {after}}}, store=False' in rewritten(source)


CLASSES = [
    ("class M: pass", "M", True),
    ("from models import Answer", "Answer", True),
    ("from models import ANSWER", "ANSWER", False),
    ("import models", "models.Answer", True),
    ("import models", "models.answer", False),
    ("class M: pass", "M[int]", True),
    ("class M: pass\nclass N: pass", "M if x else N", True),
    ("class M: pass", "M if x else None", False),
    ("", "{'type': 'json_object'}", False),
    ("", "None", False),
    ("", "M", False),
]


@pytest.mark.parametrize(("before", "value", "known"), CLASSES)
def test_classes(before: str, value: str, known: bool) -> None:
    made = call(f"response_format={value}").replace("create(", "parse(")
    source = f"{before}\n{made}\n"
    if known:
        assert f"text_format={value}, store=False" in rewritten(source)
    else:
        finding = only(plan_of(source))
        assert (finding.verdict, codes(finding)) == ("blocked", {"CC222"})


@pytest.mark.parametrize(
    ("annotation", "known"),
    [("type[T]", True), ("Type[T]", True), ("type[T] | None", False), ("dict", False)],
)
def test_parameters(annotation: str, known: bool) -> None:
    made = call("response_format=model").replace("create(", "parse(")
    source = f"def f(model: {annotation}):\n    return {made}.choices[0].message.parsed\n"
    finding = only(plan_of(source))
    assert codes(finding) == (set() if known else {"CC222"})


@pytest.mark.parametrize(
    "word", ["LengthFinishReasonError", "ContentFilterFinishReasonError", "OpenAIError"]
)
def test_handlers(word: str) -> None:
    made = call("response_format=M").replace("create(", "parse(")
    source = f"class M: pass\nimport openai\ntry:\n    {made}\nexcept openai.{word}:\n    pass\n"
    assert codes(only(plan_of(source))) == {"CC222"}
    own = source.replace(f"openai.{word}", f"My{word}")
    assert codes(only(plan_of(own))) == set()
    local = source.replace(f"openai.{word}", word) + f"class {word}(Exception): pass\n"
    assert codes(only(plan_of(local))) == set()


def test_a_token_limit_makes_it_a_suggestion() -> None:
    made = call("response_format=M, max_tokens=50").replace("create(", "parse(")
    finding = only(plan_of(f"class M: pass\n{made}\n"))
    assert (finding.verdict, codes(finding)) == ("suggest", {"CC222"})
