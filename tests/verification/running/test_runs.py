"""``migrator verify run``: what counts as the same, and how a difference is shown."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.marks import needs_git

from .conftest import ASK, Programs


def test_same(programs: Programs, scratch: Path) -> None:
    programs.write("print(ask('a'), ask('b'))\nopen('out.txt', 'w').write(ask('c'))")
    before = programs.tree()
    status, out, err = programs.verify()
    assert (status, err) == (0, "")
    assert out.startswith(
        "Same: exit status 0, 1 line on stdout, 1 file written, 3 requests before and after the"
        " rewrite.\nRewritten: 1 use in 1 file; 0 left.\n"
    )
    assert programs.tree() == before
    assert list(scratch.iterdir()) == []


def test_stdout_differs(programs: Programs) -> None:
    programs.write("print(ask('a'))\nprint('one')\nprint('two' if original else 'three')")
    status, out, _ = programs.verify()
    lines = out.splitlines()
    assert status == 1
    assert lines[0] == "First difference: stdout"
    assert lines[1].split() == ["before", "after"]
    assert [line.split() for line in lines[3:5]] == [["one", "one"], ["two", "|", "three"]]
    assert "Differs in 1 thing." in lines


def test_a_request_differs(programs: Programs) -> None:
    programs.write("print(len(ask('a')) > 0)\nprint(len(ask('b' if original else 'c')) > 0)")
    status, out, _ = programs.verify()
    lines = out.splitlines()
    assert (status, lines[0]) == (1, "First difference: request 2 of 2")
    (changed,) = (line for line in lines if " | " in line)
    assert changed.split() == ['"text":', '"b"', "|", '"text":', '"c"']


def test_requests_that_are_missing(programs: Programs) -> None:
    programs.write("ask('a')\nif original: ask('b')")
    status, out, _ = programs.verify()
    assert (status, out.splitlines()[0]) == (1, "First difference: request 2 of 2 → 1")
    assert "(no such request)" in out


def test_exit_status_differs(programs: Programs) -> None:
    programs.write("ask('a')\nraise SystemExit(0 if original else 3)")
    status, out, _ = programs.verify()
    assert (status, out.splitlines()[0]) == (1, "First difference: exit status")


def test_files_differ(programs: Programs) -> None:
    programs.project.file("data/old.txt", "old")
    programs.write(
        "import os\nask('a')\nos.mkdir('out')\nopen('out/same', 'wb').write(b'\\xff')\n"
        "open('out/odd', 'wb').write(b'\\xff' if original else b'\\xfe')\n"
        "open('out/text', 'w').write('x\\ny\\n' if original else 'x\\nz\\n')\n"
        "if original: os.remove('data/old.txt')"
    )
    status, out, _ = programs.verify()
    assert status == 1
    assert out.startswith(
        "First difference: file data/old.txt; also different: file out/odd, file out/text\n"
    )
    assert "(deleted)" in out and "(not written)" in out
    status, out, _ = programs.verify("--ignore-files", "data/*,out/o*")
    assert (status, out.splitlines()[0]) == (1, "First difference: file out/text")
    assert programs.verify("--ignore-files", "data/*", "--ignore-files", "out/*")[0] == 0


def test_rewritten_sources_and_caches_do_not_count(programs: Programs) -> None:
    programs.project.write(helper=ASK)
    programs.project.file("main.py", "import sys\nsys.dont_write_bytecode = False\n"
                          "from helper import ask\nprint(ask('a'))\n")  # fmt: skip
    assert programs.verify()[0] == 0


def test_order_of_requests(programs: Programs) -> None:
    programs.write("for each in 'ab' if original else 'ba': ask(each)")
    status, out, _ = programs.verify()
    assert status == 0
    assert "note: the same requests arrived in another order" in out


def test_storing_is_reported_beside(programs: Programs) -> None:
    programs.write("print(ask('a'))")
    status, out, _ = programs.verify("--config", "store = 'api-default'")
    assert status == 0
    assert "note: answers kept on the server (store): 0 before, 1 after" in out


def test_a_program_that_is_never_the_same(programs: Programs) -> None:
    programs.write("import time\nask('a')\nprint(time.time_ns())")
    status, out, _ = programs.verify()
    assert status == 1
    assert "note: the unchanged program differs from itself in stdout" in out


def test_parameters_that_may_be_dropped_do_not_count(programs: Programs) -> None:
    programs.write("print(ask('a'))")
    path = programs.project.root / "main.py"
    path.write_text(path.read_text().replace('model="', 'seed=7, model="'))
    programs.project.configure('drop = ["seed"]')
    assert programs.verify()[0] == 0
    status, out, _ = programs.verify("--isolated")
    assert (status, out.splitlines()[0]) == (0, "Nothing to verify.")


def test_nothing_to_rewrite(programs: Programs) -> None:
    programs.project.file("main.py", "open('ran', 'w')\n")
    status, out, err = programs.verify(command=["no-such-command"])
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "Nothing to verify.",
        "note: fix changes nothing here, so there is nothing to compare; the command was not run",
    ]


def test_paths_and_suggestions(programs: Programs) -> None:
    unsure = ASK.replace("client = OpenAI()", "import clients\nclient = clients.make()")
    programs.project.write(clients="from openai import OpenAI as make\n", sub__one=unsure)
    programs.write("import sub.one\nprint(ask('a'), sub.one.ask('b'))")
    counted = {
        (): "Rewritten: 1 use in 1 file; 1 left.",
        ("--unsafe-fixes",): "Rewritten: 2 uses in 2 files; 0 left.",
        ("--paths", "main.py"): "Rewritten: 1 use in 1 file; 0 left.",
    }
    for options, line in counted.items():
        status, out, err = programs.verify(*options)
        assert status == 0, err
        assert line in out.splitlines() or "--unsafe-fixes" not in options, out


def test_stdin(programs: Programs) -> None:
    programs.write("import sys\nprint(ask('a'), sys.stdin.read())")
    (programs.project.root / "given.txt").write_text("hello")
    status, out, _ = programs.verify("--stdin", "given.txt", "--output-format", "json")
    assert (status, json.loads(out)["before"]["stdout"].split()[-1]) == (0, "hello")


def test_tracebacks(programs: Programs) -> None:
    """Line numbers and quoted code change with the rewrite; what is said does not."""
    programs.write(
        "import traceback\ntry:\n    ask('[[error:400]]')\nexcept Exception:\n"
        "    print(traceback.format_exc())\n    raise"
    )
    path = programs.project.root / "main.py"
    path.write_text(path.read_text().replace("messages=[", "messages=[  # one more line\n"))
    status, out, _ = programs.verify("--show-stderr")
    assert status == 0, out
    assert "note: stdout differs only in the places that tracebacks name" in out
    assert out.count("APIStatusError: Error code: 400") == 2
    assert "last traceback" not in out


def test_last_line_of_tracebacks_is_noted(programs: Programs) -> None:
    programs.write("ask('a')\nraise ValueError(original)")
    status, out, _ = programs.verify()
    assert status == 0
    assert "ends in `ValueError: True` before and in `ValueError: False` after" in out


def test_json(programs: Programs) -> None:
    programs.write("print(ask('a') if original else ask('a') and 'x')")
    status, out, _ = programs.verify("--output-format", "json")
    found = json.loads(out)
    assert (status, found["version"], found["verdict"]) == (1, 1, "differs")
    (difference,) = found["differences"]
    assert difference["kind"] == "stdout"
    assert difference["rows"][0]["after"] == "x"
    assert [found[run]["requests"][0]["endpoint"] for run in ("before", "after")] == [
        "chat", "responses",
    ]  # fmt: skip
    assert found["rewritten"] == {"files": ["main.py"], "applied": 1, "left": 0}


def test_on_a_terminal(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    programs.write("print(ask('a'))\nprint('[two]' if original else '[three]')")
    status, out, _ = programs.verify("--show-stderr")
    assert status == 1
    assert "─" in out and "[two]" in out and "[three]" in out


def test_keep(programs: Programs, scratch: Path) -> None:
    programs.write("print(ask('a'))")
    status, out, _ = programs.verify("--keep")
    (folder,) = scratch.iterdir()
    assert (status, out.splitlines()[-1]) == (0, f"Kept: {folder}")
    assert "responses.create" in (folder / "after/main.py").read_text()
    assert "chat.completions" in (folder / "before/main.py").read_text()


@needs_git
def test_a_git_tree(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uncommitted and untracked files come along, ignored ones don't; subfolders stay ones."""
    project = programs.project
    project.file(".gitignore", "*.secret\nvenv/\n")
    project.file("data.txt", "old")
    programs.project.file("app/main.py", ASK + "import os\nprint(ask('a'), sorted(os.listdir()),"
                          " sorted(os.listdir('..')), open('../data.txt').read())\n")  # fmt: skip
    project.commit()
    project.file("data.txt", "new")
    project.file("app/untracked.txt", "")
    project.file("key.secret", "")
    os.symlink(sys.executable, project.file("venv/x", "").with_name("python"))
    monkeypatch.chdir(project.root / "app")
    options = ("--output-format", "json")
    status, out, _ = programs.verify(*options)
    printed = json.loads(out)["before"]["stdout"]
    assert (status, printed.strip().endswith(
        "['main.py', 'untracked.txt'] ['.gitignore', 'app', 'data.txt'] new"
    )) == (0, True)  # fmt: skip
    status, out, _ = programs.verify(*options, "--include", "../key.secret")
    assert "key.secret" in json.loads(out)["before"]["stdout"]
    assert programs.verify(command=["../venv/python", "main.py"])[0] == 0
    assert project.git("status", "--porcelain").splitlines() == [
        " M data.txt", "?? app/untracked.txt",
    ]  # fmt: skip


def test_absolute_paths_lead_into_the_copy(programs: Programs) -> None:
    programs.write("print(ask('a'))\nopen(__file__ + '.ran', 'w')")
    before = programs.tree()
    main = str(programs.project.root / "main.py")
    assert programs.verify(command=[sys.executable, main])[0] == 0
    assert programs.tree() == before


def test_a_program_that_writes_to_the_real_tree_is_found_out(programs: Programs) -> None:
    target = programs.project.file("log.txt", "")
    programs.write(f"print(ask('a'))\nopen({str(target)!r}, 'a').write('x')")
    status, out, _ = programs.verify()
    assert status == 0
    assert "note: files of your own tree changed during the runs" in out


def test_with_the_sdk(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONPATH")
    programs.write(
        "stream = client.chat.completions.create(model='gpt-4.1-mini', stream=True,\n"
        "    messages=[{'role': 'user', 'content': 'hi'}])\n"
        "for chunk in stream:\n    if chunk.choices[0].delta.content is not None:\n"
        "        print(chunk.choices[0].delta.content, end='')\n"
        "print(ask('b'))"
    )
    status, out, err = programs.verify()
    assert status == 0, out + err
