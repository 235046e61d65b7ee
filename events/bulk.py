"""History in bulk: facts of many streams, long past when they are recorded, stored in one go.

For imports. The aggregates decide as ever, the chain, the versions and the inline read models are
those of `events.repository.save`; what is left out is the present: no fact is published, so that no
mail is sent, no stock moves, no provider is called and the outbox stays as it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid5

from events import codec, projections, registry
from events.aggregate import Aggregate, Event
from events.chain import GENESIS
from events.context import Context, current_context
from events.database import TENANT, execute, fetch, require_transaction
from events.errors import PayloadTooLarge, StoreMisuse, VersionConflict
from events.privacy import keys
from events.privacy.sealing import fetch_keys
from events.recorded import RecordedEvent
from events.repository import wake_after_commit
from events.store import PAYLOAD_LIMIT_BYTES
from modules.kernel.clock import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When and why something happened in the world, and what makes recording it happen once.

    `key` is the id of the first event recorded with it; the others' follow from it. `reason` joins
    all events of one cause (their correlation id).
    """

    key: UUID
    reason: UUID
    effective_at: datetime


@dataclass(slots=True)
class _Head:
    """Where a stream stood and will stand; `hash` follows when its events are encoded."""

    aggregate: Aggregate
    expected: int
    previous: bytes
    version: int
    hash: bytes


def known(keys: Iterable[UUID]) -> dict[UUID, UUID]:
    """Returns which occasions are recorded already, by `key`, each with its `reason`; one query."""
    rows = fetch(
        "SELECT event_id, correlation_id FROM es.event"
        " WHERE tenant_id = %s AND event_id = ANY (%s)",
        (TENANT, list(keys)),
    )
    return dict(rows)


@dataclass(slots=True)
class Bulk:
    """Events of one transaction: `load` what exists, `record` what happened, `store` it once.

    An aggregate is handed out by `find` as it stands after all that was recorded so far. What needs
    nothing from the database may be recorded in a part of its own, ahead of time, and joined.
    """

    recorded_at: datetime = field(default_factory=now)
    _aggregates: dict[UUID, Aggregate] = field(default_factory=dict)
    _heads: dict[UUID, _Head] = field(default_factory=dict)
    _taken: list[tuple[Event, Occasion]] = field(default_factory=list)
    _counts: dict[UUID, int] = field(default_factory=dict)
    # By an event's stream and version, as far as it could be encoded before its keys are known.
    _encoded: dict[tuple[UUID, int], bytes | dict[str, Any]] = field(default_factory=dict)

    def load(self, ids: Iterable[UUID]) -> None:
        """Reads the streams of these ids in one query, those that are at hand excepted.

        Raises:
            UnknownTopic: a stream holds an event that no class reads.
        """
        wanted = [each for each in dict.fromkeys(ids) if each not in self._aggregates]
        if not wanted:
            return
        rows = fetch(
            "SELECT stream_id, version, topic, payload::text, hash FROM es.event"
            " WHERE tenant_id = %s AND stream_id = ANY (%s) ORDER BY stream_id, version",
            (TENANT, wanted),
        )
        fetch_keys(row[3].encode() for row in rows)
        streams: dict[UUID, list[tuple[Any, ...]]] = {}
        for row in rows:
            streams.setdefault(row[0], []).append(row)
        for stream_id, found in streams.items():
            events = [codec.decode_event(r[2], r[3].encode(), stream_id, r[1]) for r in found]
            aggregate = registry.aggregate_of(type(events[0])).fold(stream_id, events)
            aggregate._head = found[-1][4]
            self._aggregates[stream_id] = aggregate

    def find[A: Aggregate](self, cls: type[A], id: UUID) -> A | None:
        """Returns an aggregate that was loaded or recorded here, or None."""
        aggregate = self._aggregates.get(id)
        return aggregate if isinstance(aggregate, cls) else None

    def record(self, aggregate: Aggregate, occasion: Occasion) -> None:
        """Takes the aggregate's new events.

        Raises:
            StoreMisuse: the stream was begun here before; use the aggregate that `find` returns.
        """
        known_here = self._aggregates.setdefault(aggregate.id, aggregate)
        if known_here is not aggregate:
            raise StoreMisuse(f"{aggregate.kind} {aggregate.id} is at hand already")
        events = cast("Sequence[Event]", aggregate.collect_events())
        if not events:
            return
        head = self._heads.get(aggregate.id)
        if head is None:
            version, previous = events[0].originator_version - 1, aggregate._head or GENESIS
            head = _Head(aggregate, version, previous, version, previous)
            self._heads[aggregate.id] = head
        head.version = events[-1].originator_version
        self._taken += [(event, occasion) for event in events]

    def encode_ahead(self) -> None:
        """Encodes what was recorded as far as that needs no database: in a thread without one."""
        for event, _ in self._taken:
            place = event.originator_id, event.originator_version
            self._encoded[place] = codec.encode_ahead(event)

    def join(self, part: "Bulk") -> None:
        """Takes over all that was recorded in another, which is empty then.

        Raises:
            StoreMisuse: a stream of it is at hand here already.
        """
        for stream_id in part._aggregates.keys() & self._aggregates.keys():
            aggregate = self._aggregates[stream_id]
            raise StoreMisuse(f"{aggregate.kind} {stream_id} is at hand already")
        self._aggregates |= part._aggregates
        self._heads |= part._heads
        self._encoded |= part._encoded
        self._taken += part._taken
        part._aggregates, part._heads, part._encoded, part._taken = {}, {}, {}, []

    def store(self) -> int:
        """Writes all that was recorded and its read models; returns how many events there are.

        All under the ambient actor and command, and under keys that one statement makes.

        Raises:
            PayloadTooLarge: an event is larger than an event may be.
            VersionConflict: a stream moved on since it was loaded; begin anew with a new `Bulk`.
            NotInTransaction: there is no transaction to join.
        """
        require_transaction("appending history")
        taken, self._taken = self._taken, []
        if not taken:
            return 0
        context = current_context()
        with keys.ready({want for event, _ in taken for want in codec.seals(event)}):
            rows = [self._stamp(event, occasion, context) for event, occasion in taken]
        self._move_heads()
        _insert(rows)
        projections.run_inline(rows)
        wake_after_commit()
        return len(rows)

    def _stamp(self, event: Event, occasion: Occasion, context: Context) -> RecordedEvent:
        head = self._heads[event.originator_id]
        place = event.originator_id, event.originator_version
        payload = codec.encode_event(event, self._encoded.pop(place, None))
        topic = registry.topic_of(type(event))
        if len(payload) > PAYLOAD_LIMIT_BYTES:
            raise PayloadTooLarge(
                f"{topic} takes {len(payload)} bytes; the limit is {PAYLOAD_LIMIT_BYTES}"
            )
        count = self._counts.get(occasion.key, 0)
        self._counts[occasion.key] = count + 1
        # A frozen class is slow to fill, and there are hundreds of thousands; so it is filled so.
        row = RecordedEvent.__new__(RecordedEvent)
        row.__dict__.update(
            position=None,
            tenant_id=TENANT,
            stream_id=event.originator_id,
            version=event.originator_version,
            topic=topic,
            schema_version=registry.version_of(type(event)),
            event_id=uuid5(occasion.key, str(count)) if count else occasion.key,
            recorded_at=self.recorded_at,
            effective_at=occasion.effective_at,
            actor=context.actor,
            causation_id=context.causation_id,
            correlation_id=occasion.reason,
            command_id=context.command_id,
            payload=payload,
            # The event at hand saves decoding what was just encoded.
            event=event,
        )
        row.__dict__["hash"] = head.hash = row.expected_hash(head.hash)
        return row

    def _move_heads(self) -> None:
        """Opens the new streams and moves the others, comparing where each of them stood."""
        moved = fetch(
            _MOVE,
            (
                *(list(self._heads), [head.aggregate.kind for head in self._heads.values()]),
                [head.expected for head in self._heads.values()],
                [head.previous for head in self._heads.values()],
                [head.version for head in self._heads.values()],
                [head.hash for head in self._heads.values()],
                *(self.recorded_at, TENANT, TENANT),
            ),
        )
        lost = self._heads.keys() - {row[0] for row in moved}
        if lost:
            first = min(lost)
            raise VersionConflict(
                f"{len(lost)} streams are not where they were, {first} among them",
                stream_id=first,
                expected_version=self._heads[first].expected,
            )
        for head in self._heads.values():
            head.aggregate._head = head.hash
        self._heads = {}


