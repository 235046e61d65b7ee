"""Whatever is edited, cut off or torn out of the record is found, and the first bad event named."""

import pytest

from events.sequencer import sequence
from modules.audit.contracts import StreamUnknown
from modules.audit.selectors import head, stream, verify, verify_all
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.audit.tampering import tamper
from tests.support.trade import payment_of

EVENT = "UPDATE es.event SET {} WHERE version = 2 AND stream_id = %s"


def test_an_untouched_record_is_whole(order: Placed) -> None:
    seen: list[int] = []
    report = verify_all(seen.append)
    assert verify(order.order_id).whole
    assert (report.streams, report.broken) == (2, ())
    assert report.events == 3 + head(payment_of(order).id).version
    assert seen == [1, 2]


@pytest.mark.parametrize(
    "change",
    [
        "payload = '{\"amount_minor\": 1}'",
        "actor = 'staff:nobody'",
        "recorded_at = recorded_at + interval '1 second'",
        "hash = sha256('another')",
    ],
)
def test_a_changed_event_is_named(order: Placed, change: str) -> None:
    tamper(EVENT.format(change), order.order_id)
    (broken,) = verify_all().broken
    assert (broken.stream_id, broken.bad_version) == (order.order_id, 2)
    assert broken.reason == "event 2 does not follow from what is recorded before it"
    assert verify(payment_of(order).id).whole


def test_an_event_that_was_taken_out_is_named(order: Placed) -> None:
    tamper("DELETE FROM es.event WHERE version = 2 AND stream_id = %s", order.order_id)
    assert verify(order.order_id).bad_version == 2


def test_events_whose_stream_is_gone_are_found(order: Placed) -> None:
    tamper("DELETE FROM es.stream WHERE stream_id = %s", order.order_id)
    (broken,) = verify_all().broken
    assert (broken.stream_id, broken.kind) == (order.order_id, "orders.order")
    assert "its 3 events are left" in broken.reason
    assert verify(order.order_id) == broken
    assert len(stream(order.order_id)) == head(order.order_id).version == 3


def test_an_end_cut_off_without_a_trace_in_the_chain_is_found_by_the_log(order: Placed) -> None:
    sequence()
    before = stream(order.order_id)[1]
    tamper("DELETE FROM es.event WHERE version = 3 AND stream_id = %s", order.order_id)
    tamper(
        "UPDATE es.stream SET version = 2, head = %s WHERE stream_id = %s",
        bytes.fromhex(before.hash),
        order.order_id,
    )
    (broken,) = verify_all().broken
    assert broken == verify(order.order_id)
    assert broken.reason == "event 3 was numbered in the log and is gone"


def test_a_stream_that_vanished_whole_is_found_by_the_log(order: Placed) -> None:
    sequence()
    for table in ("event", "stream"):
        tamper(f"DELETE FROM es.{table} WHERE stream_id = %s", order.order_id)
    (broken,) = verify_all().broken
    assert (broken.stream_id, broken.kind) == (order.order_id, "orders.order")
    assert "whole stream" in broken.reason


def test_streams_of_every_kind_are_recomputed(order: Placed) -> None:
    stream_id = payment_of(order).id
    tamper("UPDATE es.stream SET kind = 'gifts.card' WHERE stream_id = %s", stream_id)
    assert verify_all().streams == 2
    tamper(EVENT.format("actor = 'somebody'"), stream_id)
    (broken,) = verify_all().broken
    assert (broken.stream_id, broken.kind) == (stream_id, "gifts.card")


def test_an_unknown_stream_cannot_be_verified(order: Placed) -> None:
    with pytest.raises(StreamUnknown):
        verify(new_id())
