"""``python -m migrator.verification.emulator --port N [--journal FILE]``.

Prints the base URL on one line and serves until interrupted. Exit codes: 0 after SIGINT or
SIGTERM, 2 for bad usage or a port in use.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from .server import Emulator, EmulatorError

_SLOW_MODULE = f"{__package__}.wire"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal arrives; return the exit code."""
    options = _parser().parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        if options.journal is not None:
            options.journal.write_text("", encoding="utf-8")
        with Emulator(
            options.port, journal_file=options.journal, eager_tools=options.eager_tools
        ) as emulator:
            print(emulator.base_url, flush=True)
            # Reading the SDK's types takes most of a second: do it while the client starts.
            threading.Thread(target=import_module, args=(_SLOW_MODULE,), daemon=True).start()
            stop.wait()
    except (EmulatorError, OSError) as error:
        print(f"emulator: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m migrator.verification.emulator",
        description="Serve the emulated OpenAI API on 127.0.0.1.",
    )
    parser.add_argument("--port", type=int, default=0, help="port (default: a free one)")
    parser.add_argument("--journal", type=Path, help="file for one JSON line per request")
    parser.add_argument(
        "--eager-tools", action="store_true", help="call a tool wherever the model is free to"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
