"""The event store's append rate against the server's own limit, by pgbench on the same server."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg

from config.embedded import EmbeddedPostgres, binaries
from tests.bench.appending import MOST_WRITERS
from tests.bench.figures import ratio, typical
from tests.bench.notebooks import TEXT
from tests.bench.report import Report
from tests.bench.running import Bench
from tests.support.servers import ROOT

CLIENTS = (1, 8, 32)
PROCESSES = 8
YARDSTICK = "pgbench: single INSERT"
SERVER_APPEND = "pgbench: es.append()"
OWN = {
    "append in a transaction": "append",
    "the same without its hash": "unchained",
    "command with one event": "command",
}
LEAD_SECONDS = 0.1
TPS = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)

# The yardstick's row is as wide as an event's payload; es.append() gets what a client sends.
SCRIPTS = {
    YARDSTICK: f'INSERT INTO bench_row (payload) VALUES (\'{{"text": "{TEXT}"}}\');',
    SERVER_APPEND: (
        "SELECT es.append(1::smallint, gen_random_uuid(), 'bench.notebook', 0,"
        " decode(repeat('00', 32), 'hex'), ARRAY['bench.notebook.opened.v1'],"
        " ARRAY[1]::smallint[], ARRAY[gen_random_uuid()],"
        f" ARRAY['{{\"text\": \"{TEXT}\"}}'], ARRAY[decode(repeat('ab', 32), 'hex')],"
        " now(), now(), 'bench', NULL, gen_random_uuid(), gen_random_uuid());"
    ),
}


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps transactions a second, each with one event, and their ratio to pgbench."""
    with cluster(bench) as url, appenders(bench, url) as workers:
        server = settings(url)
        found = [row for clients in CLIENTS for row in figures(bench, url, workers, clients)]
    report.table(
        f"Append, one event a transaction, fsync {server['fsync']}; ratio: to a single INSERT by "
        f"pgbench, median of {bench.pace.rounds} rounds",
        ["clients", "what", "transactions/s", "ratio"],
        [[row["clients"], row["what"], row["per_second"], row["ratio"]] for row in found],
    )
    report.say("Writers of the store are processes, from 8 on with several threads each.")
    report.say("An INSERT is one row in one table; an event is a stream's head and a chained row.")
    report.keep("append", {"server": server, "figures": found})


@contextmanager
def cluster(bench: Bench) -> Iterator[str]:
    """Makes a server with the yardstick's table and scripts; yields its address."""
    with migrated(bench, "append") as url:
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, payload json)")
        for place, script in enumerate(SCRIPTS.values()):
            (bench.folder / f"{place}.sql").write_text(f"{script}\n")
        yield url


@contextmanager
def migrated(bench: Bench, name: str) -> Iterator[str]:
    """Makes a server with the shop's schema and the shop's own settings; yields its address."""
    server = EmbeddedPostgres(bench.folder / name)
    url = server.acquire()
    try:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env=variables(bench, url), check=True, timeout=120)
        yield url
    finally:
        server.release()


def variables(bench: Bench, url: str) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", ""),
        "DATABASE_URL": url,
        "DATA_DIRECTORY": str(bench.folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "benchmark-only-key-that-signs-nothing-0123456789-0123456789",
        "PII_KEY": "benchmark-only-key-that-protects-no-one-012",
    }


@contextmanager
def appenders(bench: Bench, url: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Starts as many clients of the store as will be needed; each is a process."""
    command = [sys.executable, "-m", "tests.bench.appending"]
    workers = [
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=variables(bench, url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        for worker in workers:
            if told(worker) != "ready":
                raise RuntimeError("a client of the event store did not start")
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
            worker.communicate()


def told(worker: subprocess.Popen[str]) -> str:
    assert worker.stdout is not None
    return worker.stdout.readline().strip()


def settings(url: str) -> dict[str, str]:
    names = ("server_version", "fsync", "synchronous_commit", "full_page_writes")
    with psycopg.connect(url) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone() for name in names}
    return {name: str(row[0]) for name, row in found.items() if row}


def figures(
    bench: Bench, url: str, workers: Sequence[subprocess.Popen[str]], clients: int
) -> list[dict[str, Any]]:
    """Measures all ways in turns, round by round; returns a row for each."""
    seconds, rounds = bench.pace.append_seconds, []
    for _ in range(bench.pace.rounds):
        rates = {
            name: pgbench(url, bench.folder / f"{place}.sql", clients, seconds)
            for place, name in enumerate(SCRIPTS)
        }
        for name, mode in OWN.items():
            rates[name] = committed(workers[:clients], mode, seconds, clients)
        rounds.append(rates)
    return [
        {
            "clients": clients,
            "what": name,
            "per_second": typical(rounds, name),
            "ratio": ratio(rounds, name, YARDSTICK),
        }
        for name in (*SCRIPTS, *OWN)
    ]


def committed(
    workers: Sequence[subprocess.Popen[str]], mode: str, seconds: int, clients: int
) -> float:
    each = clients // len(workers)
    assert each <= MOST_WRITERS
    begin_at = time.monotonic() + LEAD_SECONDS
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write(f"{mode} {begin_at} {seconds} {each}\n")
        worker.stdin.flush()
    return sum(int(told(worker)) for worker in workers) / seconds


def pgbench(url: str, script: Path, clients: int, seconds: int) -> float:
    """Returns transactions a second. Raises: RuntimeError: pgbench failed."""
    host = parse_qs(urlsplit(url).query)["host"][0]
    command = [str(binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared"]
    command += ["--client", str(clients), "--jobs", str(min(clients, os.cpu_count() or 1))]
    command += ["--time", str(seconds), "--file", str(script), "--host", host]
    done = subprocess.run(
        [*command, "--username", "postgres", "postgres"],
        capture_output=True,
        text=True,
        timeout=seconds + 60,
        check=False,
    )
    found = TPS.search(done.stdout)
    if done.returncode or found is None:
        raise RuntimeError(f"pgbench failed:\n{done.stdout}{done.stderr}")
    return float(found[1])
