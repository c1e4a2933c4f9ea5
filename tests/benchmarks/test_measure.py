from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.measure import Command, CommandFailed, Cost, Launcher, Turns
from benchmarks.rows import amount, number, ratio, table
from benchmarks.suites import exponent


def python(code: str, folder: Path, **more: object) -> Command:
    return Command([sys.executable, "-S", "-E", "-c", code], folder, **more)  # type: ignore[arg-type]


def test_commands_take_turns(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = "import sys; open('log', 'a').write({!r})"
    with Launcher() as launcher:
        turns = launcher.alternate(
            {name: python(code.format(name), tmp_path) for name in ("a", "b")}, 2
        )
    assert log.read_text() == "ab" * 3
    assert [len(costs) for costs in turns.costs.values()] == [2, 2]


def test_costs_are_those_of_the_command(tmp_path: Path) -> None:
    code = "x = bytearray(64 << 20); sum(range(2_000_000))"
    with Launcher() as launcher:
        cost = launcher.run(python(code, tmp_path))
        small = launcher.run(python("pass", tmp_path))
    assert cost.peak > 64 > small.peak
    assert cost.cpu > small.cpu > 0
    assert cost.wall > 0


def test_an_unexpected_status_is_no_measurement(tmp_path: Path) -> None:
    with Launcher() as launcher:
        with pytest.raises(CommandFailed, match="exit status 3"):
            launcher.run(python("raise SystemExit(3)", tmp_path))
        with pytest.raises(CommandFailed, match="exit status 127"):
            launcher.run(Command(["no-such-command"], tmp_path))
        launcher.run(python("raise SystemExit(3)", tmp_path, statuses=(3,)))


def test_what_has_to_be_put_back_is_put_back_before_each_run(tmp_path: Path) -> None:
    file = tmp_path / "file"
    command = python("open('file', 'x')", tmp_path, prepare=lambda: file.unlink(missing_ok=True))
    with Launcher() as launcher:
        launcher.alternate({"a": command}, 2)
    assert file.exists()


def test_a_ratio_is_the_median_of_the_turns() -> None:
    costs = {
        "one": [Cost(2, 1, 1), Cost(9, 1, 1), Cost(4, 1, 1)],
        "two": [Cost(1, 1, 1), Cost(3, 1, 1), Cost(1, 1, 1)],
    }
    turns = Turns(costs)
    assert turns.ratio("one", "two") == 3
    assert turns.median("one") == 4
    assert turns.median("one", "wall") == 1


def test_a_goal_is_met_or_not() -> None:
    turns = Turns({"one": [Cost(3, 2, 1)], "two": [Cost(1, 1, 1)]})
    rows = [
        ratio("a", "what", turns, "one", "two", 3.5),
        ratio("a", "what", turns, "one", "two", 2.5),
        ratio("a", "what", turns, "one", "two"),
        amount("e", "peak", 12.34, " MiB", 75),
    ]
    assert [row.met for row in rows] == [True, False, None, True]
    assert table(rows).splitlines()[2:] == [
        "| a | what | two | 3.00 × | 2.00 × | ≤ 3.5 × | yes |",
        "| a | what | two | 3.00 × | 2.00 × | ≤ 2.5 × | **no** |",
        "| a | what | two | 3.00 × | 2.00 × |  |  |",
        "| e | peak |  | 12.3 MiB |  | ≤ 75.0 MiB | yes |",
    ]


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0123, "0.012"), (1.234, "1.23"), (12.34, "12.3"), (123.4, "123")]
)
def test_numbers_have_three_digits(value: float, shown: str) -> None:
    assert number(value) == shown


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_the_exponent_of_a_power_is_found(power: float) -> None:
    steps = (10, 100, 1000)
    assert exponent(steps, [3 * step**power for step in steps]) == pytest.approx(power)
