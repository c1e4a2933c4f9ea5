"""Samples added to a file: merged, redacted, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.verification.samples import Answer, Sample, SampleError, read_samples, write_samples
from migrator.verification.samples.files import add_samples
from migrator.verification.samples.redaction import Redactor

SECRET = "sk-" + "abcdefghijklmnopqrstuvwx"


def sample(name: str, text: str = "hi", **more: object) -> Sample:
    return Sample(name, {"messages": [{"role": "user", "content": text}]}, **more)  # type: ignore[arg-type]


def test_added(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    first = add_samples(path, [sample("a"), sample("b", recorded=Answer(200, {}))], Redactor())
    second = add_samples(path, [sample("b", site="x.py:1"), sample("c", SECRET)], Redactor())
    assert (first.new, first.known, second.new, second.known) == (2, 0, 1, 1)
    a, b, c = read_samples(path)
    assert a == sample("a") and (b.site, b.recorded) == ("x.py:1", Answer(200, {}))
    assert SECRET not in path.read_text() and c.id == "c"
    assert [each.name for each in tmp_path.iterdir()] == ["s.jsonl"]


def test_refused(tmp_path: Path) -> None:
    bad = Sample("bad", {"messages": [], "logit_bias": {SECRET: 1}})
    kept = add_samples(tmp_path / "s.jsonl", [bad, sample("a")], Redactor())
    assert kept.new == 1 and len(kept.refused) == 1
    assert SECRET not in (tmp_path / "s.jsonl").read_text()


def test_another_kind_of_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text("hello\n")
    with pytest.raises(SampleError, match=r"s\.jsonl:1: no JSON"):
        add_samples(path, [sample("a")], Redactor())
    assert path.read_text() == "hello\n"


def test_extracted_anew(tmp_path: Path) -> None:
    """Lines move: what an earlier extraction of the same files found goes."""
    path = tmp_path / "s.jsonl"
    old = [
        sample("one", site="x.py:1", source="extract"),
        sample("two", site="y.py:1", source="extract"),
        sample("three", site="x.py:1", source="record"),
    ]
    write_samples(path, old)
    add_samples(path, [sample("new", site="x.py:2", source="extract")], Redactor(),
                replaced={"x.py"})  # fmt: skip
    assert [each.id for each in read_samples(path)] == ["two", "three", "new"]


def test_the_old_file_stays_where_the_new_one_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.jsonl"
    write_samples(path, [sample("a")])

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_samples(path, [sample("b")])
    monkeypatch.undo()
    assert read_samples(path) == [sample("a")]
    assert [each.name for each in tmp_path.iterdir()] == ["s.jsonl"]
