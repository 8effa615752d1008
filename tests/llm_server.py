"""An OpenAI-compatible server that says what it is told to, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Script = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """Where it listens, and the requests it got: their headers and their JSON."""

    spec: str
    script: Script
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    @property
    def prompt(self) -> str:
        return "\n".join(str(one["content"]) for one in self.asked[-1]["messages"])


def says(*pieces: str, begin: bool = True, end: bool = True) -> Script:
    """A stream of these pieces, or its beginning, or its end."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        if begin:
            handler.send_response(200)
            handler.send_header("Content-Type", "text/event-stream")
            handler.end_headers()
        for piece in pieces:
            _send(handler, {"role": "assistant", "content": piece}, None)
        if end:
            _send(handler, {}, "stop")
            handler.wfile.write(b"data: [DONE]\n\n")

    return script


def breaks_off(*pieces: str) -> Script:
    """A stream that promises more than it holds."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        for piece in pieces:
            _send(handler, {"role": "assistant", "content": piece}, None)
        handler.close_connection = True

    return script


def answers(status: int, body: bytes) -> Script:
    """A whole answer that is no stream."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return script


def _send(handler: BaseHTTPRequestHandler, delta: dict[str, str], reason: str | None) -> None:
    choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": choices,
    }
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


@contextmanager
def serving(script: Script) -> Iterator[Server]:
    """A server with that script, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            server.keys.append(self.headers.get("Authorization", ""))
            server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            server.script(self)

        def log_message(self, *_: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Server(f"openai-like:http://127.0.0.1:{http.server_port}/v1#m", script)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
