"""The `eventsourcing` library's recorders, on Django's connection and over the same tables.

What the library writes through them is chained, sequenced and guarded like everything else; its
notification ids are the log's positions.
"""

import base64
import threading
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    IntegrityError,
    ListenNotifySubscription,
    Notification,
    StoredEvent,
    Subscription,
)

from events.chain import GENESIS
from events.database import TENANT, fetch
from events.errors import VersionConflict
from events.live import Waiter
from events.sequencer import sequence
from events.store import Entry, append_entries, log_head, stream_head

JSON_SCHEMA = 1
# State that is not JSON (compressed or encrypted by the library) is kept as a base64 string.
OPAQUE_SCHEMA = 0


class StreamRecorder(AggregateRecorder):
    """Inserts and selects events; joins the caller's transaction, or has one of its own."""

    def __init__(self, kind: str = "eventsourcing") -> None:
        self.kind = kind

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Stores all of the events or none.

        Raises:
            IntegrityError: a version is taken, or does not follow the one before.
        """
        with transaction.atomic():
            for stream_id, group in groupby(stored_events, _stream_id):
                self._append(stream_id, list(group))
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        direction = "DESC" if desc else "ASC"
        rows = fetch(
            "SELECT stream_id, version, topic, schema_version, payload::text FROM es.event"  # noqa: S608
            " WHERE tenant_id = %s AND stream_id = %s AND version > %s AND version <= %s"
            f" ORDER BY version {direction} LIMIT %s",
            (
                TENANT,
                _as_uuid(originator_id),
                -1 if gt is None else gt,
                (1 << 62) if lte is None else lte,
                limit,
            ),
        )
        return [StoredEvent(row[0], row[1], row[2], _state(row[3], row[4])) for row in rows]

    def _append(self, stream_id: UUID, events: list[StoredEvent]) -> None:
        expected = events[0].originator_version - 1
        if any(b.originator_version != a.originator_version + 1 for a, b in pairwise(events)):
            raise IntegrityError(f"versions of {stream_id} do not follow each other")
        head = stream_head(stream_id)
        if (head is None and expected > 0) or (head is not None and head.version != expected):
            raise IntegrityError(f"{stream_id} is not at version {expected}")
        try:
            append_entries(
                stream_id,
                self.kind,
                [_entry(event) for event in events],
                expected_version=expected,
                previous=head.head if head else GENESIS,
            )
        except VersionConflict as error:
            raise IntegrityError(str(error)) from error


class LogRecorder(StreamRecorder, ApplicationRecorder):
    """Adds the log: one sequence over all streams of the store."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Stores the events and returns their positions in the log.

        Inside a caller's transaction it returns None: a position exists only once it committed.
        """
        super().insert_events(stored_events, **kwargs)
        if connection.in_atomic_block or not stored_events:
            return None
        sequence()
        rows = fetch(
            "SELECT l.position FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY"
            " AS wanted (stream_id, version, place)"
            " JOIN es.log l ON l.tenant_id = %s AND l.stream_id = wanted.stream_id"
            " AND l.version = wanted.version ORDER BY wanted.place",
            (
                [_stream_id(each) for each in stored_events],
                [each.originator_version for each in stored_events],
                TENANT,
            ),
        )
        return [row[0] for row in rows]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        sequence()
        first = (start or 0) + (0 if inclusive_of_start else 1)
        wanted = list(topics)
        rows = fetch(
            "SELECT e.stream_id, e.version, e.topic, e.schema_version, e.payload::text, l.position"
            " FROM es.log l JOIN es.event e USING (tenant_id, stream_id, version)"
            " WHERE l.position >= %s AND l.position <= %s"
            " AND (%s::text[] = '{}' OR l.topic = ANY (%s)) ORDER BY l.position LIMIT %s",
            (first, (1 << 62) if stop is None else stop, wanted, wanted, limit),
        )
        return [
            Notification(row[0], row[1], row[2], _state(row[3], row[4]), id=row[5]) for row in rows
        ]

    def max_notification_id(self) -> int | None:
        sequence()
        return log_head() or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        return LogSubscription(self, gt, topics)


class LogSubscription(ListenNotifySubscription[ApplicationRecorder]):
    """Yields notifications as they are sequenced, until it is stopped."""

    def __init__(
        self, recorder: ApplicationRecorder, gt: int | None, topics: Sequence[str]
    ) -> None:
        self._stopped = threading.Event()
        super().__init__(recorder, gt, topics)
        self._waker = threading.Thread(target=self._wake)
        self._waker.start()

    def stop(self) -> None:
        self._stopped.set()
        super().stop()

    def _wake(self) -> None:
        waiter = Waiter()
        try:
            while not self._stopped.is_set():
                waiter.wait(self._stopped)
                self._has_been_notified.set()
        finally:
            waiter.close()

    def _loop_on_pull(self) -> None:
        try:
            super()._loop_on_pull()
        finally:
            connection.close()


def _stream_id(event: StoredEvent) -> UUID:
    return _as_uuid(event.originator_id)


def _as_uuid(originator_id: UUID | str) -> UUID:
    return originator_id if isinstance(originator_id, UUID) else UUID(originator_id)


def _entry(event: StoredEvent) -> Entry:
    try:
        msgspec.json.decode(event.state, type=msgspec.Raw)
    except msgspec.DecodeError:
        text = base64.b64encode(event.state)
        return Entry(topic=event.topic, schema_version=OPAQUE_SCHEMA, payload=b'"%s"' % text)
    return Entry(topic=event.topic, schema_version=JSON_SCHEMA, payload=event.state)


def _state(schema_version: int, payload: str) -> bytes:
    if schema_version == OPAQUE_SCHEMA:
        return base64.b64decode(payload[1:-1])
    return payload.encode()
