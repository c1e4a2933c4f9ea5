from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.files.reading import Missing, TooLarge, Unreadable, read, shown_path
from migrator.files.writing import replace
from migrator.prefilter import has_needle

LIMIT = 10_000_000


def test_bytes_come_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    for data in (b"", b"\r\n\0\xff", b"x" * 3_000_000):
        path.write_bytes(data)
        assert read(str(path), LIMIT, has_needle) == data


def test_large_files_are_searched_piece_by_piece(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"x" * 3_000_000)
    assert read(str(path), 1000, has_needle) == b""
    for at in (0, (1 << 20) - 5, 2_999_000):
        path.write_bytes(b"x" * at + b"chat.completions" + b"x" * (3_000_000 - at))
        with pytest.raises(TooLarge):
            read(str(path), 1000, has_needle)


def test_what_gives_no_bytes(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        read(str(tmp_path / "nope"), LIMIT, has_needle)
    with pytest.raises(Unreadable, match="not a regular file"):
        read(str(tmp_path), LIMIT, has_needle)
    with pytest.raises(Unreadable, match="null"):
        read("a\0b", LIMIT, has_needle)


def test_shown_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert shown_path("a/../b.py") == "b.py"
    assert shown_path(str(tmp_path / "here" / "sub" / "c.py")) == "sub/c.py"
    assert shown_path("../d.py") == (tmp_path / "d.py").as_posix()
    monkeypatch.chdir("/")
    assert shown_path("/etc/x.py") == "etc/x.py"


def test_replace_needs_write_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Unreadable, match="can't be written: Permission denied"):
        replace(str(path), b"new")
    assert path.read_bytes() == b"old"


def test_replace_leaves_the_old_file_when_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unreadable, match="No space left"):
        replace(str(path), b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.py"]
