"""The console script: decides with ``sys`` and ``os`` alone whether there is anything to do.

Most commits hold nothing for us, so `main` answers them before anything else is imported:
plain files, known flags, no needle in the bytes.
"""

import os
import sys

# Larger files are searched piece by piece, elsewhere.
_LIMIT = 10_000_000
_REGULAR = 0o100000
_FLAGS = ("-q", "--quiet", "-e", "--exit-zero", "--force-exclude")
_INTERRUPTED = 130
_PIPE_CLOSED = 141


def main() -> int:
    """Run the command line and return the exit status; never lets a traceback out on ^C."""
    try:
        status = _main(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("migrator: interrupted; no file was left half-written\n")
        return _INTERRUPTED
    except BrokenPipeError:
        # What is left in the buffer has no reader; keep the interpreter's last flush quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _PIPE_CLOSED
    return status


def _main(arguments: list[str]) -> int:
    if arguments[:1] == ["check"]:
        flags: list[str] = []
        paths: list[str] = []
        for argument in arguments[1:]:
            (flags if argument[:1] == "-" else paths).append(argument)
        if paths and all(flag in _FLAGS for flag in flags):
            return _check(paths, flags)
    from migrator.cli.main import run

    return run(arguments)


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
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
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
