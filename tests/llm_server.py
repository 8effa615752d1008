"""Run an OpenAI-compatible server in a thread that replies by a script and records its requests."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What the server does with each request.
Script = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """A running server: the spec that names it to kbase, and what it was sent.

    `requests` are the JSON bodies, `authorizations` the headers of that name, one each.
    """

    spec: str
    script: Script
    requests: list[dict[str, Any]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)

    @property
    def prompt(self) -> str:
        """The messages of the last request, as one text."""
        return "\n".join(str(message["content"]) for message in self.requests[-1]["messages"])


def stream_text(*pieces: str, begin: bool = True, end: bool = True) -> Script:
    """Return a script that streams these pieces, or only the beginning or end of a stream."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        if begin:
            send_headers(handler, "text/event-stream")
        for piece in pieces:
            _send_chunk(handler, {"role": "assistant", "content": piece}, None)
        if end:
            _send_chunk(handler, {}, "stop")
            handler.wfile.write(b"data: [DONE]\n\n")

    return script


def break_off(*pieces: str) -> Script:
    """Return a script that announces a long stream and closes the connection after the pieces."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        send_headers(handler, "text/event-stream", length=100_000)
        for piece in pieces:
            _send_chunk(handler, {"role": "assistant", "content": piece}, None)
        handler.close_connection = True

    return script


def respond(status: int, body: bytes) -> Script:
    """Return a script that sends a whole JSON response and streams nothing."""

    def script(handler: BaseHTTPRequestHandler) -> None:
        send_headers(handler, "application/json", status=status, length=len(body))
        handler.wfile.write(body)

    return script


def send_headers(
    handler: BaseHTTPRequestHandler, kind: str, *, status: int = 200, length: int | None = None
) -> None:
    """Send the status and the headers of a response; `kind` is its content type."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    if length is not None:
        handler.send_header("Content-Length", str(length))
    handler.end_headers()


def _send_chunk(handler: BaseHTTPRequestHandler, delta: dict[str, str], reason: str | None) -> None:
    chunk = {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    }
    handler.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
    handler.wfile.flush()


@contextmanager
def run_server(script: Script) -> Iterator[Server]:
    """Run a server with a script until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.authorizations.append(self.headers.get("Authorization", ""))
            server.requests.append(json.loads(body))
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
