"""`/metrics` for Prometheus, in a process of its own on a port of its own, never the shop's.

Every process keeps what it counts in files of its own under one folder; this one adds them up and
asks PostgreSQL for what only it knows. A scrape therefore covers all processes of this machine.
"""

import hmac
import signal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import FrameType
from typing import Any, override

from django.db import connections
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from config.environment import Environment
from config.metrics_files import files
from config.standing import Standing

REQUEST_SECONDS = 10


class Counted(Collector):
    """The sum of what all processes under a folder have counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @override
    def collect(self) -> list[Metric]:
        paths = [str(path) for path in sorted(self.folder.glob("*/*.db"))]
        merge: Any = MultiProcessCollector.merge
        return list(merge(paths, accumulate=True))


def exposition(folder: Path) -> bytes:
    """Returns all metrics as text, those of the database too if it answers."""
    registry = CollectorRegistry()
    registry.register(Counted(folder))
    registry.register(Standing())
    try:
        return generate_latest(registry)
    finally:
        connections["default"].close_if_unusable_or_obsolete()


class Handler(BaseHTTPRequestHandler):
    """Answers one path, and only whoever knows the token, if there is one."""

    server: "MetricsServer"
    timeout = REQUEST_SECONDS

    def do_GET(self) -> None:
        if self.path == "/healthz":
            self.answer(200, b"ok\n")
        elif self.path != "/metrics":
            self.answer(404, b"The metrics are at /metrics.\n")
        elif not self.is_allowed():
            self.answer(401, b"Authorization: Bearer <METRICS_TOKEN> is missing or wrong.\n")
        else:
            self.answer(200, exposition(self.server.folder), CONTENT_TYPE_PLAIN_0_0_4)

    def is_allowed(self) -> bool:
        token = self.server.token
        given = self.headers.get("Authorization", "")
        return not token or hmac.compare_digest(given.encode(), f"Bearer {token}".encode())

    def answer(self, status: int, body: bytes, kind: str = "text/plain; charset=utf-8") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody reads a line per scrape."""


class MetricsServer(HTTPServer):
    def __init__(self, host: str, port: int, folder: Path, token: str) -> None:
        self.folder, self.token = folder, token
        super().__init__((host, port), Handler)


def serve_metrics(found: Environment) -> None:
    """Answers scrapes until SIGTERM."""
    server = MetricsServer(
        found.metrics_host,
        found.metrics_port,
        files(found),
        found.metrics_token.get_secret_value(),
    )

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    server.serve_forever()
