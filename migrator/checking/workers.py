"""Plan many files with forked processes; only for whole trees, never for a list of files.

Raw forks, since starting a pool costs as much as dozens of files: each child plans its share,
largest files first, and sends the plans back as one pickle.
"""

from __future__ import annotations

import gc
import os
import pickle

from migrator.checking.run import loaded, plan_each

TYPE_CHECKING = False
if TYPE_CHECKING:
    from migrator.checking.outcome import CheckedFile
    from migrator.checking.run import Candidate

    Planned = list[tuple[int, CheckedFile]]

_MOST = 8


class WorkerDied(Exception):
    """A worker process ended without an answer."""


def worker_count() -> int:
    """Return how many processes may plan at once; 1 where forking is not to be had."""
    if not hasattr(os, "fork"):
        return 1
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)


def plan_in_workers(
    candidates: list[Candidate], frames: bool, count: int | None = None
) -> list[CheckedFile]:
    """Return the plans of ``candidates`` in their order.

    Raises `WorkerDied`.  The calling process plans a share of its own.
    """
    shares = _shares(candidates, count or worker_count())
    gc.collect()
    gc.freeze()
    children = [_start(candidates, share, frames) for share in shares[1:]]
    planned = _plan(candidates, shares[0], frames)
    for process, answer in children:
        planned += _receive(process, answer)
    planned.sort(key=lambda entry: entry[0])
    for index, file in planned:
        # Settings are compared by identity when files are settled, so use the parent's.
        file.target = candidates[index][0]
    return [file for _, file in planned]


def _shares(candidates: list[Candidate], count: int) -> list[list[int]]:
    by_size = sorted(range(len(candidates)), key=lambda index: (-candidates[index][1], index))
    return [by_size[start::count] for start in range(count)]


def _plan(candidates: list[Candidate], share: list[int], frames: bool) -> Planned:
    planned = plan_each(loaded(candidates[index] for index in share), frames)
    return list(zip(share, planned, strict=True))


def _start(candidates: list[Candidate], share: list[int], frames: bool) -> tuple[int, int]:
    """Fork a child for ``share``; return its process and the end of the pipe to read from."""
    receiver, sender = os.pipe()
    process = os.fork()
    if process:
        os.close(sender)
        return process, receiver
    status = 1
    try:
        os.close(receiver)
        with os.fdopen(sender, "wb") as stream:
            pickle.dump(_plan(candidates, share, frames), stream, pickle.HIGHEST_PROTOCOL)
        status = 0
    finally:
        # Not sys.exit: the parent's buffers and handlers are not the child's to run.
        os._exit(status)


def _receive(process: int, receiver: int) -> Planned:
    with os.fdopen(receiver, "rb") as stream:
        data = stream.read()
    _, status = os.waitpid(process, 0)
    if status:
        raise WorkerDied(f"a worker process ended with status {status}")
    answer: Planned = pickle.loads(data)
    return answer
