"""How far texts are apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.verification.comparing.text import canonical, distance, normalised

TEXTS = st.text(alphabet="ab .!\n漢é", max_size=12)


@given(TEXTS, TEXTS)
def test_distance_is_symmetric_bounded_and_nought_for_equal_ones_only(one: str, other: str) -> None:
    found = distance(one, other)
    assert found == distance(other, one)
    assert 0 <= found <= 1
    assert (found == 0) == (normalised(one) == normalised(other))


def test_form_is_no_distance() -> None:
    assert distance("a  b\r\nc ", "a b c") == 0
    assert distance("e\u0301t\u00e9", "\u00e9te\u0301") == 0


def test_distance_grows_with_what_is_not_shared() -> None:
    near = distance("the cat sat on the mat", "the cat sat on a mat")
    far = distance("the cat sat on the mat", "the dog ran off")
    assert 0 < near < far < 1
    assert distance("one two", "three four") == 1


def test_order_counts() -> None:
    assert 0 < distance("not good but cheap", "good but not cheap") < 1


def test_scripts_without_blanks() -> None:
    assert distance("今日は天気がいい", "今日は天気が悪い") < 0.6


def test_nothing_and_something() -> None:
    assert distance("", "") == 0
    assert distance("", "word") == 1
    assert distance("", "!") == 1


@pytest.mark.parametrize(
    ("one", "other"), [('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'), ("1.0 ", "1.0")]
)
def test_json_in_one_spelling(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)


def test_what_is_no_json_stays() -> None:
    assert canonical("{a: 1") == "{a: 1"
    assert canonical("[" * 100_000) == "[" * 100_000
