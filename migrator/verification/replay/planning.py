"""What a run is about to send, before it sends anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .jobs import Job
from .model import PlanRow, RunPlan
from .prices import Prices
from .target import Target


@dataclass(frozen=True)
class Limits:
    """What a run may not exceed."""

    concurrency: int = 4
    rpm: float | None = None
    max_requests: int | None = None
    max_usd: float | None = None
    timeout: float = 600.0
    attempts: int = 6


def plan_of(
    jobs: Iterable[Job], to_send: list[Job], target: Target, prices: Prices | None,
    limits: Limits, *, draws: int, lost: int,
) -> RunPlan:  # fmt: skip
    """Return the plan; ``to_send`` are the jobs that have no answer yet, ``lost`` those skipped."""
    every = list(jobs)
    refused = sum(1 for job in every if job.body is None)
    rows = list(_rows(to_send, prices)) if prices is not None else []
    return RunPlan(
        samples=len({job.prepared.sample.id for job in every}),
        draws=draws,
        requests=len(to_send),
        journaled=len(every) - refused - len(to_send) - lost,
        refused=refused,
        lost=lost,
        hosts=("emulator",) if target.name == "emulator" else target.hosts,
        rows=tuple(rows),
        prices_of=prices.of if prices is not None else None,
        concurrency=limits.concurrency,
        rpm=limits.rpm,
        unpriced=tuple(row.model for row in rows if row.usd is None),
    )


def _rows(jobs: list[Job], prices: Prices) -> Iterator[PlanRow]:
    for model in dict.fromkeys(job.prepared.sample.model for job in jobs):
        found = [
            prices.ceiling(job.prepared.chat) for job in jobs if job.prepared.sample.model == model
        ]
        known = [each.usd for each in found if each.usd is not None]
        yield PlanRow(
            model,
            len(found),
            sum(each.input_tokens for each in found),
            sum(each.output_tokens for each in found),
            sum(known) if len(known) == len(found) else None,
        )


def shown(
    plan: RunPlan, max_requests: int | None = None, max_usd: float | None = None
) -> Iterator[str]:
    """Yield the lines of a plan for people."""
    where = " and ".join(plan.hosts)
    draws = "" if plan.draws == 1 else f" × {plan.draws} draws"
    yield (
        f"Plan: {_counted(plan.requests, 'request')} to {where}:"
        f" {_counted(plan.samples, 'sample')} × 2 endpoints{draws}{_less(plan)}."
    )
    if plan.rows:
        yield from (_priced(row) for row in plan.rows)
        yield _ceiling(plan)
    pace = "" if plan.rpm is None else f", at most {plan.rpm:g} a minute"
    stops = [f"{max_requests} requests"] if max_requests is not None else []
    stops += [f"${max_usd:.2f}"] if max_usd is not None else []
    stop = f"; stops at {' or '.join(stops)}" if stops else ""
    yield f"{plan.concurrency} at a time{pace}{stop}. Nothing is stored, no tool is run."


def _less(plan: RunPlan) -> str:
    parts = []
    if plan.journaled:
        parts.append(f"{plan.journaled} answered before")
    if plan.refused:
        parts.append(f"{plan.refused} not convertible")
    if plan.lost:
        parts.append(f"{plan.lost} sent before without an answer (--resend sends them again)")
    return f", less {', '.join(parts)}" if parts else ""


def _priced(row: PlanRow) -> str:
    most = f"at most ${_usd(row.usd)}" if row.usd is not None else "no known price"
    return f"  {row.model or '(no model)'}: {_counted(row.requests, 'request')}, {most}"


def _ceiling(plan: RunPlan) -> str:
    if plan.usd is None:
        names = ", ".join(plan.unpriced)
        return f"No price ceiling: no price for {names} or for what is sent; --prices FILE adds it."
    return f"Price ceiling: ${_usd(plan.usd)} by the prices of {plan.prices_of}."


def _usd(value: float | None) -> str:
    value = value or 0.0
    return f"{value:.2f}" if value >= 1 else f"{value:.4f}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
