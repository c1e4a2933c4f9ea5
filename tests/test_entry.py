"""What a run may import, and how little a run without findings costs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import BLOCKED, CLEAN, KEPT, PLAIN

HEAVY = {
    "click", "rich", "libcst", "openai", "argparse", "dataclasses", "typing", "json", "pathlib",
    "tomllib", "importlib.metadata", "subprocess", "pathspec", "tokenize", "logging",
}  # fmt: skip

PROBE = """
import os
import sys
before = set(sys.modules)
from migrator.entry import run
status = run(sys.argv[1:])
modules = sorted(set(sys.modules) - before)
import json
sys.stdout.write("\\n@" + json.dumps([status, modules]))
"""


def imported(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, set[str]]:
    """Return the exit status of a run in a bare interpreter, and the modules it imported."""
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{PROBE}", *arguments],
        cwd=folder, input=stdin, capture_output=True, check=True,
    )  # fmt: skip
    status, modules = json.loads(done.stdout.decode().rsplit("@", 1)[1])
    return status, set(modules)


def write(folder: Path, **files: str) -> None:
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content)


@pytest.mark.parametrize("flags", [[], ["--quiet"], ["-q", "--exit-zero"], ["--force-exclude"]])
def test_without_a_needle_nothing_is_imported(tmp_path: Path, flags: list[str]) -> None:
    write(tmp_path, a=CLEAN, b="")
    (tmp_path / "pyproject.toml").write_text("[tool.migrator]\nlibrary = true\n")
    status, modules = imported(tmp_path, "check", *flags, "a.py", "b.py")
    assert status == 0
    assert modules - {"__future__"} == {"migrator", "migrator.entry", "migrator.prefilter"}


@pytest.mark.parametrize("content", [PLAIN, BLOCKED, KEPT, PLAIN + "x = (\n"])
def test_with_a_needle_the_lane_stays_light(tmp_path: Path, content: str) -> None:
    write(tmp_path, a=content)
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n")
    _, modules = imported(tmp_path, "check", "a.py")
    assert modules & (HEAVY | {"re", "enum", "ast"}) == set()
    assert not any(name.startswith("migrator.rewriting") for name in modules)


def test_configuration_is_parsed_only_where_there_is_some(tmp_path: Path) -> None:
    write(tmp_path, a=PLAIN)
    (tmp_path / "pyproject.toml").write_text("[tool.migrator]\nlibrary = true\n")
    _, modules = imported(tmp_path, "check", "a.py")
    assert modules & (HEAVY - {"typing"}) <= {"tomllib"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["."],
        ["--output-format", "json", "a.py"],
        ["--output-format", "sarif", "."],
        ["--output-format", "github", "."],
        ["--statistics", "."],
        ["-"],
    ],
)
def test_check_never_imports_what_only_fix_needs(tmp_path: Path, arguments: list[str]) -> None:
    write(tmp_path, a=PLAIN)
    status, modules = imported(tmp_path, "check", *arguments, stdin=PLAIN.encode())
    assert status == 1
    assert modules & {"libcst", "rich", "openai"} == set()
    assert not any(name.startswith("migrator.rewriting") for name in modules)


@pytest.mark.parametrize("text", ["", "x = 1\n", "# migrator: ignore[CC101]\n"])
def test_checking_opens_each_file_once(tmp_path: Path, text: str) -> None:
    write(tmp_path, a=PLAIN + text, b=CLEAN, c=BLOCKED)
    # Settling, which searches the rest of the project, is left out.
    script = (
        "import os, sys\n"
        f"sys.path[:0] = {sys.path!r}\n"
        "opened = []\n"
        "sys.addaudithook(lambda event, args: event == 'open' and opened.append(str(args[0])))\n"
        "from migrator.checking import run as checking\n"
        "checking.settle = lambda *_: None\n"
        "from migrator.entry import run\n"
        "run(sys.argv[1:])\n"
        "sys.stderr.write(' '.join(os.path.basename(p) for p in opened if p.endswith('.py')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "check", "a.py", "b.py", "c.py"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    opened = [name for name in done.stderr.split() if name in ("a.py", "b.py", "c.py")]
    assert sorted(opened) == ["a.py", "b.py", "c.py"]


def test_the_process_ends_with_the_status_and_all_of_its_output(tmp_path: Path) -> None:
    write(tmp_path, **{f"f{n}": PLAIN for n in range(200)})
    done = subprocess.run(
        [sys.executable, "-m", "migrator", "check", "."],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stdout.count("CC101") == 200
    assert done.stdout.endswith("with `migrator fix`.\n")


def test_version() -> None:
    import migrator

    done = subprocess.run(
        [sys.executable, "-m", "migrator", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"migrator {migrator.__version__}\n"
