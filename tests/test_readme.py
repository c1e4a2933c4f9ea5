"""The README, the CI script and the hooks file say the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from migrator.config import _READERS
from tests.cli.conftest import PLAIN

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "sh scripts/test"
    assert f"```sh\n{command}\n```" in README
    assert f"step {command}\n" in (ROOT / ".ci/run").read_text()


def test_every_setting_is_in_the_readme() -> None:
    table = README.split("## Settings")[1]
    assert set(re.findall(r"`([a-z0-9-]+)`", table)) >= set(_READERS)


def test_the_hooks_of_the_readme_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    for hook in hooks:
        assert f"- id: {hook['id']}" in README
        assert hook["language"] == "python"


COMMANDS = re.findall(r"`(migrator [^`]+ src)`", README)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_recipes_run(command: str, tmp_path: Path) -> None:
    import shlex

    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text(PLAIN)
    arguments = shlex.split(command)[1:]
    done = subprocess.run(
        [sys.executable, "-m", "migrator", *arguments],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    assert "internal error" not in done.stderr


def test_there_are_recipes() -> None:
    assert len(COMMANDS) >= 5
