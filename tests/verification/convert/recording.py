"""A stand-in for the openai package that records what is sent."""

from __future__ import annotations

import contextlib
import io
import sys
import types
from typing import Any


class Recorder:
    """Runs programs against clients that record; ``calls`` lists (endpoint, keywords)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def run(self, source: str) -> list[tuple[str, dict[str, Any]]]:
        """Execute a program and return the calls it made."""
        self.calls.clear()
        saved = sys.modules.get("openai")
        sys.modules["openai"] = self._package()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, "program.py", "exec"), {"__name__": "program"})
        finally:
            if saved is None:
                del sys.modules["openai"]
            else:
                sys.modules["openai"] = saved
        return list(self.calls)

    def _package(self) -> types.ModuleType:
        recorder = self

        class OpenAI:
            def __init__(self) -> None:
                message = types.SimpleNamespace(content="said")
                choice = types.SimpleNamespace(message=message)
                completion = types.SimpleNamespace(choices=[choice])
                response = types.SimpleNamespace(output_text="said")
                completions = _resource(recorder, "chat", completion)
                self.chat = types.SimpleNamespace(completions=completions)
                self.responses = _resource(recorder, "responses", response)

        package = types.ModuleType("openai")
        vars(package)["OpenAI"] = OpenAI
        return package


def _resource(recorder: Recorder, endpoint: str, result: object) -> types.SimpleNamespace:
    def create(**keywords: Any) -> object:
        recorder.calls.append((endpoint, keywords))
        return result

    return types.SimpleNamespace(create=create)
