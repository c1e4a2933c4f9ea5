"""Comparison, noise, side-by-side and processes by themselves."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from migrator.verification.running import (
    CannotRun,
    Observation,
    Request,
    compare,
    run_command,
)
from migrator.verification.running.files import Written, digests, written
from migrator.verification.running.noise import last_error, without_noise
from migrator.verification.running.sidebyside import Row, plain, rows, visible


def observed(**given: object) -> Observation:
    return Observation(**{"exit": 0, "stdout": "", **given})  # type: ignore[arg-type]


def request(text: str, **given: object) -> Request:
    return Request("chat", {"status": 200, "conversation": text}, **given)  # type: ignore[arg-type]


def test_order_of_importance() -> None:
    one = observed(requests=(request("a"),), files={"f": Written("1", Path("f"))})
    other = observed(exit=-9, stdout="x", requests=(request("b"),))
    found = compare(one, other)
    assert not found.same
    assert [each.kind for each in found.differences] == ["requests", "exit", "stdout", "file"]
    assert found.differences[1].after == ("ended by signal 9",)


@pytest.mark.parametrize(
    ("before", "after", "number"),
    [
        ("ab", "ac", "request 2 of 2"),
        ("aab", "aba", None),
        ("aab", "abb", "request 2 of 3"),
        ("abc", "cb", "request 1 of 3 → 2"),
        ("", "a", "request 1 of 0 → 1"),
    ],
)
def test_requests(before: str, after: str, number: str | None) -> None:
    runs = [observed(requests=tuple(request(each) for each in run)) for run in (before, after)]
    found = compare(*runs)
    assert [each.what for each in found.differences] == ([number] if number else [])
    assert bool(found.notes) == (number is None)


def test_endpoint_and_delivery_are_no_meaning() -> None:
    one = observed(requests=(request("a", store=False),))
    other = observed(
        requests=(Request("responses", request("a").meaning, store=True, streamed=True),)
    )
    found = compare(one, other)
    assert found.same
    assert found.notes == [
        "answers kept on the server (store): 0 before, 1 after",
        "streamed answers: 0 before, 1 after",
    ]


def test_noise() -> None:
    before = """\
Traceback (most recent call last):
  File "/p/app.py", line 3, in <module>
    client.chat.completions.create(
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~^
  File "/venv/openai/resources/chat/completions.py", line 900, in create
    return self._post(
  File "/venv/httpx.py", line 9, in send
ValueError: <object at 0x7f3a00112233>
app.py:12: Warning
== 3 passed in 0.05s ==
"""
    after = """\
Traceback (most recent call last):
  File "/p/app.py", line 33, in <module>
    client.responses.create(
  File "/venv/openai/resources/responses.py", line 90, in create
    return self._post(
  File "/venv/httpx.py", line 9, in send
ValueError: <object at 0x7f3a44556677>
app.py:9: Warning
== 3 passed in 1.25s ==
"""
    assert without_noise(before) == without_noise(after)
    assert without_noise(before) != without_noise(after.replace("app.py", "other.py"))
    assert without_noise(before) != without_noise(after.replace("3 passed", "2 passed"))
    assert without_noise("line 3") != without_noise("line 4")
    assert without_noise("  a") == "  a"


def test_last_error() -> None:
    group = 'Traceback (most recent call last):\n  File "x", line 1\n    y\nA: b\n'
    assert last_error(group + "\nDuring handling ...\n\n" + group.replace("A: b", "C: d")) == "C: d"
    assert last_error("warning: x\n") is None
    assert last_error("Traceback (most recent call last):\n  File") is None


def test_side_by_side() -> None:
    before = [*"abcdefgh", "old", *"ijklmnop", "older"]
    after = [*"abcdefgh", "new", "more", *"ijklmnop", "newer"]
    found = rows(before, after)
    assert [row.mark for row in found] == [" ", " ", " ", "|", ">", " ", " ", " "]
    assert found[3] == Row("|", "old", "new")
    assert list(plain(found[2:5], 23)) == [
        "before       after", "h            h", "old        | new", "           > more",
    ]  # fmt: skip


def test_long_differences_are_cut() -> None:
    assert len(rows(["x"] * 5000, ["y"] * 4000)) == 24
    assert list(plain([Row("|", "x" * 25, "y")], 23))[1:] == [
        "xxxxxxxxxx | y", "xxxxxxxxxx |", "xxxxx      |",
    ]  # fmt: skip


def test_what_can_not_be_seen_is_spelt_out() -> None:
    assert visible("a\tb\x1b[0m ") == "a\\tb\\x1b[0m·"
    assert visible("plain") == "plain"


def test_files(tmp_path: Path) -> None:
    (tmp_path / "same").write_text("1")
    (tmp_path / "changed").write_text("1")
    (tmp_path / "gone").write_text("1")
    start = digests(tmp_path)
    (tmp_path / "changed").write_text("2")
    (tmp_path / "gone").unlink()
    (tmp_path / "link").symlink_to("same")
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__/x").write_text("")
    found = written(start, tmp_path)
    assert list(found) == ["changed", "gone", "link"]
    assert found["gone"].digest is None
    assert list(written(start, tmp_path, leave_out=["l*", "gone"])) == ["changed"]


def test_a_command(tmp_path: Path) -> None:
    code = "import os, sys; print(sys.stdin.read(), os.getcwd()); sys.exit(4)"
    done = run_command(
        [sys.executable, "-c", code],
        folder=tmp_path, environment={"A": "b"}, timeout=20, stdin=b"in",
    )  # fmt: skip
    assert (done.code, done.stdout.decode()) == (4, f"in {tmp_path}\n")
    assert not done.left_running


def test_a_command_is_shown_on_one_line(tmp_path: Path) -> None:
    code = "while True:\n  pass\n" + "#" * 100
    with pytest.raises(CannotRun) as caught:
        run_command([sys.executable, "-c", code], folder=tmp_path, environment={}, timeout=0.2)
    assert "\n" not in str(caught.value) and str(caught.value).count("#") < 80
