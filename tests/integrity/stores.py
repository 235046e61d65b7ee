"""An object store on a free port that checks every request's signature, and remembers puts."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

from events.integrity.sinks.object_store import Credentials, signed_headers


class ObjectServer(ThreadingHTTPServer):
    """What S3 does for us: put once (If-None-Match), get, and 403 for a false signature."""

    def __init__(self, access: str, secret: str) -> None:
        super().__init__(("127.0.0.1", 0), ObjectHandler)
        self.credentials = Credentials(access=access, secret=secret, region="test-1")
        self.objects: dict[str, bytes] = {}
        self.puts: list[dict[str, str]] = []

    def address(self, lock_days: int = 0) -> str:
        user = f"{self.credentials.access}:{quote(self.credentials.secret, safe='')}"
        host = f"127.0.0.1:{self.server_port}"
        return f"s3+http://{user}@{host}/bucket/log?region=test-1&lock_days={lock_days}"


class ObjectHandler(BaseHTTPRequestHandler):
    server: ObjectServer

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        digest = base64.b64encode(sha256(body).digest()).decode()
        if not self.is_signed(body) or self.headers["x-amz-checksum-sha256"] != digest:
            self.answer(403, b"SignatureDoesNotMatch")
        elif self.path in self.server.objects and self.headers["If-None-Match"] == "*":
            self.answer(412, b"PreconditionFailed")
        else:
            self.server.objects[self.path] = body
            self.server.puts.append({k.lower(): v for k, v in self.headers.items()})
            self.answer(200, b"")

    def do_GET(self) -> None:
        if not self.is_signed(b""):
            self.answer(403, b"SignatureDoesNotMatch")
        else:
            self.answer(200, self.server.objects[self.path])

    def is_signed(self, body: bytes) -> bool:
        given = self.headers["Authorization"]
        names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        stamp = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        made = ("x-amz-content-sha256", "x-amz-date")
        headers = {name: self.headers[name] for name in names if name not in made}
        assert self.command
        expected = signed_headers(
            self.command, self.path, headers, body, self.server.credentials, stamp
        )
        return given == expected["authorization"]

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Tests print nothing."""


@contextmanager
def serving_objects(access: str, secret: str) -> Iterator[ObjectServer]:
    server = ObjectServer(access, secret)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
