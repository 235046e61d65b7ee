"""Aggregates in and out of the store."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction

from events import codec, facts, projections, registry
from events.aggregate import Aggregate, Event
from events.chain import GENESIS
from events.context import acting
from events.database import TENANT, fetch
from events.errors import StoreMisuse, StreamNotFound
from events.live import notify
from events.store import RecordedEvent, append


def load[A: Aggregate](
    cls: type[A],
    id: UUID,
    *,
    version: int | None = None,
    recorded_until: datetime | None = None,
    effective_until: datetime | None = None,
) -> A:
    """Returns an aggregate folded from its stream: as it is, or as it was.

    `version` stops after that version, `recorded_until` after what was known at that moment;
    `effective_until` leaves out facts that had not become true by then, in the world's time. An
    aggregate of the past cannot be saved.

    Raises:
        StreamNotFound: there is no such aggregate, or there was none yet.
        UnknownTopic: the stream holds an event that no class reads.
    """
    aggregate = load_or_none(
        cls, id, version=version, recorded_until=recorded_until, effective_until=effective_until
    )
    if aggregate is None:
        raise StreamNotFound(f"there is no {cls.kind} {id}", kind=cls.kind, id=id)
    return aggregate


def load_or_none[A: Aggregate](
    cls: type[A],
    id: UUID,
    *,
    version: int | None = None,
    recorded_until: datetime | None = None,
    effective_until: datetime | None = None,
) -> A | None:
    """Returns what `load` does, or None where that raises StreamNotFound."""
    rows = _rows(id, version, recorded_until, effective_until)
    # Without its first event an aggregate has no state to begin with.
    if not rows or rows[0][0] > 1:
        return None
    events = [
        codec.decode_event(topic, payload.encode(), id, number)
        for number, topic, payload, _ in rows
    ]
    # An id of another kind of stream is no id of this kind.
    if not issubclass(cls, registry.aggregate_of(type(events[0]))):
        return None
    aggregate = cls.fold(id, events)
    aggregate._head = rows[-1][3]
    aggregate._historical = any((version, recorded_until, effective_until))
    return aggregate


def _rows(
    id: UUID,
    version: int | None,
    recorded_until: datetime | None,
    effective_until: datetime | None,
) -> list[tuple[Any, ...]]:
    sql = (
        "SELECT version, topic, payload::text, hash FROM es.event"
        " WHERE tenant_id = %s AND stream_id = %s"
    )
    parameters: list[Any] = [TENANT, id]
    if version is not None:
        sql += " AND version <= %s"
        parameters.append(version)
    if recorded_until is not None:
        # By version and not by time alone: clocks of two machines may disagree, versions cannot.
        sql += (
            " AND version <= (SELECT max(version) FROM es.event"
            " WHERE tenant_id = %s AND stream_id = %s AND recorded_at <= %s)"
        )
        parameters += (TENANT, id, recorded_until)
    if effective_until is not None:
        sql += " AND effective_at <= %s"
        parameters.append(effective_until)
    return fetch(f"{sql} ORDER BY version", parameters)


def save(aggregate: Aggregate) -> int:
    """Stores the aggregate's new events and all that follows from them; returns its version.

    In the caller's transaction: append under the ambient context, inline projections, then the
    facts its module publishes, handed to their subscribers. Nothing new is nothing to do.

    Raises:
        VersionConflict: another writer was faster; `@command` loads and decides again.
        NotInTransaction: there is no transaction to join.
        StoreMisuse: the aggregate is one of the past.
    """
    if aggregate._historical:
        raise StoreMisuse(f"{aggregate.kind} {aggregate.id} was loaded as of the past")
    events = cast("list[Event]", list(aggregate.pending_events))
    if not events:
        return aggregate.version
    recorded = append(
        aggregate.id,
        aggregate.kind,
        events,
        expected_version=aggregate.version - len(events),
        previous=aggregate._head or GENESIS,
        aggregate=aggregate,
    )
    aggregate.collect_events()
    aggregate._head = recorded[-1].hash
    projections.run_inline(recorded)
    wake_after_commit()
    _publish(recorded)
    return aggregate.version


def _publish(recorded: list[RecordedEvent]) -> None:
    for row in recorded:
        published = facts.translated(row)
        if published:
            with acting(causation_id=row.event_id):
                for fact in published:
                    facts.publish(fact)


def wake_after_commit() -> None:
    """Wakes the readers of the log once, after the transaction at hand."""
    if not any(hook[1] is notify for hook in connection.run_on_commit):
        # Robust: a wake-up that fails costs followers one poll, and must not fail the command.
        transaction.on_commit(notify, robust=True)
