"""Many at once: the last unit is sold once, one order is placed once, money moves once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from events.relay import drain
from modules.checkout.commands import place_order
from modules.inventory.contracts import OutOfStock
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id
from modules.orders.commands import refund_order, settle
from modules.orders.contracts import RefundOrder
from modules.orders.models import OrderRow
from modules.payments.commands import receive_notification, resolve_unknown, start_payment
from modules.payments.contracts import AmountRefused, StartPayment
from modules.payments.gateways.testbank.messages import about_decision, post
from modules.payments.models import BankRecord, PaymentRow
from tests.support.trade import (
    at_bank,
    begin,
    buy,
    checkout,
    fill_basket,
    forget_everything,
    open_shop,
    order_of,
    paid,
    payment_of,
    ship,
    stock,
)
from tests.support.waiting import LIMIT_SECONDS

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stress]

BUYERS = 50


@pytest.fixture(autouse=True)
def _shop(transactional_db: None) -> Iterator[None]:
    forget_everything()
    open_shop()
    yield
    forget_everything()


def at_once(actions: Sequence[Callable[[], object]]) -> list[object]:
    """Runs all actions at the same moment, each on its own connection; returns what came of it."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        try:
            barrier.wait(LIMIT_SECONDS)
            return action()
        except DomainError as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_fault_38_the_last_unit_is_sold_to_exactly_one_of_fifty_buyers() -> None:
    buy(prints=9)
    messages = [checkout(fill_basket(prints=1)) for _ in range(BUYERS)]
    outcomes = at_once([partial(place_order, message) for message in messages])
    refused = Counter(outcome for outcome in outcomes if isinstance(outcome, type))
    assert refused == {OutOfStock: BUYERS - 1}
    assert (OrderRow.objects.count(), PaymentRow.objects.count()) == (2, 2)
    assert (stock().reserved, stock().free) == (10, 0)
    assert BankRecord.objects.count() == 0


@pytest.mark.parametrize("read_before", [False, True])
def test_one_form_sent_ten_times_at_once_is_one_order(read_before: bool) -> None:
    cart = fill_basket(prints=1)
    message = checkout(cart)
    outcomes = at_once([lambda: place_order(message, read=cart if read_before else None)] * 10)
    assert Counter(outcome.outcome for outcome in outcomes) == {"placed": 1, "already-placed": 9}  # type: ignore[attr-defined]
    assert len({(outcome.number, outcome.payment_id) for outcome in outcomes}) == 1  # type: ignore[attr-defined]
    assert (OrderRow.objects.count(), stock().reserved) == (1, 1)


def test_browser_and_notifications_at_the_same_moment_confirm_once() -> None:
    for _ in range(3):
        placed = buy(prints=1)
        at_bank(step := begin(placed))
        headers, body = post(about_decision(BankRecord.objects.get(payment_id=step.payment_id)))
        return_from_bank: Callable[[], object] = partial(resolve_unknown, step.payment_id)
        notify: Callable[[], object] = partial(receive_notification, "testbank", headers, body)
        outcomes = at_once([return_from_bank] * 2 + [notify] * 3)
        assert not [each for each in outcomes if isinstance(each, type)]
        drain()
        assert (order_of(placed).status, order_of(placed).version) == ("confirmed", 2)
        assert payment_of(placed).authorised_minor == placed.total_minor


def test_one_attempt_started_five_times_at_once_is_one_session() -> None:
    placed = buy(prints=1)
    attempt = StartPayment(
        payment_id=placed.payment_id, attempt_id=new_id(), return_url="http://shop.test/back/"
    )
    steps = at_once([lambda: start_payment(attempt)] * 5)
    assert len({step.redirect_url for step in steps}) == 1  # type: ignore[attr-defined]
    assert BankRecord.objects.count() == 1


def test_fault_37_refunds_at_once_never_exceed_what_was_captured() -> None:
    ship(placed := paid(prints=1), prints=1)
    captured = payment_of(placed).captured_minor
    half = captured // 2 + 1

    def give_back() -> None:
        refund_order(
            RefundOrder(
                order_id=placed.order_id, refund_id=new_id(), amount_minor=half, reason="Race"
            )
        )

    outcomes = at_once([give_back] * 4)
    assert Counter(outcomes) == {None: 1, AmountRefused: 3}
    settle(placed.order_id)
    drain()
    record = BankRecord.objects.get()
    assert payment_of(placed).refunded_minor == record.refunded_minor == half
