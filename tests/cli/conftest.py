from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator import entry

PLAIN = """\
from openai import OpenAI

client = OpenAI()


def ask(question):
    response = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content
"""
BLOCKED = PLAIN.replace('model="gpt-4.1-mini"', 'model="gpt-4.1-mini", stop=["x"]')
KEPT = PLAIN.replace("openai import OpenAI", "groq import Groq").replace("OpenAI()", "Groq()")
CLEAN = "import os\n\nprint(os.getcwd())\n"
REWRITTEN = """\
from openai import OpenAI

client = OpenAI()


def ask(question):
    response = client.responses.create(
        model="gpt-4.1-mini", input=[{"role": "user", "content": question}], store=False
    )
    return response.output_text
"""


class Project:
    """A folder with files in it, and the command run inside it."""

    def __init__(self, root: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capture = capture

    def write(self, **files: str | bytes) -> None:
        """Write files; ``__`` in a keyword stands for a slash."""
        for name, content in files.items():
            self.file(name.replace("__", "/") + ".py", content)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def configure(self, text: str, folder: str = ".") -> None:
        self.file(f"{folder}/pyproject.toml", f"[tool.migrator]\n{text}\n")

    def git(self, *arguments: str) -> str:
        command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments]
        return subprocess.run(
            command, cwd=self.root, check=True, capture_output=True, text=True
        ).stdout

    def commit(self) -> None:
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-qm", "all")

    def run(self, *arguments: str) -> SimpleNamespace:
        """Run the command in this process."""
        self._capture.readouterr()
        status = entry.run(list(arguments))
        captured = self._capture.readouterr()
        return SimpleNamespace(status=status, out=captured.out, err=captured.err)

    def spawn(self, *arguments: str, stdin: bytes | None = None) -> SimpleNamespace:
        """Run the command in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "migrator", *arguments],
            cwd=self.root, input=stdin, capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        return SimpleNamespace(
            status=done.returncode, out=done.stdout.decode(), err=done.stderr.decode()
        )


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Project:
    monkeypatch.chdir(tmp_path)
    for name in ("NO_COLOR", "FORCE_COLOR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    return Project(tmp_path, capsys)


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Give the command a standard input."""

    def put(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    return put
