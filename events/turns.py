"""Whose turn an effect is: an attempt holds a lease that is renewed only while its worker lives.

A worker that is killed, frozen or cut off stops renewing, and another attempt begins. The number
of the attempt is the fence: whoever wakes up with an older one is told so and changes nothing.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, connection

from events.database import fetch
from events.outbox import STILL_OPEN
from modules.kernel.clock import now

log = structlog.get_logger(__name__)

# A message or a worker that is not heard of for so long is taken for lost. With the relay's looks,
# a killed worker's effect begins again within 15 s.
LEASE = timedelta(seconds=10)
BEAT_SECONDS = 2.5
# An attempt is interrupted after so long.
TIME_LIMIT_SECONDS = 45
# One that cannot be interrupted (it hangs in foreign code) loses its turn after so long.
LONGEST_SECONDS = 60


class Overtaken(Exception):  # control flow, not an error
    """Another attempt of this effect has begun, or has done it; this one has to leave it alone."""


_running: dict[tuple[UUID, int], float] = {}
_lock = threading.Lock()
_turn: ContextVar[tuple[UUID, int] | None] = ContextVar("counterfoil_turn", default=None)


@contextmanager
def turn(identifier: UUID, attempt: int, *, transactional: bool = False) -> Iterator[None]:
    """Keeps an attempt's lease renewed within the block; a beat under way is waited for.

    A transactional effect needs no fence: it holds its row, which bears the done-mark already.
    """
    token = _turn.set(None if transactional else (identifier, attempt))
    with _lock:
        _running[identifier, attempt] = time.monotonic()
    try:
        yield
    finally:
        with _lock:
            _running.pop((identifier, attempt), None)
        _turn.reset(token)


def require_turn() -> None:
    """Renews this attempt's lease, right before what cannot be taken back (a mail, a call).

    Outside an attempt, and in a transactional effect, it does nothing.

    Raises:
        Overtaken: it is not this attempt's turn any more.
    """
    current = _turn.get()
    if current is None:
        return
    rows = fetch(
        "UPDATE es.outbox SET due_at = %s"  # noqa: S608
        f" WHERE id = %s AND attempts = %s AND {STILL_OPEN} RETURNING true",
        (now() + LEASE, *current),
    )
    if not rows:
        raise Overtaken


def beat() -> int:
    """Renews the leases of what this process has at work; returns how many.

    Rows that are locked are left out: a transactional effect holds its own, and the relay passes by
    what is locked, for as long as that transaction lives.
    """
    with _lock:
        oldest = time.monotonic() - LONGEST_SECONDS
        held = [key for key, since in _running.items() if since > oldest]
        if not held:
            return 0
        rows = fetch(
            "UPDATE es.outbox SET due_at = %s WHERE id IN (SELECT id FROM es.outbox"  # noqa: S608
            " JOIN unnest(%s::uuid[], %s::int[]) AS held (id, attempt) USING (id)"
            f" WHERE attempts = attempt AND {STILL_OPEN}"
            " FOR UPDATE OF outbox SKIP LOCKED) RETURNING true",
            (now() + LEASE, [key[0] for key in held], [key[1] for key in held]),
        )
    return len(rows)


def run_forever(stop: threading.Event) -> None:
    """Beats until `stop` is set. In an outage leases run out, and attempts begin again after it."""
    try:
        while not stop.wait(BEAT_SECONDS):
            try:
                beat()
            except (DatabaseError, InterfaceError) as error:
                log.warning("leases cannot be renewed now", error=str(error))
                connection.close()
    finally:
        connection.close()
