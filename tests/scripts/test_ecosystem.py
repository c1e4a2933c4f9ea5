from __future__ import annotations

import json
from pathlib import Path

import ecosystem
import pytest
from ecosystem_report import difference

from tests.scripts.conftest import Command


def test_a_folder_of_checkouts(
    command: Command, checkouts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--folder", str(checkouts), "--migrator", command(), "--no-types"]
    arguments += ["--cache", str(tmp_path / "cache"), "--sample", "5", "--seed", "1"]
    arguments += ["--diffs", str(tmp_path / "diffs"), "--json", str(tmp_path / "all.json")]
    arguments += ["--markdown", str(tmp_path / "all.md")]
    assert ecosystem.main(arguments) == 0
    out = capsys.readouterr().out
    assert "| app | 3 | 2 | 0 | 2 | 1 | 0 | 1 | 0 | 1 | 1 | CC202 1 | 0 | 0 |" in out
    assert "| CC202 parameter-stop | 1 | 1 |" in out
    assert "Failures: none" in out
    assert "== app: b.py:7 CC101\n   CC202 b.py:8" in out
    assert ">    7     response = client.chat.completions.create(" in out
    assert (tmp_path / "all.md").read_text() in out
    (project,) = json.loads((tmp_path / "all.json").read_text())["projects"]
    assert project["fix"]["default"]["changed"] == ["a.py"]
    (diff,) = (tmp_path / "diffs").iterdir()
    assert diff.name == "app.default.diff"
    assert "+    return response.output_text" in diff.read_text()


def test_two_runs_side_by_side(
    command: Command, checkouts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = tmp_path / "all.json"
    arguments = ["--folder", str(checkouts), "--migrator", command(), "--no-types"]
    arguments += ["--cache", str(tmp_path / "cache"), "--json", str(numbers)]
    assert ecosystem.main(arguments) == 0
    earlier = json.loads(numbers.read_text())
    earlier["projects"][0]["verdicts"] = {"blocked": 2}
    earlier["projects"][0]["reasons"] = {"CC202": 1, "CC215": 1}
    earlier["projects"].append({**earlier["projects"][0], "project": "gone since"})
    numbers.write_text(json.dumps(earlier))
    assert ecosystem.main([*arguments, "--before", str(numbers)]) == 0
    out = capsys.readouterr().out
    assert "| all | 2 | 2 |\n| rewrite | 0 | 1 |\n" in out
    assert "| blocked | 2 | 1 |" in out
    assert "| CC202 | 1 | 1 |\n| CC215 | 1 | 0 |" in out


def test_a_diff_shows_only_what_changed() -> None:
    lines = [f"line {number}" if number % 2 else "" for number in range(400)]
    changed = [*lines[:201], "new", *lines[202:]]
    diff = difference("a.py", "\n".join(lines).encode(), "\n".join(changed).encode())
    assert diff.count(b"\n-") == diff.count(b"\n+new") == 1
    assert b"@@ -194,17 +194,17 @@\n" in diff


def test_failures_decide_the_status(
    command: Command, checkouts: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--folder", str(checkouts), "--migrator", command("raise SystemError('oh no')")]
    assert ecosystem.main([*arguments, "--no-types", "--cache", str(tmp_path / "cache")]) == 1
    assert "crash: app: check: SystemError: oh no" in capsys.readouterr().out


def test_a_package_that_cannot_be_had_decides_the_status(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(pin: object, cache: Path) -> None:
        raise ecosystem.PackageError("hash mismatch")

    monkeypatch.setattr(ecosystem, "fetched", refuse)
    arguments = ["--small", "--no-types", "--migrator", command(), "--cache", str(tmp_path)]
    assert ecosystem.main(arguments) == 1


def test_nothing_to_look_at_is_no_success(command: Command, checkouts: Path) -> None:
    arguments = ["--folder", str(checkouts), "--only", "nothing", "--no-types"]
    assert ecosystem.main([*arguments, "--migrator", command()]) == 1


def test_a_missing_command_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ecosystem, "_installed", lambda: None)
    assert ecosystem.main(["--small"]) == 2
    assert "--migrator" in capsys.readouterr().err
