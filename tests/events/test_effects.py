"""Effects under crashes: through brokers, workers and relays that die, each takes place once."""

import contextlib
import itertools
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import dramatiq
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.broker import make_broker
from config.environment import environment
from events import effects, outbox, relay, worker
from events.context import acting, current_context
from events.database import execute, fetch
from events.effects import effect
from events.errors import BrokerAway
from modules.kernel.errors import Conflict
from modules.kernel.identity import new_id
from tests.support.servers import ROOT
from tests.support.waiting import LIMIT_SECONDS, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

crashing = random.Random(7)


class Killed(BaseException):
    """Stands for SIGKILL: nothing in the attempt gets to handle it."""


@effect("sample.count", transactional=True, max_attempts=1000)
def count(effect_id: UUID, item: str, crash_chance: float = 0.0) -> None:
    execute(
        "INSERT INTO sample_item_count (item, count, position) VALUES (%s, 1, 0)"
        " ON CONFLICT (item) DO UPDATE SET count = sample_item_count.count + 1",
        (item,),
    )
    if crashing.random() < crash_chance:
        raise Killed
    if crashing.random() < crash_chance:
        raise OSError("lost the way")


contexts: list[tuple[UUID | None, UUID]] = []


@effect("sample.context")
def remember_context(effect_id: UUID) -> None:
    contexts.append((current_context().causation_id, current_context().correlation_id))


@effect("sample.refused")
def refuse(effect_id: UUID) -> None:
    raise Conflict("never")


def emit(number: int, crash_chance: float = 0.0) -> None:
    with transaction.atomic():
        outbox.emit(
            "sample.count", key=str(number), item=f"item {number}", crash_chance=crash_chance
        )


def counts() -> list[int]:
    return [row[0] for row in fetch("SELECT count FROM sample_item_count")]


