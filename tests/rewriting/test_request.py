"""Keywords of one call: every change in every layout, and random layouts."""

from __future__ import annotations

import ast
import io
import tokenize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.analysis.requests import Change
from migrator.config import Settings
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite
from migrator.rewriting.request import rewrite_call
from migrator.rewriting.selfcheck import Failed
from tests.analysis.support import HEAD

RENAME = Change("rename", "x", "z")
WRAP = Change("wrap", "x", "t", "k")
REMOVE = Change("remove", "x")
ADD = Change("add", "", "store", "False")

# (the call, the changes, the result)
TABLE = [
    ("f(x=1)", [RENAME], "f(z=1)"),
    ("f( x = 1 )", [RENAME], "f( z = 1 )"),
    ("f(x=1)", [WRAP], 'f(t={"k": 1})'),
    ("f(x=a or b, y=2)", [WRAP], 'f(t={"k": a or b}, y=2)'),
    ("f(x=1, y=2)", [REMOVE], "f(y=2)"),
    ("f(y=2, x=1)", [REMOVE], "f(y=2)"),
    ("f(y=2, x=1,)", [REMOVE], "f(y=2,)"),
    ("f(x=1)", [REMOVE], "f()"),
    ("f()", [ADD], "f(store=False)"),
    ("f(y=2)", [ADD], "f(y=2, store=False)"),
    ("f(y=2,)", [ADD], "f(y=2, store=False,)"),
    ("f(\n    y=2\n)", [ADD], "f(\n    y=2, store=False\n)"),
    ("f(\n    y=2,\n)", [ADD], "f(\n    y=2, store=False,\n)"),
    ("f(\n    y=2,\n    w=3,\n)", [ADD], "f(\n    y=2,\n    w=3,\n    store=False,\n)"),
    ("f(\n\ty=2,\n\tw=3\n)", [ADD], "f(\n\ty=2,\n\tw=3,\n\tstore=False\n)"),
    ("f(y=2,\n  w=3)", [ADD], "f(y=2,\n  w=3,\n  store=False)"),
    ("f(\r\n    y=2,\r\n    w=3,\r\n)", [ADD], "f(\r\n    y=2,\r\n    w=3,\r\n    store=False,\r\n)"),
    ("f(\n    y=2,  # two\n    w=3,  # three\n)", [ADD], "f(\n    y=2,  # two\n    w=3,  # three\n    store=False,\n)"),
    ("f(x=1, y=2)", [RENAME, ADD], "f(z=1, y=2, store=False)"),
    ("a.b(x=1)(y=2)", [ADD], "a.b(x=1)(y=2, store=False)"),
    ("f(x=1, v=2)", [WRAP, Change("merge", "v", "t", "m")], 'f(t={"k": 1, "m": 2})'),
    ("f(v=2, x=1)", [WRAP, Change("merge", "v", "t", "m")], 'f(t={"k": 1, "m": 2})'),
]  # fmt: skip


@pytest.mark.parametrize(("call", "changes", "after"), TABLE, ids=[repr(row[0]) for row in TABLE])
def test_layouts(call: str, changes: list[Change], after: str) -> None:
    new = rewrite_call(call, changes)
    assert new == after


@pytest.mark.parametrize("text", ["a + b", "f(", "x = f()", "'f(x=1)'"])
def test_what_is_no_call_is_refused(text: str) -> None:
    with pytest.raises(Failed):
        rewrite_call(text, [ADD])


def test_a_missing_keyword_is_refused() -> None:
    with pytest.raises(Failed):
        rewrite_call("f(y=1)", [RENAME])


# -- random layouts -----------------------------------------------------------------------

# keyword → (spellings of one value, what it evaluates to after the rewrite)
_VALUES: dict[str, tuple[list[str], dict[str, object]]] = {
    "model": (['"gpt-4o"', "'gpt-4o'", '("gpt-4o")', '"gpt" "-4o"'], {"model": "gpt-4o"}),
    "messages": (
        ['[{"role": "user", "content": "a"}]', "[\n{'role': 'user', # who\n 'content': 'a'},\n]",
         '[dict(role="user", content="a")]'],
        {"input": [{"role": "user", "content": "a"}]},
    ),
    "max_tokens": (["64", "0x40", "6_4"], {"max_output_tokens": 64}),
    "temperature": (["0", "0.0", "-0.0"], {"temperature": 0}),
    "reasoning_effort": (['"low"', "'low'"], {"reasoning": {"effort": "low"}}),
    "verbosity": (['"low"'], {"verbosity": "low"}),
    "response_format": (["{'type': 'json_object'}", '{"type":\n"json_object"}'],
                        {"format": {"type": "json_object"}}),
    "n": (["1", "None"], {}),
    "stop": (["None", "[]"], {}),
    "frequency_penalty": (["0", "0.0", "None"], {}),
    "user": (['"u"', "f'u'"], {"user": "u"}),
    "timeout": (["3", "1 + 2"], {"timeout": 3}),
    "stream": (["False"], {"stream": False}),
    "store": (["True"], {"store": True}),
}  # fmt: skip

_space = st.sampled_from(
    ["", "", " ", "  ", "\n", "\n    ", "\n\t", "  # note\n", "\n    # alone\n    "]
)
_blank = st.sampled_from(["", " ", "\n"])


@st.composite
def _calls(draw: st.DrawFn) -> tuple[str, dict[str, object]]:
    """Return a call in some layout and the keywords its rewrite must evaluate to."""
    optional = draw(
        st.lists(st.sampled_from(sorted(set(_VALUES) - {"model", "messages"})), unique=True)
    )
    names = draw(st.permutations(["model", "messages", *optional]))
    parts = []
    expected: dict[str, object] = {}
    text: dict[str, object] = {}
    for name in names:
        spellings, after = _VALUES[name]
        value = draw(st.sampled_from(spellings))
        parts.append(f"{draw(_space)}{name}{draw(_blank)}={draw(_blank)}{value}{draw(_space)}")
        for key, item in after.items():
            (text if key in ("verbosity", "format") else expected)[key] = item
    if text:
        expected["text"] = text
    expected.setdefault("store", False)
    comma = draw(st.sampled_from(["", ",", ",\n"]))
    return f"client.chat.completions.create({','.join(parts)}{comma}{draw(_space)})", expected


@settings(max_examples=200, deadline=None)
@given(_calls(), st.sampled_from(["\n", "\r\n"]))
def test_random_layouts(drawn: tuple[str, dict[str, object]], end: str) -> None:
    call, expected = drawn
    before = (HEAD + f"r = {call}\nprint(r.choices[0].message.content)\n").replace("\n", end)
    data = before.encode()
    plan = plan_file("m.py", data, Settings())
    assert not plan.problems
    result = rewrite(data, plan)
    if result.problems or plan.findings[0].verdict != "rewrite":
        # A comment beside a keyword that goes: left as it is, to the byte.
        assert result.data == data and "#" in call
        return
    new = result.data.decode()
    assert new.count("\r\n") == new.count("\n") * (end == "\r\n")
    assert new.endswith(f"print(r.output_text){end}")
    assert sorted(_comments(before)) == sorted(_comments(new))
    statement = ast.parse(new).body[2]
    assert isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call)
    assert ast.unparse(statement.value.func) == "client.responses.create"
    actual = {
        str(item.arg): eval(compile(ast.Expression(item.value), "value", "eval"))
        for item in statement.value.keywords
    }
    assert actual == expected
    assert plan_file("m.py", result.data, Settings()).findings == []


def _comments(text: str) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(text, newline="").readline)
    return [token.string.strip() for token in tokens if token.type == tokenize.COMMENT]
