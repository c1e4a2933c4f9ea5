"""Runs a program before and after the rewrite and compares what it does.

::

    options = Options(["python", "main.py"], Path("."))
    with verified(options, Resolver()) as result:
        print("".join(line + "\\n" for line in report(result, width=100)))

Compared are the exit status, stdout, the files written and the conversations that reached the
server: the emulator, or a real one behind a recording pass-through.  Each piece stands alone:
:func:`compare` takes two :class:`Observation` objects however they were made, and
:func:`requests_of` reads any journal of the emulator.  ``docs/verify.md`` is the manual.
"""

from .compare import Comparison, Difference, compare
from .errors import CannotRun
from .observation import Observation, Request, requests_of
from .passthrough import PassThrough
from .process import Finished, run_command
from .report import as_json, print_report, report
from .serving import Emulated, Server
from .session import Options, Result, verified

__all__ = [
    "CannotRun",
    "Comparison",
    "Difference",
    "Emulated",
    "Finished",
    "Observation",
    "Options",
    "PassThrough",
    "Request",
    "Result",
    "Server",
    "as_json",
    "compare",
    "print_report",
    "report",
    "requests_of",
    "run_command",
    "verified",
]
