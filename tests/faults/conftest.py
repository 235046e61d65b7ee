"""One Redis and one nursery for all faults; each play gets a stage of its own."""

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.environment import environment
from tests.faults.stage import Nursery, RedisServer, Stage, empty_counts
from tests.support.mailbox import Mailbox, open_mailbox
from tests.support.store import empty_store

SEEDS = range(int(os.environ.get("FAULT_SEEDS", "1")))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", SEEDS)


@pytest.fixture(scope="session")
def fault_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-faults-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer()
    yield server
    server.kill()
    server.client.close()


@pytest.fixture(scope="session")
def open_post() -> Iterator[Mailbox]:
    with open_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(open_post: Mailbox) -> Mailbox:
    open_post.clear()
    return open_post


@pytest.fixture(scope="session")
def nursery(
    django_db_setup: None, fault_folder: Path, redis_server: RedisServer, open_post: Mailbox
) -> Iterator[Nursery]:
    name = connection.settings_dict["NAME"]
    address = urlsplit(environment().database_url)._replace(path=f"/{name}").geturl()
    nursery = Nursery(
        fault_folder,
        DATABASE_URL=address,
        REDIS_URL=redis_server.url,
        MAIL_URL=open_post.url,
        ALLOWED_HOSTS="127.0.0.1",
    )
    yield nursery
    nursery.close()


@pytest.fixture
def stage(
    transactional_db: None,
    nursery: Nursery,
    fault_folder: Path,
    redis_server: RedisServer,
    request: pytest.FixtureRequest,
    seed: int,
) -> Iterator[Stage]:
    empty_store()
    empty_counts()
    redis_server.client.flushall()
    stage = Stage(fault_folder, nursery, redis_server, seed, request.node.originalname)
    yield stage
    stage.close()
    empty_store()
    connection.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints fault, seeds and outcome, when each was played with many seeds."""
    if len(SEEDS) == 1:
        return
    outcomes: dict[str, Counter[str]] = {}
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in terminalreporter.stats.get(outcome, []):
            if "tests/faults/" in report.nodeid:
                name = report.nodeid.rpartition("::")[2].partition("[")[0]
                outcomes.setdefault(name, Counter())[outcome] += 1
    terminalreporter.section("faults")
    for name, counts in sorted(outcomes.items()):
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        terminalreporter.write_line(f"{name.removeprefix('test_').replace('_', ' ')}: {said}")
