"""Stored events: append to a stream, read a stream, read the log of all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events import codec, registry
from events.aggregate import Aggregate, Event
from events.chain import GENESIS, Envelope, event_hash
from events.context import Context, current_context
from events.database import TENANT, fetch, require_transaction
from events.errors import EmptyAppend, PayloadTooLarge, VersionConflict
from events.recorded import COLUMNS, RecordedEvent, from_row
from events.sequencer import sequence
from modules.kernel.clock import now
from modules.kernel.identity import new_id

__all__ = [
    "Entry",
    "RecordedEvent",
    "Stream",
    "append",
    "append_entries",
    "log_head",
    "read_log",
    "read_sequenced",
    "read_stream",
    "stream_head",
    "streams",
    "verify_stream",
]

PAYLOAD_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Where a stream stands: its newest version and that event's hash."""

    stream_id: UUID
    kind: str
    version: int
    head: bytes
    created_at: datetime
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a caller wants stored; the envelope is added by `append_entries`."""

    topic: str
    schema_version: int
    payload: bytes


def append(
    stream_id: UUID,
    kind: str,
    events: Sequence[Event],
    *,
    expected_version: int,
    previous: bytes = GENESIS,
    aggregate: Aggregate | None = None,
) -> list[RecordedEvent]:
    """Stores events at the end of a stream, in the caller's transaction, under the ambient context.

    `expected_version` is the version the caller decided from (0: the stream is new), `previous` its
    hash. Both are compared by the database, so that no other writer's event is overlooked. The
    `aggregate` they come from, if any, is handed on with them.

    Raises:
        VersionConflict: the stream moved on; the transaction stays usable.
        EmptyAppend, PayloadTooLarge, NotInTransaction: mistakes in the calling code.
    """
    entries = [
        Entry(
            topic=registry.topic_of(type(event)),
            schema_version=registry.version_of(type(event)),
            payload=codec.encode_event(event),
        )
        for event in events
    ]
    recorded = append_entries(
        stream_id, kind, entries, expected_version=expected_version, previous=previous
    )
    for row, event in zip(recorded, events, strict=True):
        # What is at hand saves decoding what was just encoded, and folding what was just folded.
        row.__dict__.update(event=event, aggregate=aggregate)
    return recorded


def append_entries(
    stream_id: UUID,
    kind: str,
    entries: Sequence[Entry],
    *,
    expected_version: int,
    previous: bytes,
) -> list[RecordedEvent]:
    """Stores encoded entries; `append` says the rest."""
    require_transaction("appending events")
    if not entries:
        raise EmptyAppend(f"nothing to append to {kind} {stream_id}")
    for entry in entries:
        if len(entry.payload) > PAYLOAD_LIMIT_BYTES:
            raise PayloadTooLarge(
                f"{entry.topic} takes {len(entry.payload)} bytes; the limit is"
                f" {PAYLOAD_LIMIT_BYTES}: store the bulk elsewhere and record its digest"
            )
    rows = _stamp(stream_id, entries, expected_version, previous, current_context())
    if not _insert(kind, rows, expected_version, previous):
        raise VersionConflict(
            f"{kind} {stream_id} is no longer at version {expected_version}",
            stream_id=stream_id,
            expected_version=expected_version,
        )
    return rows


def _stamp(
    stream_id: UUID, entries: Sequence[Entry], version: int, previous: bytes, context: Context
) -> list[RecordedEvent]:
    recorded_at = now()
    rows = []
    for entry in entries:
        version += 1
        fields: dict[str, Any] = {
            "stream_id": stream_id,
            "version": version,
            "topic": entry.topic,
            "schema_version": entry.schema_version,
            "event_id": new_id(),
            "recorded_at": recorded_at,
            "effective_at": context.effective_at or recorded_at,
            "actor": context.actor,
            "causation_id": context.causation_id,
            "correlation_id": context.correlation_id,
            "command_id": context.command_id,
        }
        previous = event_hash(previous, Envelope(tenant_id=TENANT, **fields), entry.payload)
        rows.append(RecordedEvent(position=None, payload=entry.payload, hash=previous, **fields))
    return rows


_APPEND = (
    "SELECT es.append(%s::smallint, %s, %s, %s, %s, %s::text[], %s::smallint[], %s::uuid[],"
    " %s::text[], %s::bytea[], %s, %s, %s, %s::uuid, %s::uuid, %s::uuid)"
)


def _insert(
    kind: str, rows: Sequence[RecordedEvent], expected_version: int, previous: bytes
) -> bool:
    first = rows[0]
    result = fetch(
        _APPEND,
        (
            TENANT,
            first.stream_id,
            kind,
            expected_version,
            previous,
            [row.topic for row in rows],
            [row.schema_version for row in rows],
            [row.event_id for row in rows],
            [row.payload.decode() for row in rows],
            [row.hash for row in rows],
            first.recorded_at,
            first.effective_at,
            first.actor,
            first.causation_id,
            first.correlation_id,
            first.command_id,
        ),
    )
    return result[0][0] is not None


_READ_STREAM = (
    f"SELECT l.position, l.committed_at, {COLUMNS} FROM es.event e"  # noqa: S608
    " LEFT JOIN es.log l USING (tenant_id, stream_id, version)"
    " WHERE e.tenant_id = %s AND e.stream_id = %s AND e.version > %s AND e.version <= %s"
    " ORDER BY e.version"
)


def read_stream(stream_id: UUID, after: int = 0, upto: int | None = None) -> list[RecordedEvent]:
    """Returns the events of a stream with `after` < version <= `upto`, in order."""
    newest = (1 << 62) if upto is None else upto
    rows = fetch(_READ_STREAM, (TENANT, stream_id, after, newest))
    return [from_row(row[0], row[2:], row[1]) for row in rows]


# The limit is applied to the log alone: a plan that joins first would read all that is left.
_READ_LOG = (
    f"SELECT l.position, l.committed_at, {COLUMNS} FROM"  # noqa: S608
    " (SELECT * FROM es.log WHERE position > %s {topics} ORDER BY position LIMIT %s) l"
    " JOIN es.event e USING (tenant_id, stream_id, version) ORDER BY l.position"
)
_READ_WHOLE_LOG = _READ_LOG.replace("{topics}", "")
_READ_TOPICS = _READ_LOG.replace("{topics}", "AND topic = ANY (%s)")


def read_log(after_position: int, limit: int, topics: Sequence[str] = ()) -> list[RecordedEvent]:
    """Returns the next events of all streams after a position, all that is committed included.

    Sequences first. `topics` narrows it to rows of these topics.
    """
    sequence()
    return read_sequenced(after_position, limit, topics)


def read_sequenced(
    after_position: int, limit: int, topics: Sequence[str] = ()
) -> list[RecordedEvent]:
    """Returns what `read_log` does, of the events that are numbered already."""
    if topics:
        rows = fetch(_READ_TOPICS, (after_position, list(topics), limit))
    else:
        rows = fetch(_READ_WHOLE_LOG, (after_position, limit))
    return [from_row(row[0], row[2:], row[1]) for row in rows]


def log_head() -> int:
    """Returns the newest position of the log; 0 when it is empty."""
    position: int = fetch("SELECT position FROM es.sequencer")[0][0]
    return position


_STREAM = "SELECT stream_id, kind, version, head, created_at, changed_at FROM es.stream"


def stream_head(stream_id: UUID) -> Stream | None:
    """Returns where a stream stands, or None when it has no event."""
    rows = fetch(f"{_STREAM} WHERE tenant_id = %s AND stream_id = %s", (TENANT, stream_id))
    return _stream(rows[0]) if rows else None


def streams(kind: str, *, after: Stream | None = None, limit: int = 100) -> list[Stream]:
    """Returns streams of a kind in order of creation; `after` ends the page before."""
    key = (after.created_at, after.stream_id) if after else (None, None)
    rows = fetch(
        f"{_STREAM} WHERE tenant_id = %s AND kind = %s"
        " AND (%s::timestamptz IS NULL OR (created_at, stream_id) > (%s, %s::uuid))"
        " ORDER BY created_at, stream_id LIMIT %s",
        (TENANT, kind, key[0], key[0], key[1], limit),
    )
    return [_stream(row) for row in rows]


def _stream(row: Sequence[Any]) -> Stream:
    return Stream(
        stream_id=row[0],
        kind=row[1],
        version=row[2],
        head=row[3],
        created_at=row[4],
        changed_at=row[5],
    )


def verify_stream(stream_id: UUID) -> int | None:
    """Recomputes a stream's chain; returns the first version that does not fit, None if all do.

    A missing event counts as the version that is missing, a head that belongs to no event as the
    version after the last.
    """
    previous, version = GENESIS, 0
    for row in read_stream(stream_id):
        version += 1
        if row.version != version or row.hash != row.expected_hash(previous):
            return version
        previous = row.hash
    head = stream_head(stream_id)
    stands = (head.version, head.head) if head else (0, GENESIS)
    return None if stands == (version, previous) else version + 1
