"""The hooks, run by the real pre-commit against a commit of this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import BLOCKED, CLEAN, KEPT, PLAIN, REWRITTEN
from tests.marks import needs_git

ROOT = Path(__file__).resolve().parents[1]
IDENTITY = {
    "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.com",
    "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.com",
}  # fmt: skip

pytestmark = [pytest.mark.slow, needs_git]


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder, env={**environment, **IDENTITY}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a repository that holds the work tree as it is now, and its only commit."""
    folder = tmp_path_factory.mktemp("source") / "migrator"
    folder.mkdir()
    shutil.copytree(
        ROOT / "migrator", folder / "migrator", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copytree(ROOT / "rules", folder / "rules")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, folder)
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "as it is")):
        assert git(folder, *arguments).returncode == 0
    return folder, git(folder, "rev-parse", "HEAD").stdout.strip()


@pytest.fixture
def repository(tmp_path: Path, source: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty repository; pre-commit's environments are shared between the tests."""
    monkeypatch.setenv("PRE_COMMIT_HOME", str(source[0].parent / "cache"))
    assert git(tmp_path, "init", "-q").returncode == 0
    return tmp_path


def install(repository: Path, source: tuple[Path, str], hook: str, more: str = "") -> None:
    (repository / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {source[0]}\n  rev: {source[1]}\n  hooks:\n  - id: {hook}\n{more}"
    )
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install"],
        cwd=repository, check=True, capture_output=True,
    )  # fmt: skip


def commit(repository: Path, **files: str) -> subprocess.CompletedProcess[str]:
    for name, content in files.items():
        (repository / f"{name}.py").write_text(content)
    git(repository, "add", "-A")
    return git(repository, "commit", "-m", "try")


def test_check(repository: Path, source: tuple[Path, str]) -> None:
    install(repository, source, "no-chat-completions")
    done = commit(repository, clean=CLEAN, kept=KEPT)
    assert done.returncode == 0, done.stderr
    done = commit(repository, app=PLAIN)
    assert done.returncode == 1
    assert "CC101 [rewrite]" in done.stderr
    assert "--> app.py:7:16" in done.stderr
    assert git(repository, "log", "--oneline").stdout.count("\n") == 1
    done = commit(repository, app=REWRITTEN)
    assert done.returncode == 0, done.stderr


def test_fix(repository: Path, source: tuple[Path, str]) -> None:
    install(repository, source, "chat-completions-to-responses")
    done = commit(repository, clean=CLEAN, app=PLAIN)
    assert done.returncode == 1
    assert "files were modified by this hook" in done.stderr
    assert (repository / "app.py").read_text() == REWRITTEN
    done = commit(repository)
    assert done.returncode == 0, done.stderr
    done = commit(repository, app=BLOCKED)
    assert done.returncode == 1
    assert "CC202" in done.stderr
    assert (repository / "app.py").read_text() == BLOCKED


def test_excluded_files_are_left_alone_though_pre_commit_names_them(
    repository: Path, source: tuple[Path, str]
) -> None:
    install(repository, source, "no-chat-completions")
    (repository / "pyproject.toml").write_text("[tool.migrator]\nextend-exclude = ['old_*.py']\n")
    done = commit(repository, old_app=PLAIN)
    assert done.returncode == 0, done.stderr
