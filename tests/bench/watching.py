"""Live watchers: order pages that stay open, and the moment at which each sees a new status."""

import re
import selectors
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

from tests.bench.load import RECEIVED_BYTES
from tests.bench.wire import Request

MESSAGE = re.compile(rb"^id: ", re.MULTILINE)
PATIENCE_SECONDS = 20.0
# What the page says in each state (`frontend/storefront/orders.py`).
SIGNS = {
    "placed": b"we have your order",
    "confirmed": b"it is being prepared",
    "shipped": b"It is on its way",
    "delivered": b"It has arrived",
}


@dataclass(slots=True)
class Seen:
    """What the watchers saw: for each order, when (monotonic) each state was first shown."""

    states: dict[str, dict[str, float]] = field(default_factory=dict)
    messages: int = 0
    bytes: int = 0
    lost: int = 0
    cpu_seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Watcher:
    """One open page."""

    order: str
    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)


def watch(line: Connection, port: int, tokens: Mapping[str, str]) -> None:
    """Opens a stream for each order; says so when all show something; ends when told to."""
    seen = Seen(states={order: {} for order in tokens})
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        for order, token in tokens.items():
            watcher = Watcher(order, opened(port, token))
            selector.register(watcher.socket, selectors.EVENT_READ, watcher)
        cpu, told = time.process_time(), False
        while True:
            for key, _ in selector.select(1.0):
                if key.data is None:
                    line.recv()
                    seen.cpu_seconds = time.process_time() - cpu
                    line.send(seen)
                    return
                if not read(key.data, seen):
                    selector.unregister(key.data.socket)
            if not told and all(seen.states.values()):
                told = True
                line.send(True)


def opened(port: int, token: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
    headers = {"Accept": "text/event-stream"}
    connection.sendall(Request("GET", f"/live/orders/{token}/", headers=headers).encoded())
    return connection


def read(watcher: Watcher, seen: Seen) -> bool:
    """Notes what a message shows; returns whether the stream goes on."""
    try:
        data = watcher.socket.recv(RECEIVED_BYTES)
    except OSError:
        data = b""
    states = seen.states[watcher.order]
    if not data:
        # A delivered order has ended, and so has its stream.
        seen.lost += "delivered" not in states
        return False
    seen.bytes += len(data)
    watcher.buffer += data
    # Messages end with an empty line, whether the server sends each as a chunk or not.
    end = watcher.buffer.rfind(b"\n\n")
    if end < 0:
        return True
    whole = bytes(watcher.buffer[:end])
    del watcher.buffer[: end + 2]
    now = time.monotonic()
    seen.messages += len(MESSAGE.findall(whole))
    for state, sign in SIGNS.items():
        if sign in whole:
            states.setdefault(state, now)
    return True
