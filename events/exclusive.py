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

# While we wait for a writer who came first, the shop queues behind us: not long, then longer.
PATIENCE_MS = 50


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
    chosen: Sequence[AnyProjection], state: str, attempts: int, work: Callable[[int], T]
) -> T:
    """Does what locks the live tables, and folds on between attempts that writers were before.

    `work` is told for how many milliseconds to wait for them (`only_for`), because whoever comes
    later queues behind it: 50 at the first attempt, 50 more at each other.

    Raises:
        django.db.OperationalError: writers were there at every attempt.
    """
    for attempt in range(1, attempts):
        try:
            return work(PATIENCE_MS * attempt)
        except OperationalError as error:
            log.info("waiting for writers", state=state, attempt=attempt, error=str(error).strip())
            time.sleep(0.05 * attempt)
            fill(chosen, state)
    return work(PATIENCE_MS * attempts)


def only_for(milliseconds: int) -> None:
    """Lets the rest of the transaction wait so long for a lock, and no longer."""
    execute(f"SET LOCAL lock_timeout = {milliseconds:d}")
