"""The shop under measurement, and the servers beside it; everything ends with the benchmark."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from config.embedded import EmbeddedPostgres
from config.environment import Environment
from tests.bench.load import Crew, ask
from tests.bench.wire import Request
from tests.support.servers import ROOT, free_port
from tests.support.shop import Shop
from tests.support.waiting import wait_until

FOLDER = ROOT / "var" / "bench"
SERVERS = ("web", "live", "worker")
# Both servers run with the defaults, whatever the environment of this process says.
DEFAULTS = Environment.model_construct()


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things are measured, in seconds, and how often the ratios are taken."""

    page_seconds: float = 1.5
    flow_seconds: float = 10.0
    append_seconds: int = 1
    rounds: int = 3
    settle_seconds: float = 6.0
    most_orders: int = 2000


QUICK = Pace(page_seconds=0.5, flow_seconds=2.0, rounds=1, settle_seconds=1.0, most_orders=300)


class Bench:
    """What the sections share: folder, pace, load generator, and the shop once one asks for it."""

    def __init__(self, stack: ExitStack, pace: Pace) -> None:
        self.stack, self.pace = stack, pace
        FOLDER.mkdir(parents=True, exist_ok=True)
        # On the disk of the project: a temporary folder may be memory, where fsync costs nothing.
        self.folder = Path(tempfile.mkdtemp(prefix="run-", dir=FOLDER))
        stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self._shop: Shop | None = None
        self._crew: Crew | None = None

    @property
    def crew(self) -> Crew:
        if self._crew is None:
            self._crew = self.stack.enter_context(Crew())
        return self._crew

    @property
    def shop(self) -> Shop:
        """The running shop, started with its demo range at the first use."""
        if self._shop is None:
            self.start_shop()
        assert self._shop is not None
        return self._shop

    def start_shop(self) -> float:
        """Starts the shop, or starts it again over its data; returns the seconds until ready."""
        began = time.monotonic()
        if self._shop is None:
            self._shop = Shop(
                self.folder / "shop",
                LOAD_DEMO="yes",
                # The load generator is one address, and what is measured is the shop.
                GUEST_LIMITS="no",
                # Stripe's notifications are verified and read without asking Stripe for anything.
                STRIPE_SECRET_KEY="sk_test_bench",
                # Whatever asks all the same is refused here, and never leaves this machine.
                STRIPE_API_BASE="http://127.0.0.1:9",
                STRIPE_WEBHOOK_SECRETS="whsec_bench",
                WEB_WORKERS=str(DEFAULTS.web_workers),
            )
            self.stack.callback(self._shop.stop)
        self._shop.start().wait_for("Ready after")
        return time.monotonic() - began

    def stop_shop(self) -> None:
        if self._shop is not None:
            self._shop.stop()

    def database_url(self) -> str:
        return EmbeddedPostgres(self.shop.data / "postgres").url

    def key(self, *scopes: str) -> str:
        """Returns the headers' value for a machine that may do these things."""
        words = [word for scope in scopes for word in ("--scope", scope)]
        issued = self.shop.manage("api_key", "bench", *words)
        if issued.returncode:
            raise RuntimeError(f"no API key: {issued.stdout}{issued.stderr}")
        return f"Bearer {issued.stdout.strip()}"

    def environment(self) -> dict[str, str]:
        """Returns the environment in which another process sees the shop's database."""
        return {
            **self.shop.environment,
            "DATABASE_URL": self.database_url(),
            "SECRET_KEY": (self.shop.data / "secret-key").read_text().strip(),
            "PII_KEY": (self.shop.data / "pii-key").read_text().strip(),
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }

    def child(self, module: str, *arguments: str) -> str:
        """Runs a module of ours over the shop's database; returns what it printed."""
        environment = self.environment()
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"{module} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout


def shop_processes(shop: Shop) -> dict[str, list[psutil.Process]]:
    """Returns the living processes of the shop by what they are; children count as their parent."""
    assert shop.process is not None
    kinds = {shop.process.pid: "supervisor"}
    found = list({*shop.processes(), psutil.Process(shop.process.pid)})
    for process in sorted(found, key=lambda one: one.create_time()):
        with suppress(psutil.Error):
            kinds[process.pid] = kinds.get(process.pid) or kind(process, kinds)
    result: dict[str, list[psutil.Process]] = {}
    for process in found:
        if process.pid in kinds:
            result.setdefault(kinds[process.pid], []).append(process)
    return result


def kind(process: psutil.Process, kinds: dict[int, str]) -> str:
    if process.name() == "postgres":
        return "PostgreSQL"
    name = process.name().removeprefix("shop-")
    return name if name in SERVERS else kinds.get(process.ppid(), "other")


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Returns the processor time that the processes, and children that ended, have used."""
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def bare_server(shop: Shop) -> Iterator[tuple[int, psutil.Process]]:
    """Serves the yardstick as the shop serves its pages; yields its port and main process."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.bare_server"]
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PORT": str(port),
        "DATA_DIRECTORY": str(shop.data),
        "WEB_WORKERS": str(DEFAULTS.web_workers),
    }
    with (shop.data.parent / "bare.log").open("wb") as output:
        # A session of its own, as the shop's server has: Linux shares a busy machine by sessions.
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_served(port)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_until_served(port: int) -> None:
    def served() -> bool:
        with suppress(OSError):
            return ask(port, Request("GET", "/")).status == 200
        return False

    wait_until(served, "the bare server")
