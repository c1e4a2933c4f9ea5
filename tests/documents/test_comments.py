"""Comments and the lines they speak about."""

from __future__ import annotations

import pytest

from migrator.documents.comments import comments


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x = 1  # a\n", {1}),
        ("# a\n\nx = 1\n", {1, 3}),
        ("x = f(\n    1,\n)  # a\n", {1, 2, 3}),
        ("x = f(\n    1,  # a\n)\n", {2}),
        ("# a", {1}),
        ("def f():\n    # a\n    return 1\n", {2, 3}),
    ],
)
@pytest.mark.parametrize("encoded", [True, False])
def test_lines(text: str, lines: set[int], encoded: bool) -> None:
    (found,) = comments(text.encode() if encoded else text)
    assert found.text == "# a"
    assert set(found.lines) == lines


def test_strings_hold_no_comments() -> None:
    assert comments("x = '# a'\n") == []


def test_what_cant_be_read_ends_the_list() -> None:
    assert [comment.text for comment in comments("# a\nx = (\n")] == ["# a"]
    assert [comment.text for comment in comments(b"# a\n\xff")] in ([], ["# a"])
