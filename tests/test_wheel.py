"""The wheel, installed in a clean environment and used from an unrelated folder."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cli.conftest import PLAIN, REWRITTEN

ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def scripts(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the scripts of an environment that holds the wheel and what it needs."""
    home = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    folder = home / ("Scripts" if sys.platform == "win32" else "bin")
    subprocess.run(
        [folder / "python", "-m", "pip", "install", "--quiet", wheel], check=True, timeout=600
    )
    return folder


def test_it_installs_no_other_package(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"migrator"}
    assert "migrator/rules/codes.toml" in names
    assert "migrator/py.typed" in names
    pages = [name for name in names if name.startswith("migrator/rules/CC")]
    assert len(pages) == len(list((ROOT / "rules").glob("CC*.md"))) > 0
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


def test_it_needs_no_openai(scripts: Path) -> None:
    done = subprocess.run(
        [scripts / "python", "-m", "pip", "list", "--format", "freeze"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    installed = {line.split("==")[0].lower() for line in done.stdout.splitlines()}
    assert {"libcst", "click", "rich", "pathspec", "responses-migrator"} <= installed
    assert "openai" not in installed


def test_it_runs_from_an_unrelated_folder(scripts: Path, tmp_path: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [scripts / "migrator", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip

    (tmp_path / "app.py").write_text(PLAIN)
    assert run("check", "app.py").returncode == 1
    assert run("explain", "CC101").stdout.startswith("# chat-completions-create (CC101)")
    assert "store=False" in run("explain", "app.py:7").stdout
    done = run("fix")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "app.py").read_text() == REWRITTEN
    done = run("check")
    assert (done.returncode, done.stdout) == (0, "All checks passed!\n")
    found = subprocess.run(
        [scripts / "python", "-c", "import importlib.util as u; print(u.find_spec('rules'))"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert found.stdout == "None\n"
