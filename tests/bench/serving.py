"""Another web server over the shop's data, with levels of caching switched off or everything on."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.bench.running import DEFAULTS, Bench, wait_until_served
from tests.support.servers import ROOT, free_port


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: psutil.Process
    log: Path

    @property
    def processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


def lines(log: Path) -> int:
    """Returns how many requests Django has answered: each writes a line, a kept page does not."""
    return log.read_text(errors="replace").count("route=")


@contextmanager
def server(bench: Bench, levels: Mapping[str, str]) -> Iterator[Served]:
    """Serves the shop's pages over its database by another server with these levels off."""
    shop, port = bench.shop, free_port()
    environment = {
        **shop.environment,
        "PORT": str(port),
        "WEB_WORKERS": str(DEFAULTS.web_workers),
        "DATABASE_URL": bench.database_url(),
        "SECRET_KEY": (shop.data / "secret-key").read_text().strip(),
        "PII_KEY": (shop.data / "pii-key").read_text().strip(),
        **levels,
    }
    log = shop.data.parent / f"cache-{len(levels)}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "web"],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_served(port)
        yield Served(port, psutil.Process(process.pid), log)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
