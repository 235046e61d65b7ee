"""Questions an auditor asks. Nothing here writes, and nothing here trusts a read model."""

from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.db import InterfaceError, OperationalError

from events.chain import GENESIS
from events.database import TENANT, fetch
from events.integrity.checkpoints import checkpoint_at, cosignatures, newest
from events.moments import AsOf
from events.privacy.sealing import personal_fields
from events.sequencer import sequence
from events.store import RecordedEvent, Stream, read_stream, stream_head, verify_stream
from modules.adjustments.selectors import adjustment_ids
from modules.audit import bundling, comparing, looking_back, reporting
from modules.audit.contracts import (
    AuditedEvent,
    Change,
    CheckpointUnknown,
    Consistency,
    Inclusion,
    LogPage,
    Look,
    QuestionRefused,
    RecordUnreadable,
    RowCompared,
    RunKind,
    RunView,
    SignedCheckpoint,
    StateAt,
    StreamHead,
    StreamUnknown,
    Verification,
    VerificationReport,
)
from modules.audit.exploring import log_page, read_question
from modules.audit.folding import changes, fold
from modules.audit.folding import flat as flat
from modules.audit.heads import as_id, every_stream, first_payloads, labels, lost_events, standing
from modules.audit.proving import consistency_of, inclusion_of
from modules.audit.reading import audited, chosen_events
from modules.audit.receipts import write_receipt
from modules.audit.rows import read_models as read_models
from modules.audit.rows import row_then as row_then
from modules.audit.rows import totals as totals
from modules.audit.stretches import density, uncounted
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


def state_at(
    stream_id: UUID,
    *,
    version: int | None = None,
    at: datetime | None = None,
    by: Literal["recorded", "effective"] = "recorded",
    as_of: AsOf | None = None,
    seals_open: bool = False,
) -> StateAt:
    """Returns the state after `version` events, or as of a time; without either, as it is.

    `as_of` names a moment on one clock or on both; `at` is short for one: `by="recorded"` answers
    what the shop knew at that time, `by="effective"` what had happened in the world by then,
    including what was recorded later. Personal fields say `sealed`, unless
    `seals_open`: ask `open_seals` first, which records why.

    Raises:
        StreamUnknown: there is no such stream.
        NothingRecordedYet: no event of it at that version or time.
        RecordUnreadable: an event up to then says what no event can say.
    """
    if at is not None and as_of is None:
        as_of = AsOf(known_at=at) if by == "recorded" else AsOf(effective_at=at)
    if as_of is not None and as_of.known_at is not None:
        # The time of a commit is kept with the position.
        sequence()
    everything = read_stream(stream_id)
    if not everything:
        raise unknown(stream_id)
    # An auditor judges deeds and sums; whom they concern stays sealed.
    with personal_fields("open" if seals_open else "sealed"):
        chosen = chosen_events(everything, version, as_of)
        before, after = before_and_after(chosen)
    return StateAt(
        stream_id=stream_id,
        kind=head(stream_id).kind,
        version=chosen[-1].version,
        versions=everything[-1].version,
        recorded_at=chosen[-1].recorded_at,
        state=after,
        changes=changes(before, after),
    )


def before_and_after(
    chosen: list[RecordedEvent],
) -> tuple[dict[str, object], dict[str, object]]:
    try:
        return fold(chosen[:-1]), fold(chosen)
    except Exception as error:
        # What was written behind the shop's back may break any assumption of any event.
        raise RecordUnreadable(
            f"What is recorded up to event {chosen[-1].version} cannot be read any more "
            f"({type(error).__name__}). Recompute the chain to see which event was changed.",
            version=chosen[-1].version,
        ) from error


def differences(left: StateAt, right: StateAt) -> tuple[Change, ...]:
    """Returns every field of two states, those that differ first."""
    return changes(left.state, right.state)


def version_at(stream_id: UUID, position: int) -> int:
    """Returns how many events of a stream the log has up to a position; 0: none yet."""
    sequence()
    rows = fetch(
        "SELECT coalesce(max(version), 0) FROM es.log"
        " WHERE tenant_id = %s AND stream_id = %s AND position <= %s",
        (TENANT, stream_id, position),
    )
    return int(rows[0][0])


