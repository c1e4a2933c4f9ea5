"""What a `**` mapping gives one keyword."""

from __future__ import annotations

import ast

import pytest

from migrator.analysis.spreads import Spread, Spreads

from .support import module_of


def spread(text: str) -> Spread:
    """Return what `**` of the call of `use` in `text` gives `url`."""
    module = module_of(text)
    call = next(c for c in module.calls if isinstance(c.func, ast.Name) and c.func.id == "use")
    return Spreads(module, "url").of(call.keywords[0].value)


# (source, values, whether it may be missing)
SEEN = [
    ("use(**{'url': 1})", [1], False),
    ("use(**{'key': 1})", [], True),
    ("use(**dict(url=1))", [1], False),
    ("d = {}\nd['url'] = 1\nuse(**d)", [1], False),
    ("d = {}\nif x:\n    d['url'] = 1\nuse(**d)", [1], True),
    ("d = {'url': 1}\nd.update(key=2)\nuse(**d)", [1], False),
    ("d = {}\nd.update({'url': 1})\nuse(**d)", [1], True),
    ("d = {}\nd.setdefault('url', 1)\nuse(**d)", [1], True),
    ("d = {'a': 1}\nuse(**{**d, 'url': 2})", [2], True),
    ("def f():\n    d = {}\n    d['url'] = 1\n    return d\nuse(**f())", [1], False),
    ("def f():\n    return {}\nd = f()\nd['url'] = 1\nuse(**d)", [1], False),
    ("d = {'url': 1}\nuse(**{k: v for k, v in d.items() if v})", [1], False),
    ("def f(**k):\n    use(**k)\nf(url=1)\nf(a=2)", [1], True),
    ("class A:\n    def __init__(self, **k):\n        use(**k)\nA(url=1)", [1], False),
]


@pytest.mark.parametrize(("text", "values", "absent"), SEEN, ids=[row[0] for row in SEEN])
def test_mappings_in_sight(text: str, values: list[int], absent: bool) -> None:
    found = spread(text)
    assert found.open == ""
    assert [getattr(value, "value", None) for value in found.values] == values
    assert found.absent is absent


@pytest.mark.parametrize(
    "text",
    [
        "use(**d)",
        "d = {'url': 1}\nuse(**{k: v + 1 for k, v in d.items()})",
        "d = load()\nuse(**d)",
        "d = {}\nd[k] = 1\nuse(**d)",
        "d = {k: 1}\nuse(**d)",
        "d = {}\nchange(d)\nuse(**d)",
        "d = {}\ne = d\ne['url'] = 1\nuse(**d)",
        "def f(d):\n    use(**d)\nf({})",
        "def f(**k):\n    use(**k)",
        "def f(**k):\n    use(**k)\nf(**x)",
        "class A:\n    def f(self):\n        self.d = {}\n        use(**self.d)",
    ],
)
def test_what_goes_out_of_sight(text: str) -> None:
    assert spread(text).open
