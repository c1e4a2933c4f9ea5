"""Bytes, text and positions of one file."""

from __future__ import annotations

import ast
import tokenize
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.documents.place import Place
from migrator.documents.source import Source, Undecodable, declared_encoding, line_starts

BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (b"x = 1\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\n", "latin-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n", "cp1252"),
        (b"# coding=utf8\n", "utf8"),
        (b"\n# coding: latin-1\n", "latin-1"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b"x = 'coding: latin-1'\n", "utf-8"),
        (b"# encoding of this file: unknown\n", "utf-8"),
        (b"", "utf-8"),
    ],
)
def test_declared_encoding(data: bytes, encoding: str) -> None:
    assert declared_encoding(data) == encoding


@pytest.mark.parametrize(
    "data",
    [
        "# coding: latin-1\nx = 'ä'\n".encode("latin-1"),
        "x = 'ä€'\n".encode(),
        BOM + "x = 'ä'\n".encode(),
        b"# coding: cp1252\nx = '\x80'\n",
        "# coding: shift_jis\nx = 'あ'\n".encode("shift_jis"),
        b"x = 1\r\ny = 2\r\n",
        b"",
        BOM,
    ],
)
def test_round_trip(data: bytes) -> None:
    source = Source("a.py", data)
    assert source.encode(source.utf8) == data
    expected, _ = tokenize.detect_encoding(BytesIO(data).readline)
    assert source.text == data.decode(expected).removeprefix("\ufeff")


@pytest.mark.parametrize(
    "data", [b"x = '\xff'\n", b"# coding: nonsense\n", b"# coding: ascii\n'\xc3'\n"]
)
def test_undecodable(data: bytes) -> None:
    with pytest.raises(Undecodable):
        Source("a.py", data)


def test_a_character_the_encoding_lacks_is_refused() -> None:
    source = Source("a.py", b"# coding: latin-1\n")
    with pytest.raises(UnicodeEncodeError):
        source.encode("€".encode())


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        (b"", [0]),
        (b"a", [0]),
        (b"a\n", [0, 2]),
        (b"a\r\nb\r\n", [0, 3, 6]),
        (b"a\rb\r", [0, 2, 4]),
        (b"a\n\rb", [0, 2, 3]),
        (b"\r\r\n\n", [0, 1, 3, 4]),
        (b"a\x0bb\x0cc\x1cd\n", [0, 8]),
        ("a\u2028b\u0085\n".encode(), [0, 8]),
    ],
)
def test_line_starts(text: bytes, starts: list[int]) -> None:
    assert line_starts(text) == starts


_TEXT = st.lists(
    st.sampled_from(["a = 'é'", "b = (1,", " 2)", "# 🎉", "", "c = '''x", "y'''", "d = 'a\x0cb'"])
)


@given(_TEXT, st.sampled_from(["\n", "\r\n", "\r"]))
def test_spans_are_the_text_of_nodes(lines: list[str], end: str) -> None:
    text = end.join(lines) + end
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return
    source = Source("a.py", text.encode())
    plain = Source("b.py", text.replace(end, "\n").encode())
    for node in ast.walk(tree):
        if not hasattr(node, "lineno"):
            continue
        expected = ast.get_source_segment(plain.text, node)
        assert source.segment(node).replace(end, "\n") == expected
        start, stop = source.span(node)
        assert source.utf8[start:stop].decode() == source.segment(node)


def test_places_count_characters() -> None:
    text = "🎉 = 'é'; ab = 1\n".replace("🎉", "ä")
    source = Source("a.py", text.encode())
    place = source.place(ast.parse(text).body[1])
    assert (place.line, place.column, place.end_line, place.end_column) == (1, 10, 1, 16)
    assert str(place) == "a.py:1:10"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line(end: str) -> None:
    source = Source("a.py", f"one{end}twö{end}three".encode())
    assert [source.line(number) for number in (1, 2, 3)] == ["one", "twö", "three"]


def test_places_have_an_order() -> None:
    places = [Place("b", 1, 1), Place("a", 2, 1), Place("a", 1, 9), Place("a", 1, 1)]
    assert [str(p) for p in sorted(places, key=Place.key)] == ["a:1:1", "a:1:9", "a:2:1", "b:1:1"]
