"""What can go wrong: one line each, exit 2, nothing left running, the tree as it was."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Programs

DAEMON = """\
import os, subprocess, sys, time
subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
if os.fork() == 0:
    time.sleep(600)
"""


def running_below(folder: Path) -> list[str]:
    """Return the command lines of processes whose working folder lies below ``folder``."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and Path(os.readlink(entry / "cwd")).is_relative_to(folder):
                found.append((entry / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


@pytest.fixture(autouse=True)
def nothing_left_behind(scratch: Path) -> Iterator[None]:
    yield
    if sys.platform == "linux":
        assert running_below(scratch) == []
    assert list(scratch.iterdir()) == []


def test_port_in_use(programs: Programs) -> None:
    programs.write("ask('a')")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = programs.refused("--port", str(port))
    assert said == (
        f"cannot listen on 127.0.0.1:{port}: Address already in use; pass another --port, or none"
        " for a free one"
    )


def test_no_such_server(programs: Programs) -> None:
    programs.write("ask('a')")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    assert programs.refused("--base-url", url) == (
        f"nothing answers at {url}; start the server first"
    )
    assert programs.refused("--base-url", "localhost:1") == (
        "--base-url localhost:1: not an http or https URL"
    )
    assert "exclude each other" in programs.refused("--base-url", url, "--emulator")


@pytest.mark.parametrize("answered", [0, 1])
def test_a_server_that_dies(programs: Programs, answered: int) -> None:
    programs.write("ask('a')\nask('b')")
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(20)
    body = b'{"choices": [{"message": {"content": "x"}}]}'
    answer = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body)

    def serve() -> None:
        listener.accept()[0].close()  # is anybody there?
        for number in range(answered + 1):
            connection, _ = listener.accept()
            connection.recv(65536)
            if number < answered:
                connection.sendall(answer + body)
            connection.close()
        listener.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
    said = programs.refused("--base-url", url)
    thread.join(20)
    assert said.startswith(f"the server at {url} was lost: ")


def test_a_program_that_hangs(programs: Programs) -> None:
    programs.write(DAEMON + "time.sleep(600)")
    started = time.monotonic()
    said = programs.refused("--timeout", "0.5")
    assert said.endswith(" did not end within 0.5 s")
    assert time.monotonic() - started < 10


def test_a_program_that_ignores_signals(programs: Programs) -> None:
    programs.write(
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('x', flush=True)\nwhile True: time.sleep(0.1)"
    )
    assert " did not end within 0.5 s" in programs.refused("--timeout", "0.5")


def test_only_the_rewritten_program_hangs(programs: Programs) -> None:
    programs.write("ask('a')\nimport time\nif not original: time.sleep(600)")
    assert programs.refused("--timeout", "3").endswith(
        " did not end within 3 s after the rewrite; before it, it did"
    )


def test_processes_left_running(programs: Programs) -> None:
    programs.write(DAEMON + "print(ask('a'))")
    status, out, _ = programs.verify()
    assert (status, out[:5]) == (0, "Same:")


def test_no_request(programs: Programs) -> None:
    programs.write("")
    command = [sys.executable, "-c", "pass"]
    assert programs.refused(command=command).endswith(" sent no request to the emulator")
    command = [sys.executable, "-c", "1 / 0"]
    assert programs.refused(command=command).endswith(
        " sent no request to the emulator: it ended with status 1, ZeroDivisionError: division by"
        " zero"
    )


def test_no_rewritten_call_is_run(programs: Programs) -> None:
    """The program of another folder, an installed one for example, proves nothing."""
    programs.write("")
    plain = "import openai\nopenai.OpenAI().chat.completions.create(model='m', messages=" + (
        "[{'role': 'user', 'content': 'x'}])"
    )
    said = programs.refused(command=[sys.executable, "-c", plain])
    assert " ran no rewritten call: all its requests still went to Chat Completions" in said


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("no-such-command", "no-such-command: no such command"),
        ("./main.py", "./main.py: can't be run: Permission denied"),
        ("./no.sh", "./no.sh: no such command"),
    ],
)
def test_no_such_command(programs: Programs, command: str, said: str) -> None:
    programs.write("ask('a')")
    assert programs.refused(command=[command]) == said


def test_no_command(programs: Programs) -> None:
    done = programs.project.run("verify", "run")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith("migrator: Missing argument 'COMMAND...'")


def test_fix_fails(programs: Programs) -> None:
    programs.write("ask('a')")
    programs.project.file("bad.py", "client.chat.completions.create(\n")
    assert programs.refused().startswith("fix failed: bad.py:1:")
    assert programs.verify("--paths", "main.py")[0] == 0


def test_bad_settings(programs: Programs) -> None:
    programs.write("ask('a')")
    assert "no such file" in programs.refused("--config", "nope.toml")
    programs.project.configure("store = 3")
    assert "store" in programs.refused()
    assert programs.refused("--isolated", "--paths", "nope") == (
        "--paths nope: no such file or folder in the project"
    )
    assert programs.refused("--include", "nope").endswith(
        f"no such file or folder below {programs.project.root}"
    )


def test_missing_extra(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    programs.write("ask('a')")
    monkeypatch.setattr(
        "migrator.cli.verify_common.find_spec", lambda name: None if name != "starlette" else name
    )
    assert programs.refused() == (
        "`verify` needs jsonschema, openai, pydantic, uvicorn, not installed here; run"
        " pip install 'responses-migrator[verify]'"
    )


def test_no_room_for_the_copy(
    programs: Programs, monkeypatch: pytest.MonkeyPatch, scratch: Path
) -> None:
    programs.write("ask('a')")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("shutil.copy2", full)
        assert "No space left on device" in programs.refused()
    with monkeypatch.context() as patched:
        patched.setattr("tempfile.tempdir", str(scratch / "nope"))
        assert programs.refused().startswith("no temporary folder can be made: ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(programs: Programs, scratch: Path, number: signal.Signals) -> None:
    programs.write(DAEMON + "open('started', 'w')\ntime.sleep(600)")
    process = subprocess.Popen(
        [sys.executable, "-m", "migrator", "verify", "run", *programs.command],
        cwd=programs.project.root, stderr=subprocess.PIPE, env={**os.environ, "TMPDIR": str(scratch)},
    )  # fmt: skip
    deadline = time.monotonic() + 20
    while not list(scratch.glob("*/project/started")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    said = process.communicate(timeout=20)[1].decode()
    assert process.returncode == 130
    assert said.count("\n") == 1 and "interrupted" in said
