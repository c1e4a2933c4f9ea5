"""Start commands and tell what they cost; run as ``python -S -E launcher.py``.

A process begins with the memory of the one that forked it, and its peak never forgets that, so
commands are started from here and nothing but `os`, `sys` and `time` is imported.  Reads one
command a line: folder and arguments, separated by NUL.  Answers each with one line: exit status,
CPU and wall seconds, peak KiB.
"""

import os
import sys
import time


def _start(folder: str, command: list[str]) -> int:
    process = os.fork()
    if process:
        return process
    try:
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        os.execvp(command[0], command)
    finally:
        os._exit(127)


def main() -> None:
    """Answer until the other end closes."""
    for line in sys.stdin:
        folder, *command = line.rstrip("\n").split("\0")
        started = time.perf_counter()
        _, status, usage = os.wait4(_start(folder, command), 0)
        wall = time.perf_counter() - started
        code = os.waitstatus_to_exitcode(status)
        print(code, usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss, flush=True)


if __name__ == "__main__":
    try:
        main()
    except BrokenPipeError:
        os._exit(1)
