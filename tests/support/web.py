"""Web processes beside those of a shop, over a database that is there."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from config.servers import is_ready
from tests.support.servers import ROOT, free_port
from tests.support.shop import INHERITED
from tests.support.waiting import LIMIT_SECONDS, wait_until


@contextmanager
def web_processes(count: int, folder: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """Serves pages and APIs from so many processes; yields their port. Their log is in `folder`."""
    port = free_port()
    with (folder / "web.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "web"],
            cwd=ROOT,
            env={**environment, "PORT": str(port), "WEB_WORKERS": str(count)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until_ready(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(LIMIT_SECONDS)


def environment_beside(folder: Path) -> dict[str, str]:
    """Returns the environment in which a process of the shop sees what the tests see."""
    database = connection.settings_dict
    user, name, host = (quote(str(database[each]), safe="") for each in ("USER", "NAME", "HOST"))
    return {
        **{name: os.environ[name] for name in (*INHERITED, "PII_KEY") if name in os.environ},
        "DATABASE_URL": f"postgresql://{user}@/{name}?host={host}",
        "REDIS_URL": str(settings.CACHES["default"]["LOCATION"]),
        "SECRET_KEY": settings.SECRET_KEY,
        "DATA_DIRECTORY": str(folder),
        "GUEST_LIMITS": "no",
    }


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> None:
    def ready() -> bool:
        assert process.poll() is None, "the web server ended"
        return is_ready("127.0.0.1", port)

    wait_until(ready, "the web server")
