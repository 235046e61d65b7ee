"""Where every stream stands, those included that somebody has torn pieces out of."""

from collections.abc import Iterable, Iterator
from uuid import UUID

import msgspec

from events.database import TENANT, fetch
from events.store import Stream, read_stream, stream_head, streams

BATCH = 500
_ORPHANS = (
    "SELECT DISTINCT e.stream_id FROM es.event e LEFT JOIN es.stream s USING (tenant_id, stream_id)"
    " WHERE e.tenant_id = %s AND s.stream_id IS NULL ORDER BY e.stream_id"
)
_LOST = (
    "SELECT l.stream_id, min(l.version), min(l.topic) FROM es.log l"
    " LEFT JOIN es.event e USING (tenant_id, stream_id, version)"
    " WHERE l.tenant_id = %s AND e.stream_id IS NULL AND (%s::uuid IS NULL OR l.stream_id = %s)"
    " GROUP BY l.stream_id"
)
_FIRST = (
    "SELECT stream_id, payload::text FROM es.event"
    " WHERE tenant_id = %s AND version = 1 AND stream_id = ANY(%s::uuid[])"
)


def kind_of(topic: str) -> str:
    """Returns the kind that a topic belongs to: `orders.order.placed.v1` is of `orders.order`."""
    return topic.rpartition(".v")[0].rpartition(".")[0]


def kinds() -> list[str]:
    """Returns every kind that a stream was ever opened of."""
    rows = fetch(
        "SELECT DISTINCT kind FROM es.stream WHERE tenant_id = %s ORDER BY kind", (TENANT,)
    )
    return [row[0] for row in rows]


def standing(stream_id: UUID) -> Stream | None:
    """Returns where a stream stands; without a row of its own, where its events say."""
    found = stream_head(stream_id)
    if found is not None:
        return found
    recorded = read_stream(stream_id)
    if not recorded:
        return None
    return Stream(
        stream_id=stream_id,
        kind=kind_of(recorded[0].topic),
        version=recorded[-1].version,
        head=recorded[-1].hash,
        created_at=recorded[0].recorded_at,
        changed_at=recorded[-1].recorded_at,
    )


def every_stream() -> Iterator[Stream]:
    """Yields each stream of each kind once, then those whose events are all that is left."""
    for kind in kinds():
        last: Stream | None = None
        while batch := streams(kind, after=last, limit=BATCH):
            yield from batch
            last = batch[-1]
    for (stream_id,) in fetch(_ORPHANS, (TENANT,)):
        found = standing(stream_id)
        if found is not None:
            yield found


def lost_events(stream_id: UUID | None = None) -> dict[UUID, tuple[int, str]]:
    """Returns the first version, and its kind, that the log numbered and no event has any more.

    Cutting off a stream's end leaves a chain that is whole; the log still remembers.
    """
    rows = fetch(_LOST, (TENANT, stream_id, stream_id))
    return {row[0]: (row[1], kind_of(row[2])) for row in rows}


def labels(found: Iterable[Stream]) -> dict[UUID, str]:
    """Returns what to call each stream: by its order's number, which the first event says.

    A stream whose first event cannot be read keeps the end of its id; two queries at most.
    """
    heads = list(found)
    first = first_payloads(head.stream_id for head in heads)
    references = {
        stream_id: as_id(payload.get("reference")) for stream_id, payload in first.items()
    }
    orders = first | first_payloads({each for each in references.values() if each} - first.keys())
    result = {}
    for head in heads:
        order_id = references.get(head.stream_id) or head.stream_id
        number = orders.get(order_id, {}).get("number")
        name = head.kind.rpartition(".")[2].capitalize()
        if isinstance(number, str) and number:
            name = name if order_id == head.stream_id else f"{name} of order"
            result[head.stream_id] = f"{name} {number}"
        else:
            result[head.stream_id] = f"{name} {str(head.stream_id)[-12:]}"
    return result


def first_payloads(stream_ids: Iterable[UUID]) -> dict[UUID, dict[str, object]]:
    wanted = list(stream_ids)
    if not wanted:
        return {}
    result: dict[UUID, dict[str, object]] = {}
    for stream_id, text in fetch(_FIRST, (TENANT, wanted)):
        payload = msgspec.json.decode(text)
        result[stream_id] = payload if isinstance(payload, dict) else {}
    return result


def as_id(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
