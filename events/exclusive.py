"""Taking turns: one rebuild at a time, and the moments in which nobody writes."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog
from django.db import OperationalError

from events.database import execute, fetch
from events.errors import RebuildUnderWay
from events.generations import fill
from events.projections import AnyProjection

log = structlog.get_logger(__name__)

# The shop waits for us, and we wait for the shop only so long at a time.
LOCK_TIMEOUT = "1s"


@contextmanager
def only_one() -> Iterator[None]:
    """Lets one rebuild run at a time.

    Raises:
        RebuildUnderWay: another one runs.
    """
    if not fetch("SELECT pg_try_advisory_lock(hashtext('counterfoil.rebuild'))")[0][0]:
        raise RebuildUnderWay("a rebuild is under way already: wait for it, or stop its process")
    try:
        yield
    finally:
        execute("SELECT pg_advisory_unlock(hashtext('counterfoil.rebuild'))")


def without_writers[T](
    chosen: Sequence[AnyProjection], state: str, attempts: int, work: Callable[[], T]
) -> T:
    """Does what locks the live tables, and folds on between attempts that writers were before.

    `work` waits for them a second at a time (`LOCK_TIMEOUT`), so that nobody queues behind it.

    Raises:
        django.db.OperationalError: writers were there at every attempt.
    """
    for attempt in range(1, attempts):
        try:
            return work()
        except OperationalError as error:
            log.info("waiting for writers", state=state, attempt=attempt, error=str(error).strip())
            time.sleep(0.05 * attempt)
            fill(chosen, state)
    return work()