# Streams are touched in the order of their ids, so that two imports wait and do not deadlock.
_MOVE = (
    "WITH given AS MATERIALIZED (SELECT * FROM unnest(%b::uuid[], %b::text[], %b::bigint[],"
    " %b::bytea[], %b::bigint[], %b::bytea[])"
    " AS g (stream_id, kind, expected, previous, version, head) ORDER BY stream_id),"
    " moment AS (SELECT %b::timestamptz AS at),"
    " opened AS (INSERT INTO es.stream"
    " (tenant_id, stream_id, kind, version, head, created_at, changed_at)"
    " SELECT %b, stream_id, kind, version, head, at, at FROM given, moment WHERE expected = 0"
    " ORDER BY stream_id ON CONFLICT DO NOTHING RETURNING stream_id),"
    " moved AS (UPDATE es.stream s SET version = g.version, head = g.head, changed_at = moment.at"
    " FROM given g, moment WHERE g.expected > 0 AND s.tenant_id = %b"
    " AND s.stream_id = g.stream_id AND s.version = g.expected AND s.head = g.previous"
    " RETURNING s.stream_id)"
    " SELECT stream_id FROM opened UNION ALL SELECT stream_id FROM moved"
)
_INSERT = (
    "INSERT INTO es.event (tenant_id, stream_id, version, topic, schema_version, event_id,"
    " recorded_at, effective_at, actor, causation_id, correlation_id, command_id, payload, hash)"
    " SELECT %b, stream_id, version, topic, schema_version, event_id, %b, effective_at, %b,"
    " %b::uuid, correlation_id, %b::uuid, payload::json, hash"
    " FROM unnest(%b::uuid[], %b::bigint[], %b::text[], %b::smallint[], %b::uuid[],"
    " %b::timestamptz[], %b::uuid[], %b::text[], %b::bytea[]) WITH ORDINALITY"
    " AS new (stream_id, version, topic, schema_version, event_id, effective_at, correlation_id,"
    " payload, hash, place) ORDER BY place"
)


def _insert(rows: Sequence[RecordedEvent]) -> None:
    first = rows[0]
    execute(
        _INSERT,
        (
            *(TENANT, first.recorded_at, first.actor, first.causation_id, first.command_id),
            [row.stream_id for row in rows],
            [row.version for row in rows],
            [row.topic for row in rows],
            [row.schema_version for row in rows],
            [row.event_id for row in rows],
            [row.effective_at for row in rows],
            [row.correlation_id for row in rows],
            [row.payload.decode() for row in rows],
            [row.hash for row in rows],
        ),
    )
