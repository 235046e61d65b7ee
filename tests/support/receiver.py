"""A system of somebody else's that is sent webhooks: a real HTTP server that answers as told."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def json(self) -> dict[str, Any]:
        return msgspec.json.decode(self.body, type=dict[str, Any])


@dataclass(frozen=True)
class Reply:
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


type Answering = Callable[[Received], Reply]


class Receiver:
    """What came, in order; `answering` decides on each request, at first all are accepted."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answering: Answering = lambda request: Reply()
        self.lock = threading.Lock()
        self.url = ""

    def take(self, request: Received) -> Reply:
        reply = self.answering(request)
        with self.lock:
            self.received.append(request)
        return reply

    @property
    def types(self) -> list[str]:
        return [each.json["type"] for each in self.received]


@contextmanager
def receiver(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Runs one on a free port of this machine, behind TLS where a context is given."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = found.take(Received(self.path, headers, body))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: a test tells by itself what came."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Says nothing: some tests hang up in the middle."""

        def get_request(self) -> tuple[socket.socket, Any]:
            plain, client = super().get_request()
            return (context.wrap_socket(plain, server_side=True) if context else plain), client

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/hooks"
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
