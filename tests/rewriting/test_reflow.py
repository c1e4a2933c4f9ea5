"""Statements laid out like formatters lay them out, and files that are left alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from migrator.rewriting.breaking import broken
from migrator.rewriting.leaves import Unsuited
from migrator.rewriting.reflow import reflowed
from migrator.rewriting.statements import statement_of

PACKAGE = Path(__file__).resolve().parents[2] / "migrator"
SAMPLE = sorted([*PACKAGE.glob("planning/*.py"), *PACKAGE.glob("rewriting/*.py")])

WIDE = [
    # brackets: on one line inside, or one element a line
    'x = call("aaaaaaaaaaaaaaa", bbbbbbbbbbbbbb=1)|x = call(|    "aaaaaaaaaaaaaaa", bbbbbbbbbbbbbb=1|)',
    'x = ["aaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb"]|x = [|    "aaaaaaaaaaaaaaaaaa",|    "bbbbbbbbbbbbbbbb",|]',
    "call(aaaaaaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbbbbbb, c)"
    "|call(|    aaaaaaaaaaaaaaaaaaa,|    bbbbbbbbbbbbbbbbbbbb,|    c,|)",
    # a trailing comma keeps lines apart, but not in a tuple of one
    "x = f(a, b,)|x = f(|    a,|    b,|)",
    "x = (a,)|x = (a,)",
    # parentheses come and go
    "x = (aaaaaa)|x = aaaaaa",
    "return aaaaaaaaaaaaaaaa and bbbbbbbbbbbbbbbb and c"
    "|return (|    aaaaaaaaaaaaaaaa|    and bbbbbbbbbbbbbbbb|    and c|)",
    "if aaaaaaaaaaaaaaaaa is None or bbbbbbbb(c, dddd):"
    "|if aaaaaaaaaaaaaaaaa is None or bbbbbbbb(|    c, dddd|):",
    "x = aaaaaaaaaaaaaaaa(b).cccccccccccc().dddddd(eee)"
    "|x = (|    aaaaaaaaaaaaaaaa(b)|    .cccccccccccc()|    .dddddd(eee)|)",
    "return aaaa.bbbbbbbbbbbbb(ccccccccccc, dddddd).eeee"
    "|return aaaa.bbbbbbbbbbbbb(|    ccccccccccc, dddddd|).eeee",
    # conditions and comprehensions
    "x = [aaaaaaaaaaaa for aaaaaaaaaaaa in bbbb if ccccc]"
    "|x = [|    aaaaaaaaaaaa|    for aaaaaaaaaaaa in bbbb|    if ccccc|]",
    "x = aaaaaaaaaaaaaaaaa if bbbbbbbbbbbbbbbb else ccccc"
    "|x = (|    aaaaaaaaaaaaaaaaa|    if bbbbbbbbbbbbbbbb|    else ccccc|)",
    "for x in call(aaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb, c):"
    "|for x in call(|    aaaaaaaaaaaaaaa, bbbbbbbbbbbbbbbb, c|):",
    "x[aaaaaaa] = call(bbbbbbbbbbbbbbbbbbbb, ccccccccccccc)"
    "|x[aaaaaaa] = call(|    bbbbbbbbbbbbbbbbbbbb, ccccccccccccc|)",
    'return f"{aaaaaaaaaaaaa} and {bbbbbbbbbbbbbb}"'
    '|return (|    f"{aaaaaaaaaaaaa} and {bbbbbbbbbbbbbb}"|)',
]  # fmt: skip


def lines_of(text: str, indent: str, width: int) -> list[str]:
    return broken(statement_of(text), indent, width)


@pytest.mark.parametrize("case", WIDE)
def test_broken_at_44_columns(case: str) -> None:
    text, *lines = case.split("|")
    assert lines_of(text, "", 44) == lines
    assert lines_of("\n".join(lines), "", 44) == lines


@pytest.mark.parametrize(
    "text",
    ["x = 1  # why", 'x = """a\nb"""', "x = a + \\\n    b", "x = 1; y = 2", "from a import b",
     "if (x := f()):", "x = yield y", "x = lambda: aaaaaaaaaaaaaaaaaaaaaaaaa(bbbbbbbbbbbbbbbbb)",
     "with (a as b):", "assert x, y", "x = )"],
)  # fmt: skip
def test_left_as_they_are(text: str) -> None:
    with pytest.raises(Unsuited):
        lines_of(text, "", 44)


@pytest.mark.parametrize("path", SAMPLE, ids=lambda path: path.name)
def test_our_own_files_stay_as_they_are(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.split("\n")
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, (ast.Assign, ast.Return, ast.Expr, ast.AugAssign)):
            continue
        found = lines[node.lineno - 1 : node.end_lineno]
        indent = found[0][: node.col_offset]
        try:
            assert lines_of("\n".join(found).lstrip(), indent, 100) == found
        except Unsuited:
            continue


OLD = """\
def f(x):
    return call(
        "the first one", second=x, third="a long one to fill the lines"
    )
"""


def _changed(old: str, a: str, b: str) -> str:
    """Return what becomes of ``old`` when an edit writes ``b`` for ``a``."""
    start = len(old.partition(a)[0].encode())
    ranges = [(start, start + len(a.encode()), start, start + len(b.encode()))]
    return reflowed(old.encode(), old.replace(a, b, 1).encode(), ranges).decode()


def test_what_got_too_long_gets_lines_of_its_own() -> None:
    new = _changed(OLD, "lines", "lines of it well")
    assert new.splitlines()[2:5] == [
        '        "the first one",',
        "        second=x,",
        '        third="a long one to fill the lines of it well",',
    ]


def test_what_got_short_is_joined() -> None:
    assert "return call(x)\n" in _changed(
        OLD, '"the first one", second=x, third="a long one to fill the lines"', "x"
    )


@pytest.mark.parametrize(
    "old",
    [
        OLD.replace("        ", "      "),  # nobody has formatted this
        OLD.replace("return", "return  "),
        OLD.replace("    ", "\t"),
        OLD.replace("    )", "    )  # why"),
        "# fmt: off\n" + OLD,
        OLD + "x = (1,\n     2)\n",
        OLD + "\ndef g():\n    pass\n",  # one blank line
        OLD + "\n\nif f: f(1)\n",
        OLD + "\n\nif f:\n  f(1)\n",
        OLD
        + "\n\nx = f(a = 'a text that is long enough to make the line one that tells something')\n",
        "import f\nf(1)\n\n\n" + OLD,
        OLD.replace("\n", "\r\n", 1),
    ],
)
def test_files_in_another_style_stay(old: str) -> None:
    assert _changed(old, "lines", "lines of it well") == old.replace("lines", "lines of it well")


def test_line_ends_and_the_width_of_the_file() -> None:
    old = OLD.replace("\n", "\r\n")
    assert _changed(old, "lines", "lines of it well").count("\r\n") == old.count("\r\n") + 2
    wide = OLD.replace(
        'call(\n        "the first one", second=x, third="a long one to fill the lines"\n    )',
        'call("the first one", second=x, third="a long one to fill the lines of it well here")',
    )
    assert _changed(wide, "here", "there") == wide.replace("here", "there")
