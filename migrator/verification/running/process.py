"""One command, run to its end or its time limit; none of its processes outlives it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .errors import CannotRun

# Inherited by everything a command starts, even by what leaves its process group.
_MARK = "MIGRATOR_VERIFY_RUN"
_GRACE = 1.0


@dataclass(frozen=True)
class Finished:
    """What a command left behind; ``code`` is negative for the signal that ended it."""

    code: int
    stdout: bytes
    stderr: bytes
    seconds: float
    left_running: bool


def run_command(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    timeout: float,
    stdin: bytes = b"",
) -> Finished:
    """Run ``command`` in ``folder``; raise `CannotRun` if it can't start or does not end.

    Its output goes to files, so that a process it leaves behind can't hold a pipe open.  When
    this returns or raises, all processes it started are gone.
    """
    mark = f"{os.getpid()}-{uuid.uuid4().hex}"
    with _files(stdin) as (given, out, err):
        started = time.monotonic()
        process = _start(command, folder, {**environment, _MARK: mark}, given, out, err)
        try:
            code = process.wait(timeout)
            seconds = time.monotonic() - started
        except subprocess.TimeoutExpired:
            raise CannotRun(f"`{shown(command)}` did not end within {timeout:g} s") from None
        finally:
            left = _end(process, mark)
        return Finished(code, _content(out), _content(err), seconds, left)


def shown(command: Sequence[str]) -> str:
    """Return a command as a person would type it, on one line, cut where it is long."""
    import shlex

    text = " ".join(shlex.join(command).split())
    return text if len(text) <= 80 else text[:77] + "..."


@contextlib.contextmanager
def _files(stdin: bytes) -> Iterator[tuple[IO[bytes], IO[bytes], IO[bytes]]]:
    with contextlib.ExitStack() as stack:
        try:
            opened = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(3)]
            opened[0].write(stdin)
            opened[0].seek(0)
        except OSError as error:
            raise CannotRun(f"no temporary file can be written: {error}") from None
        yield opened[0], opened[1], opened[2]


def _start(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    stdin: IO[bytes],
    stdout: IO[bytes],
    stderr: IO[bytes],
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            list(command),
            cwd=folder,
            env=dict(environment),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise CannotRun(f"{command[0]}: no such command") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotRun(f"{command[0]}: can't be run: {why}") from None


def _content(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _end(process: subprocess.Popen[bytes], mark: str) -> bool:
    """End the command and all it started; return whether anything it started was running on."""
    ended = process.poll() is not None
    left = bool(_alive(process, mark)) if ended else False
    if left or not ended:
        _send(process, mark, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while _alive(process, mark) and time.monotonic() < deadline:
            time.sleep(0.02)
    _send(process, mark, _KILL)
    if process.poll() is None:
        process.kill()
    process.wait()
    return left


def _alive(process: subprocess.Popen[bytes], mark: str) -> bool:
    """Return whether the command or anything it started is running; zombies are not."""
    if process.poll() is None or _marked(mark):
        return True
    return not _HAS_PROC and _signal_group(process.pid, 0)


def _send(process: subprocess.Popen[bytes], mark: str, number: int) -> None:
    _signal_group(process.pid, number)
    for pid in _marked(mark):
        _signal(pid, number)


_HAS_PROC = os.path.exists("/proc/self/environ")
_KILL = getattr(signal, "SIGKILL", signal.SIGTERM)


def _signal_group(pid: int, number: int) -> bool:
    """Send a signal to the group that ``pid`` leads; return whether there was one."""
    if sys.platform == "win32":
        return False
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def _marked(mark: str) -> set[int]:
    """Return the processes that inherited ``mark``; empty where there is no ``/proc``."""
    needle = f"{_MARK}={mark}".encode()
    found = set()
    with contextlib.suppress(OSError):
        for entry in os.scandir("/proc"):
            if entry.name.isdigit() and needle in _environment_of(entry.path):
                found.add(int(entry.name))
    return found


def _environment_of(folder: str) -> bytes:
    try:
        with open(f"{folder}/environ", "rb") as stream:
            return stream.read()
    except OSError:
        return b""
