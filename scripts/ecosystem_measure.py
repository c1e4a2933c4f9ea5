"""Run one command: what it printed, and what it cost."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LONGEST = 1800.0
# A process begins with the memory of the one that forked it, and its peak never forgets that:
# so a small process stands in between, and reports on the descriptor it is given.
_BETWEEN = """\
import os, sys, time
started = time.perf_counter()
process = os.fork()
if not process:
    os.execvp(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(process, 0)
wall = time.perf_counter() - started
cpu = usage.ru_utime + usage.ru_stime
status = os.waitstatus_to_exitcode(status)
os.write(int(sys.argv[1]), f"{status} {cpu} {wall} {usage.ru_maxrss / 1024}".encode())
"""


@dataclass
class Measured:
    """One finished process: what it printed and what it cost, waited children included."""

    status: int
    out: str
    err: str
    cpu: float
    wall: float
    peak: float  # MiB, of the largest single process


def measure(command: list[str], folder: Path, longest: float = _LONGEST) -> Measured:
    """Run a command in ``folder``; one that takes too long is killed."""
    receiver, sender = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", _BETWEEN, str(sender), *command],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
            pass_fds=[sender], start_new_session=True,
        )  # fmt: skip
        os.close(sender)
        alarm = threading.Timer(longest, _kill, [process.pid])
        alarm.start()
        try:
            process.wait()
        finally:
            alarm.cancel()
        printed, complained = _text(out), _text(err)
    with os.fdopen(receiver, "rb") as answer:
        told = answer.read().decode("ascii").split()
    if not told:
        return Measured(-signal.SIGKILL, printed, complained, 0.0, longest, 0.0)
    cpu, wall, peak = (float(each) for each in told[1:])
    return Measured(int(told[0]), printed, complained, cpu, wall, peak)


def _text(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read().decode("utf-8", "replace")


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
