"""HTTP/1.1 as the load generator speaks it: requests as bytes, bytes as responses, keep-alive."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HEAD_END = b"\r\n\r\n"


class WrongAnswer(Exception):
    """The server answered, but not what the client has to get."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; a `body` that is not None goes as JSON."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        content = b"" if self.body is None else json.dumps(self.body).encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if content:
            lines.append("Content-Type: application/json")
        if content or self.method != "GET":
            lines.append(f"Content-Length: {len(content)}")
        return "\r\n".join(lines).encode() + HEAD_END + content


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response."""

    status: int
    body: bytes

    def expect(self, *statuses: int) -> Any:
        """Returns the body's JSON, None where it is empty.

        Raises:
            WrongAnswer: the status is none of `statuses`.
        """
        if self.status not in statuses:
            raise WrongAnswer(f"{self.status} {self.body[:200].decode(errors='replace')}")
        return json.loads(self.body) if self.body else None


class Reader:
    """Collects the bytes of one connection into responses, one at a time."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.status = 0
        self.start = 0
        self.length = -1

    def feed(self, data: bytes) -> Response | None:
        """Returns the response that `data` completes, None while some of it is missing.

        Raises:
            WrongAnswer: the head says neither length nor chunks.
        """
        self.buffer += data
        if not self.start and not self._read_head():
            return None
        if self.length < 0:
            return self._whole_chunks()
        if len(self.buffer) < self.start + self.length:
            return None
        return self._done(bytes(self.buffer[self.start : self.start + self.length]))

    def _read_head(self) -> bool:
        end = self.buffer.find(HEAD_END)
        if end < 0:
            return False
        lines = bytes(self.buffer[:end]).split(b"\r\n")
        self.status = int(lines[0].split(b" ", 2)[1])
        names = dict(line.lower().split(b":", 1) for line in lines[1:])
        self.start = end + len(HEAD_END)
        self.length = 0 if self.status in (204, 304) else int(names.get(b"content-length", -1))
        if self.length < 0 and b"chunked" not in names.get(b"transfer-encoding", b""):
            raise WrongAnswer(f"{self.status} says neither its length nor that it is chunked")
        return True

    def _whole_chunks(self) -> Response | None:
        body, place = bytearray(), self.start
        while (line_end := self.buffer.find(b"\r\n", place)) >= 0:
            size = int(bytes(self.buffer[place:line_end]).split(b";")[0], 16)
            content = line_end + 2
            place = content + size + 2
            if len(self.buffer) < place:
                return None
            if size == 0:
                return self._done(bytes(body))
            body += self.buffer[content : content + size]
        return None

    def _done(self, body: bytes) -> Response:
        response = Response(self.status, body)
        self.buffer.clear()
        self.status, self.start, self.length = 0, 0, -1
        return response
