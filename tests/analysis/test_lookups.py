"""Values taken out of dicts that are written out."""

from __future__ import annotations

import ast

import pytest

from migrator.analysis.lookups import looked_up

from .support import module_of


def found(text: str) -> list[object] | None:
    """Return the constants that the argument of the call of `use` in `text` may be."""
    module = module_of(text)
    call = next(c for c in module.calls if isinstance(c.func, ast.Name) and c.func.id == "use")
    values = looked_up(module, call.args[0])
    return None if values is None else [getattr(value, "value", "?") for value in values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("d = {'a': 1, 'b': 2}\nuse(d['a'])", [1]),
        ("d = {'a': 1, 'b': 2}\nuse(d[x])", [1, 2]),
        ("d = {'a': 1, 'b': 2}\nuse(d.get(x, 3))", [1, 2, 3]),
        ("d = {'a': 1}\nd['b'] = 2\nuse(d[x])", [1, 2]),
        ("d = {'a': 1}\nd[k] = 2\nuse(d['a'])", [1, 2]),
        ("d = {}\nif x not in d:\n    d[x] = 1\nuse(d[x])", [1]),
        ("d = {}\nd.setdefault(x, 1)\nuse(d[x])", [1]),
        ("use({'a': 1}['a'])", [1]),
        ("d = {'a': {'b': 1}}\nuse(d['a']['b'])", [1]),
        ("d = {'a': {'b': 1}}\ne = d[x]\nuse(e['b'])", [1]),
        ("class A:\n    d = {'a': 1}\n    def f(self):\n        use(self.d['a'])", [1]),
    ],
)
def test_entries(text: str, values: list[object]) -> None:
    assert found(text) == values


@pytest.mark.parametrize(
    "text",
    [
        "use(d['a'])",
        "d = load()\nuse(d['a'])",
        "d = {'a': 1}\nchange(d)\nuse(d['a'])",
        "d = {'a': 1}\ne = d\nuse(d['a'])",
        "d = {'a': 1, **more}\nuse(d['a'])",
        "d = {'a': 1}\nd.update(more)\nuse(d['a'])",
        "d = {'a': 1}\nuse(d['b'])",
        "d = {'a': {'b': 1}}\nd['a']['b'] = 2\nuse(d['a']['b'])",
        "d = {'a': {'b': 1}}\ne = d['a']\ne['b'] = 2\nuse(d['a']['b'])",
        "d = [1]\nuse(d[0])",
        "d = {'a': 1}\nuse(d['a':])",
        "def f(d):\n    use(d['a'])\nf({'a': 1})",
    ],
)
def test_what_is_not_in_sight(text: str) -> None:
    assert found(text) is None
