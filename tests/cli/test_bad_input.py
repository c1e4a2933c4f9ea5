"""Every bad input gives one clear line and exit status 2; other files are still processed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import CLEAN, PLAIN, Project
from tests.marks import needs_git


def one_line(project: Project, *arguments: str) -> str:
    """Return the only line on standard error; the good file beside must still be reported."""
    project.write(good=PLAIN)
    done = project.run("check", "good.py", *arguments)
    assert done.status == 2, done
    assert "CC101" in done.out
    lines: list[str] = done.err.splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("migrator: ")
    return lines[0]


def test_missing(project: Project) -> None:
    assert one_line(project, "nope.py") == (
        "migrator: nope.py: no such file or folder; check the spelling (CC904)"
    )


def test_a_name_that_no_system_takes(project: Project) -> None:
    project.write(good=PLAIN)
    assert project.run("check", "good.py", "a\0b.py").status == 2


def test_broken_link(project: Project) -> None:
    (project.root / "broken.py").symlink_to("nowhere.py")
    assert "broken.py: broken symbolic link" in one_line(project, "broken.py")
    assert "broken.py: broken symbolic link" in one_line(project, ".")


def test_links_in_a_circle(project: Project) -> None:
    (project.root / "a.py").symlink_to("b.py")
    (project.root / "b.py").symlink_to("a.py")
    assert "lead to each other" in one_line(project, "a.py")


def test_folders_in_a_circle(project: Project) -> None:
    project.write(sub__app=PLAIN)
    (project.root / "sub" / "again").symlink_to("..")
    done = project.run("check", ".", "--output-format", "concise")
    assert done.status == 1
    assert done.out.count("CC101") == 1


def test_a_link_to_a_file_is_the_same_file(project: Project) -> None:
    project.write(app=PLAIN)
    (project.root / "same.py").symlink_to("app.py")
    assert project.run("check", ".", "--output-format", "concise").out.count("CC101") == 1


@pytest.fixture
def deny(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Take away the right to read; root, who may read everything, gets the same answers faked."""
    denied: list[Path] = []

    def wrap(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(path: Any = ".", *rest: Any, **named: Any) -> Any:
            if str(path) in map(str, denied):
                if real is os_access:
                    return False
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *rest, **named)

        return call

    os_access = os.access
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        for name in ("open", "access", "scandir"):
            monkeypatch.setattr(os, name, wrap(getattr(os, name)))

    def take(path: Path) -> None:
        path.chmod(0)
        denied.append(path)

    yield take
    for path in denied:
        path.chmod(0o755)


def test_unreadable_file(project: Project, deny: Callable[[Path], None]) -> None:
    deny(project.file("secret.py", PLAIN))
    line = one_line(project, str(project.root / "secret.py"))
    assert "secret.py: can't be read: permission denied" in line
    assert "secret.py: can't be read: permission denied" in one_line(project, ".")


@pytest.mark.parametrize("git", [False, pytest.param(True, marks=needs_git)])
def test_unreadable_folder(project: Project, deny: Callable[[Path], None], git: bool) -> None:
    project.write(sub__app=PLAIN)
    if git:
        project.commit()
    deny(project.root / "sub")
    assert "sub: can't be read: permission denied" in one_line(project, ".")
    assert "sub: can't be read: permission denied" in one_line(project, "sub")


def test_pipe(project: Project) -> None:
    os.mkfifo(project.root / "pipe.py")
    project.write(good=PLAIN)
    for arguments in (("pipe.py",), ("pipe.py", "good.py"), (".",)):
        # In a process of its own, so that waiting for a writer ends the test.
        done = project.spawn("check", *arguments)
        assert done.status == 2
        assert "pipe.py: not a regular file; pass files or folders" in done.err


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (PLAIN.encode() + b"x = (\n", "CC901"),
        (PLAIN.encode() + b"\0", "CC902"),
        (PLAIN.encode() + b"# \xff\n", "CC902"),
        (b"# coding: nonsense\n" + PLAIN.encode(), "CC902"),
        (PLAIN.encode() + b"x = " + b"(" * 5000 + b")" * 5000 + b"\n", "CC901"),
    ],
)
def test_no_python(project: Project, data: bytes, code: str) -> None:
    project.write(bad=data)
    line = one_line(project, "bad.py")
    assert line.startswith("migrator: bad.py")
    assert line.endswith(f"({code})")


