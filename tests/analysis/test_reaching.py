"""Reaching definitions: a table of control flow, and random programs that are really run."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.analysis.reaching import bindings_of, owner_of
from migrator.analysis.scopes import Module
from migrator.analysis.syntax import parse
from migrator.analysis.uses import uses_of
from migrator.documents.source import Source

from .support import loads, module_of, seen_lines

# (what, source, the lines whose binding of `x` the last use of `x` may see)
TABLE = [
    ("straight", "x = 1\nx = 2\nprint(x)", {2}),
    ("if", "x = 1\nif c:\n    x = 3\nprint(x)", {1, 3}),
    ("if else", "if c:\n    x = 2\nelse:\n    x = 4\nprint(x)", {2, 4}),
    ("if returns", "def f():\n    x = 2\n    if c:\n        x = 4\n        return x\n    print(x)", {2}),
    ("loop", "x = 1\nfor i in y:\n    x = 3\nprint(x)", {1, 3}),
    ("around the loop", "x = 1\nfor i in y:\n    print(x) if 0 else 0\n    x = 4", {1, 4}),
    ("while else", "x = 1\nwhile c:\n    x = 3\n    break\nelse:\n    x = 6\nprint(x)", {3, 6}),
    ("endless", "x = 1\nwhile True:\n    x = 3\n    if c:\n        break\nprint(x)", {3}),
    ("continue", "x = 1\nfor i in y:\n    if i:\n        continue\n    x = 5\nprint(x)", {1, 5}),
    ("try", "x = 1\ntry:\n    x = f()\nexcept E:\n    pass\nprint(x)", {1, 3}),
    ("except", "try:\n    x = f()\nexcept E:\n    x = 4\nprint(x)", {2, 4}),
    ("try else", "x = 1\ntry:\n    f()\nexcept E:\n    x = 5\nelse:\n    x = 7\nprint(x)", {5, 7}),
    ("except leaves", "def g():\n    try:\n        x = 3\n    except E:\n        return\n    print(x)", {3}),
    ("finally", "x = 1\ntry:\n    x = 3\nfinally:\n    print(x)", {1, 3}),
    ("after finally", "x = 1\ntry:\n    x = 3\nfinally:\n    x = 5\nprint(x)", {5}),
    ("with", "x = 1\nwith a() as b:\n    x = 3\nprint(x)", {3}),
    ("suppress", "x = 1\nwith suppress(E):\n    x = 3\nprint(x)", {1, 3}),
    ("contextlib.suppress", "x = 1\nwith contextlib.suppress(E):\n    x = 3\nprint(x)", {1, 3}),
    ("with as", "x = 1\nwith a() as x:\n    print(x)", {2}),
    ("match", "x = 1\nmatch y:\n    case 1:\n        x = 4\n    case _:\n        x = 6\nprint(x)", {1, 4, 6}),
    ("match binds", "x = 1\nmatch y:\n    case [x, *_]:\n        print(x)", {3}),
    ("match mapping", "x = 1\nmatch y:\n    case {'a': 1, **x}:\n        print(x)", {3}),
    ("walrus", "x = 1\nif (x := f()):\n    print(x)", {2}),
    ("walrus in comprehension", "x = 1\n[(x := i) for i in y]\nprint(x)", {1, 2}),
    ("comprehension variable", "x = 1\nprint([x for x in y])", {2}),
    ("iterable of a comprehension", "x = 1\n[0 for x in x]", {1}),
    ("for target", "x = 1\nfor x in y:\n    print(x)", {2}),
    ("augmented", "x = 1\nx += 2\nprint(x)", {1, 2}),
    ("unpacked", "x = 1\n(a, [x, *b]) = y\nprint(x)", {2}),
    ("import", "x = 1\nimport x\nprint(x)", {2}),
    ("from as", "x = 1\nfrom a import b as x\nprint(x)", {2}),
    ("def", "x = 1\ndef x(): pass\nprint(x)", {2}),
    ("class", "x = 1\nclass x: pass\nprint(x)", {2}),
    ("except name", "x = 1\ntry:\n    f()\nexcept E as x:\n    print(x)", {4}),
    ("annotation only", "x = 1\nx: int\nprint(x)", {1}),
    ("closure sees all", "x = 1\ndef f():\n    print(x)\nx = 4", {1, 4}),
    ("closure in function", "def f():\n    x = 2\n    def g():\n        print(x)\n    x = 5", {2, 5}),
    ("lambda", "x = 1\nf = lambda: print(x)\nx = 3", {1, 3}),
    ("default argument", "x = 1\ndef f(a=x): pass\nx = 3", {1}),
    ("parameter", "x = 1\ndef f(x):\n    print(x)", {2}),
    ("parameter rebound", "def f(x):\n    if not x:\n        x = 3\n    print(x)", {1, 3}),
    ("lambda parameter", "x = 1\nlambda x: print(x)", {2}),
    ("class scope is skipped", "x = 1\nclass A:\n    x = 3\n    def f(self):\n        print(x)", {1}),
    ("class body", "x = 1\nclass A:\n    x = 3\n    print(x)", {3}),
    ("global", "x = 1\ndef f():\n    global x\n    x = 4\nprint(x)", {1, 4}),
    ("nonlocal", "def f():\n    x = 2\n    def g():\n        nonlocal x\n        x = 5\n    print(x)", {2, 5}),
    ("nested loops", "x = 1\nfor a in y:\n    for b in y:\n        if x:\n            x = 5\nprint(x)", {1, 5}),
    ("raise", "def f():\n    x = 2\n    if c:\n        x = 4\n        raise E\n    print(x)", {2}),
    ("async for", "async def f():\n    x = 2\n    async for x in y:\n        pass\n    print(x)", {2, 3}),
    ("short circuit", "x = 1\nc and (x := 2)\nprint(x)", {1, 2}),
    ("conditional expression", "x = 1\n(x := 2) if c else 0\nprint(x)", {1, 2}),
]  # fmt: skip


@pytest.mark.parametrize(("source", "lines"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE])
def test_bindings_of(source: str, lines: set[int]) -> None:
    module = module_of(source)
    assert seen_lines(module, loads(module, "x")[-1]) == lines


def test_deleted_name_sees_nothing_certain() -> None:
    module = module_of("x = 1\ndel x\nx = 3\nprint(x)")
    assert seen_lines(module, loads(module, "x")[-1]) == {3}


def test_builtins_and_unknown_names_have_no_binding() -> None:
    module = module_of("print(len(y))")
    for name in ("print", "len", "y"):
        assert bindings_of(module, loads(module, name)[0]) == ()


def test_uses_of_is_the_inverse() -> None:
    module = module_of(
        """
        def f(c):
            x = 1
            print(x)
            if c:
                x = 2
            return x, (lambda: x)
        """
    )
    for use in loads(module, "x"):
        for binding in bindings_of(module, use):
            assert use in uses_of(module, binding)
    first, second = module.scopes[module.tree.body[0]].bindings["x"]
    assert [use.lineno for use in uses_of(module, first)] == [3, 6, 6]
    assert [use.lineno for use in uses_of(module, second)] == [6, 6]


def test_owner_of_skips_classes_for_methods() -> None:
    module = module_of("class A:\n    x = 1\n    def f(self):\n        return x\n")
    assert owner_of(module, loads(module, "x")[0]) is None


# -- random programs ----------------------------------------------------------------------


def _block(depth: int) -> st.SearchStrategy[list[str]]:
    lines = st.lists(_statement(depth), min_size=1, max_size=3)
    return lines.map(lambda parts: [line for part in parts for line in part])


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _statement(depth: int) -> st.SearchStrategy[list[str]]:
    simple = st.sampled_from(
        [["x = LINE"], ["use(x)"], ["use(x)"], ["maybe()"], ["del x"], ["(x := LINE)"],
         ["decide() and (x := LINE)"], ["if decide(): x = LINE"]]
    )  # fmt: skip
    if depth == 0:
        return simple
    inner = _block(depth - 1)
    jump = st.sampled_from(["pass", "break", "continue"])
    return st.one_of(
        simple,
        st.builds(lambda a, b: ["if decide():", *_indented(a), "else:", *_indented(b)], inner, inner),
        st.builds(
            lambda a, b, j: ["for x in items(LINE):" if j == "pass" else "for _ in items(0):",
                             *_indented([*a, "if decide():", f"    {j}"]), "else:", *_indented(b)],
            inner, inner, jump,
        ),
        st.builds(
            lambda a, j: ["while decide():", *_indented([*a, "if decide():", f"    {j}"])], inner, jump
        ),
        st.builds(
            lambda a, b, c, d: ["try:", *_indented(a), "except Oops:", *_indented(b), "else:",
                                *_indented(c), "finally:", *_indented(d)],
            inner, inner, inner, inner,
        ),
        st.builds(lambda a: ["with suppress(Oops):", *_indented(a)], inner),
        st.builds(
            lambda a, b: ["match pick():", "    case 1:", *_indented(_indented(a)), "    case 2:",
                          *_indented(_indented(b))],
            inner, inner,
        ),
        st.builds(lambda a: ["if decide():", *_indented([*a, "return"])], inner),
    )  # fmt: skip


class _Oops(Exception):
    pass


class _Enough(Exception):
    pass


def _observe(source: str, decisions: list[bool]) -> set[tuple[int, int]]:
    """Run a program; return (line of the use, line of the binding it saw)."""
    import contextlib
    import inspect

    seen: set[tuple[int, int]] = set()
    left = list(decisions)

    def decide() -> bool:
        if not left:
            raise _Enough
        return left.pop()

    def use(value: int) -> None:
        frame = inspect.currentframe()
        assert frame is not None and frame.f_back is not None
        seen.add((frame.f_back.f_lineno, value))

    def maybe() -> None:
        if decide():
            raise _Oops

    names = {
        "decide": decide, "use": use, "maybe": maybe, "Oops": _Oops, "suppress": contextlib.suppress,
        "pick": lambda: int(decide()) + 1, "items": lambda value: [value] * (1 + decide()),
    }  # fmt: skip
    exec(compile(source, "random", "exec"), names)
    with contextlib.suppress(_Oops, _Enough, UnboundLocalError):
        names["program"](-1)  # type: ignore[operator]
    return seen


@settings(max_examples=60, deadline=None)
@given(_block(3), st.lists(st.lists(st.booleans(), max_size=30), min_size=4, max_size=4))
def test_every_binding_that_is_seen_at_run_time_is_expected(
    body: list[str], runs: list[list[bool]]
) -> None:
    lines = ["def program(x):", *_indented(body), "    use(x)"]
    numbered = [line.replace("LINE", str(number)) for number, line in enumerate(lines, 1)]
    source = "\n".join(numbered) + "\n"
    module = Module(Source("m.py", source.encode()), parse(source, "m.py"))
    expected = {use.lineno: seen_lines(module, use) for use in loads(module, "x")}
    parameter = -1
    for decisions in runs:
        for line, value in _observe(source, decisions):
            assert (1 if value == parameter else value) in expected[line], f"line {line}\n{source}"


def test_the_oracle_notices_a_lost_binding() -> None:
    source = "def program(x):\n    if decide():\n        x = 3\n    use(x)\n"
    assert _observe(source, [True]) == {(4, 3)}
    assert _observe(source, [False]) == {(4, -1)}
    assert isinstance(ast.parse(source), ast.Module)
