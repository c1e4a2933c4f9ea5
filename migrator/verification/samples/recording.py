"""Runs a command behind a recording proxy and returns the chat requests it made."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from migrator.verification.emulator import Emulator, EmulatorError
from migrator.verification.running.errors import CannotRun
from migrator.verification.running.exchanges import Exchange
from migrator.verification.running.passthrough import PassThrough

from .sample import Sample
from .traffic import Caught, samples_of


@dataclass(frozen=True)
class Recording:
    """What a command did: its exit status, its chat requests, and how many others there were."""

    code: int
    samples: list[Sample]
    others: int


def record(
    command: Sequence[str], upstream: str | None, environment: Mapping[str, str], port: int = 0
) -> Recording:
    """Run ``command`` in place, with the terminal as it is; raise `CannotRun`.

    ``upstream`` is the base URL that requests go on to, ``None`` for the emulator.  What was
    caught is returned also where the command was interrupted.
    """
    with contextlib.ExitStack() as stack:
        url = upstream or stack.enter_context(_emulated())
        proxy = stack.enter_context(PassThrough(url, port))
        given = {**environment, **proxy.environment()}
        for name in ("NO_PROXY", "no_proxy"):
            given[name] = ",".join(filter(None, [given[name], environment.get(name, "")]))
        for name in ("OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"):
            if upstream is None:
                given.setdefault(name, "sk-emulator")
        code = _run(command, given)
        exchanges = proxy.exchanges
    samples = samples_of(map(_caught, exchanges), "record")
    chat = sum(1 for each in exchanges if each.path.endswith("/chat/completions"))
    return Recording(code, samples, len(exchanges) - chat)


@contextlib.contextmanager
def _emulated() -> Iterator[str]:
    emulator = Emulator()
    try:
        emulator.start()
    except EmulatorError as error:
        raise CannotRun(str(error)) from None
    try:
        yield emulator.base_url
    finally:
        emulator.stop()


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command; ^C is its own business, SIGTERM is handed on."""
    try:
        process = subprocess.Popen(list(command), env=dict(environment))
    except FileNotFoundError:
        raise CannotRun(f"{command[0]}: no such command") from None
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise CannotRun(f"{command[0]}: can't be run: {why}") from None

    def forward(number: int, _: object) -> None:
        # The terminal sends ^C to the command as well, but not what was meant for us alone.
        if number == signal.SIGTERM:
            process.terminate()

    before = {number: signal.signal(number, forward) for number in _SIGNALS}
    try:
        return process.wait()
    finally:
        for number, old in before.items():
            signal.signal(number, old)


_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def _caught(exchange: Exchange) -> Caught:
    url = exchange.path + (f"?{exchange.query}" if exchange.query else "")
    return Caught(
        exchange.method, url, exchange.sent, exchange.status if exchange.whole else 0,
        bytes(exchange.got), exchange.headers,
    )  # fmt: skip


def upstream_of(wanted: str | None, environment: Mapping[str, str]) -> str:
    """Return the base URL of the real server that a program would have spoken to."""
    azure = environment.get("AZURE_OPENAI_ENDPOINT")
    given = wanted or environment.get("OPENAI_BASE_URL") or environment.get("OPENAI_API_BASE")
    if given or not azure:
        return given or "https://api.openai.com/v1"
    return f"{azure.rstrip('/')}/openai/v1"
