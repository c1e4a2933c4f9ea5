"""What a person sees while a replay runs: bars on a terminal, a few lines elsewhere."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from .engine import Stop
from .model import SIDES, Exchange, Side

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# Shorter waits are not worth a line.
_LONG = 2.0


class Lines:
    """Tells of waits and of an early end, on stderr; for the ``with`` statement."""

    def __enter__(self) -> Lines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def starting(self, requests: Mapping[Side, int]) -> None:
        """Say nothing: the plan did."""

    def done(self, exchange: Exchange, usd: float | None) -> None:
        """Say nothing: the report counts."""

    def waiting(self, seconds: float, why: str) -> None:
        """Say that the server wants a pause."""
        if seconds >= _LONG:
            self.say(f"waiting {seconds:.0f} s: {why}")

    def stopping(self, stop: Stop, under_way: int) -> None:
        """Say that what is under way is still waited for."""
        if under_way and stop.kind == "interrupted":
            what = "request" if under_way == 1 else "requests"
            self.say(f"waiting for {under_way} {what} under way; ^C again ends at once")

    def say(self, line: str) -> None:
        """Print one line."""
        sys.stderr.write(f"{line}\n")


class Bars(Lines):
    """One bar per endpoint, with what failed and what was spent."""

    def __init__(self, console: Any) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Remaining

        self._progress: Progress = Progress(
            TextColumn("{task.description:>9}"),
            BarColumn(),
            MofNCompleteColumn(),
            Remaining(),
            TextColumn("{task.fields[note]}"),
            console=console,
            transient=True,
        )
        self._bars: dict[Side, TaskID] = {}
        self._failed: Counter[str] = Counter()
        self._usd = 0.0

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def starting(self, requests: Mapping[Side, int]) -> None:
        """Show the bars at nothing."""
        self._progress.start()
        for side in SIDES:
            total = requests.get(side, 0)
            self._bars[side] = self._progress.add_task(side, total=total, note="")

    def done(self, exchange: Exchange, usd: float | None) -> None:
        """Move a bar."""
        if exchange.failure is not None:
            self._failed[exchange.side] += 1
        self._usd += usd or 0.0
        failed = self._failed[exchange.side]
        notes = [f"{failed} failed" if failed else "", f"${self._usd:.4f}" if self._usd else ""]
        note = ", ".join(filter(None, notes))
        self._progress.update(self._bars[exchange.side], advance=1, note=note)

    def say(self, line: str) -> None:
        """Print one line above the bars."""
        self._progress.console.print(line, highlight=False, markup=False)
