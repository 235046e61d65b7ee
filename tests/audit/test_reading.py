"""An auditor reads every event, and the state as of any of them or any time."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from events.chain import GENESIS
from modules.audit.contracts import NothingRecordedYet, RecordUnreadable, StreamUnknown
from modules.audit.selectors import family, find, head, recent_streams, state_at, stream
from modules.checkout.contracts import Placed
from tests.audit.tampering import tamper
from tests.support.trade import order_of, payment_of, ship


def test_a_stream_is_found_by_number_however_typed_and_by_id(order: Placed) -> None:
    number = order_of(order).number
    payment_id = payment_of(order).id
    assert find(number) == find(f" {number.lower()} ") == find(str(order.order_id))
    assert find(number) == order.order_id
    assert find(str(payment_id)) == payment_id


@pytest.mark.parametrize("reference", ["0000-0000", "no such thing", str(UUID(int=7)), ""])
def test_what_nobody_recorded_is_told_to_be_unknown(order: Placed, reference: str) -> None:
    with pytest.raises(StreamUnknown, match="Give an order number"):
        find(reference)


def test_an_order_comes_with_its_payments_named_by_its_number(order: Placed) -> None:
    number = order_of(order).number
    assert [each.label for each in family(order.order_id)] == [
        f"Order {number}",
        f"Payment of order {number}",
    ]
    assert [each.kind for each in family(payment_of(order).id)] == ["payments.payment"]


def test_each_event_carries_the_hash_before_it(order: Placed) -> None:
    events = stream(order.order_id)
    assert [each.title for each in events] == ["Placed", "Confirmed", "Parcel shipped"]
    hashes = [GENESIS.hex(), *(each.hash for each in events)]
    assert [each.previous_hash for each in events] == hashes[:-1]
    assert head(order.order_id).hash == hashes[-1]


def test_streams_that_changed_last_come_first(order: Placed) -> None:
    kinds = {each.kind for each in recent_streams()}
    assert kinds == {"orders.order", "payments.payment"}
    ship(order, prints=1)
    moments = [each.last_recorded_at for each in recent_streams()]
    assert moments == sorted(moments, reverse=True)
    assert [each.kind for each in recent_streams(kind="orders.order")] == ["orders.order"]
    assert recent_streams(before=min(moments)) == ()


def test_the_state_after_each_version_says_what_changed(order: Placed) -> None:
    confirmed = state_at(order.order_id, version=2)
    changed = {row.field: (row.before, row.after) for row in confirmed.changes if row.changed}
    assert (confirmed.version, confirmed.versions) == (2, 3)
    assert ("placed", "confirmed") in changed.values()
    assert state_at(order.order_id).version == 3


def test_the_state_at_a_time_is_that_of_the_last_event_known_then(order: Placed) -> None:
    events = stream(order.order_id)
    second = state_at(order.order_id, at=events[1].recorded_at)
    assert second.version == 2
    assert state_at(order.order_id, at=datetime.now(UTC) + timedelta(days=1)).version == 3
    assert state_at(order.order_id, at=events[1].effective_at, by="effective").version == 2


def test_before_the_first_event_there_is_no_state(order: Placed) -> None:
    first = stream(order.order_id)[0].recorded_at
    with pytest.raises(NothingRecordedYet, match="its first event is of"):
        state_at(order.order_id, at=first - timedelta(seconds=1))


def test_an_event_changed_beyond_reading_is_named_and_still_listed(order: Placed) -> None:
    tamper(
        "UPDATE es.event SET payload = '{}' WHERE stream_id = %s AND version = 3", order.order_id
    )
    assert stream(order.order_id)[2].payload == "{}"
    with pytest.raises(RecordUnreadable, match="up to event 3"):
        state_at(order.order_id)
    assert state_at(order.order_id, version=2).version == 2
