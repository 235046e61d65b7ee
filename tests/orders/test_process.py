"""From the money to the parcel to the end, by policies alone."""

import pytest
from pytest_django import Settings

from modules.orders.contracts import OrderStepRefused
from modules.payments.commands import mark_paid
from tests.support.trade import (
    DELIVERY,
    PRICES,
    PRINT,
    begin,
    bring_back,
    buy,
    deliver,
    order_of,
    paid,
    payment_of,
    refund,
    ship,
    stock,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

TOTAL = 3 * PRICES[PRINT] + 500 + DELIVERY


def test_an_order_waits_for_its_money() -> None:
    order = order_of(placed := buy())
    assert (order.status, order.payment_status, order.total_minor) == ("placed", "requested", TOTAL)
    assert stock().reserved == 3
    with pytest.raises(OrderStepRefused):
        ship(placed)


def test_an_authorised_payment_confirms_the_order_and_keeps_its_stock() -> None:
    order = order_of(paid())
    assert (order.status, order.payment_status) == ("confirmed", "authorised")
    assert (stock().on_hand, stock().reserved) == (10, 3)


def test_a_shipped_parcel_leaves_the_stock_and_takes_its_value() -> None:
    placed = paid()
    ship(placed, prints=2)
    assert payment_of(placed).captured_minor == 2 * PRICES[PRINT] + DELIVERY
    assert order_of(placed).payment_status == "partially-captured"
    assert order_of(placed).fulfilment_status == "partially-shipped"
    assert (stock().on_hand, stock().reserved) == (8, 1)


def test_all_parcels_together_take_the_whole_and_the_last_delivery_completes_the_order() -> None:
    placed = paid()
    first = ship(placed, prints=2)
    second = ship(placed, prints=1, cards=1)
    assert payment_of(placed).captured_minor == TOTAL
    deliver(placed, first)
    assert order_of(placed).status == "confirmed"
    deliver(placed, second)
    order = order_of(placed)
    assert (order.status, order.payment_status) == ("completed", "captured")
    assert order.fulfilment_status == "delivered"


def test_scenario_44_capturing_does_not_allocate_again() -> None:
    placed = paid()
    before = stock().reserved
    ship(placed, cards=1)
    assert stock().reserved == before


def test_at_once_takes_the_whole_when_it_is_authorised(settings: Settings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    placed = paid()
    assert payment_of(placed).captured_minor == TOTAL
    ship(placed)
    assert payment_of(placed).captured_minor == TOTAL


def test_an_invoice_confirms_at_once_and_completes_when_it_is_marked_paid() -> None:
    placed = paid(method="invoice")
    assert order_of(placed).status == "confirmed"
    deliver(placed, ship(placed))
    assert (order_of(placed).status, payment_of(placed).captured_minor) == ("confirmed", 0)
    mark_paid(payment_of(placed).id)
    assert (order_of(placed).status, order_of(placed).payment_status) == ("completed", "captured")


def test_a_return_comes_back_to_stock_and_is_refunded_by_a_person() -> None:
    placed = paid()
    deliver(placed, ship(placed))
    bring_back(placed, prints=1)
    order = order_of(placed)
    assert (order.returns[0].value_minor, stock().free) == (PRICES[PRINT], 8)
    assert order.payment_status == "captured"
    refund(placed, order.returns[0].value_minor)
    assert order_of(placed).payment_status == "partially-refunded"


def test_a_return_that_cannot_be_sold_stays_out_of_stock() -> None:
    placed = paid()
    ship(placed)
    bring_back(placed, prints=1, restock=False)
    assert stock().on_hand == 7


def test_a_declined_payment_leaves_the_order_payable() -> None:
    placed = buy()
    from_bank = begin(placed)
    assert from_bank.status == "pending"
    assert order_of(placed).status == "placed"
