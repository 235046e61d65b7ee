"""One row of history, as it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from events import codec
from events.aggregate import Aggregate, Event
from events.chain import event_hash
from events.database import TENANT


@dataclass(frozen=True, kw_only=True)
class RecordedEvent:
    """One row of history. `position` is its place in the log, None until the sequencer saw it.

    `committed_at` is when its transaction ended, where PostgreSQL keeps that and it was read of the
    log. `aggregate` is the one that was saved, as it is after all events of its save, for those who
    follow in the same transaction; None for a row that was read.
    """

    position: int | None
    stream_id: UUID
    version: int
    topic: str
    schema_version: int
    payload: bytes
    event_id: UUID
    recorded_at: datetime
    effective_at: datetime
    actor: str
    causation_id: UUID | None
    correlation_id: UUID
    command_id: UUID | None
    hash: bytes
    tenant_id: int = TENANT
    committed_at: datetime | None = field(default=None, compare=False)
    aggregate: Aggregate | None = field(default=None, compare=False, repr=False)

    @property
    def known_at(self) -> datetime:
        """When others could see it: stamped, and committed."""
        committed = self.committed_at
        return self.recorded_at if committed is None else max(self.recorded_at, committed)

    @cached_property
    def event(self) -> Event:
        """The decoded event. Raises: UnknownTopic: no class is registered for the topic."""
        return codec.decode_event(self.topic, self.payload, self.stream_id, self.version)

    def in_part(self, part: type[Event]) -> "RecordedEvent":
        """Returns the same row whose event is of a class with some of its fields, decoded anew."""
        event = codec.decode_event(self.topic, self.payload, self.stream_id, self.version, part)
        row = RecordedEvent.__new__(RecordedEvent)
        row.__dict__.update(self.__dict__, event=event)
        return row

    def expected_hash(self, previous: bytes) -> bytes:
        """Returns the hash this row must carry after one whose hash is `previous`."""
        return event_hash(previous, self, self.payload)


COLUMNS = (
    "e.stream_id, e.version, e.topic, e.schema_version, e.payload::text, e.event_id,"
    " e.recorded_at, e.effective_at, e.actor, e.causation_id, e.correlation_id, e.command_id,"
    " e.hash"
)
# The same of an event `e` and its place in the log `l`, if it has one.
KNOWN_AT = "greatest(e.recorded_at, l.committed_at)"


def from_row(
    position: int | None, row: Sequence[Any], committed_at: datetime | None = None
) -> RecordedEvent:
    """Returns the event of a row that selected `COLUMNS`."""
    # A frozen class is slow to fill, and there are millions of rows to read; so it is filled so.
    found = RecordedEvent.__new__(RecordedEvent)
    found.__dict__.update(
        position=position,
        stream_id=row[0],
        version=row[1],
        topic=row[2],
        schema_version=row[3],
        payload=row[4].encode(),
        event_id=row[5],
        recorded_at=row[6],
        effective_at=row[7],
        actor=row[8],
        causation_id=row[9],
        correlation_id=row[10],
        command_id=row[11],
        hash=row[12],
        committed_at=committed_at,
    )
    return found
