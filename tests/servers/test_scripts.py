"""The script that builds and starts the servers, as far as it goes without them."""

from __future__ import annotations

import importlib
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(SCRIPTS))
    before = signal.getsignal(signal.SIGTERM)
    yield importlib.import_module("servers")
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def fake(tmp_path: Path) -> str:
    """Return an interpreter that says it is an old one."""
    path = tmp_path / "python-old"
    path.write_text("#!/bin/sh\necho 3 9\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize("python", ["fake", "/no/such/python"])
def test_an_interpreter_that_is_too_old(
    script: ModuleType, fake: str, python: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = fake if python == "fake" else python
    assert script.main(["--folder", str(tmp_path / "f"), "--python", python]) == 2
    said = capsys.readouterr().err
    assert said == (
        f"servers: a Python of 3.12 or later is needed: {python} is older, or does not run;"
        " pass --python\n"
    )


def test_an_interpreter_is_found_beside_others(
    script: ModuleType, fake: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = importlib.import_module("servers_environment")
    new = tmp_path / "versions/3.12.0/bin/python3.12"
    new.parent.mkdir(parents=True)
    new.write_text("#!/bin/sh\necho 3 12\n")
    new.chmod(0o755)
    monkeypatch.setattr(sys, "executable", fake)
    monkeypatch.setattr("shutil.which", lambda name: fake)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    assert environment.new_enough(None) == str(new)


def test_a_server_that_ends_at_its_start(script: ModuleType, tmp_path: Path) -> None:
    run = importlib.import_module("servers_run")
    (tmp_path / "tiny.gguf").write_bytes(b"")
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nexit 3\n")
    python.chmod(0o755)
    with (
        pytest.raises(run.ServerFault, match=r"llama\.cpp ended at its start; see .*\.log"),
        run.Servers(python, tmp_path),
    ):
        pass


def test_servers_are_stopped_with_their_children(script: ModuleType) -> None:
    run = importlib.import_module("servers_run")
    process = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; sleep 600 & wait; sleep 600"], start_new_session=True
    )
    run._stop(process)
    assert process.poll() is not None


def test_settings_are_plain_data(script: ModuleType, tmp_path: Path) -> None:
    run = importlib.import_module("servers_run")
    settings = run.stack_settings(1, tmp_path)
    assert json.loads(json.dumps(settings)) == settings
