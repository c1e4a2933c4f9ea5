"""Run the tests against a real third-party server that has both endpoints.

    python scripts/servers.py                    build what is missing, start, test, stop
    python scripts/servers.py -- -k tools -x     arguments for pytest
    python scripts/servers.py --serve            only start both servers, until interrupted

The servers are llama-stack and, behind it, llama.cpp with a tiny model that is made here: no
download of weights, no key, no network but pip's.  They need a Python of 3.12 or later in an
environment of their own (900 MB); it and everything else they write stays in one folder.
``docs/servers.md`` says what came out.  Exits with pytest's status; 2 if something can't be had.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from servers_environment import ROOT, EnvironmentFault, servers_python, testing_python
from servers_run import MODEL, ServerFault, Servers, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    options = _parser().parse_args(arguments)
    folder: Path = options.folder.resolve()
    # After ^C or SIGTERM the servers must go as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
        python = servers_python(folder, options.python)
        if options.serve:
            serve(python, folder)
            return 0
        tester = testing_python(folder)
        with Servers(python, folder) as servers:
            return _test(tester, servers.base_url, options.pytest)
    except KeyboardInterrupt:
        return 130
    except (EnvironmentFault, ServerFault, OSError, subprocess.CalledProcessError) as error:
        print(f"servers: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--python", metavar="PYTHON", help="the interpreter for the servers (3.12 or later)")
    add("--folder", type=Path, default=ROOT / ".servers", help="where everything is kept")
    add("--serve", action="store_true", help="start the servers and run no tests")
    add("pytest", nargs="*", metavar="-- PYTEST-ARGUMENT", help="further arguments for pytest")
    return parser


def _test(python: Path, base_url: str, arguments: Sequence[str]) -> int:
    environment = {
        **os.environ, "MIGRATOR_SERVER_URL": base_url, "MIGRATOR_SERVER_MODEL": MODEL,
        "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    command = [str(python), "-m", "pytest", "-m", "servers", "tests/servers", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
