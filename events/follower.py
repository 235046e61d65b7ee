"""Async projections: each follows the log at its own pace, batch by batch, exactly once."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from events import projections
from events.alarms import raise_alarm
from events.database import execute, fetch
from events.live import Waiter
from events.projections import AnyProjection
from events.sequencer import sequence
from events.store import RecordedEvent, log_head, read_sequenced, read_stream

log = structlog.get_logger(__name__)

BATCH = 1000
# A statement that was refused for these reasons says nothing about the event: try again later.
OUTAGES = (OperationalError, InterfaceError)

_PARKED = "SELECT stream_id FROM es.dead WHERE projection = %s"

type Fold = Callable[[AnyProjection, Sequence[RecordedEvent]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A stream that a projection could not fold, from `version` on, at `position` of the log."""

    projection: str
    stream_id: UUID
    version: int
    position: int
    error: str
    parked_at: datetime


def catch_up(name: str | None = None) -> int:
    """Folds everything committed into one async projection, or all; returns how far they are."""
    sequence()
    position = log_head()
    for projection in _followers():
        if name in (None, projection.name):
            while step(projection, sequence_first=False):
                pass
    return position


def step(projection: AnyProjection, *, sequence_first: bool = True) -> bool:
    """Folds one batch; returns whether there may be more.

    Rows and position are written in one transaction. Another worker on the same projection is left
    alone: the position's row is its lock.
    """
    if sequence_first:
        sequence()
    try:
        with transaction.atomic():
            return _fold_next(projection, _fold_whole)
    except OUTAGES:
        raise
    except Exception as error:
        log.warning("batch failed, going one by one", projection=projection.name, error=str(error))
        with transaction.atomic():
            return _fold_next(projection, _fold_one_by_one)


def _fold_next(projection: AnyProjection, fold: Fold) -> bool:
    standing = _locked(projection.name) or _begun(projection.name)
    if standing is None:
        return False
    position, head = standing
    # The head may be the older of the two: whoever held the row meanwhile went on with it.
    if head <= position:
        return False
    recorded = read_sequenced(position, BATCH, projections.topics(projection))
    recorded = [row for row in recorded if (row.position or 0) <= head]
    full = len(recorded) == BATCH
    reached = (recorded[-1].position or 0) if full else head
    if recorded:
        # Asked once the row is locked, so that what its last holder parked is known.
        parked = {row[0] for row in fetch(_PARKED, (projection.name,))}
        fold(projection, [row for row in recorded if row.stream_id not in parked])
    execute(
        "UPDATE es.projection SET position = %s, updated_at = now()"
        " WHERE name = %s AND state = 'live'",
        (reached, projection.name),
    )
    return full


def _fold_whole(projection: AnyProjection, recorded: Sequence[RecordedEvent]) -> None:
    if recorded:
        projection.project(recorded)


def _fold_one_by_one(projection: AnyProjection, recorded: Sequence[RecordedEvent]) -> None:
    parked: set[UUID] = set()
    for row in recorded:
        if row.stream_id in parked:
            continue
        try:
            with transaction.atomic():
                projection.project([row])
        except OUTAGES:
            raise
        except Exception as error:
            parked.add(row.stream_id)
            _park(projection.name, row, error)


def _park(name: str, row: RecordedEvent, error: Exception) -> None:
    log.error(
        "stream parked",
        projection=name,
        stream=str(row.stream_id),
        version=row.version,
        error=f"{type(error).__name__}: {error}",
    )
    execute(
        "INSERT INTO es.dead (projection, stream_id, version, position, error)"
        " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        (name, row.stream_id, row.version, row.position, f"{type(error).__name__}: {error}"[:2000]),
    )
    raise_alarm(
        f"parked:{name}:{row.stream_id}:{row.version}",
        f"{name} parked a stream",
        f"The read model {name} could not fold version {row.version} of the stream {row.stream_id}"
        f" ({type(error).__name__}). It goes on with all others; mend the cause, then retry it.",
    )


