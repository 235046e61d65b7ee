"""What is booked for an order, from its parcels to its refunds."""

import pytest
from django.conf import LazySettings

from tests.ledger.books import booked
from tests.support.trade import (
    bring_back,
    buy,
    cancel,
    cancel_some,
    paid,
    refund,
    ship,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

# Three prints at 33.33 and a card at 5.00, delivery 4.90; 20 % tax inside each, rounded per line.
GOODS, GOODS_TAX = 3 * 3_333 + 500, 1_667 + 83
DELIVERY, DELIVERY_TAX = 490, 82
TOTAL = GOODS + DELIVERY


def test_nothing_is_booked_before_a_parcel_leaves() -> None:
    buy()
    paid()
    assert booked() == {}


def test_a_sent_order_is_revenue_tax_and_delivery_and_its_money_is_at_the_bank() -> None:
    ship(paid())
    assert booked() == {
        "clearing:testbank": TOTAL,
        "revenue": -(GOODS - GOODS_TAX),
        "shipping": -(DELIVERY - DELIVERY_TAX),
        "tax:FR-standard:20": -(GOODS_TAX + DELIVERY_TAX),
    }


def test_an_invoice_that_is_not_paid_is_owed() -> None:
    ship(paid(method="invoice"))
    assert booked()["receivable"] == TOTAL


def test_parcels_add_up_to_the_order_to_the_cent() -> None:
    ship(placed := paid(), prints=1)
    ship(placed, prints=1, cards=1)
    ship(placed, prints=1)
    whole = booked()
    assert whole["revenue"] == -(GOODS - GOODS_TAX)
    assert whole["tax:FR-standard:20"] == -(GOODS_TAX + DELIVERY_TAX)
    assert "receivable" not in whole


def test_money_taken_before_anything_is_sent_is_the_customers(settings: LazySettings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    paid()
    assert booked() == {"clearing:testbank": TOTAL, "receivable": -TOTAL}


def test_a_cancelled_order_that_was_paid_leaves_nothing(settings: LazySettings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    cancel(paid())
    assert booked() == {}


def test_a_reduction_before_a_cancellation_leaves_nothing(settings: LazySettings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    placed = paid()
    refund(placed, 1_000)
    assert booked()["refunds"] == 833
    cancel(placed)
    assert booked() == {}


def test_a_returned_line_takes_its_own_tax_back_when_it_is_refunded() -> None:
    ship(placed := paid())
    before = booked()
    bring_back(placed, cards=1)
    assert booked() == before
    refund(placed, 500)
    after = booked()
    assert after["refunds"] == 500 - 83
    assert after["tax:FR-standard:20"] == before["tax:FR-standard:20"] + 83
    assert after["clearing:testbank"] == TOTAL - 500


def test_giving_everything_back_takes_all_tax_back() -> None:
    ship(placed := paid())
    for amount in (1, 99, 4_000):
        refund(placed, amount)
    refund(placed, TOTAL - 4_100)
    found = booked()
    assert "tax:FR-standard:20" not in found
    assert "clearing:testbank" not in found
    assert found["refunds"] == -(found["revenue"] + found["shipping"])


def test_what_is_cancelled_before_it_is_sent_is_a_repayment(settings: LazySettings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    placed = paid()
    cancel_some(placed, cards=1)
    ship(placed, prints=3)
    found = booked()
    assert "receivable" not in found
    assert "refunds" not in found
    assert found["clearing:testbank"] == TOTAL - 500
