"""A server on a real socket that answers as it is told, and remembers what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Asked:
    """One request as it arrived; ``number`` counts those of its side and text, from 1."""

    side: str
    text: str
    number: int
    body: dict[str, Any]
    path: str
    headers: dict[str, str]


@dataclass
class Reply:
    """What goes back: ``data`` as it is; then the connection is cut if ``cut``."""

    status: int = 200
    data: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    stream: bool = False


Script = Callable[[Asked], "Reply | None"]


def ok(asked: Asked) -> Reply:
    """Return a good answer to whatever was asked."""
    if asked.body.get("stream"):
        return streamed(events(asked))
    return Reply(data=json.dumps(answer(asked)).encode())


def answer(asked: Asked) -> dict[str, Any]:
    text = f"re: {asked.text}"
    if asked.side == "chat":
        message = {"role": "assistant", "content": text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}
        return {"id": "c", "object": "chat.completion", "created": 1, "model": "m",
                "choices": [choice], "usage": usage}  # fmt: skip
    item = {"type": "message", "role": "assistant", "id": "m", "status": "completed",
            "content": [{"type": "output_text", "text": text, "annotations": []}]}  # fmt: skip
    usage = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15,
             "input_tokens_details": {}, "output_tokens_details": {}}  # fmt: skip
    return {"id": "r", "object": "response", "created_at": 1, "model": "m",
            "status": "completed", "output": [item], "usage": usage}  # fmt: skip


def events(asked: Asked) -> list[Any]:
    whole = answer(asked)
    if asked.side == "chat":
        head = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}

        def chunk(delta: Any, finish: str | None = None) -> dict[str, Any]:
            return {**head, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

        return [chunk({"role": "assistant", "content": ""}), chunk({"content": "re: "}),
                chunk({"content": asked.text}), chunk({}, "stop"),
                {**head, "choices": [], "usage": whole["usage"]}, "[DONE]"]  # fmt: skip
    return [{"type": "response.created", "response": {**whole, "status": "in_progress"}},
            {"type": "response.output_text.delta", "delta": "re: "},
            {"type": "response.output_text.delta", "delta": asked.text},
            {"type": "response.completed", "response": whole}]  # fmt: skip


def streamed(found: list[Any], *, cut: bool = False) -> Reply:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in found]
    data = "".join(f"data: {line}\n\n" for line in lines)
    return Reply(data=data.encode(), cut=cut, stream=True)


def error(status: int, message: str, code: str | None = None, **headers: str) -> Reply:
    body = {"error": {"message": message, "type": "some_error", "param": None, "code": code}}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(body).encode(), named)


class Faulty:
    """For the ``with`` statement; ``script`` answers, and `ok` where it returns ``None``."""

    def __init__(self, script: Script = lambda asked: None) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # head and body in one packet

            def do_POST(self) -> None:
                outer.serve(self)

            def log_message(self, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.01,), daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def __enter__(self) -> Faulty:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, side: str | None = None) -> int:
        return sum(1 for each in self.asked if side in (None, each.side))

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        asked = self._arrived(handler)
        try:
            reply = self.script(asked) or ok(asked)
        finally:
            with self._lock:
                self._at_once -= 1
        self._write(handler, reply)

    def _arrived(self, handler: BaseHTTPRequestHandler) -> Asked:
        size = int(handler.headers.get("content-length", 0))
        body = json.loads(handler.rfile.read(size))
        side = "chat" if "chat/completions" in handler.path else "responses"
        text = body["messages" if side == "chat" else "input"][-1]["content"]
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._lock:
            before = sum(1 for each in self.asked if (each.side, each.text) == (side, text))
            asked = Asked(side, text, before + 1, body, handler.path, headers)
            self.asked.append(asked)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        return asked

    def _write(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        handler.close_connection = reply.cut
        if reply.cut and not reply.data and reply.status == 200 and not reply.stream:
            return  # not even a status line
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.stream:
            handler.send_header("content-type", "text/event-stream")
            handler.send_header("transfer-encoding", "chunked")
            handler.end_headers()
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(reply.data), reply.data))
            if not reply.cut:
                handler.wfile.write(b"0\r\n\r\n")
            return
        more = 100 if reply.cut else 0
        handler.send_header("content-type", "application/json")
        handler.send_header("content-length", str(len(reply.data) + more))
        handler.end_headers()
        handler.wfile.write(reply.data)