def stored_and_fresh(stream_id: UUID) -> tuple[RowCompared, ...]:
    """Returns the read models' rows of a stream, stored beside folded anew; of an order with its
    payments, of a payment with its order, since they feed the same rows.

    Raises:
        StreamUnknown: there is no such stream.
        RecordUnreadable: an event says what no event can say.
    """
    try:
        return comparing.stored_and_fresh(fed_together(stream_id))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        raise RecordUnreadable(
            f"The events cannot be folded ({type(error).__name__}). Recompute the chain to see"
            " which of them was changed.",
            version=0,
        ) from error


def not_compared(stream_id: UUID) -> tuple[str, ...]:
    """Returns the names of the read models that `stored_and_fresh` leaves to the drift check.

    Raises:
        StreamUnknown: there is no such stream.
    """
    return comparing.left_out(fed_together(stream_id))


def fed_together(stream_id: UUID) -> list[UUID]:
    """Returns the streams that feed the same rows: an order and its payments."""
    whole = head(stream_id).stream_id
    order_id = as_id(first_payloads([whole]).get(whole, {}).get("reference"))
    if order_id is not None and standing(order_id) is not None:
        whole = order_id
    return [each.stream_id for each in family(whole)]


def looks(stream_id: UUID) -> tuple[Look, ...]:
    """Returns who looked at a stream's personal data and why, oldest first."""
    rows = fetch(
        "SELECT actor, reason, looked_at FROM pii.look WHERE tenant_id = %s AND stream_id = %s"
        " ORDER BY looked_at, id",
        (TENANT, stream_id),
    )
    return tuple(Look(actor=row[0], reason=row[1], looked_at=row[2]) for row in rows)


def receipt(order_id: UUID, *, since: int = 0) -> str:
    """Returns an order's receipt, a JSON text that `verify.py` verifies offline.

    `since` is the size of the checkpoint of an earlier receipt; the new one proves that its own
    checkpoint comes from there.

    Raises:
        StreamUnknown: there is no such order.
        ReceiptNotReady: no checkpoint covers the order yet.
        CheckpointUnknown: no checkpoint was signed at `since`.
    """
    return write_receipt(head(order_id).label, [order_id], since)


def order_proof(stream_id: UUID, *, since: int = 0) -> str:
    """Returns what `receipt` does, with an order's payments too. Raises as `receipt` does."""
    found = family(stream_id)
    return write_receipt(found[0].label, [each.stream_id for each in found], since)


def consistency(since: int, size: int) -> Consistency:
    """Returns the proof that a checkpoint continues an earlier one.

    Raises:
        CheckpointUnknown: no checkpoint was signed at one of the sizes.
        NotCovered: `since` is the larger one.
        RecordUnreadable: an event or node that the proof needs is gone.
    """
    return consistency_of(since, size)


def inclusion_proof(position: int, size: int) -> Inclusion:
    """Returns the proof that the event at a position is in a checkpoint's tree.

    Raises:
        CheckpointUnknown: no checkpoint was signed at `size`.
        NotCovered: the position is none of this tree.
        RecordUnreadable: an event or node that the proof needs is gone.
    """
    return inclusion_of(position, size)


def log_keys() -> tuple[str, ...]:
    """Returns the public keys that signed the last checkpoint, as `verify.py --key` takes them."""
    found = newest(1)
    return found[0].keys if found else ()


def signed_checkpoints(
    limit: int = 50, *, before: int | None = None
) -> tuple[SignedCheckpoint, ...]:
    """Returns the last checkpoints, the newest first; `before` a size, for the page after."""
    found = newest(limit, before=before)
    lines = cosignatures([each.size for each in found])
    return tuple(
        SignedCheckpoint(
            size=each.size,
            root=b64encode(each.root).decode(),
            signed_at=each.signed_at,
            keys=each.keys,
            witnesses=tuple(line.witness for line in lines[each.size]),
            note=each.note,
        )
        for each in found
    )


