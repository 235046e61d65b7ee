"""Everything that was recorded, in words; the order's own link; who changed it meanwhile."""

from datetime import timedelta

import pytest
import time_machine

from events.context import acting
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.commands import cancel_lines, ship_parcel
from modules.orders.contracts import (
    CancelLines,
    LinkRefused,
    OrderChanged,
    OrderNotFound,
    ShipParcel,
)
from modules.orders.selectors import (
    order_by_token,
    order_positions,
    order_token,
    timeline,
)
from modules.payments.selectors import history
from tests.support.trade import buy, deliver, order_of, paid, refund, ship, some

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def test_the_timeline_tells_order_and_payment_in_words_and_in_order() -> None:
    placed = paid(prints=1)
    deliver(placed, ship(placed, prints=1))
    refund(placed, 100)
    told = [(entry.title, entry.detail) for entry in timeline(placed.order_id)]
    assert told == [
        ("Order placed", "1 x MOON-A3, €38.23"),
        ("Payment requested", "€38.23, by Test bank"),
        ("Payment started", ""),
        ("The provider asked for confirmation", ""),
        ("Payment authorised", "€38.23"),
        ("Order confirmed", ""),
        ("Parcel shipped", "1 x MOON-A3, Colissimo 6A1"),
        ("Charge requested", "€38.23"),
        ("Payment charged", "€38.23"),
        ("Parcel delivered", ""),
        ("Order completed", ""),
        ("Refund requested", "€1.00, Returned"),
        ("Refunded", "€1.00, Returned"),
    ]


def test_every_entry_can_be_walked_back_to_its_event() -> None:
    placed = paid(prints=1)
    for entry in timeline(placed.order_id):
        assert len(entry.hash) == 64
        assert entry.stream_id in (placed.order_id, placed.payment_id)
    assert [entry.version for entry in history(placed.payment_id)] == [1, 2, 3, 4]
    with pytest.raises(OrderNotFound):
        timeline(placed.payment_id)


def test_the_position_grows_with_every_event() -> None:
    placed = buy(prints=1)
    assert order_positions([placed.order_id]) == {placed.order_id: 2}
    other = paid(prints=1)
    assert order_positions([placed.order_id, other.order_id, new_id()]) == {
        placed.order_id: 2,
        other.order_id: len(timeline(other.order_id)),
    }


def test_a_link_opens_its_order_for_400_days() -> None:
    token = order_token(order_id := new_id())
    assert order_by_token(token) == order_id
    with time_machine.travel(now() + timedelta(days=399)):
        assert order_by_token(token) == order_id
    with time_machine.travel(now() + timedelta(days=401)), pytest.raises(LinkRefused):
        order_by_token(token)


def test_every_letter_of_a_link_counts() -> None:
    token = order_token(new_id())
    for place, letter in enumerate(token):
        other = "A" if letter != "A" else "B"
        with pytest.raises(LinkRefused):
            order_by_token(token[:place] + other + token[place + 1 :])
    for nonsense in ("", ":", "::", "é", "\0", "x" * 5_000):
        with pytest.raises(LinkRefused):
            order_by_token(nonsense)


def test_two_people_at_once_get_an_explained_conflict() -> None:
    placed = paid()
    seen = order_of(placed).version
    with acting(actor="staff:lea"):
        cancel_lines(
            CancelLines(
                order_id=placed.order_id,
                expected_version=seen,
                lines=some(cards=1),
                reason="Sold out",
            )
        )
    parcel = ShipParcel(
        order_id=placed.order_id,
        expected_version=seen,
        parcel_id=new_id(),
        lines=some(cards=1),
    )
    with pytest.raises(OrderChanged) as refusal:
        ship_parcel(parcel)
    fields = refusal.value.fields
    assert (fields["seen"], fields["now"], fields["by"]) == (seen, seen + 1, "staff:lea")
    assert fields["what"] == "Part of the order cancelled"


def test_what_nobody_else_touched_goes_through() -> None:
    placed = paid()
    version = ship_parcel(
        ShipParcel(
            order_id=placed.order_id,
            expected_version=order_of(placed).version,
            parcel_id=new_id(),
            lines=some(prints=1),
        )
    )
    assert version == order_of(placed).version