def parked_streams(name: str | None = None) -> list[Parked]:
    """Returns the streams parked by one projection, or by any."""
    rows = fetch(
        "SELECT projection, stream_id, version, position, error, parked_at FROM es.dead"
        " WHERE %s::text IS NULL OR projection = %s ORDER BY projection, position",
        (name, name),
    )
    names = ("projection", "stream_id", "version", "position", "error", "parked_at")
    return [Parked(**dict(zip(names, row, strict=True))) for row in rows]


def seconds_behind(position: int) -> int:
    """Returns for how long the event after a position has been waiting to be folded, or 0."""
    rows = fetch(
        "SELECT extract(epoch FROM now() - e.recorded_at) FROM es.log l"
        " JOIN es.event e USING (tenant_id, stream_id, version) WHERE l.position = %s",
        (position + 1,),
    )
    return max(0, int(rows[0][0])) if rows else 0


def unpark(name: str, stream_id: UUID) -> None:
    """Folds a parked stream from where it failed, after the cause was mended, and frees it.

    Raises:
        Exception: whatever the projection raises; the stream stays parked then.
    """
    projection = projections.registered()[name]
    with transaction.atomic():
        position = fetch(
            "SELECT position FROM es.projection WHERE name = %s AND state = 'live' FOR UPDATE",
            (name,),
        )[0][0]
        freed = fetch(
            "DELETE FROM es.dead WHERE projection = %s AND stream_id = %s RETURNING version",
            (name, stream_id),
        )
        if freed:
            wanted = set(projections.topics(projection))
            rows = [
                row
                for row in read_stream(stream_id, after=freed[0][0] - 1)
                if row.topic in wanted and row.position is not None and row.position <= position
            ]
            _fold_whole(projection, rows)


def wait_for(name: str, position: int, timeout: float) -> bool:
    """Waits until a projection has folded the log up to `position`; returns whether it has.

    `timeout` is in seconds. For pages that show an async view right after a command.
    """
    deadline = time.monotonic() + timeout
    pause = 0.002
    while True:
        rows = fetch(
            "SELECT position FROM es.projection WHERE name = %s AND state = 'live'", (name,)
        )
        if rows and rows[0][0] >= position:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def run_forever(stop: threading.Event) -> None:
    """Keeps every async projection up to date until `stop` is set; outages are waited out."""
    waiter = Waiter()
    try:
        while not stop.is_set():
            try:
                sequence()
                more = [step(each, sequence_first=False) for each in _behind()]
                if not any(more):
                    waiter.wait(stop)
            except (DatabaseError, InterfaceError) as error:
                log.warning("follower waits for the database", error=str(error))
                connection.close()
                stop.wait(1)
    finally:
        waiter.close()
        connection.close()


def _followers() -> list[AnyProjection]:
    return [each for each in projections.registered().values() if each.mode == "async"]


def _behind() -> list[AnyProjection]:
    """Returns the async projections that the log is ahead of; one statement."""
    rows = fetch(
        "SELECT name FROM es.projection WHERE state = 'live'"
        " AND position >= (SELECT position FROM es.sequencer)"
    )
    up_to_date = {row[0] for row in rows}
    return [each for each in _followers() if each.name not in up_to_date]


def _locked(name: str) -> tuple[int, int] | None:
    """Locks a projection; returns its position and the log's, None where another worker has it."""
    rows = fetch(
        "SELECT p.position, (SELECT s.position FROM es.sequencer s) FROM es.projection p"
        " WHERE p.name = %s AND p.state = 'live' FOR UPDATE OF p SKIP LOCKED",
        (name,),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def _begun(name: str) -> tuple[int, int] | None:
    """Does the same for a projection that may never have been followed before."""
    execute("INSERT INTO es.projection (name) VALUES (%s) ON CONFLICT DO NOTHING", (name,))
    return _locked(name)
