from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import run, suites
from benchmarks.rows import Row, amount
from benchmarks.suites import Bench


def test_the_table_is_printed_and_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def suite(bench: Bench) -> list[Row]:
        assert bench.migrator == sys.executable
        assert bench.files == 7
        return [amount("e", "second", 1, "", None), amount("a", "first", 1, "", None)]

    monkeypatch.setitem(suites.SUITES, "hook", suite)  # type: ignore[arg-type]
    target = tmp_path / "table.md"
    arguments = ["--suite", "hook", "--files", "7", "--migrator", sys.executable]
    assert run.main([*arguments, "--markdown", str(target)]) == 0
    assert [line[:7] for line in target.read_text().splitlines()[2:]] == ["| a | f", "| e | s"]
    assert target.read_text() in capsys.readouterr().out


def test_a_missing_command_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "_tool", lambda name: None)
    assert run.main([]) == 2
    assert "--migrator" in capsys.readouterr().err
