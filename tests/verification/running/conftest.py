"""Projects whose command is run before and after the rewrite, in this process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Project, project

__all__ = ["Project", "project"]

STUB = Path(__file__).resolve().parent / "stub"
ASK = """\
from openai import OpenAI

client = OpenAI()


def ask(question):
    response = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content


# The rewrite has been here if this is false.
original = "chat" + ".completions" in open(__file__).read()
"""


class Programs:
    """Writes ``main.py`` and verifies a run of it."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.command = [sys.executable, "main.py"]

    def write(self, tail: str) -> None:
        self.project.file("main.py", ASK + tail + "\n")

    def verify(self, *options: str, command: list[str] | None = None) -> tuple[int, str, str]:
        """Return exit status, stdout and stderr of ``migrator verify run``."""
        done = self.project.run("verify", "run", *options, "--", *(command or self.command))
        return done.status, done.out, done.err

    def refused(self, *options: str, command: list[str] | None = None) -> str:
        """Return the one line that says why nothing could be compared."""
        before = self.tree()
        status, out, err = self.verify(*options, command=command)
        assert (status, out) == (2, ""), err
        assert err.startswith("migrator: ") and err.count("\n") == 1, err
        assert self.tree() == before
        return err.removeprefix("migrator: ").rstrip("\n")

    def tree(self) -> dict[str, tuple[bytes, int]]:
        """Return bytes and time of every file of the project."""
        found = sorted(self.project.root.rglob("*"))
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in found
            if path.is_file() and ".git" not in path.parts
        }


@pytest.fixture
def programs(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> Programs:
    monkeypatch.setenv("PYTHONPATH", str(STUB))
    # What is left behind shows.
    scratch = tmp_path_factory.mktemp("scratch")
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    return Programs(project)


@pytest.fixture
def scratch(programs: Programs) -> Path:
    import tempfile

    return Path(tempfile.gettempdir())
