"""Alive, started, ready: three questions, three answers, and each of them true."""

import json
import os
import time
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from config import health_check
from config.health import ALIVE, READY, STARTED, HealthMiddleware, wanted
from events.heartbeat import STALE_SECONDS, beat_file, read_beat, write_beat

pytestmark = pytest.mark.django_db


def nothing_else(request: HttpRequest) -> HttpResponse:
    raise AssertionError(f"{request.path} is no probe")


@pytest.fixture
def process() -> HealthMiddleware:
    return HealthMiddleware(nothing_else)


def ask(process: HealthMiddleware, path: str) -> tuple[int, dict[str, object]]:
    response = process(RequestFactory().get(path))
    return response.status_code, json.loads(response.content)


def away(*_: object) -> None:
    raise OperationalError("connection refused")


def test_a_process_with_a_migrated_database_is_alive_started_and_ready(
    process: HealthMiddleware,
) -> None:
    assert [ask(process, path)[0] for path in (ALIVE, STARTED, READY)] == [200, 200, 200]
    assert ask(process, READY)[1]["migrations_missing"] == []


def test_without_its_database_a_process_is_alive_and_not_ready(
    process: HealthMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.health.applied", away)
    assert [ask(process, path)[0] for path in (ALIVE, STARTED, READY)] == [200, 503, 503]
    assert ask(process, READY)[1]["database"] is False


def test_what_was_ready_once_has_started_for_good(
    process: HealthMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(process, READY)
    monkeypatch.setattr("config.health.applied", away)
    assert [ask(process, path)[0] for path in (STARTED, READY)] == [200, 503]


def test_a_migration_that_was_not_run_is_named(process: HealthMiddleware) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'orders' AND name LIKE '0001%'")
    status, said = ask(process, READY)
    assert status == 503
    assert said["migrations_missing"] == [
        each for each in wanted() if each.startswith("orders.0001")
    ]


def test_liveness_asks_the_database_nothing(
    process: HealthMiddleware, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        ask(process, ALIVE)


def test_the_worker_is_alive_while_its_beat_is_fresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIRECTORY", str(tmp_path))
    assert health_check.main(["worker"]) == 1
    write_beat(beat_file(tmp_path), database=False)
    assert health_check.main(["worker"]) == 0
    assert health_check.main(["worker", "--ready"]) == 1
    write_beat(beat_file(tmp_path), database=True)
    assert health_check.main(["worker", "--ready"]) == 0
    old = {"at": time.time() - STALE_SECONDS - 60, "database": True}
    beat_file(tmp_path).write_text(json.dumps(old))
    assert health_check.main(["worker"]) == 1


@pytest.mark.parametrize("text", ["", "{", "[]", '{"at": "then"}', '{"at": 1}'])
def test_a_beat_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "worker.json"
    path.write_text(text)
    assert read_beat(path) is None


def test_a_beat_leaves_no_draft_behind(tmp_path: Path) -> None:
    write_beat(tmp_path / "run" / "worker.json", database=True)
    assert os.listdir(tmp_path / "run") == ["worker.json"]
