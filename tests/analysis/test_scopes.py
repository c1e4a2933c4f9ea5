"""Scopes and bindings: which names a module binds, where, and how."""

from __future__ import annotations

import ast

import pytest

from migrator.analysis.members import self_class
from migrator.analysis.scopes import Scope

from .support import loads, module_of

# (statement, name, kind, path)
KINDS = [
    ("x = 1", "x", "assign", ()),
    ("x: int = 1", "x", "assign", ()),
    ("x: int", "x", "annotation", ()),
    ("x += 1", "x", "augassign", ()),
    ("a, x = 1, 2", "x", "assign", (1,)),
    ("a, [b, x] = y", "x", "assign", (1, 1)),
    ("a, *x = y", "x", "assign", (1, "*")),
    ("for x in y: pass", "x", "for", ()),
    ("for a, x in y: pass", "x", "for", (1,)),
    ("with a as x: pass", "x", "with", ()),
    ("with a as (b, x): pass", "x", "with", (1,)),
    ("import x", "x", "import", ()),
    ("import x.y", "x", "import", ()),
    ("import a.b as x", "x", "import", ()),
    ("from a import x", "x", "from", ()),
    ("from a import b as x", "x", "from", ()),
    ("def x(): pass", "x", "def", ()),
    ("async def x(): pass", "x", "def", ()),
    ("class x: pass", "x", "class", ()),
    ("try: pass\nexcept E as x: pass", "x", "except", ()),
    ("try: pass\nexcept* E as x: pass", "x", "except", ()),
    ("match y:\n    case x: pass", "x", "match", ()),
    ("match y:\n    case [*x]: pass", "x", "match", ()),
    ("match y:\n    case {**x}: pass", "x", "match", ()),
    ("match y:\n    case A(b=x): pass", "x", "match", ()),
    ("match y:\n    case 1 | 2 as x: pass", "x", "match", ()),
    ("(x := 1)", "x", "walrus", ()),
    ("[(x := i) for i in y]", "x", "walrus", ()),
]


@pytest.mark.parametrize(("source", "name", "kind", "path"), KINDS, ids=[row[0] for row in KINDS])
def test_kinds_of_bindings(source: str, name: str, kind: str, path: tuple[object, ...]) -> None:
    if "except*" in source:
        pytest.importorskip("exceptiongroup" if not hasattr(ast, "TryStar") else "ast")
    module = module_of(source)
    (binding,) = module.root.bindings[name]
    assert (binding.kind, binding.path, binding.remote) == (kind, path, False)
    assert module.binding_of[binding.node] is binding


@pytest.mark.parametrize(
    ("signature", "names"),
    [
        ("a, /, b, *c, d, **e", ["a", "b", "c", "d", "e"]),
        ("*, a=1", ["a"]),
        ("self, x: int = 2", ["self", "x"]),
    ],
)
def test_parameters_in_order(signature: str, names: list[str]) -> None:
    module = module_of(f"def f({signature}): pass")
    scope = module.scopes[module.tree.body[0]]
    assert [name for name, items in scope.bindings.items() if items[0].kind == "param"] == names


def test_names_inside_scopes_stay_there() -> None:
    module = module_of(
        """
        def f(a):
            b = [c for c in a]
            g = lambda d: d
            class C:
                e = 1
        """
    )
    assert set(module.root.bindings) == {"f"}
    kinds = sorted(scope.kind for scope in module.scopes.values())
    assert kinds == ["class", "comp", "function", "lambda", "module"]
    assert set(module.scopes[module.tree.body[0]].bindings) == {"a", "b", "g", "C"}


def test_walrus_in_a_comprehension_binds_outside() -> None:
    module = module_of("def f(y):\n    return [(x := i) for i in y]\n")
    function = module.scopes[module.tree.body[0]]
    assert "x" in function.bindings and "i" not in function.bindings


def test_global_and_nonlocal_bind_elsewhere() -> None:
    module = module_of(
        """
        x = 1
        def f():
            global x
            y = 2
            x = 3
            def g():
                nonlocal y
                y = 4
        """
    )
    assert [(b.node.lineno, b.remote) for b in module.root.bindings["x"]] == [(1, False), (5, True)]
    function = module.scopes[module.tree.body[1]]
    assert [(b.node.lineno, b.remote) for b in function.bindings["y"]] == [(4, False), (8, True)]
    assert "x" not in function.bindings


def test_attributes_of_self_belong_to_the_class() -> None:
    module = module_of(
        """
        class A:
            def __init__(this, b):
                this.client = b
                b.other = 1

            @staticmethod
            def make(this):
                this.wrong = 1

            def set(self):
                self.client, self.count = 1, 2
        """
    )
    owner = module.scopes[module.tree.body[0]]
    assert {name: len(items) for name, items in owner.attributes.items()} == {
        "client": 2,
        "count": 1,
    }


def test_self_that_is_rebound_is_not_self() -> None:
    module = module_of(
        "class A:\n    def f(self):\n        self = g()\n        self.x = 1\n        use(self)\n"
    )
    use = loads(module, "self")[-1]
    assert self_class(module.scope_of[use], use) is None


def test_inner_functions_see_the_outer_self() -> None:
    module = module_of(
        """
        class A:
            def f(self):
                def inner():
                    return self.x
                return inner
        """
    )
    use = loads(module, "self")[0]
    found = self_class(module.scope_of[use], use)
    assert isinstance(found, Scope) and found.node is module.tree.body[0]


def test_parents_lead_to_the_module() -> None:
    module = module_of("def f():\n    return [x for x in g(1)][0]\n")
    for node in ast.walk(module.tree):
        if isinstance(node, (ast.expr_context, ast.Module, ast.operator)):
            continue
        steps = 0
        while node is not module.tree:
            node = module.parent(node)
            steps += 1
            assert steps < 20


def test_statement_and_enclosing() -> None:
    module = module_of("for i in y:\n    def f():\n        print(x)\n")
    use = loads(module, "x")[0]
    assert module.statement(use).lineno == 3
    found = module.enclosing(use, (ast.For,))
    assert isinstance(found, ast.For)
    assert module.enclosing(found, (ast.ClassDef,)) is None


def test_indexes_hold_what_analysis_asks_for() -> None:
    module = module_of(
        """
        import a.b
        from c import d, e as f
        a.chat.completions.create("chat/completions", 'ChatCompletion', "other")
        """
    )
    assert set(module.attributes) == {"chat", "completions", "create"}
    assert len(module.calls) == 1
    assert [node.value for node in module.strings] == ["chat/completions", "ChatCompletion"]
    assert [binding.name for binding in module.imports] == ["a", "d", "f"]
