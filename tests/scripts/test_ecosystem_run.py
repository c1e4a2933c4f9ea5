from __future__ import annotations

from pathlib import Path

import pytest
from ecosystem_measure import measure
from ecosystem_packages import Project
from ecosystem_run import Result, copied, examine

from tests.scripts.conftest import Command

WRITES = """
if "fix" in sys.argv:
    with open("app.py", "{mode}") as stream:
        stream.write({text!r})
    print(json.dumps({{"problems": {problems}, "summary": {{"applied": 1, "files": 1}}}}))
    sys.exit(0)
"""


def run(command: str, checkouts: Path, tmp_path: Path) -> Result:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    return examine(command, Project("app", checkouts / "app"), scratch)


def kinds(result: Result) -> set[str]:
    return {failure.kind for failure in result.failures}


def test_a_sound_project_has_no_failures(command: Command, checkouts: Path, tmp_path: Path) -> None:
    result = run(command(), checkouts, tmp_path)
    assert result.failures == []
    assert (result.files, result.candidates, len(result.calls())) == (3, 2, 2)
    assert dict(result.verdicts()) == {"rewrite": 1, "blocked": 1}
    assert dict(result.reasons()) == {"CC202": 1}
    for done in result.fixed.values():
        assert done.applied == 1
        assert list(done.after) == ["a.py"]
        assert b"responses.create" in done.after["a.py"]


def test_the_originals_are_not_touched(command: Command, checkouts: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in checkouts.rglob("*.py")}
    run(command(), checkouts, tmp_path)
    assert before == {path: path.read_bytes() for path in checkouts.rglob("*.py")}


def test_a_traceback_is_a_crash(command: Command, checkouts: Path, tmp_path: Path) -> None:
    result = run(command("raise SystemError('oh no')"), checkouts, tmp_path)
    assert kinds(result) == {"crash"}
    assert "oh no" in result.failures[0].what


def test_a_killed_run_is_a_crash(command: Command, checkouts: Path, tmp_path: Path) -> None:
    result = run(command("import signal; os.kill(os.getpid(), 9)"), checkouts, tmp_path)
    assert kinds(result) == {"crash"}


@pytest.mark.parametrize(
    ("message", "kind"),
    [("a comment would be lost", "refused"), ("internal error: KeyError: 1", "crash")],
)
def test_a_failed_self_check_is_listed(
    command: Command, checkouts: Path, tmp_path: Path, message: str, kind: str
) -> None:
    (checkouts / "app" / "app.py").write_text("client.chat.completions.create()\n")
    place = {"path": "app.py", "line": 3}
    problems = [{"code": "CC905", "message": message, "place": place}]
    code = WRITES.format(mode="a", text="", problems=problems)
    result = run(command(code), checkouts, tmp_path)
    assert kinds(result) == {kind}
    assert result.failures[0].where == "app.py:3"


def test_a_result_that_does_not_compile_is_listed(
    command: Command, checkouts: Path, tmp_path: Path
) -> None:
    (checkouts / "app" / "app.py").write_text("client.chat.completions.create()\n")
    result = run(command(WRITES.format(mode="w", text="(", problems=[])), checkouts, tmp_path)
    assert kinds(result) == {"invalid"}


def test_a_second_run_that_changes_something_is_listed(
    command: Command, checkouts: Path, tmp_path: Path
) -> None:
    (checkouts / "app" / "app.py").write_text("client.chat.completions.create()\n")
    code = WRITES.format(mode="a", text="x = 1\n", problems=[])
    result = run(command(code), checkouts, tmp_path)
    assert kinds(result) == {"unstable"}


def test_a_file_that_holds_nothing_for_us_may_not_change(
    command: Command, checkouts: Path, tmp_path: Path
) -> None:
    (checkouts / "app" / "app.py").write_text("print()\n")
    result = run(command(WRITES.format(mode="w", text="", problems=[])), checkouts, tmp_path)
    assert "is no candidate, but was touched" in {failure.what for failure in result.failures}


def test_only_what_migrator_reads_is_copied(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for name in ("a.py", "b.pyi", "c.txt", "pyproject.toml", ".git/d.py", "deep/er/e.py"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("")
    (source / "link.py").symlink_to("a.py")
    copied(Project("p", source), tmp_path / "copy")
    found = {
        each.relative_to(tmp_path / "copy").as_posix() for each in (tmp_path / "copy").rglob("*")
    }
    assert found == {"a.py", "b.pyi", "pyproject.toml", "deep", "deep/er", "deep/er/e.py"}


def test_a_run_is_ended_when_it_takes_too_long(command: Command, tmp_path: Path) -> None:
    done = measure([command("import time; time.sleep(60)")], tmp_path, longest=0.2)
    assert done.status < 0


def test_costs_are_measured(command: Command, tmp_path: Path) -> None:
    done = measure([command("print(sum(range(100000))); sys.exit(3)")], tmp_path)
    assert (done.status, done.out) == (3, "4999950000\n")
    assert done.cpu > 0
    assert done.wall > 0
    assert done.peak > 1
