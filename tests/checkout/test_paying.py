"""Paying for an order that exists: again after a no, by another method, and never twice."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.context import acting
from events.errors import CommandReused
from events.relay import drain
from events.store import read_stream
from modules.checkout.commands import change_method, pay, place_order
from modules.checkout.contracts import ChangeMethod
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.contracts import OrderNotFound, OrderStepRefused
from modules.payments.commands import bank_mishap, resolve_unknown
from modules.payments.contracts import BankMishap, ProviderUnknown
from modules.payments.models import BankRecord
from modules.payments.selectors import payments_of
from tests.support.trade import (
    at_bank,
    begin,
    buy,
    cancel,
    checkout,
    fill_basket,
    order_of,
    paid,
    payment_of,
    ship,
    stock,
)

# The test bank's own three included; inside a test savepoints stand for BEGIN and COMMIT.
STATEMENTS = 17

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def statuses(order_id: UUID) -> list[str]:
    return [payment.status for payment in payments_of(order_id)]


def topics(stream_id: UUID) -> list[str]:
    return [row.topic for row in read_stream(stream_id)]


def test_paying_sends_the_shopper_to_the_bank() -> None:
    step = begin(placed := buy())
    assert (step.status, step.payment_id) == ("pending", placed.payment_id)
    assert step.redirect_url.startswith("http://shop.test/bank/")


def test_after_a_decline_the_same_payment_is_tried_again() -> None:
    placed = buy()
    at_bank(step := begin(placed), "decline")
    assert resolve_unknown(step.payment_id).message == "The bank declined the payment."
    assert order_of(placed).payment_status == "declined"
    assert stock().reserved == 3
    at_bank(again := begin(placed))
    resolve_unknown(again.payment_id)
    assert (statuses(placed.order_id), order_of(placed).status) == (["authorised"], "confirmed")


def test_a_second_step_at_the_bank_is_the_same_session() -> None:
    placed = buy()
    step = begin(placed)
    at_bank(step, "challenge")
    assert resolve_unknown(step.payment_id).redirect_url == step.redirect_url
    at_bank(step)
    resolve_unknown(step.payment_id)
    assert order_of(placed).status == "confirmed"


def test_scenario_71_another_method_ends_the_unfinished_payment() -> None:
    placed = buy()
    begin(placed)
    step = begin(placed, method="invoice")
    assert (step.status, order_of(placed).status) == ("authorised", "confirmed")
    drain()
    assert statuses(placed.order_id) == ["voided", "authorised"]
    assert BankRecord.objects.get(payment_id=placed.payment_id).status == "cancelled"


def test_scenario_71_a_completed_payment_is_kept() -> None:
    placed = paid()
    step = begin(placed, method="invoice")
    assert (step.payment_id, step.status) == (placed.payment_id, "authorised")
    assert statuses(placed.order_id) == ["authorised"]


def test_a_first_payment_that_is_approved_after_all_is_given_back() -> None:
    placed = buy()
    at_bank(begin(placed), "approve-late")
    begin(placed, method="invoice")
    drain()
    with time_machine.travel(now() + timedelta(seconds=20)):
        drain()
    assert "payments.payment.authorised.v1" in topics(placed.payment_id)
    assert statuses(placed.order_id) == ["voided", "authorised"]
    assert BankRecord.objects.get().voided_minor == placed.total_minor
    assert order_of(placed).status == "confirmed"


def test_browser_and_notification_make_one_order_in_either_order() -> None:
    for browser_first in (True, False):
        placed = buy(prints=1)
        at_bank(step := begin(placed))
        payment_id = step.payment_id
        actions: list[Callable[[], object]] = [partial(resolve_unknown, payment_id), drain]
        for action in actions if browser_first else reversed(actions):
            action()
        assert topics(placed.order_id) == ["orders.order.placed.v1", "orders.order.confirmed.v1"]


def test_scenario_65_an_authorisation_alone_confirms_and_leaves_a_balance_due() -> None:
    placed = buy()
    at_bank(begin(placed))
    drain()
    order, payment = order_of(placed), payment_of(placed)
    assert (order.status, order.payment_status) == ("confirmed", "authorised")
    assert (payment.captured_minor, payment.capturable_minor) == (0, order.due_minor)


def test_scenario_66_a_notification_after_the_end_is_still_recorded() -> None:
    placed = paid()
    ship(placed)
    drain()
    events = [row.topic.split(".")[2] for row in read_stream(placed.payment_id)]
    assert events[-2:] == ["capture_requested", "captured"]


def test_a_cancelled_order_cannot_be_paid() -> None:
    cancel(placed := buy())
    with pytest.raises(OrderStepRefused):
        begin(placed)


def test_a_way_to_pay_that_is_not_offered_is_refused() -> None:
    with pytest.raises(ProviderUnknown):
        begin(buy(), method="shells")
    with pytest.raises(OrderNotFound):
        pay(order_id=new_id(), provider="testbank", attempt_id=new_id(), return_url="")


def test_scenario_68_a_command_id_with_other_content_is_refused_before_anything_happens() -> None:
    command_id = new_id()
    first, second = checkout(fill_basket(prints=1)), checkout(fill_basket(prints=2))
    with acting(command_id=command_id):
        placed = place_order(first)
    with acting(command_id=command_id):
        assert place_order(first) == placed
        with pytest.raises(CommandReused):
            place_order(second)
    assert stock().reserved == 1


def test_paying_under_a_command_id_works_and_may_be_repeated() -> None:
    placed, attempt_id = buy(), new_id()
    with acting(command_id=new_id()):
        steps = [begin(placed, attempt_id=attempt_id) for _ in range(2)]
    assert steps[0] == steps[1]
    assert BankRecord.objects.count() == 1


def test_starting_to_pay_takes_a_bounded_number_of_statements() -> None:
    placed = buy(prints=2, cards=1)
    with CaptureQueriesContext(connection) as captured:
        begin(placed)
    statements = [query["sql"] for query in captured.captured_queries]
    real = [sql for sql in statements if "SAVEPOINT" not in sql]
    assert len(real) <= STATEMENTS, "\n".join(real)


def test_a_technical_failure_is_tried_again_on_the_same_payment() -> None:
    placed = buy()
    bank_mishap(BankMishap(payment_id=placed.payment_id, operation="start", mishap="unreachable"))
    begin(placed)
    assert resolve_unknown(placed.payment_id).status == "failed"
    assert begin(placed).payment_id == placed.payment_id
    assert statuses(placed.order_id) == ["pending"]


def test_pressing_another_method_twice_opens_one_payment() -> None:
    placed, attempt_id = buy(), new_id()
    begin(placed)
    steps = [begin(placed, method="invoice", attempt_id=attempt_id) for _ in range(2)]
    assert steps[0].payment_id == steps[1].payment_id
    assert len(statuses(placed.order_id)) == 2


def test_changing_the_method_keeps_a_payment_made_in_that_moment() -> None:
    placed = paid()
    wanted = ChangeMethod(order_id=placed.order_id, payment_id=new_id(), provider="invoice")
    assert change_method(wanted) == placed.payment_id
    assert statuses(placed.order_id) == ["authorised"]
