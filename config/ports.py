"""Ports: whether somebody listens on one, who, and which is free."""

import os
import socket
from contextlib import suppress

import psutil

PORTS_TRIED = 50


class NoFreePort(Exception):
    """So many ports in a row are taken that somebody should say which one to use."""


def is_taken(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def free_port(host: str, after: int) -> int:
    """Returns the next port that nobody listens on and that is not chosen for the other server."""
    chosen = {os.environ.get("PORT"), os.environ.get("LIVE_PORT"), "8000", "8001"}
    for port in range(after + 1, after + PORTS_TRIED):
        if str(port) not in chosen and not is_taken(host, port):
            return port
    raise NoFreePort(
        f"No free port between {after} and {after + PORTS_TRIED}; set PORT and LIVE_PORT."
    )


def user_of(port: int) -> str:
    """Names the process that listens on a port, as far as the system lets us see it."""
    with suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local.port == port:
                process = psutil.Process(connection.pid) if connection.pid else None
                return f" by {process.name()} (process {process.pid})" if process else ""
    return ""
