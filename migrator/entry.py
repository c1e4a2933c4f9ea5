"""The console script: decides with ``sys`` and ``os`` alone whether there is anything to do.

Most commits hold nothing for us, so `run` answers them before anything else is imported: plain
files, known flags, no needle in the bytes.  For the same reason there is no ``__future__`` here.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

# Larger files are searched piece by piece, elsewhere.
_LIMIT = 10_000_000
# Not to wait for the other end of a named pipe.
_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
_REGULAR = 0o100000
_FLAGS = ("-q", "--quiet", "-e", "--exit-zero", "--force-exclude")
_INTERNAL_ERROR = 2
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main() -> "NoReturn":
    """Run the command line of this process and end it.

    Ends without tearing the interpreter down, which would take a fifth of the time that a run
    without findings takes.
    """
    status = run(sys.argv[1:])
    try:
        sys.stderr.flush()
    finally:
        os._exit(status)


def run(arguments: list[str]) -> int:
    """Run a command line and return its exit status; interruptions leave no traceback."""
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("migrator: interrupted; no file was left half-written\n")
        return _INTERRUPTED
    except BrokenPipeError:
        # What is left in the buffer has no reader; keep later flushes quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    except Exception as error:
        if os.environ.get("MIGRATOR_DEBUG"):
            raise
        what = f"internal error: {type(error).__name__}: {error}"
        sys.stderr.write(f"migrator: {what}; MIGRATOR_DEBUG=1 shows where, please report it\n")
        return _INTERNAL_ERROR
    return status


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["check"]:
        flags: list[str] = []
        paths: list[str] = []
        for argument in arguments[1:]:
            (flags if argument[:1] == "-" else paths).append(argument)
        if paths and all(flag in _FLAGS for flag in flags):
            return _check(paths, flags)
    from migrator.cli.main import run as parse_and_run

    return parse_and_run(arguments)


def _check(paths: list[str], flags: list[str]) -> int:
    from migrator.prefilter import has_needle

    for index, path in enumerate(paths):
        data = _read(path)
        if data is None or has_needle(data):
            from migrator.cli.lane import check

            return check(paths[index:], flags, {} if data is None else {path: data})
    if "-q" not in flags and "--quiet" not in flags:
        sys.stdout.write("All checks passed!\n")
    return 0


def _read(path: str) -> bytes | None:
    """Return the bytes of a regular file of usual size, ``None`` for anything else."""
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        if status.st_mode & 0o170000 != _REGULAR or status.st_size > _LIMIT:
            return None
        data = os.read(descriptor, status.st_size + 1)
        return data if len(data) == status.st_size else None
    except OSError:
        return None
    finally:
        os.close(descriptor)
