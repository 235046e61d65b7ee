"""What is cancelled is given back: exactly its value, from the right payment, once."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.db.transaction import atomic
from pytest_django import Settings

from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.orders.commands import capture_order, refund_order, settle
from modules.orders.contracts import CaptureOrder, OrderStepRefused, QuantityNotOpen, RefundOrder
from modules.payments.commands import (
    bank_mishap,
    request_payment,
    resolve_unknown,
    start_payment,
    void_payment,
)
from modules.payments.contracts import (
    AmountRefused,
    BankMishap,
    RequestDiffers,
    RequestPayment,
    StartPayment,
    VoidPayment,
)
from modules.payments.selectors import payments_of
from tests.support.trade import (
    DELIVERY,
    PRICES,
    PRINT,
    at_bank,
    buy,
    cancel,
    cancel_some,
    order_of,
    paid,
    payment_of,
    refund,
    ship,
    stock,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

TOTAL = 3 * PRICES[PRINT] + 500 + DELIVERY


def test_cancelling_an_authorised_order_voids_it_and_releases_the_stock() -> None:
    cancel(placed := paid())
    payment = payment_of(placed)
    assert (payment.status, payment.voided_minor) == ("voided", TOTAL)
    assert (stock().reserved, stock().free) == (0, 10)


def test_cancelling_a_captured_order_refunds_it_delivery_included(settings: Settings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    cancel(placed := paid(), "Changed my mind")
    payment = payment_of(placed)
    assert (payment.status, payment.refunded_minor) == ("refunded", TOTAL)
    # What the customer typed stays sealed in the order; the payment gets the shop's own words.
    assert payment.refunds[0].reason == "The order was cancelled"


def test_scenario_45_cancelling_an_unpaid_order_releases_what_was_held_and_no_more() -> None:
    cancel(placed := buy())
    assert (stock().reserved, stock().free, stock().on_hand) == (0, 10, 10)
    assert payment_of(placed).status == "voided"
    cancel(placed)
    assert stock().free == 10


def test_cancelled_lines_are_refunded_to_the_minor_unit(settings: Settings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    placed = paid()
    cancel_some(placed, prints=1)
    cancel_some(placed, cards=1)
    payment, order = payment_of(placed), order_of(placed)
    assert payment.refunded_minor == PRICES[PRINT] + 500 == order.cancelled_minor
    assert payment.captured_minor - payment.refunded_minor == order.due_minor
    assert stock().reserved == 2


def test_cancelled_lines_that_were_not_captured_are_voided_when_the_rest_is_taken() -> None:
    placed = paid()
    cancel_some(placed, prints=1)
    assert payment_of(placed).voided_minor == 0
    ship(placed, prints=2, cards=1)
    payment = payment_of(placed)
    assert payment.captured_minor == order_of(placed).due_minor == TOTAL - PRICES[PRINT]
    assert (payment.voided_minor, payment.status) == (PRICES[PRINT], "captured")


def test_scenario_77_only_the_unshipped_part_is_cancelled_and_released() -> None:
    placed = paid()
    ship(placed, prints=1)
    with pytest.raises(OrderStepRefused, match="Part of it was shipped"):
        cancel(placed)
    with pytest.raises(QuantityNotOpen):
        cancel_some(placed, prints=3)
    cancel_some(placed, prints=2, cards=1)
    payment, order = payment_of(placed), order_of(placed)
    assert (stock().on_hand, stock().reserved, stock().free) == (9, 0, 9)
    assert payment.captured_minor == order.due_minor == PRICES[PRINT] + DELIVERY
    assert payment.voided_minor == TOTAL - order.due_minor


def test_a_refund_by_hand_is_not_held_against_a_later_cancellation(settings: Settings) -> None:
    settings.SHOP_CAPTURE = "at-once"
    placed = paid()
    refund(placed, 100)
    cancel_some(placed, cards=1)
    assert payment_of(placed).refunded_minor == 100 + 500


def test_a_refund_beyond_what_was_captured_is_refused() -> None:
    placed = paid()
    ship(placed, prints=1)
    with pytest.raises(AmountRefused) as refusal:
        refund(placed, PRICES[PRINT] + DELIVERY + 1)
    assert refusal.value.fields["limit_minor"] == PRICES[PRINT] + DELIVERY


def test_the_same_refund_twice_is_one_and_with_another_amount_none() -> None:
    placed = paid()
    ship(placed)
    wanted = RefundOrder(
        order_id=placed.order_id, refund_id=new_id(), amount_minor=100, reason="Kindness"
    )
    for _ in range(2):
        refund_order(wanted)
        settle(placed.order_id)
    assert payment_of(placed).refunded_minor == 100
    with pytest.raises(RequestDiffers):
        refund_order(replace(wanted, amount_minor=200))


def test_capturing_by_hand_takes_what_is_owed_and_never_more() -> None:
    placed = paid()
    cancel_some(placed, cards=1)
    with pytest.raises(AmountRefused):
        capture_order(
            CaptureOrder(order_id=placed.order_id, capture_id=new_id(), amount_minor=TOTAL)
        )
    for _ in range(2):
        capture_order(CaptureOrder(order_id=placed.order_id, capture_id=new_id()))
        settle(placed.order_id)
    assert payment_of(placed).captured_minor == order_of(placed).due_minor


def test_a_capture_that_fails_is_troubled_and_can_be_taken_by_hand() -> None:
    placed = paid()
    bank_mishap(BankMishap(payment_id=payment_of(placed).id, operation="capture", mishap="refused"))
    ship(placed)
    assert (payment_of(placed).captured_minor, payment_of(placed).message) == (
        0,
        "The bank refused.",
    )
    capture_order(CaptureOrder(order_id=placed.order_id, capture_id=new_id()))
    settle(placed.order_id)
    assert payment_of(placed).captured_minor == TOTAL


def test_scenario_70_each_refund_stays_within_its_payment() -> None:
    placed = buy()
    with atomic():
        void_payment(VoidPayment(payment_id=placed.payment_id, reason="to be paid in two parts"))
        parts = [part_of(placed, 6_000), part_of(placed, TOTAL - 6_000)]
    for number, payment_id in enumerate(parts):
        assert order_of(placed).status == "placed", f"after {number} of two parts"
        at_bank(
            start_payment(
                StartPayment(payment_id=payment_id, attempt_id=new_id(), return_url="/back/")
            )
        )
        resolve_unknown(payment_id)
    ship(placed)
    refund(placed, 6_500)
    assert [payment.refunded_minor for payment in payments_of(placed.order_id)] == [0, 6_000, 500]
    with pytest.raises(AmountRefused):
        refund(placed, TOTAL - 6_500 + 1)
    refund(placed, TOTAL - 6_500)
    assert {payment.status for payment in payments_of(placed.order_id)} == {"voided", "refunded"}


def part_of(placed: Placed, amount_minor: int) -> UUID:
    payment_id = new_id()
    request_payment(
        RequestPayment(
            payment_id=payment_id,
            reference=placed.order_id,
            description="A part",
            provider="testbank",
            amount_minor=amount_minor,
            currency="EUR",
        )
    )
    return payment_id
