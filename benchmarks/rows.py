"""What a benchmark found, and the table of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.measure import Turns

_HEAD = ("", "what", "against", "CPU", "wall", "goal", "met")


@dataclass(frozen=True)
class Row:
    """One line of the table; the goal is for ``value``, the other number is for information."""

    letter: str
    what: str
    against: str
    value: str
    wall: str
    goal: str
    met: bool | None


def ratio(
    letter: str, what: str, turns: Turns, name: str, base: str, goal: float | None = None
) -> Row:
    """Return the row of ``name`` against ``base``."""
    cpu = turns.ratio(name, base)
    wall = turns.ratio(name, base, "wall")
    met = None if goal is None else cpu <= goal
    shown = "" if goal is None else f"≤ {goal:g} ×"
    return Row(letter, what, base, f"{number(cpu)} ×", f"{number(wall)} ×", shown, met)


def amount(
    letter: str, what: str, value: float, unit: str, goal: float | None, against: str = ""
) -> Row:
    """Return the row of a measured amount that is no ratio."""
    met = None if goal is None else value <= goal
    shown = "" if goal is None else f"≤ {number(goal)}{unit}"
    return Row(letter, what, against, f"{number(value)}{unit}", "", shown, met)


def number(value: float) -> str:
    """Return a number with three digits that mean something."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"


def table(rows: Iterable[Row]) -> str:
    """Return a markdown table."""
    rule = ("---", "---", "---", "---:", "---:", "---:", "---")
    lines = [_HEAD, rule, *(_cells(row) for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _cells(row: Row) -> tuple[str, ...]:
    met = {True: "yes", False: "**no**", None: ""}[row.met]
    return (row.letter, row.what, row.against, row.value, row.wall, row.goal, met)


def medians(turns: Turns) -> Sequence[str]:
    """Return one line for each command with its medians, to see what the ratios stand on."""
    return [
        f"{name}: {turns.median(name):.3f} s CPU, {turns.median(name, 'wall'):.3f} s wall,"
        f" {turns.median(name, 'peak'):.1f} MiB"
        for name in turns.costs
    ]
