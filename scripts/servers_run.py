"""Starts llama.cpp with the tiny model and llama-stack in front of it; stops them by their ids."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import IO, Any

SCRIPTS = Path(__file__).resolve().parent
HOST = "127.0.0.1"
MODEL = "llamacpp/tiny"
_PATIENCE = 120.0


class ServerFault(Exception):
    """A server did not start or went away; one line says which, and where its log is."""


class Servers:
    """Both servers, for the ``with`` statement; ``base_url`` is llama-stack's."""

    def __init__(self, python: Path, folder: Path) -> None:
        self._python = python.absolute()  # not resolved: it would leave its environment
        self._folder = folder.resolve()
        self._running: list[subprocess.Popen[bytes]] = []
        self._logs: list[IO[bytes]] = []
        self._state: Path | None = None
        self.base_url = ""

    def __enter__(self) -> Servers:
        try:
            self._start_all()
        except BaseException:
            self._stop_all()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop_all()

    def _start_all(self) -> None:
        model = self._folder / "tiny.gguf"
        if not model.exists():
            subprocess.run([self._python, SCRIPTS / "servers_model.py", model], check=True)
        port = _free_port()
        self._start("llama.cpp", [self._python, SCRIPTS / "servers_engine.py", model, str(port)])
        self._await("llama.cpp", f"http://{HOST}:{port}/health")
        front = _free_port()
        state = self._state = Path(tempfile.mkdtemp(prefix="state-", dir=self._folder))
        settings = state / "stack.json"  # JSON is YAML
        settings.write_text(json.dumps(stack_settings(port, state)), encoding="utf-8")
        llama = self._python.parent / "llama"
        self._start("llama-stack", [llama, "stack", "run", settings, "--port", str(front)])
        self.base_url = f"http://{HOST}:{front}/v1"
        self._await("llama-stack", f"{self.base_url}/models")

    def _start(self, name: str, command: list[str | Path]) -> None:
        log = (self._folder / f"{name}.log").open("wb")
        self._logs.append(log)
        self._running.append(
            subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self._folder,
                start_new_session=True,
            )
        )  # fmt: skip

    def _await(self, name: str, url: str) -> None:
        """Wait until ``url`` answers; raise `ServerFault` if it does not."""
        log = self._folder / f"{name}.log"
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._running[-1].poll() is not None:
                raise ServerFault(f"{name} ended at its start; see {log}")
            try:
                urllib.request.urlopen(url, timeout=5).close()
                return
            except (OSError, urllib.error.URLError):
                time.sleep(0.2)
        raise ServerFault(f"{name} did not answer within {_PATIENCE:g} s; see {log}")

    def _stop_all(self) -> None:
        for process in reversed(self._running):
            _stop(process)
        self._running.clear()
        for log in self._logs:
            log.close()
        if self._state is not None:
            shutil.rmtree(self._state, ignore_errors=True)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End one process and what it started: each leads a group of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            continue
    process.poll()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def stack_settings(engine: int, state: Path) -> dict[str, Any]:
    """Return what llama-stack is to serve: one model, answers and conversations, all kept here."""
    key_value = {"backend": "kept"}
    table = {"backend": "tables"}
    return {
        "version": 2,
        "distro_name": "migrator",
        "apis": ["inference", "responses", "conversations", "files", "prompts", "safety",
                 "tool_runtime", "vector_io"],
        "providers": {
            "inference": [_provider(
                "llamacpp", "remote::llama-cpp-server", base_url=f"http://{HOST}:{engine}/v1",
            )],
            "responses": [_provider("builtin", "inline::builtin", persistence={
                "agent_state": {"namespace": "agents", **key_value},
                "responses": {"table_name": "responses", **table},
            })],
            "files": [_provider(
                "local", "inline::localfs", storage_dir=str(state / "files"),
                metadata_store={"table_name": "files", **table},
            )],
            "safety": [],
            "tool_runtime": [],
            "vector_io": [],
        },
        "storage": {
            "backends": {
                "kept": {"type": "kv_sqlite", "db_path": str(state / "kept.db")},
                "tables": {"type": "sql_sqlite", "db_path": str(state / "tables.db")},
            },
            "stores": {
                "metadata": {"namespace": "registry", **key_value},
                "prompts": {"namespace": "prompts", **key_value},
                "connectors": {"namespace": "connectors", **key_value},
                "inference": {"table_name": "inference", **table},
                "conversations": {"table_name": "conversations", **table},
            },
        },
        "registered_resources": {"models": [
            {"model_id": "tiny", "provider_id": "llamacpp", "provider_model_id": "tiny",
             "model_type": "llm"},
        ]},
        "server": {"host": HOST},
    }  # fmt: skip


def _provider(name: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"provider_id": name, "provider_type": kind, "config": config}


def serve(python: Path, folder: Path) -> None:
    """Run both servers until interrupted and print the address."""
    with Servers(python, folder) as servers:
        print(f"{servers.base_url}  model {MODEL}", flush=True)
        print("interrupt to stop", file=sys.stderr, flush=True)
        signal.pause()
