"""Long lines break as formatters break them, and only where that keeps their meaning."""

from __future__ import annotations

import pytest

from migrator.documents.source import Source
from migrator.planning.wrapping import width_of, wrapped_call, wrapped_test

CALLS = [
    ("f(aaaa, bbbb)", 20, ["f(aaaa, bbbb)"]),
    ("  f(aaaa, bbbb)", 14, ["  f(", "      aaaa,", "      bbbb,", "  )"]),
    ("x = f(aaaaaaa, bbb)", 18, ["x = f(", "    aaaaaaa, bbb", ")"]),
    ("raise E(aaaa, k=bbbb)", 14, ["raise E(", "    aaaa,", "    k=bbbb,", ")"]),
    ("f(aaaa, bbbb) + 1", 10, ["f(aaaa, bbbb) + 1"]),
    ("f('ää', bbbbb)", 5, ["f('ää', bbbbb)"]),
    ("f()", 1, ["f()"]),
    ("x = (", 1, ["x = ("]),
]  # fmt: skip


@pytest.mark.parametrize(("line", "width", "expected"), CALLS)
def test_calls(line: str, width: int, expected: list[str]) -> None:
    assert wrapped_call(line, "    ", width) == expected


TESTS = [
    ("if a and b:", 20, ["if a and b:"]),
    ("if aaaa and bbbb:", 12, ["if (", "    aaaa", "    and bbbb", "):"]),
    ("elif a == 1 or a == 2:", 12, ["elif (", "    a == 1", "    or a == 2", "):"]),
    ("if aaaa and (bbbb or c):", 12, ["if aaaa and (bbbb or c):"]),
    ("if aaaaaaaaaaaaaaaaaaa:", 12, ["if aaaaaaaaaaaaaaaaaaa:"]),
    ("while aaaaa and bbbbbb:", 12, ["while (", "    aaaaa", "    and bbbbbb", "):"]),
]


@pytest.mark.parametrize(("line", "width", "expected"), TESTS)
def test_tests(line: str, width: int, expected: list[str]) -> None:
    assert wrapped_test(line, "    ", width) == expected


@pytest.mark.parametrize(("longest", "width"), [(10, 88), (95, 95), (400, 120)])
def test_width_follows_the_file(longest: int, width: int) -> None:
    assert width_of(Source("m.py", b"x" * longest + b"\n")) == width
