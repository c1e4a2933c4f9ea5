from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

PLAIN = """\
from openai import OpenAI

client = OpenAI()


def ask(question: str) -> str:
    response = client.chat.completions.create(
        model="gpt-4.1-mini", messages=[{"role": "user", "content": question}]
    )
    return response.choices[0].message.content or ""
"""
BLOCKED = PLAIN.replace('model="gpt-4.1-mini"', 'model="gpt-4.1-mini", stop=["x"]')
CLEAN = "import os\n\nprint(os.getcwd())\n"

_HEAD = f"#!{sys.executable}\nimport json, os, sys\nsys.path.insert(0, {str(ROOT)!r})\n"
_REAL = "from migrator.entry import main\nmain()\n"

Command = Callable[[str], str]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Return a maker of executables: Python code that runs before the real command."""

    def make(code: str = "") -> str:
        path = tmp_path / "bin" / "migrator"
        path.parent.mkdir(exist_ok=True)
        path.write_text(_HEAD + code + "\n" + _REAL, encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return make


@pytest.fixture
def checkouts(tmp_path: Path) -> Path:
    """Return a folder with one project in it."""
    folder = tmp_path / "checkouts"
    for name, text in {"app/a.py": PLAIN, "app/b.py": BLOCKED, "app/c.py": CLEAN}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder
