"""A replay from samples to a run: prepare, plan, ask, send, keep."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from types import FrameType

import migrator
from migrator.verification.convert import Options as Conversion
from migrator.verification.emulator import Emulator, EmulatorError
from migrator.verification.samples.sample import Sample

from .budget import Budget
from .engine import Engine, Listener, Stop
from .errors import CannotReplay
from .jobs import Job, jobs_of
from .journal import LOST, Contents
from .model import UNPAID, Exchange, Header, Run, RunPlan, latest
from .planning import Limits, plan_of
from .prepare import prepare
from .prices import Prices
from .target import Target
from .writing import Journal


@dataclass(frozen=True)
class Options:
    """What is wanted of a run; ``target`` is ``None`` for the emulator.

    ``resend``: send again what an earlier run sent and got no whole answer to, though it may
    have been paid for.
    """

    target: Target | None = None
    draws: int = 1
    limits: Limits = field(default_factory=Limits)
    prices: Prices | None = None
    journal: Path | None = None
    conversion: Conversion = field(default_factory=Conversion)
    resend: bool = False


@dataclass(frozen=True)
class Result:
    """A run, why it ended early if it did, and what it cost by the price table."""

    run: Run
    plan: RunPlan
    stop: Stop | None = None
    usd: float = 0.0


class Declined(Exception):
    """The plan was not confirmed; nothing was sent."""


def replay(
    samples: Sequence[Sample],
    options: Options,
    listener: Listener,
    confirm: Callable[[RunPlan], bool] = lambda plan: True,
    *,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], Awaitable[None]] | None = None,
) -> Result:
    """Send samples to both endpoints as far as they have no answers yet.

    ``confirm`` is asked before anything is sent.  Raises `CannotReplay`, `JournalError`, and
    `Declined`.
    """
    if not samples:
        raise CannotReplay("there are no samples")
    with contextlib.ExitStack() as stack:
        target = options.target or stack.enter_context(_emulated(options.conversion))
        header = _header(target, options)
        prepared = prepare(samples, options.conversion)
        jobs = jobs_of(header, prepared)
        journal = stack.enter_context(Journal(options.journal)) if options.journal else None
        before = (journal.before if journal else None) or Contents(header)
        done, to_send = _divided(jobs, before, options.resend)
        lost = sum(1 for each in done if each.failure == LOST)
        plan = plan_of(
            jobs, to_send, target, options.prices, options.limits, draws=options.draws, lost=lost
        )
        _check_prices(plan, options.limits)
        if not confirm(plan):
            raise Declined
        if journal is not None:
            journal.begin(header, prepared)
        limits = options.limits
        budget = Budget(options.prices, limits.max_requests, limits.max_usd)
        engine = Engine(target, limits, budget, listener, journal, clock, sleep)
        found = asyncio.run(_sent(engine, to_send))
        run = Run(header, tuple(prepared), _ordered(jobs, [*done, *found]))
        return Result(run, plan, engine.stop_, budget.usd)


def _header(target: Target, options: Options) -> Header:
    return Header(
        server=target.name,
        urls=dict(target.urls),
        draws=options.draws,
        started=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        migrator=migrator.__version__,
        drop=tuple(sorted(options.conversion.drop)),
    )


def _divided(jobs: list[Job], before: Contents, resend: bool) -> tuple[list[Exchange], list[Job]]:
    """Return what needs not be sent, with its outcome, and what is to be sent."""
    done: list[Exchange] = []
    to_send: list[Job] = []
    for job in jobs:
        exchange = before.outcome(job)
        if exchange is None or _is_open(exchange, resend):
            to_send.append(job)
        else:
            done.append(exchange)
    return done, to_send


def _is_open(exchange: Exchange, resend: bool) -> bool:
    failure = exchange.failure
    if failure is None:
        return False
    return failure.kind in UNPAID or (resend and failure.kind in _PERHAPS_PAID)


_PERHAPS_PAID = ("lost", "broken", "malformed")


def _ordered(jobs: list[Job], exchanges: list[Exchange]) -> tuple[Exchange, ...]:
    """Return the exchanges in the order of the jobs."""
    places = {job.key: place for place, job in enumerate(jobs)}
    return latest(sorted(exchanges, key=lambda each: places[each.key]))


def _check_prices(plan: RunPlan, limits: Limits) -> None:
    if limits.max_usd is not None and plan.unpriced:
        names = ", ".join(name or "a request without a model" for name in plan.unpriced)
        raise CannotReplay(
            f"--max-usd can't be kept: what {names} costs is not known; --prices FILE adds a price"
        )


@contextlib.contextmanager
def _emulated(conversion: Conversion) -> Iterator[Target]:
    emulator = Emulator(ignored_settings=conversion.drop)
    try:
        emulator.start()
    except EmulatorError as error:
        raise CannotReplay(str(error)) from None
    try:
        headers = {"authorization": "Bearer emulator"}
        urls = emulator.base_url
        yield Target("emulator", {"chat": urls, "responses": urls}, headers)
    finally:
        emulator.stop()


async def _sent(engine: Engine, jobs: list[Job]) -> list[Exchange]:
    """Run the engine; ^C and SIGTERM stop it gently, and the second time at once."""
    loop = asyncio.get_running_loop()
    task = asyncio.ensure_future(engine.run(jobs))

    def interrupt(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(engine.interrupt)

    with _handled(interrupt):
        return await task


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have ``handler`` hear of ^C and SIGTERM, where this is the main thread."""
    before = {}
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            before[number] = signal.signal(number, handler)
    except ValueError:
        pass
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
