"""What a `base_url` may be, however far from the constructor it is decided."""

from __future__ import annotations

import ast

import pytest

from migrator.analysis.addresses import Addresses, Possible

from .support import module_of

OTHER = "https://api.deepseek.com"


def possible(text: str) -> Possible:
    """Return what the argument of the call of `use` in `text` may be."""
    module = module_of(text)
    call = next(c for c in module.calls if isinstance(c.func, ast.Name) and c.func.id == "use")
    return Addresses(module).of(call.args[0])


KNOWN = [
    ("use('a://b')", ["a://b"]),
    ("use(None)", [None]),
    ("x = 'a://b'\nuse(x)", ["a://b"]),
    ("x = None\nuse(x or 'a://b')", ["a://b"]),
    ("use('a://b' if y else None)", ["a://b", None]),
    ("x = None\nx = x if x else 'a://b'\nuse(x)", ["a://b"]),
    ("def f(x=None):\n    if x is None:\n        x = 'a://b'\n    use(x)\nf()", ["a://b"]),
    ("def f(x=None):\n    if not x:\n        x = 'a://b'\n    use(x)\nf()", ["a://b"]),
    ("def f(x=None):\n    use(x)\nf()", [None]),
    ("def f(x=None):\n    use(x)\nf('a://b')\nf(x='c://d')", ["a://b", "c://d"]),
    ("class A:\n    def __init__(self, x=None):\n        use(x)\nA('a://b')", ["a://b"]),
    ("class A:\n    def __init__(self, x):\n        self.x = x\n    def f(self):\n"
     "        use(self.x)\nA('a://b')", ["a://b"]),
    ("class A:\n    def __init__(self, x=None):\n        use(x)\nclass B(A):\n"
     "    def __init__(self):\n        super().__init__('a://b')\nB()", ["a://b"]),
    ("class A:\n    URL = 'a://b'\nuse(A.URL)", ["a://b"]),
    ("T = {'a': 'a://b', 'c': 'c://d'}\nuse(T['a'])", ["a://b"]),
    ("T = {'a': {'url': 'a://b'}, 'c': {'url': None}}\nuse(T[n]['url'])", ["a://b", None]),
    ("T = {'a': 'a://b'}\nuse(T.get(n, 'c://d'))", ["a://b", "c://d"]),
    ("use('a://b/'.rstrip('/'))", ["a://b/"]),
    ("def f():\n    return 'a://b'\nuse(f())", ["a://b"]),
    ("H = 'http://h:1'\nuse(f'{H}/v1')", ["http://h:1/v1"]),
    ("use(f'http://localhost:{port}/v1')", ["http://localhost:"]),
    ("use('http://localhost:8000' + path)", ["http://localhost:8000"]),
    ("from dataclasses import dataclass\n@dataclass\nclass C:\n    url: str | None = None\n"
     "def f(c: C):\n    use(c.url)\nf(C())", [None]),
    ("from dataclasses import dataclass\n@dataclass\nclass C:\n    n: int\n    url: str = 'a://b'\n"
     "def f(c: C):\n    use(c.url)\nC(1)\nC(1, 'c://d')", ["a://b", "c://d"]),
    ("from pydantic import BaseModel, Field\nclass C(BaseModel):\n"
     "    url: str = Field(default='a://b')\nuse(C().url)", ["a://b"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values"), KNOWN, ids=[row[0] for row in KNOWN])
def test_constants(text: str, values: list[object]) -> None:
    found = possible(text)
    assert (found.values, found.open) == (values, [])


OPEN = [
    ("use(x)", []),
    ("from settings import URL\nuse(URL)", []),
    ("import os\nuse(os.environ['X'])", []),
    ("import os\nuse(os.getenv('X', 'a://b'))", ["a://b"]),
    ("import os\nuse(os.getenv('X') or 'a://b')", ["a://b"]),
    ("def f(x):\n    use(x)", []),
    ("def f(x='a://b'):\n    use(x)", ["a://b"]),
    ("def f(x='a://b'):\n    use(x)\nf()\ng = f", ["a://b"]),
    ("def f(x='a://b'):\n    use(x)\nf(**y)", []),
    ("class A:\n    def __init__(self, x='a://b'):\n        use(x)", ["a://b"]),
    ("class A:\n    def __init__(self, x='a://b'):\n        use(x)\nA()\nregister(A)", ["a://b"]),
    ("class A:\n    def __init__(self, x='a://b'):\n        use(x)\nA(*y)", []),
    ("T = {'a': 'a://b'}\nT[n] = y\nuse(T['a'])", ["a://b"]),
    ("T = {'a': 'a://b'}\nchange(T)\nuse(T['a'])", []),
    ("T = {'a': {'url': 'a://b'}}\nT['a']['url'] = y\nuse(T['a']['url'])", []),
    ("use(f'{host}/v1')", []),
    ("for x in ('a://b',):\n    use(x)", []),
    ("from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n"
     "    url: str = 'a://b'\nuse(S().url)", ["a://b"]),
    ("from dataclasses import dataclass\n@dataclass\nclass C:\n    url: str | None = None\n"
     "def f(c: C):\n    use(c.url)\nC(**y)", [None]),
    ("from dataclasses import dataclass, replace\n@dataclass\nclass C:\n    url: str = 'a://b'\n"
     "def f(c: C):\n    use(c.url)\nf(replace(C(), url=y))", ["a://b"]),
    ("from pydantic import BaseModel\nclass C(BaseModel):\n    url: str = 'a://b'\n"
     "class D(BaseModel):\n    c: C\ndef f(c: C):\n    use(c.url)\nf(C())", ["a://b"]),
    ("from lib import Base\nclass C(Base):\n    url: str = 'a://b'\nuse(C().url)", ["a://b"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values"), OPEN, ids=[row[0] for row in OPEN])
def test_what_stays_open(text: str, values: list[object]) -> None:
    found = possible(text)
    assert found.open
    assert found.values == values


def test_a_constant_of_one_caller_is_no_default() -> None:
    given = possible(f"def f(x):\n    use(x)\nf('{OTHER}')\nf(y)")
    assert given.split and given.values == [OTHER]
    default = possible(f"import os\nuse(os.getenv('X', '{OTHER}'))")
    assert default.open and not default.split


def test_cycles_end() -> None:
    assert possible("def f(x):\n    use(x)\n    f(x)\nf('a://b')").values == ["a://b"]
    assert possible("def f():\n    return g()\ndef g():\n    return f()\nuse(f())").values == []


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("def f(x):\n    return x\nf('c://d')\nuse(f('a://b'))", ["a://b"]),
        ("def f(x='c://d'):\n    return x\nf('a://b')\nuse(f())", ["c://d"]),
        (
            "def g(x):\n    return x\ndef f(x):\n    return g(x)\nf('c://d')\nuse(f('a://b'))",
            ["a://b"],
        ),
    ],
)
def test_a_call_of_a_function_has_its_own_arguments(text: str, values: list[object]) -> None:
    assert possible(text).values == values


def test_nested_calls_of_a_function_stay_open() -> None:
    assert possible("def f(x):\n    return x\nuse(f(f('a://b')))").open


@pytest.mark.parametrize(
    "text",
    [
        "u = None\ndef f(x=None):\n    global u\n    u = u or x\n    return u\nf('a://b')\nuse(f())",
        "class A:\n    u = None\n    def f(self, x=None):\n        self.u = self.u or x\n"
        "        return self.u\na = A()\na.f('a://b')\nuse(a.f())",
    ],
)
def test_what_another_call_left_behind(text: str) -> None:
    found = possible(text)
    assert "a://b" in found.values or found.open
