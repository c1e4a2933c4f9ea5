"""What other files of a project do to the verdicts of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.checking.run import check_paths
from migrator.config import Resolver
from migrator.planning.project import root_of

HELPER = """\
from openai import OpenAI

client = OpenAI()


def complete(prompt):
    return client.chat.completions.create(
        model="gpt-4o", messages=[{"role": "user", "content": prompt}]
    )


def text(prompt):
    return complete(prompt).choices[0].message.content or ""
"""
LIST = """\
from openai import OpenAI


class Bot:
    def __init__(self):
        self.client = OpenAI()
        self.messages = []

    def say(self, prompt):
        self.messages.append({"role": "user", "content": prompt})
        r = self.client.chat.completions.create(model="gpt-4o", messages=self.messages)
        return r.choices[0].message.content or ""
"""

# (module, other file, the code that blocks the call, or "")
OTHERS = [
    (HELPER, "from app.llm import complete\ncomplete('x').choices[1]\n", "CC304"),
    (HELPER, "from app.llm import complete as c\nc('x').choices[1]\n", "CC304"),
    (HELPER, "from app import llm\nllm.complete('x').choices[1]\n", "CC304"),
    (HELPER, "import app.llm\napp.llm.complete('x').choices[1]\n", "CC304"),
    (HELPER, "import app.llm as m\nm.complete('x').choices[1]\n", "CC304"),
    (HELPER, "from .llm import (\n    complete,\n)\n", ""),
    (HELPER, "from . import llm\nf = llm.complete\n", "CC502"),
    (HELPER, "from . import llm\nprint(getattr(llm, 'complete'))\n", "CC502"),
    (HELPER, "from app.llm import *\ncomplete('x')\n", "CC501"),
    (HELPER, "mock.patch('app.llm.complete')\n", "CC501"),
    (HELPER, "from app.llm import text\nprint(text('x').strip())\n", ""),
    (HELPER, "def complete(): pass\ncomplete()\n", ""),
    (HELPER, "from other import complete\ncomplete()\n", ""),
    (HELPER, "# app.llm has a function that completes\n", ""),
    (HELPER, "from unittest import mock\nfrom app import llm\n"
             "mock.patch.object(llm.client.chat.completions, 'create')\n", "CC503"),
    (HELPER, "from unittest.mock import MagicMock\nimport app.llm\napp.llm.client = MagicMock()\n"
             "app.llm.client.chat.completions.create.return_value = 1\n", "CC503"),
    (HELPER, "import respx\nfrom app.llm import text\nrespx.post('https://api.openai.com/v1/chat/completions')\n",
     "CC503"),
    (LIST, "from app.llm import Bot\nBot().say('x')\n", ""),
    (LIST, "from app.llm import Bot\nb = Bot()\nb.messages.append(1)\n", "CC235"),
    (LIST, "import app.llm\nb = app.llm.Bot()\nb.messages = load()\n", "CC230"),
    (LIST, "import app.llm\nb = app.llm.Bot()\nb.messages, x = load()\n", "CC236"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "other", "code"), OTHERS, ids=[row[1] for row in OTHERS])
def test_other_files(module: str, other: str, code: str, tmp_path: Path) -> None:
    package = tmp_path / "app"
    package.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (package / "__init__.py").touch()
    (package / "llm.py").write_text(module)
    (package / "other.py").write_text(other)
    outcome = check_paths([str(package / "llm.py")], Resolver())
    (finding,) = [finding for _, finding in outcome.findings()]
    assert {reason.code for reason in finding.reasons} == ({code} if code else set())
    assert finding.verdict == ("blocked" if code else "rewrite")
    if code:
        places = [f"{reason.message} {reason.place}" for reason in finding.reasons]
        assert any("other.py" in place for place in places)


def test_verdicts_do_not_depend_on_what_is_checked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "llm.py").write_text(HELPER)
    (tmp_path / "main.py").write_text("from llm import complete\nprint(complete('x'))\n")

    def verdicts(*names: str) -> list[tuple[str, list[str]]]:
        outcome = check_paths([str(tmp_path / name) for name in names], Resolver())
        return [(f.verdict, [r.message for r in f.reasons]) for _, f in outcome.findings()]

    assert verdicts("llm.py") == verdicts("main.py", "llm.py") == verdicts("")
    assert verdicts("llm.py")[0][0] == "suggest"


@pytest.mark.parametrize("marker", ["pyproject.toml", "setup.py", "setup.cfg", ".git"])
def test_root_is_the_nearest_marker(marker: str, tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / marker).touch()
    (tmp_path / "pyproject.toml").touch()
    assert root_of(str(inner / "m.py")) == (str(tmp_path / "a"), True)


def test_without_a_marker_the_outermost_package_counts(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "a" / "__init__.py").touch()
    (inner / "__init__.py").touch()
    root, marked = root_of(str(inner / "m.py"))
    assert (root, marked) in ((str(tmp_path), False), (root, True))


def test_skipped_folders_are_not_asked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "llm.py").write_text(HELPER)
    for folder in ("venv", "node_modules", "build", ".tox"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.py").write_text("from llm import complete\n")
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "env" / "x.py").write_text("from llm import complete\n")
    outcome = check_paths([str(tmp_path / "llm.py")], Resolver())
    assert [finding.verdict for _, finding in outcome.findings()] == ["rewrite"]


def test_unreadable_neighbours_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "llm.py").write_text(HELPER)
    (tmp_path / "broken.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "binary.py").write_bytes(b"\xff\0complete llm")
    outcome = check_paths([str(tmp_path / "llm.py")], Resolver())
    assert [finding.verdict for _, finding in outcome.findings()] == ["rewrite"]
