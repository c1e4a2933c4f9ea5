"""A real server beside the emulator; ``python scripts/servers.py`` starts it and these tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openai
import pytest

from migrator.verification.emulator import Emulator

URL = os.environ.get("MIGRATOR_SERVER_URL")
_HOW = "`python scripts/servers.py` builds what it needs, starts the servers and runs this"


@dataclass
class Party:
    """A server with both endpoints."""

    name: str
    model: str
    client: openai.OpenAI

    def send(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body of the answer to a request that is sent as it is.

        Of a stream, the status is all.
        """
        given = {"model": self.model, **body}
        kind: Any = str if body.get("stream") else object
        try:
            answer = self._post(path, kind, given)
        except openai.APIStatusError as error:
            return error.status_code, {"error": str(error)}
        return 200, answer if isinstance(answer, dict) else {}

    def _post(self, path: str, kind: Any, body: dict[str, Any]) -> Any:
        for last in (False, True):
            try:
                return self.client.post(path, cast_to=kind, body=body)
            except openai.APITimeoutError:
                raise
            except openai.APIConnectionError:
                # llama-stack closes the connection after some refusals without saying so.
                if last:
                    raise
        return None


@dataclass
class Findings:
    """Where the server and the emulator differ, for the table at the end."""

    rows: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, what: str, emulator: str, server: str, why: str) -> None:
        self.rows.append((what, emulator, server, why))


_FINDINGS = Findings()


@pytest.fixture(scope="session")
def findings() -> Findings:
    return _FINDINGS


@pytest.fixture(scope="session")
def server() -> Party:
    if URL is None:
        pytest.skip(_HOW)
    client = openai.OpenAI(base_url=URL, api_key="unused", max_retries=0, timeout=180)
    return Party("server", os.environ["MIGRATOR_SERVER_MODEL"], client)


@pytest.fixture(scope="session")
def emulator() -> Iterator[Party]:
    with Emulator() as running:
        client = openai.OpenAI(base_url=running.base_url, api_key="unused", max_retries=0)
        yield Party("emulator", "gpt-4o", client)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _FINDINGS.rows:
        return
    terminalreporter.section("where the server and the emulator differ")
    terminalreporter.write_line("| request | emulator | server | why |")
    terminalreporter.write_line("|---|---|---|---|")
    for row in _FINDINGS.rows:
        terminalreporter.write_line("| " + " | ".join(row) + " |")
