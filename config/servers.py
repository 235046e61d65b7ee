"""The server processes: their command lines, how one becomes one of them, and their health."""

import http.client
import os
import sys
from pathlib import Path
from typing import NoReturn

from config import startup
from config.environment import ROOT, Environment


def commands(found: Environment) -> dict[str, list[str]]:
    """Returns the command line of each server process, by its name."""
    web = ["--workers", str(found.web_workers), "--blocking-threads", str(found.web_threads)]
    # An idle thread that ended would take its database connection with it.
    web += ["--blocking-threads-idle-timeout", "600"]
    web += ["--static-path-route", "/media", "--static-path-mount", str(media(found))]
    result = {
        "web": granian("wsgi", found.port, found, *web, "config.wsgi:application"),
        "live": granian("asginl", found.live_port, found, "config.asgi:application"),
    }
    if any(ROOT.glob("*/management/commands/worker.py")):
        result["worker"] = [sys.executable, str(ROOT / "manage.py"), "worker"]
    return result


def serve(found: Environment, names: list[str]) -> NoReturn:
    """Becomes one server process: the way of containers, which watch and restart it themselves."""
    known = commands(found)
    if len(names) != 1 or names[0] not in known:
        sys.stderr.write(f"Say which server: manage.py serve {' | '.join(known)}\n")
        raise SystemExit(startup.REFUSED)
    if not found.database_url:
        sys.stderr.write("A single server needs DATABASE_URL; `manage.py up` brings its own.\n")
        raise SystemExit(startup.REFUSED)
    os.chdir(ROOT)
    os.execv(known[names[0]][0], known[names[0]])  # noqa: S606


def granian(interface: str, port: int, found: Environment, *rest: str) -> list[str]:
    program = str(Path(sys.executable).with_name("granian"))
    options = ["--interface", interface, "--host", found.host, "--port", str(port)]
    options += ["--no-ws", "--log-level", "warning", "--workers-kill-timeout", "5"]
    return [program, *options, *rest]


def media(found: Environment) -> Path:
    folder = found.data_directory / "media"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_healthy(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
