"""Sends the jobs of a run: several at a time, paced, patient, and never twice what was paid for."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from .budget import Budget
from .fatal import fatal
from .jobs import Job
from .model import UNPAID, Exchange, Failure, FailureKind, Side
from .pacing import Pacer, asked_delay, own_delay
from .planning import Limits
from .target import Target
from .transport import Attempt, Transport
from .writing import Journal, JournalFull

StopKind = Literal["interrupted", "limit", "server", "disk"]
# A server that is not there is not waited for as long as one that is busy; and where a limit
# lets few through at a time, it may be long before each had its turn.
_ATTEMPTS: dict[FailureKind, int] = {"unreachable": 3, "rate-limited": 10}
# So many jobs in a row that the server fails at are no accident of theirs.
_DOWN_AFTER = 5


@dataclass(frozen=True)
class Stop:
    """Why a run ended before its last job."""

    kind: StopKind
    message: str


class Listener(Protocol):
    """Hears what happens, on the event loop; progress bars for one."""

    def starting(self, requests: Mapping[Side, int]) -> None:
        """Hear how many requests each side is to be sent."""
        ...

    def done(self, exchange: Exchange, usd: float | None) -> None:
        """Hear of a finished exchange and what it cost, if that is known."""
        ...

    def waiting(self, seconds: float, why: str) -> None:
        """Hear that a request is held back."""
        ...

    def stopping(self, stop: Stop, under_way: int) -> None:
        """Hear that nothing more is sent, and how many requests are still under way."""
        ...


class _Stopped(Exception):
    """The run stops while a job waits for its turn."""


class Engine:
    """One run; `run` may be called once."""

    def __init__(
        self,
        target: Target,
        limits: Limits,
        budget: Budget,
        listener: Listener,
        journal: Journal | None = None,
        clock: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], Awaitable[None]] | None = None,
    ) -> None:
        self.stop_: Stop | None = None
        self._target = target
        self._limits = limits
        self._budget = budget
        self._listener = listener
        self._journal = journal
        self._clock = clock
        self._sleep_ = sleep
        # The emulator has no bad days: what it answers, it answers every time.
        self._patient = target.name != "emulator"
        self._jobs: deque[Job] = deque()
        self._found: list[Exchange] = []
        self._workers: list[asyncio.Task[None]] = []
        self._under_way = 0
        self._failed_in_a_row = 0

    async def run(self, jobs: Iterable[Job]) -> list[Exchange]:
        """Send ``jobs`` until they are done or the run stops; return what came of them."""
        self._jobs = deque(jobs)
        self._listener.starting(Counter(job.side for job in self._jobs))
        self._stopping = asyncio.Event()
        self._freed = asyncio.Condition()
        self._pacer = Pacer(self._limits.rpm, self._clock, self._sleep)
        most = min(self._limits.concurrency, len(self._jobs))
        async with Transport(
            self._target, self._limits.timeout, self._clock, self._limits.concurrency
        ) as self._transport:
            self._workers = [asyncio.create_task(self._worker()) for _ in range(most)]
            done = await asyncio.gather(*self._workers, return_exceptions=True)
        for each in done:
            if isinstance(each, Exception) and not isinstance(each, asyncio.CancelledError):
                raise each
        return self._found

    def interrupt(self) -> None:
        """Send nothing more; the second time, don't wait for what is under way either."""
        if self.stop_ is not None and self.stop_.kind == "interrupted":
            for worker in self._workers:
                worker.cancel()
        self._stop("interrupted", "interrupted")

    def _stop(self, kind: StopKind, message: str) -> None:
        if self.stop_ is None or kind == "interrupted":
            fresh = self.stop_ is None or self.stop_.kind != kind
            self.stop_ = Stop(kind, message)
            self._stopping.set()
            if fresh:
                self._listener.stopping(self.stop_, self._under_way)

    # -- one worker -----------------------------------------------------------------------

    async def _worker(self) -> None:
        while self._jobs and self.stop_ is None:
            job = self._jobs.popleft()
            if not await self._affordable(job):
                return
            try:
                await self._job(job)
            except _Stopped:
                return
            finally:
                async with self._freed:
                    self._budget.release(job)
                    self._freed.notify_all()

    async def _affordable(self, job: Job) -> bool:
        """Reserve what a job may cost; wait for what is under way where that may make room."""
        async with self._freed:
            while self.stop_ is None:
                reason = self._budget.reserve(job)
                if reason is None:
                    return True
                if not self._budget.reserved:
                    self._stop("limit", reason)
                    return False
                await self._freed.wait()
        return False

    async def _job(self, job: Job) -> None:
        attempts = 0
        while True:
            await self._pacer.turn()
            if self.stop_ is not None:
                return
            attempts += 1
            attempt = await self._send(job)
            if attempt is None:
                return
            again = self._again(job, attempt, attempts)
            if again is None:
                self._keep(job, attempt, attempts)
                return
            if self.stop_ is not None:
                return
            await self._hold(attempt, again)

    async def _send(self, job: Job) -> Attempt | None:
        """Send a request once; ``None`` if that could not be written down."""
        assert job.body is not None
        if self._journal is not None:
            try:
                self._journal.sent(job.key)
            except JournalFull as error:
                self._full(error)
                return None
        self._under_way += 1
        try:
            return await self._transport.send(job.side, job.body)
        finally:
            self._under_way -= 1

    def _again(self, job: Job, attempt: Attempt, attempts: int) -> float | None:
        """Return the seconds to wait before another attempt; ``None`` if this was the result.

        Where the run stops instead, they don't matter: the job is left for another run.
        """
        failure = attempt.failure
        reason = fatal(self._target, job, attempt)
        if failure is None or (failure.kind not in UNPAID and reason is None):
            return None
        self._unpaid(job, failure)
        if reason is not None:
            self._stop("server", reason)
            return 0.0
        kept = attempt.answer.headers if attempt.answer is not None else {}
        most = _ATTEMPTS.get(failure.kind, self._limits.attempts)
        if self._patient and attempts < most and kept.get("x-should-retry") != "false":
            asked = asked_delay(kept, time.time())
            return own_delay(attempts) if asked is None else asked
        return self._gave_up(failure)

    def _gave_up(self, failure: Failure) -> float | None:
        """Return ``None`` where the failure is a result; else stop the run."""
        where = " and ".join(self._target.hosts)
        if failure.kind == "unreachable":
            self._stop("server", f"nothing answers at {where}: {failure.message}")
        elif failure.kind == "rate-limited" and self._patient:
            self._stop("server", f"{where} keeps refusing: 429, {failure.message}")
        else:
            return None
        return 0.0

    async def _hold(self, attempt: Attempt, seconds: float) -> None:
        failure = attempt.failure
        assert failure is not None
        status = attempt.answer.status if attempt.answer is not None else None
        self._listener.waiting(seconds, f"HTTP {status}" if status else failure.message)
        if failure.kind == "rate-limited":
            self._pacer.pause(seconds)
        else:
            await self._sleep(seconds)

    # -- what came of it ------------------------------------------------------------------

    def _keep(self, job: Job, attempt: Attempt, attempts: int) -> None:
        exchange = Exchange(
            job.prepared.sample.id, job.side, job.draw, job.key, attempt.answer, attempt.failure,
            _rounded(attempt.first_token), round(attempt.seconds, 6), attempts,
        )  # fmt: skip
        self._found.append(exchange)
        usd = self._budget.spend(job, exchange)
        if self._journal is not None:
            try:
                self._journal.add(exchange)
            except JournalFull as error:
                self._full(error)
        self._listener.done(exchange, usd)
        self._count(exchange)

    def _count(self, exchange: Exchange) -> None:
        """Stop at a server that fails at everything."""
        down = exchange.failure is not None and exchange.failure.kind == "server"
        self._failed_in_a_row = self._failed_in_a_row + 1 if down else 0
        if self._patient and exchange.failure and self._failed_in_a_row >= _DOWN_AFTER:
            where = " and ".join(self._target.hosts)
            self._stop("server", f"{where} keeps failing: {exchange.failure.message}")

    def _unpaid(self, job: Job, failure: Failure) -> None:
        if self._journal is not None:
            try:
                self._journal.unpaid(job.key, failure.kind)
            except JournalFull as error:
                self._full(error)

    def _full(self, error: JournalFull) -> None:
        assert self._journal is not None
        message = f"{self._journal.path}: {error}"
        if error.where is not None:
            message += (
                f"; answers that found no room are in {error.where}: make room, append that file"
                " to the journal, and run again"
            )
        self._stop("disk", message)

    async def _sleep(self, seconds: float) -> None:
        """Wait, but not longer than the run goes on."""
        if self._sleep_ is not None:
            await self._sleep_(seconds)
        else:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), seconds)
        if self.stop_ is not None:
            raise _Stopped


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
