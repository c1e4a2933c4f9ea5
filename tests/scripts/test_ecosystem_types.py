from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from ecosystem_run import Fixed
from ecosystem_types import Errors, TypeChecker, batches, compared, module_name, parsed

from tests.scripts.conftest import PLAIN


def errors(*found: tuple[str, str, str]) -> Errors:
    return Counter(found)


def line(file: str, code: str, message: str, severity: str = "error") -> str:
    return json.dumps({"file": file, "code": code, "message": message, "severity": severity})


def test_only_errors_in_wanted_files_count() -> None:
    output = "\n".join(
        [
            "noise",
            line("a.py", "arg-type", "wrong"),
            line("a.py", "misc", "see line 3", "note"),
            line("b.py", "arg-type", "wrong"),
            line("a.py", "no-redef", "already defined on line 12"),
        ]
    )
    wrong, again = ("a.py", "arg-type", "wrong"), ("a.py", "no-redef", "already defined on line N")
    assert parsed(output, ["a.py"]) == errors(wrong, again)


def test_an_error_more_is_new() -> None:
    one = ("a.py", "arg-type", "one")
    assert compared(errors(one), errors(one, one), ["a.py"]) == ([("a.py", "one [arg-type]")], [])


def test_an_error_in_other_words_is_not_new() -> None:
    before, after = errors(("a.py", "arg-type", "one")), errors(("a.py", "arg-type", "two"))
    assert compared(before, after, ["a.py"]) == ([], [("a.py", "two [arg-type]")])


def test_an_error_of_another_code_or_file_is_new() -> None:
    before = errors(("a.py", "arg-type", "one"), ("b.py", "misc", "one"))
    after = errors(("a.py", "attr-defined", "one"), ("b.py", "misc", "one"))
    assert compared(before, after, ["a.py", "b.py"])[0] == [("a.py", "one [attr-defined]")]


def test_files_that_could_not_be_checked_are_left_out() -> None:
    assert compared(errors(), errors(("a.py", "misc", "one")), []) == ([], [])


def test_modules_of_one_name_are_checked_apart(tmp_path: Path) -> None:
    for name in ("p/__init__.py", "p/a.py", "q/a.py", "r/a.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert module_name(tmp_path, "p/__init__.py") == "p"
    assert module_name(tmp_path, "p/a.py") == "p.a"
    names = ["p/__init__.py", "p/a.py", "q/a.py", "r/a.py"]
    assert batches(tmp_path, names) == [["p/__init__.py", "p/a.py", "q/a.py"], ["r/a.py"]]


@pytest.mark.slow
def test_types_of_the_sdk_are_seen(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    pytest.importorskip("openai")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.py").write_text(PLAIN)
    (tree / "json.py").write_text("raise SystemExit('ran what it should only read')")
    right = PLAIN.replace("chat.completions.create", "responses.create").replace(
        "messages=", "input="
    )
    right = right.replace('response.choices[0].message.content or ""', "response.output_text")
    modes = {
        "right": Fixed(after={"a.py": right.encode()}),
        "result": Fixed(after={"a.py": right.replace("_text", "_texts").encode()}),
        "request": Fixed(after={"a.py": right.replace("input=", "inputs=").encode()}),
    }
    failures, notes = TypeChecker(tmp_path / "cache").compare(tree, modes)
    assert notes == []
    assert {failure.what.split()[0] for failure in failures} == {"(result)", "(request)"}
    assert failures[0].what.endswith("[attr-defined]")
    assert failures[-1].what.endswith("[call-overload]")
