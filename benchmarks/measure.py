"""Alternating runs of commands, and ratios between them.

On a shared machine only ratios mean something: the commands of one run take turns (A B C A B C
…) and a ratio is the median of the ratios inside each turn.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

_LAUNCHER = Path(__file__).with_name("launcher.py")
_CPU = "cpu"


class CommandFailed(Exception):
    """A command that should have worked ended with another status."""


@dataclass(frozen=True)
class Command:
    """What to run and where; ``prepare`` runs before each turn, unmeasured."""

    arguments: Sequence[str]
    folder: Path = Path()
    prepare: Callable[[], None] | None = None
    statuses: tuple[int, ...] = (0, 1)


@dataclass(frozen=True)
class Cost:
    """One run: CPU and wall seconds with waited children, MiB of the largest process."""

    cpu: float
    wall: float
    peak: float


@dataclass
class Turns:
    """The costs of commands that took turns, by name, in the order of the turns."""

    costs: dict[str, list[Cost]] = field(default_factory=dict)

    def ratio(self, name: str, base: str, what: str = _CPU) -> float:
        """Return the median of the ratios inside each turn."""
        pairs = zip(self._each(name, what), self._each(base, what), strict=True)
        return statistics.median(one / other for one, other in pairs)

    def median(self, name: str, what: str = _CPU) -> float:
        """Return the median of one command."""
        return statistics.median(self._each(name, what))

    def _each(self, name: str, what: str) -> list[float]:
        return [getattr(cost, what) for cost in self.costs[name]]


class Launcher:
    """The small process that starts the commands; use as a context manager."""

    def __enter__(self) -> Launcher:
        self._process = subprocess.Popen(
            [sys.executable, "-S", "-E", str(_LAUNCHER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(self, command: Command) -> Cost:
        """Run one command; raises `CommandFailed`."""
        if command.prepare is not None:
            command.prepare()
        assert self._process.stdin is not None and self._process.stdout is not None
        line = "\0".join([str(command.folder.resolve()), *command.arguments])
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        status, cpu, wall, peak = self._process.stdout.readline().split()
        if int(status) not in command.statuses:
            raise CommandFailed(f"exit status {status}: {' '.join(command.arguments)[:200]}")
        return Cost(float(cpu), float(wall), float(peak) / 1024)

    def alternate(self, commands: Mapping[str, Command], turns: int) -> Turns:
        """Let the commands take turns; one turn more, the first, is not counted."""
        found = Turns({name: [] for name in commands})
        for turn in range(turns + 1):
            for name, command in commands.items():
                cost = self.run(command)
                if turn:
                    found.costs[name].append(cost)
        return found
