"""An order nobody pays for ends by itself; money that comes too late goes back."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from events.relay import drain
from events.store import read_stream
from modules.checkout.contracts import Placed
from modules.inventory.commands import adjust_stock, release_expired
from modules.inventory.contracts import AdjustStock
from modules.kernel.clock import now
from modules.orders.commands import expire_unpaid
from modules.payments.commands import bank_mishap, resolve_unknown
from modules.payments.contracts import BankMishap, ProviderUnavailable
from modules.payments.models import BankRecord
from tests.support.trade import (
    PRINT,
    at_bank,
    begin,
    buy,
    order_of,
    paid,
    payment_of,
    stock,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

LATER = settings.RESERVATION_PERIOD + timedelta(seconds=1)


def history(placed: Placed) -> list[str]:
    return [row.topic.split(".")[2] for row in read_stream(placed.payment_id)]


def test_an_unpaid_order_is_cancelled_and_its_stock_released() -> None:
    placed = buy()
    with time_machine.travel(now() + LATER):
        drain()
    order = order_of(placed)
    assert (order.status, order.cancel_reason) == ("cancelled", "Not paid in time")
    assert (order.payment_status, stock().reserved) == ("expired", 0)


def test_it_is_not_cancelled_a_moment_too_early() -> None:
    placed = buy()
    with time_machine.travel(now() + settings.RESERVATION_PERIOD - timedelta(minutes=1)):
        drain()
    assert order_of(placed).status == "placed"


def test_a_paid_order_outlives_the_reservation() -> None:
    placed = paid()
    with time_machine.travel(now() + LATER):
        release_expired(now())
        drain()
    assert (order_of(placed).status, stock().reserved) == ("confirmed", 3)


def test_the_bank_is_asked_once_more_before_an_order_ends() -> None:
    at_bank(begin(placed := buy()), "timeout")
    with pytest.raises(ProviderUnavailable):
        expire_unpaid(placed.order_id)
    assert order_of(placed).status == "placed"
    expire_unpaid(placed.order_id)
    assert order_of(placed).status == "confirmed"


def test_a_session_left_open_is_closed_at_the_bank() -> None:
    begin(placed := buy())
    expire_unpaid(placed.order_id)
    assert order_of(placed).status == "cancelled"
    assert BankRecord.objects.get().status == "cancelled"
    assert payment_of(placed).status == "voided"


def test_money_that_comes_after_the_end_is_recorded_and_given_back() -> None:
    step = begin(placed := buy())
    bank_mishap(BankMishap(payment_id=step.payment_id, operation="void", mishap="unreachable"))
    expire_unpaid(placed.order_id)
    at_bank(step)
    resolve_unknown(step.payment_id)
    with time_machine.travel(now() + timedelta(minutes=2)):
        drain()
    assert order_of(placed).status == "cancelled"
    assert "authorised" in history(placed)
    assert (payment_of(placed).status, stock().reserved) == ("voided", 0)
    assert BankRecord.objects.get().voided_minor == placed.total_minor


def test_a_payment_that_finds_its_stock_released_gets_it_again() -> None:
    at_bank(step := begin(buy()))
    release_expired(now() + LATER)
    assert stock().reserved == 0
    resolve_unknown(step.payment_id)
    assert stock().reserved == 3


def test_a_payment_that_finds_its_stock_sold_is_given_back() -> None:
    at_bank(step := begin(placed := buy()))
    release_expired(now() + LATER)
    adjust_stock(AdjustStock(sku=PRINT, on_hand=0, reason="loss"))
    resolve_unknown(step.payment_id)
    drain()
    order = order_of(placed)
    assert (order.status, order.cancel_reason) == (
        "cancelled",
        "Sold out before the payment arrived",
    )
    assert payment_of(placed).status == "voided"
