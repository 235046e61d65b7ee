"""HTTP/1.1 as the load generator speaks it: requests as bytes, bytes as responses, keep-alive."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

HEAD_END = b"\r\n\r\n"


class WrongAnswer(Exception):
    """The server answered, but not what the client has to get."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request; a `body` that is not None goes as JSON, a `form` as browsers send one."""

    method: str
    path: str
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None

    @property
    def content(self) -> bytes:
        if self.form is not None:
            return urlencode(self.form).encode()
        return b"" if self.body is None else json.dumps(self.body).encode()

    @property
    def content_type(self) -> str:
        return "application/json" if self.form is None else "application/x-www-form-urlencoded"

    def encoded(self) -> bytes:
        content = self.content
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if content:
            lines.append(f"Content-Type: {self.content_type}")
        if content or self.method != "GET":
            lines.append(f"Content-Length: {len(content)}")
        return "\r\n".join(lines).encode() + HEAD_END + content


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()

    def header(self, name: str) -> str:
        """Returns the first header of this name, in lower case; empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    def cookies(self) -> dict[str, str]:
        """Returns the cookies that it sets."""
        jar = SimpleCookie()
        for key, value in self.headers:
            if key == "set-cookie":
                jar.load(value)
        return {name: morsel.value for name, morsel in jar.items()}

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
        self.headers: tuple[tuple[str, str], ...] = ()
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
        pairs = [line.decode("latin-1").partition(":") for line in lines[1:]]
        self.headers = tuple((name.lower(), value.strip()) for name, _, value in pairs)
        names = dict(self.headers)
        self.start = end + len(HEAD_END)
        self.length = 0 if self.status in (204, 304) else int(names.get("content-length", -1))
        if self.length < 0 and "chunked" not in names.get("transfer-encoding", "").lower():
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
        response = Response(self.status, body, self.headers)
        self.buffer.clear()
        self.status, self.start, self.length = 0, 0, -1
        return response
