"""A proxy before PostgreSQL that loses a commit: the request itself, or only its reply."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from django.db import connection

from tests.support.waiting import LIMIT_SECONDS

type Loss = Literal["request", "reply"]


class Proxy:
    """Forwards connections to the server; `lose` arms it for the next COMMIT, or another text."""

    def __init__(self, folder: Path, target: tuple[str, str]) -> None:
        self.host, self.port = target
        self.losing: Loss | None = None
        self.marker = b""
        self.lost = 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(folder / ".s.PGSQL.5432"))
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def lose(self, what: Loss, marker: bytes = b"COMMIT\x00") -> None:
        self.marker, self.losing = marker, what

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _connect(self) -> socket.socket:
        if self.host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self.host}/.s.PGSQL.{self.port or 5432}")
            return server
        return socket.create_connection((self.host, int(self.port or 5432)))

    def _serve(self, client: socket.socket) -> None:
        server = self._connect()
        cut = threading.Event()
        ended = threading.Event()
        threading.Thread(
            target=self._replies, args=(server, client, cut, ended), daemon=True
        ).start()
        with suppress(OSError):
            while data := client.recv(65536):
                if self.losing and self.marker in data:
                    what, self.losing = self.losing, None
                    self.lost += 1
                    cut.set()
                    if what == "reply":
                        server.sendall(data)
                        ended.wait(timeout=LIMIT_SECONDS)
                    break
                server.sendall(data)
        # Closing alone leaves the connection up while the other thread reads from it.
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _replies(
        self,
        server: socket.socket,
        client: socket.socket,
        cut: threading.Event,
        ended: threading.Event,
    ) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if cut.is_set():
                    # The reply to the commit: the server has done it, and nobody hears of it.
                    ended.set()
                else:
                    client.sendall(data)


@contextmanager
def losing_proxy(folder: Path) -> Iterator[Proxy]:
    """Sends Django's connection through a proxy for the length of a block."""
    settings = connection.settings_dict
    before = (settings["HOST"], settings["PORT"])
    proxy = Proxy(folder, before)
    connection.close()
    settings["HOST"], settings["PORT"] = str(folder), "5432"
    try:
        yield proxy
    finally:
        connection.close()
        settings["HOST"], settings["PORT"] = before
        proxy.listener.close()
