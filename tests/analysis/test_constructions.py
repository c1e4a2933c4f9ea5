"""Who makes instances of a class."""

from __future__ import annotations

import pytest

from migrator.analysis.constructions import constructions, record

from .support import module_of

CLASS = "class A:\n    def __init__(self, x=None):\n        pass\n    @classmethod\n    def make(cls):\n        pass\n"


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ("A()", 1),
        ("A(1)\nA(2)", 2),
        ("def f(a: A) -> A:\n    return a\nA()", 1),
        ("isinstance(x, A)\nisinstance(x, (A, int))\nA()", 1),
        ("A.make()\nA()", 1),
        ("class B(A):\n    pass\nB()", 1),
        ("class B(A):\n    def __init__(self):\n        super().__init__(1)\nB()\nB()", 1),
        ("class B(A):\n    def __init__(self):\n        A.__init__(self, 1)\nB()", 1),
        ("a: A | None = None", 0),
        ("try:\n    pass\nexcept A:\n    pass", 0),
    ],
)
def test_all_calls_are_seen(text: str, calls: int) -> None:
    module = module_of(CLASS + text)
    scope = next(s for s in module.scopes.values() if s.kind == "class")
    found = constructions(module, scope)
    assert (found.unsure, len(found.calls)) == ("", calls)


@pytest.mark.parametrize(
    "text",
    [
        "register(A)",
        "kinds = {'a': A}",
        "B = A",
        "A.from_env()",
        "getattr(m, 'A')()",
        "class B(A):\n    pass\nregister(B)",
    ],
)
def test_there_may_be_more(text: str) -> None:
    module = module_of(CLASS + text)
    scope = next(s for s in module.scopes.values() if s.kind == "class")
    assert constructions(module, scope).unsure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("class A:\n    pass", ""),
        ("class A(object):\n    pass", ""),
        ("@dataclass(frozen=True)\nclass A:\n    pass", "dataclass"),
        ("from pydantic import BaseModel\nclass A(BaseModel):\n    pass", "model"),
        (
            "from pydantic_settings import BaseSettings\nclass A(BaseSettings):\n    pass",
            "settings",
        ),
        ("from lib import Thing\nclass A(Thing):\n    pass", "open"),
        ("@dataclass\nclass B:\n    pass\nclass A(B):\n    pass", "dataclass"),
    ],
)
def test_how_fields_get_their_values(text: str, kind: str) -> None:
    module = module_of(text)
    scope = [s for s in module.scopes.values() if s.kind == "class"][-1]
    assert record(module, scope) == kind