def undone() -> int:
    undone: int = fetch(
        "SELECT count(*) FROM es.outbox WHERE done_at IS NULL AND actor = 'sample.count'"
    )[0][0]
    return undone


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases and pauses of an instant, so that a test need not wait for them."""
    for module in ("effects", "relay"):
        monkeypatch.setattr(f"events.{module}.LEASE", timedelta(seconds=0.3))
    monkeypatch.setattr("events.effects.backoff", lambda attempt: timedelta(seconds=0.05))


@contextlib.contextmanager
def broker(redis_url: str) -> Iterator[dramatiq.Broker]:
    before = dramatiq.get_broker()
    made = make_broker(redis_url)
    made.flush_all()
    dramatiq.set_broker(made)
    try:
        yield made
    finally:
        made.flush_all()
        dramatiq.set_broker(before)


@contextlib.contextmanager
def running_worker(made: dramatiq.Broker) -> Iterator[None]:
    # Killed is reported by a broker that keeps exceptions for tests; it is meant to happen.
    running = dramatiq.Worker(made, worker_threads=3, worker_timeout=50)
    running.start()
    try:
        yield
    finally:
        running.stop()


@pytest.mark.usefixtures("hurried")
def test_crashes_of_relay_and_worker_and_doubled_messages_leave_one_effect_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with broker("") as made, running_worker(made):
        for number in range(60):
            emit(number, crash_chance=0.2)
        enqueue = made.enqueue

        def unreliable(message: dramatiq.Message[None]) -> dramatiq.Message[None]:
            enqueue(message)
            if crashing.random() < 0.2:
                enqueue(message)
            if crashing.random() < 0.1:
                raise OSError("the relay dies after sending, before marking")
            return message

        monkeypatch.setattr(made, "enqueue", unreliable)

        def settled() -> bool:
            with contextlib.suppress(BrokerAway):
                relay.relay_due()
            return undone() == 0

        wait_until(settled, "all effects")
    assert counts() == [1] * 60


def test_messages_lost_with_redis_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with broker(environment().redis_url) as made:
        emit(1)
        # Not over before the second look, however busy the machine is.
        monkeypatch.setattr("events.relay.LEASE", timedelta(seconds=5))
        assert relay.relay_due() == 1
        made.flush_all()
        assert relay.relay_due() == 0
        with running_worker(made):
            wait_until(lambda: relay.relay_due() >= 0 and undone() == 0, "the effect")
    assert counts() == [1]


def test_what_was_sent_is_left_alone_for_its_lease() -> None:
    with broker(""):
        emit(1)
        assert [relay.relay_due(), relay.relay_due()] == [1, 0]


def test_nothing_is_marked_sent_when_the_broker_is_away() -> None:
    with unreachable():
        emit(1)
        with pytest.raises(BrokerAway):
            relay.relay_due()
    assert fetch("SELECT sent_at, attempts FROM es.outbox") == [(None, 0)]


@contextlib.contextmanager
def unreachable() -> Iterator[None]:
    before = dramatiq.get_broker()
    dramatiq.set_broker(make_broker("redis://127.0.0.1:1/0"))
    try:
        yield
    finally:
        dramatiq.set_broker(before)


@pytest.mark.parametrize("attempt_of_rival", [1, 2])
def test_a_transactional_effect_done_by_another_attempt_is_rolled_back(
    attempt_of_rival: int,
) -> None:
    emit(1)
    identifier = outbox.effect_id("sample.count", "1")
    assert effects.perform(identifier, 1)
    execute("UPDATE es.outbox SET attempts = %s", (attempt_of_rival - 1,))
    assert not effects.perform(identifier, attempt_of_rival)
    assert counts() == [1]


def test_a_worker_that_dies_at_every_attempt_ends_as_a_dead_letter() -> None:
    emit(1)
    identifier = outbox.effect_id("sample.count", "1")
    execute("UPDATE es.outbox SET attempts = 1000")
    assert not effects.perform(identifier, 1001)
    [(failed_at, error)] = fetch(
        "SELECT failed_at, last_error FROM es.outbox WHERE id = %s", (identifier,)
    )
    assert failed_at is not None
    assert "never heard of again" in error


def test_an_effect_carries_the_correlation_of_its_cause() -> None:
    correlation_id = new_id()
    with acting(correlation_id=correlation_id), transaction.atomic():
        identifier = outbox.emit("sample.context", key="1")
    assert effects.perform(identifier, 1)
    assert contexts == [(identifier, correlation_id)]


def test_a_refusal_by_the_shops_own_rules_is_not_tried_again() -> None:
    with transaction.atomic():
        identifier = outbox.emit("sample.refused", key="1")
    assert not effects.perform(identifier, 1)
    [(failed_at, error)] = fetch(
        "SELECT failed_at, last_error FROM es.outbox WHERE id = %s", (identifier,)
    )
    assert failed_at is not None
    assert error == "Conflict: never"


@pytest.mark.usefixtures("hurried")
def test_the_worker_follows_relays_and_performs_until_it_is_stopped() -> None:
    stop = threading.Event()
    with broker(environment().redis_url):
        running = threading.Thread(target=worker.run_worker, args=(stop,))
        running.start()
        try:
            for number in range(5):
                emit(number)
            wait_until(lambda: undone() == 0, "the effects")
        finally:
            stop.set()
            running.join(timeout=LIMIT_SECONDS)
    assert not running.is_alive()
    assert counts() == [1] * 5


def test_sigterm_stops_the_worker_process_cleanly() -> None:
    name = connection.settings_dict["NAME"]
    address = environment().database_url.replace("/postgres?", f"/{name}?")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker"],
        cwd=ROOT,
        env={"DATABASE_URL": address, "SECRET_KEY": settings.SECRET_KEY, "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        lines = iter(process.stdout.readline, "")
        assert any("worker started" in line for line in lines)
        process.send_signal(signal.SIGTERM)
        rest = process.stdout.read()
        assert process.wait(timeout=LIMIT_SECONDS) == 0, rest
    finally:
        process.kill()
        process.stdout.close()
        process.wait()
    assert "worker stopped" in rest


def test_an_effect_is_looked_for_by_its_id_and_not_among_all_that_is_open() -> None:
    with transaction.atomic():
        identifier = outbox.emit("sample.count", key="plan", item="plan")
    with CaptureQueriesContext(connection) as captured:
        assert effects.perform(identifier, 1)
    claims = [each["sql"] for each in captured if "attempts = attempts + 1" in each["sql"]]
    assert len(claims) == 1
    numbers = itertools.count(1)
    sql = re.sub("%s", lambda _: f"${next(numbers)}", claims[0])
    nothing = ", ".join(["NULL"] * (next(numbers) - 1))
    # By a cursor, which sends what has no values as it stands; the places would want theirs.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE claim AS {sql}")
        cursor.execute(f"EXPLAIN EXECUTE claim ({nothing})")
        plan = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("DEALLOCATE claim")
    assert "outbox_pkey" in plan
