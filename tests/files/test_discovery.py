from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from migrator.config import Resolver
from migrator.files.discovery import discover
from tests.marks import needs_git


def listed(root: Path, overrides: dict[str, Any] | None = None, top: str = ".") -> list[str]:
    complaints: list[str] = []
    resolver = Resolver([("test", overrides or {})])
    found = discover(
        str(root / top), resolver.settings_for, lambda path, error: complaints.append(path)
    )
    assert complaints == []
    return [os.path.relpath(path, root) for path in found]


@pytest.fixture(params=[pytest.param("git", marks=needs_git), "walk"])
def tree(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, once as a git repository and once not."""
    monkeypatch.chdir(tmp_path)
    if request.param == "git":
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


def test_python_files_only_and_in_order(tree: Path) -> None:
    write(tree, "b.py", "a/z.pyi", "a.py", "a/y.pyw", "c.txt", "py", "d.pyc", "with space/ü.py")
    assert listed(tree) == ["a.py", "a/y.pyw", "a/z.pyi", "b.py", "with space/ü.py"]


def test_default_excludes(tree: Path) -> None:
    write(tree, "a.py", ".venv/x.py", "node_modules/p/x.py", "build/x.py", "src/dist/x.py",
          "x/site-packages/y.py", "builder/x.py")  # fmt: skip
    assert listed(tree) == ["a.py", "builder/x.py"]


def test_environments_under_any_name(tmp_path: Path) -> None:
    write(tmp_path, "a.py", "env311/pyvenv.cfg", "env311/lib/x.py")
    assert listed(tmp_path) == ["a.py"]


def test_gitignore(tree: Path) -> None:
    write(tree, "a.py", "gen/x.py", "gen/keep.py", "sub/y_pb2.py", "sub/y.py", "only/here/z.py")
    (tree / ".gitignore").write_text("gen/*\n!gen/keep.py\n*_pb2.py\n")
    (tree / "only").joinpath(".gitignore").write_text("/here/\n")
    assert listed(tree) == ["a.py", "gen/keep.py", "sub/y.py"]
    everything = listed(tree, {"respect-gitignore": False})
    assert everything == [
        "a.py", "gen/keep.py", "gen/x.py", "only/here/z.py", "sub/y.py", "sub/y_pb2.py",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["b"], ["a.py", "c/b.py"]),
        (["b.py"], ["a.py", "b/x.py"]),
        (["*.py"], []),
        (["c/b.py"], ["a.py", "b/x.py"]),
        (["c/"], ["a.py", "b/x.py"]),
        (["c/*.py"], ["a.py", "b/x.py"]),
        (["**/x.py"], ["a.py", "c/b.py"]),
        (["nothing"], ["a.py", "b/x.py", "c/b.py"]),
    ],
)
def test_extend_exclude(tree: Path, patterns: list[str], expected: list[str]) -> None:
    write(tree, "a.py", "b/x.py", "c/b.py")
    assert listed(tree, {"extend-exclude": patterns}) == expected


def test_exclude_replaces_the_defaults(tree: Path) -> None:
    write(tree, "a.py", "build/x.py")
    assert listed(tree, {"exclude": []}) == ["a.py", "build/x.py"]


def test_each_folder_has_its_own_excludes(tree: Path) -> None:
    write(tree, "gen/a.py", "one/gen/a.py", "two/gen/a.py")
    (tree / "one/pyproject.toml").write_text('[tool.migrator]\nextend-exclude = ["gen"]\n')
    assert listed(tree) == ["gen/a.py", "two/gen/a.py"]


def test_a_part_of_the_tree(tree: Path) -> None:
    write(tree, "a.py", "sub/b.py", "sub/deep/c.py")
    assert listed(tree, top="sub") == ["sub/b.py", "sub/deep/c.py"]


def test_an_ignored_folder_named_on_purpose(tree: Path) -> None:
    write(tree, "out/a.py")
    (tree / ".gitignore").write_text("/out/\n")
    assert listed(tree) == []
    assert listed(tree, top="out") == ["out/a.py"]


@needs_git
def test_files_that_git_knows_but_the_disk_does_not_are_no_complaint(tmp_path: Path) -> None:
    from migrator.checking.run import check_paths

    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    write(tmp_path, "a.py", "b.py")
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)
    (tmp_path / "a.py").unlink()
    outcome = check_paths([str(tmp_path)], Resolver())
    assert outcome.problems() == []


@needs_git
def test_without_git_on_the_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    write(tmp_path, "a.py", "gen/x.py")
    (tmp_path / ".gitignore").write_text("gen/\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert listed(tmp_path) == ["a.py"]


@needs_git
def test_submodules(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    write(inner, "i.py")
    write(outer, "o.py")
    command = [
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@e",
        "-c",
        "protocol.file.allow=always",
    ]
    for root in (inner, outer):
        subprocess.run([*command, "init", "-q"], cwd=root, check=True)
        subprocess.run([*command, "add", "-A"], cwd=root, check=True)
        subprocess.run([*command, "commit", "-qm", "x"], cwd=root, check=True)
    subprocess.run(
        [*command, "submodule", "--quiet", "add", str(inner), "vendor/inner"], cwd=outer, check=True
    )
    assert listed(outer) == ["o.py", "vendor/inner/i.py"]
