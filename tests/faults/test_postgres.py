"""PostgreSQL is killed under working workers: what was committed happens once, late."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
from django.db import connection

from config.embedded import EmbeddedPostgres, EmbeddedRefused
from tests.faults.stage import Nursery, RedisServer, Stage, empty_counts
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]


@contextmanager
def django_over(address: str) -> Iterator[None]:
    """Sends Django's connection to another server for the length of a block."""
    wanted = urlsplit(address)
    known = connection.settings_dict
    before = dict(known)
    connection.close()
    known["NAME"] = wanted.path.removeprefix("/")
    known["HOST"] = parse_qs(wanted.query)["host"][0]
    try:
        yield
    finally:
        connection.close()
        known.update(before)


def kill(server: EmbeddedPostgres) -> None:
    """Kills every process of a cluster, as a lost machine would."""
    postmaster = psutil.Process(int((server.data / "postmaster.pid").read_text().split()[0]))
    doomed = [postmaster, *postmaster.children(recursive=True)]
    for process in doomed:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: all(map(is_gone, doomed)), "the end of PostgreSQL")
    connection.close()


def is_gone(process: psutil.Process) -> bool:
    """Whether it ended, even if nobody has asked how."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def start(server: EmbeddedPostgres) -> bool:
    with suppress(EmbeddedRefused):
        server.acquire()
        return True
    return False


@pytest.fixture(scope="module")
def cluster(fault_folder: Path) -> Iterator[EmbeddedPostgres]:
    # The embedded server's system user has to pass.
    fault_folder.chmod(0o755)
    server = EmbeddedPostgres(fault_folder / "postgres", {"fsync": "off"})
    server.acquire()
    yield server
    server.release()


@pytest.fixture(scope="module")
def far_nursery(
    fault_folder: Path, cluster: EmbeddedPostgres, redis_server: RedisServer
) -> Iterator[Nursery]:
    nursery = Nursery(fault_folder, DATABASE_URL=cluster.url, REDIS_URL=redis_server.url)
    Stage(fault_folder, nursery, redis_server, 0, "migrate").migrate()
    yield nursery
    nursery.close()


def test_postgresql_killed_under_work_costs_no_effect(
    far_nursery: Nursery,
    cluster: EmbeddedPostgres,
    redis_server: RedisServer,
    fault_folder: Path,
    seed: int,
) -> None:
    redis_server.client.flushall()
    stage = Stage(fault_folder, far_nursery, redis_server, seed, "postgres")
    with django_over(cluster.url):
        try:
            empty_counts()
            stage.worker()
            stage.ask(8, "faults.deliver", "faults.count", before=0.05)
            stage.wait_for("begun", stage.random.randint(1, 10))
            kill(cluster)
            stage.pause(1)
            wait_until(lambda: start(cluster), "PostgreSQL")
            stage.wait_for_all()
            stage.require_one_effect_each()
        finally:
            stage.close()
