"""Asks the shop the way a web server does, in this process or in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.db import connection
from django.test import RequestFactory

ROOT = Path(__file__).resolve().parent.parent.parent
type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Front:
    """An application and a browser's cookies before it."""

    application: Application
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """`headers` are named as WSGI names them, without HTTP_: `hx_request="true"`."""
        more = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
        if self.cookies:
            more["HTTP_COOKIE"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        environ = RequestFactory().generic(method, path, **more).environ  # type: ignore[arg-type]
        environ["HTTP_HOST"] = "localhost"
        return call(self.application, environ)


def call(application: Application, environ: dict[str, Any]) -> Answer:
    started: list[Any] = []
    chunks = application(environ, lambda *arguments: started.extend(arguments))
    body = b"".join(chunks)
    if (close := getattr(chunks, "close", None)) is not None:
        close()
    return Answer(int(started[0].split()[0]), dict(started[1]), body)


def child_environment() -> dict[str, str]:
    """Returns the environment of a process that works on the database of this test."""
    found = connection.get_connection_params()
    parts = urlsplit(os.environ["DATABASE_URL"])
    address = parts._replace(path=f"/{quote(str(found['dbname']))}").geturl()
    return {
        **os.environ,
        "DATABASE_URL": address,
        "DATA_DIRECTORY": str(settings.PAGE_MARKS.parent),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


class Child:
    """A process of its own that does what `tests.caching.child` understands."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.caching.child"],
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def send(self, **said: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(said) + "\n")
        self.process.stdin.flush()

    def answer(self) -> Any:
        """Raises: EOFError: the process ended before it answered."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise EOFError
        return json.loads(line)

    def do(self, **said: object) -> Any:
        self.send(**said)
        return self.answer()

    def read(self, path: str) -> str:
        text: str = self.do(get=path)
        return text

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
