"""What a run may still send: requests and dollars, those under way reserved at their most."""

from __future__ import annotations

from .jobs import Job
from .model import Exchange
from .prices import Prices


class Budget:
    """Counts down; without limits it only counts."""

    def __init__(
        self,
        prices: Prices | None = None,
        max_requests: int | None = None,
        max_usd: float | None = None,
    ) -> None:
        self.requests = 0
        self.usd = 0.0
        self.reserved: dict[str, float] = {}
        self._prices = prices
        self._max_requests = max_requests
        self._max_usd = max_usd

    def reserve(self, job: Job) -> str | None:
        """Set aside what a job may cost; return the limit that does not allow it, if any."""
        most = self._max_requests
        if most is not None and self.requests + len(self.reserved) >= most:
            return f"--max-requests {most} is reached"
        usd = self._ceiling(job)
        set_aside = self.usd + sum(self.reserved.values())
        if self._max_usd is not None and set_aside + usd > self._max_usd:
            return (
                f"--max-usd {self._max_usd:g} is reached: ${self.usd:.4f} are spent, and the next"
                f" request may cost ${usd:.4f}"
            )
        self.reserved[job.key] = usd
        return None

    def release(self, job: Job) -> None:
        """Give back what a job did not need; harmless after `spend`."""
        self.reserved.pop(job.key, None)

    def spend(self, job: Job, exchange: Exchange) -> float | None:
        """Count a finished exchange; return what it cost, if that is known."""
        ceiling = self.reserved.pop(job.key, 0.0)
        self.requests += 1
        usd: float | None = 0.0
        if self._prices is not None and not _free(exchange):
            usd = None
            if exchange.answer is not None:
                usd = self._prices.cost(job.prepared.chat, job.side, exchange.answer)
        self.usd += ceiling if usd is None else usd
        return usd

    def _ceiling(self, job: Job) -> float:
        if self._prices is None:
            return 0.0
        return self._prices.ceiling(job.prepared.chat).usd or 0.0


def _free(exchange: Exchange) -> bool:
    """Return whether nothing was generated: refused, or failed before it began."""
    return exchange.failure is not None and exchange.failure.kind in ("refused", "server")
