"""The server processes: what each runs, how one becomes one of them, and their health."""

import http.client
import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from django.utils.module_loading import import_string
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from config import metrics_files, mould, startup
from config.environment import ROOT, Environment
from config.processes import show_as

KILL_SECONDS = 5
# The longest that the server allows: an idle thread that ended would take its connection with it.
IDLE_SECONDS = 600
# What follows `max-age=` on a file whose name is its content's: the server writes it as it is.
FOR_EVER = "31536000, public, immutable"


def servers(found: Environment) -> dict[str, Callable[[], object]]:
    """Returns what each server process runs, by its name."""
    known: dict[str, Callable[[], object]] = {
        "web": lambda: web_server(found, "config.wsgi:application").serve(),
        "live": lambda: live_server(found).serve(),
        "worker": mould.command("worker"),
    }
    if found.metrics_port:
        known["metrics"] = lambda: import_string("config.metrics.serve_metrics")(found)
    return known


def serve(found: Environment, names: list[str]) -> NoReturn:
    """Becomes one server process: the way of containers, which watch and restart it themselves."""
    known = servers(found)
    if len(names) != 1 or names[0] not in known:
        sys.stderr.write(f"Say which server: manage.py serve {' | '.join(known)}\n")
        raise SystemExit(startup.REFUSED)
    if not found.database_url:
        sys.stderr.write("A single server needs DATABASE_URL; `manage.py up` brings its own.\n")
        raise SystemExit(startup.REFUSED)
    os.chdir(ROOT)
    show_as(names[0])
    metrics_files.keep_in_files(found, names[0])
    mould.prepare_for_commands()
    if names[0] != "worker":
        mould.prepare_for_servers()
        mould.before_forking()
    known[names[0]]()
    raise SystemExit(0)


def web_server(found: Environment, target: str) -> Any:
    """Returns the server of pages and APIs, or of another WSGI `target` under the same terms."""
    return granian(
        found,
        "web",
        target,
        found.port,
        interface=Interfaces.WSGI,
        workers=found.web_workers,
        blocking_threads=found.web_threads,
        blocking_threads_idle_timeout=IDLE_SECONDS,
        static_path_route=["/media/pictures"],
        static_path_mount=[pictures(found)],
        static_path_expires=FOR_EVER,
    )


def live_server(found: Environment) -> Any:
    """Returns the server of live streams."""
    return granian(
        found, "live", "config.asgi:application", found.live_port, interface=Interfaces.ASGINL
    )


def granian(found: Environment, name: str, target: str, port: int, **options: Any) -> Any:
    return Server(
        target,
        address=found.host,
        port=port,
        websockets=False,
        log_level=LogLevels.warning,
        # Where setproctitle happens to be installed, the server takes a name by it, and refuses one
        # where it is not.
        process_name=f"shop-{name}" if find_spec("setproctitle") else None,
        workers_kill_timeout=KILL_SECONDS,
        **options,
    )


def pictures(found: Environment) -> Path:
    """Returns the part of the media folder whose files are named by their digest, all of them."""
    folder = found.data_directory / "media" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
