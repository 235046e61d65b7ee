"""Where faults are played: a Redis of one's own, workers to kill, and a world that remembers."""

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import redis
from django.db import transaction

from events import outbox
from events.database import execute, fetch
from tests.faults.world import World
from tests.support.servers import ROOT, free_port
from tests.support.waiting import LIMIT_SECONDS, wait_until

# Long enough that a machine under load renews it, short enough to wait for.
LEASE_SECONDS = 1.5


class Nursery:
    """The process that bears workers, over one database."""

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def bear(self, kind: str, **order: object) -> psutil.Process:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"kind": kind, **order}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, "the nursery ended; its log says why"
        return psutil.Process(int(answer))

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(LIMIT_SECONDS)
        self.process.stdout.close()


class RedisServer:
    """A real Redis on a port of its own, which keeps its port when it is started again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis.from_url(self.url, socket_timeout=LIMIT_SECONDS)
        self.start()

    def start(self) -> None:
        binary = shutil.which("redis-server")
        assert binary, "redis-server is missing: run `just setup-tests` first"
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no")
        self.process = subprocess.Popen(
            [binary, "--port", str(self.port), *options], stdout=subprocess.DEVNULL
        )
        wait_until(self._answers, "Redis")

    def _answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Stage:
    """One play of one fault; `random` decides its moments, so a seed plays it again."""

    def __init__(
        self, folder: Path, nursery: Nursery, server: RedisServer, seed: int, name: str
    ) -> None:
        self.random = random.Random(f"{name} {seed}")
        self.seed = seed
        self.nursery = nursery
        self.redis = server
        key = uuid4().hex
        self.world = World(folder / f"{key}.calls")
        self.log = folder / f"{key}.log"
        self.log.touch()
        self.children: list[psutil.Process] = []
        self.asked: list[UUID] = []

    def worker(
        self, *, threads: int = 2, lease_seconds: float = LEASE_SECONDS, embedded: bool = False
    ) -> psutil.Process:
        """Starts a worker; `lease_seconds=0` leaves it the real timings."""
        return self._child(
            "worker",
            redis="" if embedded else self.redis.url,
            threads=threads,
            lease_seconds=lease_seconds,
        )

    def web(self, port: int, dies: str = "") -> psutil.Process:
        return self._child("web", port=port, dies=dies)

    def migrate(self) -> None:
        child = self._child("migrate")
        wait_until(lambda: not child.is_running(), "the tables")

    def _child(self, kind: str, **order: object) -> psutil.Process:
        child = self.nursery.bear(kind, outside=str(self.world.path), log=str(self.log), **order)
        self.children.append(child)
        return child

    def kill(self, child: psutil.Process) -> None:
        with suppress(psutil.NoSuchProcess):
            child.kill()
        wait_until(lambda: not child.is_running(), "the end of a killed process")

    def ask(self, number: int, *names: str, **arguments: Any) -> list[UUID]:
        """Asks for effects, `number` of each name, in one transaction."""
        with transaction.atomic():
            asked = [
                outbox.emit(name, key=uuid4().hex, **arguments)
                for name in names
                for _ in range(number)
            ]
        self.asked += asked
        return asked

    def open(self) -> int:
        """Returns how many effects that were asked for are neither done nor given up."""
        sql = "SELECT count(*) FROM es.outbox WHERE id = ANY (%s) AND coalesce(done_at, failed_at)"
        return int(fetch(f"{sql} IS NULL", (self.asked,))[0][0])

    def wait_for_all(self) -> None:
        wait_until(lambda: not self.open(), "the effects")

    def wait_for(self, what: str, count: int = 1) -> None:
        """Waits until `count` effects have begun, are done, or are counted."""
        wait_until(lambda: len(self.world.calls(what)) >= count, f"{count} to be {what}")

    def wait_for_mails(self) -> None:
        """Waits until every mail that anybody asked for is sent or given up."""
        waiting = "SELECT count(*) FROM es.outbox WHERE coalesce(done_at, failed_at) IS NULL"
        mails = f"{waiting} AND actor = 'notifications.send' AND due_at < now() + interval '1 hour'"
        wait_until(lambda: not fetch(mails)[0][0], "the mails")

    def pause(self, longest_seconds: float) -> None:
        time.sleep(self.random.uniform(0, longest_seconds))

    def runs(self, of: Sequence[UUID]) -> list[int]:
        """Returns how often each transactional effect counted."""
        rows = dict(fetch("SELECT id, runs FROM faults_count WHERE id = ANY (%s)", (list(of),)))
        return [rows.get(each, 0) for each in of]

    def require_one_effect_each(self) -> None:
        """Nothing lost, nothing doubled: each is done, outside by its key, inside exactly once."""
        rows = fetch(
            "SELECT id, actor, done_at IS NOT NULL FROM es.outbox WHERE id = ANY (%s)",
            (self.asked,),
        )
        assert len(rows) == len(self.asked)
        assert all(row[2] for row in rows), [row for row in rows if not row[2]]
        inside = [row[0] for row in rows if row[1] == "faults.count"]
        reached = {row[0] for row in rows} - set(inside)
        assert self.runs(inside) == [1] * len(inside)
        assert set(self.world.calls("done")) == reached

    def close(self) -> None:
        for child in self.children:
            with suppress(psutil.NoSuchProcess):
                child.resume()
            self.kill(child)


def empty_counts() -> None:
    execute("CREATE TABLE IF NOT EXISTS faults_count (id uuid PRIMARY KEY, runs int NOT NULL)")
    execute("TRUNCATE faults_count")
