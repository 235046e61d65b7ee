"""Questions an auditor asks. Nothing here writes, and nothing here trusts a read model."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal
from uuid import UUID

from events.chain import GENESIS
from events.database import fetch
from events.store import RecordedEvent, Stream, read_stream, stream_head, streams, verify_stream
from modules.audit.contracts import (
    AuditedEvent,
    NothingRecordedYet,
    StateAt,
    StreamHead,
    StreamUnknown,
    Verification,
    VerificationReport,
)
from modules.audit.folding import changes, fold
from modules.orders.contracts import OrderNotFound
from modules.orders.selectors import order_by_number
from modules.payments.selectors import payments_of

KINDS = ("orders.order", "payments.payment")
BATCH = 500


def find(reference: str) -> UUID:
    """Returns the stream that an order number, an order id or a payment id names.

    Raises:
        StreamUnknown: nothing recorded has this name.
    """
    try:
        stream_id = UUID(reference.strip())
    except ValueError:
        try:
            return order_by_number(reference.strip().upper()).id
        except OrderNotFound:
            raise unknown(reference) from None
    if stream_head(stream_id) is None:
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
    found = stream_head(stream_id)
    if found is None:
        raise unknown(stream_id)
    return shown_head(found)


def shown_head(stream: Stream) -> StreamHead:
    return StreamHead(
        stream_id=stream.stream_id,
        kind=stream.kind,
        label=f"{stream.kind.split('.')[-1].capitalize()} {str(stream.stream_id)[-12:]}",
        version=stream.version,
        hash=stream.head.hex(),
        last_recorded_at=stream.changed_at,
    )


def family(stream_id: UUID) -> tuple[StreamHead, ...]:
    """Returns a stream and, of an order, the streams of its payments after it."""
    first = head(stream_id)
    if first.kind != "orders.order":
        return (first,)
    return (first, *(head(payment.id) for payment in payments_of(stream_id)))


def recent_streams(
    limit: int = 50, *, kind: str = "", before: datetime | None = None
) -> tuple[StreamHead, ...]:
    """Returns the streams that changed last, newest first."""
    rows = fetch(
        "SELECT stream_id, kind, version, head, created_at, changed_at FROM es.stream"
        " WHERE kind = ANY(%s) AND (%s::timestamptz IS NULL OR changed_at < %s)"
        " ORDER BY changed_at DESC, stream_id LIMIT %s",
        ([kind] if kind else list(KINDS), before, before, limit),
    )
    return tuple(
        shown_head(
            Stream(
                stream_id=row[0],
                kind=row[1],
                version=row[2],
                head=row[3],
                created_at=row[4],
                changed_at=row[5],
            )
        )
        for row in rows
    )


def stream(stream_id: UUID) -> tuple[AuditedEvent, ...]:
    """Returns every event of a stream in order, each with its whole envelope.

    Raises:
        StreamUnknown: there is no such stream.
    """
    recorded = read_stream(stream_id)
    if not recorded:
        raise unknown(stream_id)
    previous = GENESIS
    result = []
    for each in recorded:
        result.append(audited(each, previous))
        previous = each.hash
    return tuple(result)


def audited(recorded: RecordedEvent, previous: bytes) -> AuditedEvent:
    name = type(recorded.event).__name__
    return AuditedEvent(
        stream_id=recorded.stream_id,
        version=recorded.version,
        position=recorded.position,
        topic=recorded.topic,
        title=words(name),
        event_id=recorded.event_id,
        actor=recorded.actor,
        recorded_at=recorded.recorded_at,
        effective_at=recorded.effective_at,
        causation_id=recorded.causation_id,
        correlation_id=recorded.correlation_id,
        command_id=recorded.command_id,
        previous_hash=previous.hex(),
        hash=recorded.hash.hex(),
        payload=recorded.payload.decode(),
    )


def words(name: str) -> str:
    """Writes an event's name for people: `ParcelShipped` as Parcel shipped."""
    spaced = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)
    return spaced.strip().capitalize()


def state_at(
    stream_id: UUID,
    *,
    version: int | None = None,
    at: datetime | None = None,
    by: Literal["recorded", "effective"] = "recorded",
) -> StateAt:
    """Returns the state after `version` events, or as of a time; without either, as it is.

    `by="recorded"` answers what the shop knew at that time, `by="effective"` what had happened in
    the world by then, including what was recorded later.

    Raises:
        StreamUnknown: there is no such stream.
        NothingRecordedYet: no event of it at that version or time.
    """
    everything = read_stream(stream_id)
    if not everything:
        raise unknown(stream_id)
    chosen = chosen_events(everything, version, at, by)
    if not chosen:
        first = everything[0].recorded_at if by == "recorded" else everything[0].effective_at
        raise NothingRecordedYet(
            f"Nothing of this stream was {by} by then; its first event is of {first.isoformat()}.",
            at=at.isoformat() if at else str(version),
            first=first.isoformat(),
        )
    after = fold(chosen)
    return StateAt(
        stream_id=stream_id,
        kind=head(stream_id).kind,
        version=chosen[-1].version,
        versions=everything[-1].version,
        recorded_at=chosen[-1].recorded_at,
        state=after,
        changes=changes(fold(chosen[:-1]), after),
    )


def chosen_events(
    everything: list[RecordedEvent],
    version: int | None,
    at: datetime | None,
    by: Literal["recorded", "effective"],
) -> list[RecordedEvent]:
    """Returns the events to fold; without its first event a stream has no state."""
    chosen = everything if version is None else everything[: max(version, 0)]
    if at is not None and by == "recorded":
        # Up to the last one known then: clocks of two machines may disagree, versions cannot.
        known = [each.version for each in chosen if each.recorded_at <= at]
        chosen = chosen[: max(known, default=0)]
    elif at is not None:
        chosen = [each for each in chosen if each.effective_at <= at]
    return chosen if chosen and chosen[0].version == everything[0].version else []


def verify(stream_id: UUID) -> Verification:
    """Recomputes the chain of a stream from its first event.

    Raises:
        StreamUnknown: there is no such stream.
    """
    found = stream_head(stream_id)
    if found is None:
        raise unknown(stream_id)
    return verified(found)


def verified(found: Stream) -> Verification:
    bad = verify_stream(found.stream_id)
    reason = ""
    if bad is not None:
        reason = f"event {bad} does not follow from what is recorded before it"
    return Verification(
        stream_id=found.stream_id,
        kind=found.kind,
        events=found.version,
        bad_version=bad,
        reason=reason,
    )


def count_streams() -> int:
    """Returns how many streams `verify_all` will look at."""
    rows = fetch("SELECT count(*) FROM es.stream WHERE kind = ANY(%s)", (list(KINDS),))
    return int(rows[0][0])


def verify_all(progress: Callable[[int], object] | None = None) -> VerificationReport:
    """Recomputes the chains of all streams; `progress` is called with the count so far."""
    done = events = 0
    broken = []
    for found in every_stream():
        outcome = verified(found)
        done += 1
        events += outcome.events
        if not outcome.whole:
            broken.append(outcome)
        if progress is not None:
            progress(done)
    return VerificationReport(streams=done, events=events, broken=tuple(broken))


def every_stream() -> Iterator[Stream]:
    for kind in KINDS:
        last: Stream | None = None
        while batch := streams(kind, after=last, limit=BATCH):
            yield from batch
            last = batch[-1]
