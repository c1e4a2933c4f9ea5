"""Odd sources never raise and never change a byte without a group that is applied."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.config import Settings
from migrator.planning.model import FilePlan
from migrator.planning.plan import plan_file
from migrator.rewriting.apply import rewrite

NEEDLE = b"client.chat.completions.create(model='m', messages=[])\n"
DEEP = 3000

# (what, bytes, the code of the problem)
BAD = [
    ("syntax error", b"def f(:\n" + NEEDLE, "CC901"),
    ("unfinished string", NEEDLE + b"x = '''\n", "CC901"),
    ("Python 2", NEEDLE + b"print 'x'\n", "CC901"),
    ("mixed tabs", b"if x:\n\ta = 1\n        b = 2\n" + NEEDLE, "CC901"),
    ("NUL", NEEDLE + b"x = '\0'\n", "CC902"),
    ("not UTF-8", NEEDLE + b"x = '\xff'\n", "CC902"),
    ("unknown encoding", b"# coding: klingon\n" + NEEDLE, "CC902"),
    ("an encoding that is no text encoding", b"# coding: rot13\n" + NEEDLE, "CC902"),
    ("hex codec", b"# coding: hex\n" + NEEDLE, "CC902"),
    ("UTF-16", ("﻿" + NEEDLE.decode()).encode("utf-16-le") + NEEDLE, "CC902"),
    ("binary", bytes(range(256)) * 4 + NEEDLE, "CC902"),
    ("deep brackets", NEEDLE + b"x = " + b"(" * DEEP + b")" * DEEP + b"\n", "CC901"),
    ("deep operators", NEEDLE + b"x = " + b"-" * DEEP * 10 + b"1\n", "CC901"),
    ("deep blocks", NEEDLE + b"".join(b" " * i + b"if x:\n" for i in range(150)), "CC901"),
    ("huge number", NEEDLE + b"x = " + b"1" * 10_000 + b"\n", "CC901"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "code"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_files_are_one_problem(data: bytes, code: str) -> None:
    plan = plan_file("m.py", data, Settings())
    assert [problem.code for problem in plan.problems] == [code]
    assert plan.problems[0].message and "\n" not in plan.problems[0].message
    assert plan.findings == [] and rewrite(data, plan).data == data


# (what, bytes): legal, and analysed to the end
ODD = [
    ("a long line", b"x = [" + b"1, " * 100_000 + b"]\n" + NEEDLE),
    ("a long chain of attributes", b"x = a" + b".b" * 800 + b"\n" + NEEDLE),
    ("a long sum", b"x = 1" + b" + 1" * 500 + b"\n" + NEEDLE),
    ("a long elif chain", b"if x: pass\n" + b"elif x: pass\n" * 300 + NEEDLE),
    ("many functions", b"".join(b"def f%d(x):\n    return f%d(x)\n" % (i, i + 1) for i in range(500)) + NEEDLE),
    ("many rebinds", b"client = None\n" + b"client = client or None\n" * 500 + NEEDLE),
    ("recursive names", b"a = b\nb = a\nclient = a\n" + NEEDLE),
    ("a class that is its own base", b"class A(A): pass\nclient = A()\n" + NEEDLE),
    ("two classes that are each other's base", b"class A(B): pass\nclass B(A): pass\nclient = B().x\n" + NEEDLE),
    ("code after return", b"def f():\n    return\n    " + NEEDLE),
    ("star everything", b"from a import *\n*a, b = c\ndef f(*a, **k): return g(*a, **k)\n" + NEEDLE),
    ("no newline", NEEDLE.rstrip()),
    ("only a comment", b"# chat.completions"),
    ("empty", b""),
    ("a list that holds itself", b"h = []\nh.append(h)\nclient.chat.completions.create(model='m', messages=h)\n"),
    ("a list from itself", b"h = h\nclient.chat.completions.create(model='m', messages=h)\n"),
    ("functions that call each other", b"def f(): return g()\ndef g(): return f()\nclient.chat.completions.create(model='m', messages=f())\n"),
    ("a result given to itself", b"def f(r): return f(r)\nf(client.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'a'}]))\n"),
    ("type parameters or not", b"def f(x): pass\n" + NEEDLE),
]  # fmt: skip


@pytest.mark.parametrize("data", [row[1] for row in ODD], ids=[row[0] for row in ODD])
def test_odd_files_are_analysed(data: bytes) -> None:
    plan = plan_file("m.py", data, Settings())
    assert plan.problems == []
    assert len(plan.findings) == int(b".create" in data)
    new = rewrite(data, plan)
    assert new.applied or new.data == data


def test_too_large_files_are_not_read_further() -> None:
    settings = Settings().updated({"max-file-size": 10}, "test")
    plan = plan_file("m.py", NEEDLE, settings)
    assert [problem.code for problem in plan.problems] == ["CC903"]


def _unharmed(data: bytes) -> FilePlan:
    plan = plan_file("m.py", data, Settings())
    result = rewrite(data, plan, unsafe=True)
    if not result.applied:
        assert result.data == data
    else:
        compile(result.data, "m.py", "exec", dont_inherit=True)
    return plan


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_random_bytes(before: bytes, after: bytes) -> None:
    _unharmed(before + b"\n" + NEEDLE + after)


_PIECES = st.sampled_from(
    ["client", ".chat", ".completions", ".create", "(", ")", "[0]", ".choices", ".message", ".content",
     "model='m'", "messages=h", ", ", "=", " ", "\n", "\n    ", "def f(x):", "return ", "r", "lambda: ",
     "await ", "for r in ", ":", "h", "[", "]", "{'role': 'user', 'content': 'a'}", "# c\n", "if ", "not ",
     "f'{", "}'", "import openai\n", "openai.", "ChatCompletion", "with ", " as r", "*", "**", "\\\n", "\r\n"]
)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES, max_size=30).map("".join))
def test_random_pieces(text: str) -> None:
    _unharmed(text.encode())


def _sources() -> st.SearchStrategy[str]:
    hypothesmith = pytest.importorskip("hypothesmith")
    strategy: st.SearchStrategy[str] = hypothesmith.from_grammar()
    return strategy


def test_sources_from_the_grammar() -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_sources())
    def unharmed(text: str) -> None:
        call = "r = client.chat.completions.create(model='m', messages=[{'role': 'user', 'content': 'a'}])"
        head = "from openai import OpenAI\nclient = OpenAI()\n"
        data = f"{head}{text}\n{call}\nprint(r.choices[0].message.content)\n".encode()
        plan = _unharmed(data)
        assert plan.problems or len(plan.findings) == 1

    unharmed()
