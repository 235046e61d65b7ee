"""From the outbox to Dramatiq: what is due is sent, and sent again when nothing came of it."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import dramatiq
import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction
from dramatiq.brokers.stub import StubBroker

from events.database import fetch
from events.effects import QUEUE, message, perform
from events.errors import BrokerAway
from events.live import Waiter
from events.timetable import ask_for_due
from events.turns import LEASE
from modules.kernel.clock import now

log = structlog.get_logger(__name__)

BATCH = 100
DRAIN_LIMIT = 10_000
# Messages that may wait in the broker. What is due beyond that waits in PostgreSQL, so that a
# backlog neither fills Redis nor is sent again and again while it waits there.
WINDOW = 1_000
# Seconds between two looks at the timetable, which also asks for the period to come.
TIMETABLE_SECONDS = 60.0

_HAND_OVER = (
    "WITH due AS MATERIALIZED (SELECT id FROM es.outbox"
    " WHERE due_at <= %s AND done_at IS NULL AND failed_at IS NULL"
    " ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED)"
    " UPDATE es.outbox SET sent_at = %s, due_at = %s"
    " FROM due WHERE outbox.id = due.id RETURNING outbox.id, outbox.attempts"
)


def relay_due(limit: int = BATCH) -> int:
    """Hands due effects to the broker; returns how many.

    A row sent is looked at again after its lease, so that a message lost in Redis or a worker that
    died costs seconds. Several relays share the work. A crash between sending and marking sends
    twice, which an attempt's number makes harmless.

    Raises:
        BrokerAway: the broker cannot be reached; nothing is marked then.
    """
    room = min(limit, WINDOW - _waiting())
    if room <= 0:
        return 0
    with transaction.atomic():
        moment = now()
        rows = fetch(_HAND_OVER, (moment, room, moment, moment + LEASE))
        _send([message(identifier, attempts + 1) for identifier, attempts in rows])
    return len(rows)


def _waiting() -> int:
    """Returns how many messages no worker has fetched yet."""
    broker = dramatiq.get_broker()
    if isinstance(broker, StubBroker):
        return int(broker.queues[QUEUE].qsize())
    # Only the broker over Redis knows (config.redis_broker), and it is not imported without one.
    with _reaching_the_broker():
        return int(broker.waiting(QUEUE))  # type: ignore[attr-defined]


def _send(messages: "list[dramatiq.Message[None]]") -> None:
    broker = dramatiq.get_broker()
    with _reaching_the_broker():
        for each in messages:
            broker.enqueue(each)


@contextmanager
def _reaching_the_broker() -> Iterator[None]:
    try:
        yield
    except (dramatiq.BrokerError, OSError) as error:
        raise BrokerAway(f"effects cannot be sent now: {error}") from error


def _due(limit: int, *, besides: Sequence[UUID] = ()) -> list[tuple[UUID, int]]:
    rows = fetch(
        "SELECT id, attempts FROM es.outbox"
        " WHERE due_at <= %s AND done_at IS NULL AND failed_at IS NULL AND id <> ALL (%s)"
        " ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED",
        (now(), list(besides), limit),
    )
    return [(row[0], row[1]) for row in rows]


def run_forever(stop: threading.Event) -> None:
    """Relays until `stop` is set; an outage of broker or database is waited out."""
    waiter = Waiter()
    timetable_at = 0.0
    try:
        while not stop.is_set():
            try:
                if time.monotonic() >= timetable_at:
                    ask_for_due()
                    timetable_at = time.monotonic() + TIMETABLE_SECONDS
                if relay_due() < BATCH:
                    waiter.wait(stop)
            except (DatabaseError, InterfaceError) as error:
                log.warning("relay waits for the database", error=str(error))
                connection.close()
                stop.wait(1)
            except BrokerAway as error:
                log.warning("relay waits for the broker", error=str(error))
                stop.wait(1)
    finally:
        waiter.close()
        connection.close()


def drain() -> int:
    """Runs everything due here and now, for tests; returns how many effects were done.

    Effects that these effects ask for are run too; one that failed is left for the next time, even
    if its pause ends while others still run.

    Raises:
        RuntimeError: the effects keep asking for new ones.
    """
    done, failed = 0, list[UUID]()
    for _ in range(DRAIN_LIMIT):
        rows = _due(1, besides=failed)
        if not rows:
            return done
        identifier, attempts = rows[0]
        if perform(identifier, attempts + 1):
            done += 1
        else:
            failed.append(identifier)
    raise RuntimeError(f"still not drained after {DRAIN_LIMIT} effects")
