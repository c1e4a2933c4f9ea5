"""Where values come from, and what names stand for."""

from __future__ import annotations

import ast

import pytest

from migrator.analysis.instances import class_of
from migrator.analysis.values import constants, origins, qualified_names

from .support import loads, module_of


def _last(source: str) -> tuple[object, ast.expr]:
    """Return the module and the argument of the last ``use(…)``."""
    module = module_of(source)
    calls = [c for c in module.calls if isinstance(c.func, ast.Name) and c.func.id == "use"]
    return module, calls[-1].args[0]


# (source, the sorted kinds of the origins of what `use` gets)
ORIGINS = [
    ("x = 1\nuse(x)", ["expr"]),
    ("x = y = f()\nuse(y)", ["expr"]),
    ("x = 1\nz = x\nuse(z)", ["expr"]),
    ("if c:\n    x = 1\nelse:\n    x = 2\nuse(x)", ["expr", "expr"]),
    ("use(a if c else b())", ["expr", "unbound"]),
    ("use(1 or 2)", ["expr", "expr"]),
    ("use((x := 1))", ["expr"]),
    ("def f(x):\n    use(x)", ["param"]),
    ("import x\nuse(x)", ["import"]),
    ("def x(): pass\nuse(x)", ["def"]),
    ("class x: pass\nuse(x)", ["class"]),
    ("for x in y:\n    use(x)", ["bound"]),
    ("with a() as x:\n    use(x)", ["bound"]),
    ("try: pass\nexcept E as x:\n    use(x)", ["bound"]),
    ("a, x = 1, 2\nuse(x)", ["expr"]),
    ("a, x = f()\nuse(x)", ["bound"]),
    ("a, *x = 1, 2\nuse(x)", ["bound"]),
    ("use(x)", ["unbound"]),
    ("use(a.b)", ["attribute"]),
    ("class A:\n    def __init__(self):\n        self.b = 1\n    def f(self):\n        use(self.b)", ["expr"]),
    ("class A:\n    b = 1\na = A()\nuse(a.b)", ["expr"]),
    ("class A:\n    b = 1\nclass B(A): pass\nuse(B().b)", ["expr"]),
    ("class A:\n    def b(self): pass\nuse(A().b)", ["def"]),
    ("x = x\nuse(x)", []),
]  # fmt: skip


@pytest.mark.parametrize(("source", "kinds"), ORIGINS, ids=[row[0] for row in ORIGINS])
def test_origins(source: str, kinds: list[str]) -> None:
    module, node = _last(source)
    assert sorted(origin.kind for origin in origins(module, node)) == kinds  # type: ignore[arg-type]


# (source, dotted paths that `use`'s argument stands for)
NAMES = [
    ("import openai\nuse(openai.OpenAI)", {"openai.OpenAI"}),
    ("import openai as ai\nuse(ai.OpenAI)", {"openai.OpenAI"}),
    ("from openai import OpenAI as O\nuse(O)", {"openai.OpenAI"}),
    ("import openai.types\nuse(openai.types.chat)", {"openai.types.chat"}),
    ("import a.b as c\nuse(c.d)", {"a.b.d"}),
    ("from . import llm\nuse(llm.client)", {".llm.client"}),
    ("from .llm import client\nuse(client)", {".llm.client"}),
    ("import openai\nO = openai.OpenAI\nuse(O)", {"openai.OpenAI"}),
    ("try:\n    from a import X\nexcept ImportError:\n    from b import X\nuse(X)", {"a.X", "b.X"}),
    ("x = f()\nuse(x.y)", set()),
    ("import openai\nopenai = openai.OpenAI()\nuse(openai.chat)", set()),
    ("import openai\nuse(getattr(openai, 'OpenAI'))", {"openai.OpenAI"}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "names"), NAMES, ids=[row[0] for row in NAMES])
def test_qualified_names(source: str, names: set[str]) -> None:
    module, node = _last(source)
    assert qualified_names(module, node) == names  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("use(-3)", (True, [-3])),
        ("use([1, (2, {'a': None})])", (True, [[1, (2, {"a": None})]])),
        ("x = 1\nuse(x)", (True, [1])),
        ("x = 1\nif c:\n    x = 2\nuse(x)", (True, [1, 2])),
        ("x = 1\nif c:\n    x = f()\nuse(x)", (False, [1])),
        ("use(x)", (False, [])),
        ("use(f'{a}')", (False, [])),
        ("X = 5\ndef f():\n    use(X)", (True, [5])),
        ("use(1 if c else None)", (True, [1, None])),
    ],
)
def test_constants(source: str, expected: tuple[bool, list[object]]) -> None:
    module, node = _last(source)
    known, values = constants(module, node)  # type: ignore[arg-type]
    assert (known, sorted(values, key=repr)) == (expected[0], sorted(expected[1], key=repr))


def test_class_of_needs_one_class() -> None:
    module = module_of("class A: pass\nclass B: pass\na = A()\nb = A() if c else B()\nuse(a, b)\n")
    found = class_of(module, loads(module, "a")[-1])
    assert found is not None and found.node is module.tree.body[0]
    assert class_of(module, loads(module, "b")[-1]) is None


def test_long_chains_of_names_end() -> None:
    lines = ["x0 = f()"] + [f"x{n + 1} = x{n}" for n in range(200)] + ["use(x200)"]
    module, node = _last("\n".join(lines))
    assert len(origins(module, node)) <= 1  # type: ignore[arg-type]
