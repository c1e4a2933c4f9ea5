"""When the next request may leave: requests per minute, and pauses that the server asks for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from email.utils import parsedate_to_datetime

_FIRST_DELAY, _LONGEST_DELAY = 1.0, 60.0


class Pacer:
    """Shared by all senders; the clock and the sleep are given, so that tests need no time."""

    def __init__(
        self,
        rpm: float | None,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap = 60.0 / rpm if rpm else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next = 0.0
        self._paused_until = 0.0

    async def turn(self) -> None:
        """Return when one more request may leave."""
        while True:
            now = self._clock()
            ready = max(self._next, self._paused_until)
            if ready <= now:
                self._next = now + self._gap
                return
            await self._sleep(ready - now)

    def pause(self, seconds: float) -> None:
        """Hold everything back for a while: the server is over its limit."""
        self._paused_until = max(self._paused_until, self._clock() + seconds)


def asked_delay(headers: Mapping[str, str], now: float) -> float | None:
    """Return the seconds that ``retry-after`` asks for; ``now`` is the time since the epoch."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        text = headers.get(name)
        if text is not None:
            try:
                return max(0.0, float(text) / unit)
            except ValueError:
                pass
    try:
        return max(0.0, parsedate_to_datetime(headers.get("retry-after", "")).timestamp() - now)
    except (TypeError, ValueError, IndexError):
        return None


def own_delay(attempt: int) -> float:
    """Return how long to wait after the attempt of that number (from 1) if nobody says so."""
    longest: float = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempt - 1))
    return longest * random.uniform(0.75, 1.0)
