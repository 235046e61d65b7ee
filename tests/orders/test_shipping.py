"""Parcels leave, whole or in part, and arrive."""

import pytest

from modules.orders.contracts import LineQuantity, OrderStepRefused, QuantityNotOpen
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from tests.orders.story import (
    ALL_SHIPPED,
    CARD,
    PARCEL,
    PLACED,
    PRINT,
    SECOND_PARCEL,
    confirmed,
    delivered,
    lines,
    shipped,
)
from tests.support.given import given, past

TWO_PRINTS = shipped(ValuedLine(PRINT, 2, 6_667, 1_112))


def send(order: Order, **quantities: int) -> None:
    order.ship(PARCEL, lines(**quantities), carrier="Colissimo", tracking_number="6A1")


def test_the_first_parcel_carries_the_delivery_charge() -> None:
    confirmed().when(lambda order: send(order, prints=2)).then(TWO_PRINTS)


def test_later_parcels_do_not_and_all_parcels_add_up_to_the_total() -> None:
    story = confirmed(TWO_PRINTS).when(
        lambda order: order.ship(
            SECOND_PARCEL,
            lines(prints=1, cards=1),
            carrier="Colissimo",
            tracking_number="6A1",
        )
    )
    rest = (ValuedLine(PRINT, 1, 3_333, 555), ValuedLine(CARD, 1, 500, 83))
    story.then(shipped(*rest, parcel_id=SECOND_PARCEL, delivery_minor=0))
    assert story.aggregate.state.total_minor == 6_667 + 500 + 3_333 + 500


def test_the_same_parcel_again_stays_quiet() -> None:
    confirmed(TWO_PRINTS).when(lambda order: send(order, prints=2)).then()


def test_a_parcel_id_with_other_contents_is_refused() -> None:
    confirmed(TWO_PRINTS).when(lambda order: send(order, prints=1)).then_raises(
        OrderStepRefused, "other contents"
    )


def test_an_unpaid_order_is_not_shipped() -> None:
    given(Order, PLACED).when(lambda order: send(order, prints=1)).then_raises(OrderStepRefused)


@pytest.mark.parametrize("quantity", [-1, 0, 4, 10**9])
def test_only_open_units_are_shipped(quantity: int) -> None:
    confirmed().when(lambda order: send(order, prints=quantity)).then_raises(QuantityNotOpen)


def test_lines_of_one_sku_add_up() -> None:
    twice = (LineQuantity(sku=PRINT, quantity=2), LineQuantity(sku=PRINT, quantity=2))
    confirmed().when(lambda order: order.ship(PARCEL, twice)).then_raises(QuantityNotOpen, "not 4")


def test_an_empty_parcel_and_an_unknown_sku_are_refused() -> None:
    confirmed().when(lambda order: order.ship(PARCEL, ())).then_raises(QuantityNotOpen)
    confirmed().when(
        lambda order: order.ship(PARCEL, (LineQuantity(sku="OTHER", quantity=1),))
    ).then_raises(QuantityNotOpen)


def test_a_parcel_is_delivered_once() -> None:
    confirmed(ALL_SHIPPED).when(lambda order: order.deliver(PARCEL)).then(delivered())
    confirmed(ALL_SHIPPED, delivered()).when(lambda order: order.deliver(PARCEL)).then()


def test_a_parcel_that_never_left_cannot_arrive() -> None:
    confirmed().when(lambda order: order.deliver(PARCEL)).then_raises(OrderStepRefused)


def test_the_fulfilment_says_how_far() -> None:
    stages = [
        confirmed(),
        confirmed(TWO_PRINTS),
        confirmed(ALL_SHIPPED),
        confirmed(ALL_SHIPPED, delivered()),
    ]
    assert [story.aggregate.state.fulfilment_status for story in stages] == [
        "unfulfilled",
        "partially-shipped",
        "shipped",
        "delivered",
    ]


def test_an_order_is_completed_when_all_has_arrived() -> None:
    confirmed(ALL_SHIPPED).when(lambda order: order.complete()).then()
    confirmed(ALL_SHIPPED, delivered()).when(lambda order: order.complete()).then(
        past(Order.Completed)
    )
