"""The server as a process and as an object: start, journal file, port in use, stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import openai
import pytest

from migrator.verification.emulator import Emulator, EmulatorError

ROOT = Path(__file__).resolve().parents[3]
COMMAND = [sys.executable, "-m", "migrator.verification.emulator"]


def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def test_command_line(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    process, base_url = start("--journal", str(journal))
    try:
        client = openai.OpenAI(base_url=base_url, api_key="test")
        text = client.responses.create(model="gpt-4o", input="hi", store=False).output_text
        with pytest.raises(openai.BadRequestError):
            client.responses.create(model="gpt-4o", input="hi", max_output_tokens=1)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert text
    good, bad = (json.loads(line) for line in journal.read_text().splitlines())
    assert (good["endpoint"], good["status"], good["store"]) == ("responses", 200, False)
    assert good["conversation"]["turns"] == [
        {"kind": "message", "role": "user", "parts": [{"kind": "text", "text": "hi"}]}
    ]
    assert (bad["status"], bad["conversation"]) == (400, None)
    assert bad["error"]["error"]["code"] == "integer_below_min_value"


def test_port_in_use() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(EmulatorError, match=f"cannot listen on 127.0.0.1:{port}"):
            Emulator(port).start()
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*COMMAND, "--port", str(port)],
            capture_output=True,
            text=True,
            env=environment,
            timeout=20,
            check=False,
        )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("emulator: cannot listen on 127.0.0.1:")
    assert done.stderr.count("\n") == 1


def test_start_is_quick_and_stop_leaves_nothing() -> None:
    before = set(threading.enumerate())
    started = time.monotonic()
    with Emulator() as server:
        assert time.monotonic() - started < 1.0
        client = openai.OpenAI(base_url=server.base_url, api_key="test")
        client.responses.create(model="gpt-4o", input="hi")
        port = server.port
    assert {t for t in threading.enumerate() if t.name == "emulator"} <= before
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), 1):
        pass
    server.stop()


def test_only_the_loopback_listens(emulator: Emulator) -> None:
    assert emulator.root_url == f"http://127.0.0.1:{emulator.port}"
    assert emulator.base_url == f"{emulator.root_url}/v1"


def test_environment_points_clients_here(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in emulator.environment().items():
        monkeypatch.setenv(name, value)
    assert openai.OpenAI().responses.create(model="gpt-4o", input="hi").output_text
    assert len(emulator.journal) == 1


def test_runs_repeat(emulator: Emulator, client: openai.OpenAI) -> None:
    """Two runs of the same requests give the same bytes, ids included."""

    def run() -> list[Any]:
        emulator.reset()
        one = client.responses.create(model="gpt-5", input="hi")
        two = client.responses.create(model="gpt-5", input="and?", previous_response_id=one.id)
        messages: Any = [{"role": "user", "content": "hi"}]
        chat = client.chat.completions.create(model="gpt-5", messages=messages)
        return [one.to_dict(), two.to_dict(), chat.to_dict()]

    assert run() == run()


def test_reset_forgets(emulator: Emulator, client: openai.OpenAI) -> None:
    made = client.responses.create(model="gpt-4o", input="hi")
    emulator.reset()
    assert emulator.journal == []
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_concurrent_requests(emulator: Emulator, client: openai.OpenAI) -> None:
    texts: dict[int, str] = {}

    def ask(number: int) -> None:
        texts[number] = client.responses.create(model="gpt-4o", input=str(number % 3)).output_text

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(emulator.journal) == 9
    assert len(set(texts.values())) == 3
    assert all(texts[n] == texts[n % 3] for n in texts)
