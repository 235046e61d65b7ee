"""Streams, found by what people call them: where each stands, and its events as recorded."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from events.chain import GENESIS
from events.database import TENANT, fetch
from events.moments import AsOf
from events.sequencer import sequence
from events.store import Stream, read_stream
from modules.adjustments.selectors import adjustment_ids
from modules.audit.contracts import AuditedEvent, StreamHead, StreamUnknown
from modules.audit.heads import labels, standing
from modules.audit.reading import audited
from modules.orders.contracts import OrderNotFound
from modules.orders.selectors import order_by_number
from modules.payments.selectors import payments_of


def find(reference: str) -> UUID:
    """Returns the stream that a number (of an order, else an adjustment) or a stream's id names.

    Raises:
        StreamUnknown: nothing recorded has this name.
    """
    try:
        stream_id = UUID(reference.strip())
    except ValueError:
        try:
            return order_by_number(reference.strip().upper()).id
        except OrderNotFound:
            found = adjustment_ids(reference.strip().upper())
        if not found:
            raise unknown(reference) from None
        return found[0]
    if standing(stream_id) is None:
        raise unknown(reference)
    return stream_id


def unknown(reference: object) -> StreamUnknown:
    return StreamUnknown(
        f"Nothing is recorded under “{reference}”. Give an order number such as 7K3M-9QXA, "
        "or the id of an order or payment.",
        reference=str(reference),
    )


def head(stream_id: UUID) -> StreamHead:
    """Raises: StreamUnknown: there is no such stream."""
    return heads([stream_id])[0]


def heads(stream_ids: Iterable[UUID]) -> tuple[StreamHead, ...]:
    """Returns where each stream stands. Raises: StreamUnknown: one of them does not exist."""
    found = []
    for stream_id in stream_ids:
        stands = standing(stream_id)
        if stands is None:
            raise unknown(stream_id)
        found.append(stands)
    return shown_heads(found)


def shown_heads(found: list[Stream]) -> tuple[StreamHead, ...]:
    names = labels(found)
    return tuple(
        StreamHead(
            stream_id=each.stream_id,
            kind=each.kind,
            label=names[each.stream_id],
            version=each.version,
            hash=each.head.hex(),
            last_recorded_at=each.changed_at,
        )
        for each in found
    )


def family(stream_id: UUID) -> tuple[StreamHead, ...]:
    """Returns a stream and, of an order, the streams of its payments after it."""
    first = head(stream_id)
    if first.kind != "orders.order":
        return (first,)
    return (first, *heads(payment.id for payment in payments_of(stream_id)))


def recent_streams(
    limit: int = 50, *, kind: str = "", before: datetime | None = None
) -> tuple[StreamHead, ...]:
    """Returns the streams that changed last, newest first; of every kind unless one is named."""
    rows = fetch(
        "SELECT stream_id, kind, version, head, created_at, changed_at FROM es.stream"
        " WHERE tenant_id = %s AND (%s = '' OR kind = %s)"
        " AND (%s::timestamptz IS NULL OR changed_at < %s)"
        " ORDER BY changed_at DESC, stream_id LIMIT %s",
        (TENANT, kind, kind, before, before, limit),
    )
    names = ("stream_id", "kind", "version", "head", "created_at", "changed_at")
    return shown_heads([Stream(**dict(zip(names, row, strict=True))) for row in rows])


def stream(stream_id: UUID, as_of: AsOf | None = None) -> tuple[AuditedEvent, ...]:
    """Returns every event of a stream in order, each with its whole envelope.

    As of a moment it returns those that were recorded, or true, by then.

    Raises:
        StreamUnknown: there is no such stream.
        NothingRecordedYet: no event of it counts at that moment.
    """
    # What is committed has its place in the log; it is the same whenever it is asked for.
    sequence()
    recorded = read_stream(stream_id)
    if not recorded:
        raise unknown(stream_id)
    if as_of is not None:
        counted = {each.version for each in as_of.required(recorded, "this stream")}
    previous = GENESIS
    result = []
    for each in recorded:
        if as_of is None or each.version in counted:
            result.append(audited(each, previous))
        previous = each.hash
    return tuple(result)
