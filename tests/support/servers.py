"""Starts the real PostgreSQL and the real Redis that the tests run against.

Loaded by pytest (`-p tests.support.servers`) before Django reads its settings, so that the
settings see the addresses. A server named by DATABASE_URL or REDIS_URL is used as it is;
COUNTERFOIL_TEST_POSTGRES=15 takes that version of the system's own PostgreSQL packages.
"""

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
from itertools import chain
from pathlib import Path

from config.embedded import EmbeddedPostgres
from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
# Tests lose nothing that matters when the machine goes down, so they wait for no disk.
POSTGRES_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "400",
}


# Below those that systems give to outgoing connections: one of these could take a port between
# its choice and the start of its server. The default ports of a shop are far away as well.
PORTS = range(20_000, 32_000)
# A name in Linux's abstract namespace for each port chosen. It ends with this process, and no other
# run of the tests on this machine can have the same.
_chosen: list[socket.socket] = []


def free_port() -> int:
    """Returns a port that nobody listens at, and that no test chooses while this process lives."""
    start = os.getpid() * 101 % len(PORTS)
    for port in chain(PORTS[start:], PORTS[:start]):
        mark = socket.socket(socket.AF_UNIX)
        try:
            mark.bind(f"\0counterfoil-tests-{port}")
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            mark.close()
            continue
        _chosen.append(mark)
        return port
    raise SystemExit(f"no port of {PORTS.start} to {PORTS.stop} is free: end what uses them")


def start_postgres() -> str:
    """Starts the embedded PostgreSQL kept for tests; returns its address."""
    server = EmbeddedPostgres(ROOT / "var" / "test-postgres", POSTGRES_SETTINGS)
    address = server.acquire()
    atexit.register(server.release)
    return address


def start_system_postgres(version: str) -> str:
    """Starts a throw-away cluster of an installed PostgreSQL; returns its address."""
    binaries = Path(f"/usr/lib/postgresql/{version}/bin")
    if not (binaries / "initdb").exists():
        raise SystemExit(f"COUNTERFOIL_TEST_POSTGRES={version}: {binaries} has no PostgreSQL")
    home = Path(tempfile.mkdtemp(prefix=f"counterfoil-postgres-{version}-"))
    # PostgreSQL refuses to run as root; the package brings a user for it.
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(home, user)
    data = home / "data"
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, user=user, cwd=home)
    settings = (
        f"unix_socket_directories={home}",
        "listen_addresses=",
        "fsync=off",
        "synchronous_commit=off",
        "max_connections=400",
        "track_commit_timestamp=on",
    )
    options = " ".join(f"-c {setting}" for setting in settings)
    control: list[str | Path] = [binaries / "pg_ctl", "-D", data, "-s", "-w"]
    subprocess.run([*control, "-o", options, "-l", home / "log", "start"], check=True, user=user)

    def stop() -> None:
        subprocess.run([*control, "-m", "immediate", "stop"], check=False, user=user)
        shutil.rmtree(home, ignore_errors=True)

    atexit.register(stop)
    return f"postgresql://postgres@/postgres?host={home}"


def start_redis() -> str:
    """Starts a Redis of our own on a free port, after checking that it is ours."""
    binary = shutil.which("redis-server")
    if binary is None:
        raise SystemExit("redis-server is missing: run `just setup-tests` first")
    port = free_port()
    process = subprocess.Popen(
        [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    atexit.register(process.terminate)

    def answers() -> bool:
        if process.poll() is not None:
            raise SystemExit(f"redis-server ended with {process.returncode} on port {port}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, "Redis")
    return f"redis://127.0.0.1:{port}/0"


def chromium() -> str:
    """Returns the browser's program, for Playwright's `executable_path`."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise SystemExit("Chromium is missing: run `just setup-tests` first")


def isolate_environment() -> None:
    """Leaves no trace of the developer's own shop: other data folder, no other variable."""
    for name in (
        "MODE",
        "DEBUG",
        "PUBLIC_URL",
        "LIVE_URL",
        "ALLOWED_HOSTS",
        "MAIL_URL",
        "PORT",
        "ERASURE_DIRECTORY",
        "STRIPE_SECRET_KEY",
        "STRIPE_WEBHOOK_SECRETS",
        "STRIPE_API_BASE",
        "STRIPE_KEEP_CARDS",
    ):
        os.environ.pop(name, None)
    os.environ["DATA_DIRECTORY"] = str(ROOT / "var" / "test")
    os.environ["SECRET_KEY"] = "tests-only-key-that-signs-nothing-that-matters-0123456789"
    os.environ["PII_KEY"] = "tests-only-key-that-protects-no-one-0123456"


if "PYTEST_XDIST_WORKER" not in os.environ:
    if not os.environ.get("DATABASE_URL"):
        version = os.environ.get("COUNTERFOIL_TEST_POSTGRES")
        os.environ["DATABASE_URL"] = start_system_postgres(version) if version else start_postgres()
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = start_redis()
else:
    # A database of Redis for each worker, so that their caches and counted limits stay apart.
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"
isolate_environment()