def signed_note(size: int) -> str:
    """Returns a checkpoint's signed note with its cosignatures, as witnesses and verifiers read it.

    Raises:
        CheckpointUnknown: no checkpoint was signed at this size.
    """
    found = checkpoint_at(size)
    if found is None:
        raise CheckpointUnknown(f"No checkpoint was signed at {size} events.", size=size)
    return found.note + "".join(f"{line.line}\n" for line in cosignatures([size])[size])


def verify(stream_id: UUID) -> Verification:
    """Recomputes the chain of a stream from its first event.

    Raises:
        StreamUnknown: there is no such stream.
    """
    found = standing(stream_id)
    if found is None:
        raise unknown(stream_id)
    return verified(found, lost_events(stream_id))


def verified(found: Stream, lost: dict[UUID, tuple[int, str]]) -> Verification:
    bad = verify_stream(found.stream_id)
    reason = ""
    if bad is not None and stream_head(found.stream_id) is None:
        reason = f"the stream's own row is gone, and its {found.version} events are left"
    elif bad is not None and bad > found.version:
        reason = f"the stream's own row does not say what its last event, {found.version}, says"
    elif bad is not None:
        reason = f"event {bad} does not follow from what is recorded before it"
    elif found.stream_id in lost:
        bad = lost[found.stream_id][0]
        reason = f"event {bad} was numbered in the log and is gone"
    return Verification(
        stream_id=found.stream_id,
        kind=found.kind,
        events=found.version,
        bad_version=bad,
        reason=reason,
    )


def count_streams() -> int:
    """Returns about how many streams `verify_all` will look at."""
    return int(fetch("SELECT count(*) FROM es.stream WHERE tenant_id = %s", (TENANT,))[0][0])


def verify_all(progress: Callable[[int], object] | None = None) -> VerificationReport:
    """Recomputes the chains of all streams; `progress` is called with the count so far.

    Streams of every kind count, and so does what is left of torn ones: events whose stream's row
    is gone, and numbers in the log whose event is.
    """
    done = events = 0
    broken = []
    lost = lost_events()
    for found in every_stream():
        outcome = verified(found, lost)
        lost.pop(found.stream_id, None)
        done += 1
        events += outcome.events
        if not outcome.whole:
            broken.append(outcome)
        if progress is not None:
            progress(done)
    broken += [
        Verification(
            stream_id=stream_id,
            kind=kind,
            events=0,
            bad_version=version,
            reason="the whole stream was numbered in the log and is gone",
        )
        for stream_id, (version, kind) in lost.items()
    ]
    return VerificationReport(streams=done, events=events, broken=tuple(broken))


def explore(text: str, below: int | None = None) -> LogPage:
    """Returns the newest events that answer a question such as `actor:staff topic:payments`.

    `below` is the position to go on from; `QUALIFIERS` says what may be asked.

    Raises:
        QuestionRefused: a qualifier nobody knows, a value that is none, or an unknown order.
    """
    question = read_question(text)
    if not question.order:
        return log_page(question, (), below)
    try:
        streams = [each.stream_id for each in family(find(question.order))]
    except StreamUnknown as refusal:
        raise QuestionRefused(refusal.message, word=question.order) from None
    return log_page(question, streams, below)


def log_density() -> tuple[tuple[datetime, int], ...]:
    """Returns when the log's events became true: equal spans, 60 at most, each with how many.

    Those that are not counted yet (`events_to_count`) are missing.
    """
    return density()


def events_to_count() -> int:
    """Returns how many events a page cannot wait for to be counted; mostly 0."""
    return uncounted()


def run(run_id: UUID) -> RunView:
    """Returns a piece of work and how far it is. Raises: RunUnknown: nobody asked for it."""
    return reporting.run(run_id)


def runs(kinds: Iterable[RunKind], limit: int = 20) -> tuple[RunView, ...]:
    """Returns the last pieces of work of these kinds, the newest first."""
    return reporting.runs(kinds, limit)


def bundle(run_id: UUID) -> Path:
    """Returns the file that an export made. Raises: BundleGone: it is not there (any more)."""
    return bundling.open_bundle(run_id)


def past_rows(run_id: UUID) -> Path:
    """Returns the file that a look back made. Raises: BundleGone: it is not there (any more)."""
    return looking_back.open_rows(run_id)
