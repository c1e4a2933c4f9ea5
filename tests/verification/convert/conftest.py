"""One emulator for the session, emptied before every test, and a client that talks to it."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from migrator.verification.emulator import Emulator


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    with Emulator() as server:
        yield server


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    return running


@pytest.fixture(scope="session")
def client(running: Emulator) -> openai.OpenAI:
    return openai.OpenAI(base_url=running.base_url, api_key="test", max_retries=0)
