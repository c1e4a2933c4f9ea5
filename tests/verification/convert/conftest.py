"""One emulator for the session, emptied before every test, and a client that talks to it.

Imports wait for the fixtures: the oracles run where neither hypothesis nor a server is installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import openai

    from migrator.verification.emulator import Emulator


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "oracles: compares with other converters, where they are installed"
    )


@pytest.fixture(scope="session")
def running() -> Iterator[Emulator]:
    from migrator.verification.emulator import Emulator

    with Emulator() as server:
        yield server


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    running.reset()
    return running


@pytest.fixture(scope="session")
def client(running: Emulator) -> openai.OpenAI:
    import openai

    return openai.OpenAI(base_url=running.base_url, api_key="test", max_retries=0)
