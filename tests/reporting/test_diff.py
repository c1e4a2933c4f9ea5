from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from migrator.reporting.diff import difference
from tests.marks import needs_git


@needs_git
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nB\r\n"),
        (b"a\nb", b"a\nB"),
        (b"a\nb", b"a\nb\n"),
        (b"a\x0cb\n\x1c\nb\n", b"a\x0cb\n\x1c\nB\n"),
        ("ä\n".encode("latin-1"), "ö\n".encode("latin-1")),
    ],
)
def test_git_apply_takes_it(before: bytes, after: bytes, tmp_path: Path) -> None:
    file = tmp_path / "some file.py"
    file.write_bytes(before)
    patch = difference("some file.py", before, after)
    subprocess.run(
        ["git", "apply", "--whitespace=nowarn", "-"], input=patch, cwd=tmp_path, check=True
    )
    assert file.read_bytes() == after