def test_no_python_without_a_needle_is_not_our_business(project: Project) -> None:
    project.write(bad="x = (\n", binary=b"\0\xff")
    assert project.run("check", "bad.py", "binary.py").status == 0


@pytest.mark.parametrize("where", ["start", "middle", "end"])
def test_too_large(project: Project, where: str) -> None:
    filler = "# " + "x" * 998 + "\n"
    before = {"start": 0, "middle": 6000, "end": 11000}[where]
    project.write(big=filler * before + PLAIN + filler * (11000 - before))
    assert "(CC903)" in one_line(project, "big.py")
    assert project.run("check", "big.py", "--config", "max-file-size = '20MB'").status == 1


def test_large_but_without_a_needle(project: Project) -> None:
    project.write(big="# " + "x" * 11_000_000)
    assert project.run("check", "big.py").status == 0


def test_size_limit(project: Project) -> None:
    project.configure("max-file-size = 100")
    project.write(app=PLAIN)
    done = project.run("check", "app.py")
    assert (done.status, "CC903" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("store = 'x'", '`store` is "x"; it must be one of "preserve", "api-default"'),
        ("stroe = 'preserve'", "unknown setting `stroe`; did you mean `store`?"),
        ("library = 1", "`library` is 1; it must be true or false"),
        ("ignore = ['CC999']", "unknown code `CC999`"),
        ("ignore = 'CC101'", "must be a list of strings"),
        ("per-file-ignores = ['x']", "must be a table"),
        ("max-file-size = 'big'", "must be a number of bytes"),
        ("store = ", "not valid TOML"),
    ],
)
def test_bad_configuration(project: Project, text: str, said: str) -> None:
    project.configure(text)
    project.write(app=PLAIN)
    for arguments in (("check", "app.py"), ("check", "."), ("fix", "app.py")):
        done = project.run(*arguments)
        assert done.status == 2
        assert done.out == ""
        (line,) = done.err.splitlines()
        assert line.startswith("migrator: pyproject.toml: ")
        assert said in line
    assert (project.root / "app.py").read_text() == PLAIN


@pytest.mark.parametrize(
    "arguments",
    [
        ("--select", "CC999"),
        ("--ignore", "E501"),
        ("--select", "CC2"),
        ("--config", "nope.toml"),
        ("--config", "store = 1"),
        ("--config", "store = "),
        ("--config", "pyproject.toml", "--isolated"),
        ("--output-format", "xml"),
        ("--nonsense",),
        ("-", "app.py"),
    ],
)
def test_bad_options(project: Project, arguments: tuple[str, ...]) -> None:
    project.configure("")
    project.write(app=PLAIN)
    done = project.run("check", "app.py", *arguments)
    assert (done.status, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert done.err.startswith("migrator: ")


def test_no_command(project: Project) -> None:
    done = project.run()
    assert done.status == 2
    assert "Commands:" in done.err
    assert project.run("lint").status == 2


def test_interrupt(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    project.write(app=PLAIN)
    monkeypatch.setattr("migrator.checking.run.plan_file", interrupted)
    for arguments in (("check", "app.py"), ("check", "."), ("fix", "app.py")):
        done = project.run(*arguments)
        assert done.status == 130
        assert "interrupted" in done.err
    assert (project.root / "app.py").read_text() == PLAIN


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_interrupt_from_the_terminal(project: Project) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "migrator", "check", "-"],
        cwd=project.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode().splitlines() == ["migrator: interrupted; no file was left half-written"]


def test_reader_that_goes_away(project: Project) -> None:
    project.write(**{f"f{n}": PLAIN for n in range(30)})
    process = subprocess.Popen(
        [sys.executable, "-m", "migrator", "check", "."],
        cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(20) == 141


def test_our_own_mistakes_cost_one_file_only(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from migrator.checking import run

    real = run.plan_file

    def fails(path: str, *rest: object) -> object:
        if path == "bad.py":
            raise ValueError("surprise")
        return real(path, *rest)  # type: ignore[arg-type]

    project.write(bad=PLAIN)
    monkeypatch.delenv("MIGRATOR_DEBUG", raising=False)
    monkeypatch.setattr(run, "plan_file", fails)
    line = one_line(project, "bad.py")
    assert "internal error: ValueError: surprise; please report it (CC905)" in line


def test_clean_file_beside(project: Project, tmp_path: Path) -> None:
    project.write(clean=CLEAN)
    assert project.run("check", "clean.py", "nope.py").status == 2
