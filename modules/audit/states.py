"""The state that a stream's events make, at any moment, and beside what the tables hold."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db import InterfaceError, OperationalError

from events.database import TENANT, fetch
from events.moments import AsOf
from events.privacy.sealing import personal_fields
from events.sequencer import sequence
from events.store import RecordedEvent, read_stream
from modules.audit import comparing
from modules.audit.contracts import Change, RecordUnreadable, RowCompared, StateAt
from modules.audit.erased import erased_keys, moments, words
from modules.audit.folding import changes, fold
from modules.audit.heads import as_id, first_payloads, standing
from modules.audit.reading import chosen_events
from modules.audit.streams import family, head, unknown


def state_at(
    stream_id: UUID,
    *,
    version: int | None = None,
    at: datetime | None = None,
    by: Literal["recorded", "effective"] = "recorded",
    as_of: AsOf | None = None,
    seals_open: bool = False,
    tells_erased: bool = False,
) -> StateAt:
    """Returns the state after `version` events, or as of a time; without either, as it is.

    `as_of` names a moment on one clock or on both; `at` is short for one: `by="recorded"` answers
    what the shop knew at that time, `by="effective"` what had happened in the world by then,
    including what was recorded later. Personal fields say `sealed`, unless
    `seals_open`: ask `open_seals` first, which records why. `tells_erased` says of those that
    nobody opens any more since when; without it an answer stays the same after an erasure.

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
    erased = erased_keys(everything) if tells_erased else {}
    with personal_fields("open" if seals_open else "sealed", erased=words(erased)):
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
        erasures=moments(erased),
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
