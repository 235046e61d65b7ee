"""Wrongs that were put right before anybody looked: the end is sound, and each is found.

Fourteen of them, seeded by somebody with the right to append, in a log of ordinary trade.
"""

from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from events.sequencer import sequence
from events.store import log_head, read_sequenced
from modules.audit.invariants import Examiner, counted
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from modules.payments.domain.payment import Payment
from tests.audit.forging import (
    MALLORY,
    Forged,
    authorised,
    captured,
    forge,
    of_order,
    of_payment,
    shipped,
    trade,
    violations,
    worth,
)
from tests.support.trade import PRINT, buy, open_shop, order_of, paid

pytestmark = pytest.mark.django_db

MUCH = 9_000


@pytest.fixture(autouse=True)
def _shop() -> None:
    open_shop(units=100)


def refunded(amount: int, refund_id: UUID | None = None) -> list[Forged]:
    said: dict[str, Any] = {
        "refund_id": refund_id or new_id(),
        "amount_minor": amount,
        "reason": "forged",
    }
    return [(Payment.RefundRequested, said), (Payment.Refunded, said)]


def lines(units: int) -> tuple[ValuedLine, ...]:
    return (ValuedLine(sku=PRINT, quantity=units, value_minor=0, tax_minor=0),)


def cancelled(units: int) -> Forged:
    said = {"lines": lines(units), "value_minor": 0, "tax_minor": 0, "reason": "forged"}
    return (Order.LinesCancelled, said)


def returned(units: int) -> Forged:
    said = {"lines": lines(units), "value_minor": 0, "tax_minor": 0, "restock": False}
    return (Order.ReturnReceived, {"return_id": new_id(), **said})


def captured_before_it_was_promised(placed: Placed) -> None:
    of_payment(placed, *captured(10_000), authorised(10_000), *captured(-10_000))


def refunded_before_it_was_captured(placed: Placed) -> None:
    of_payment(placed, *refunded(5), *captured(5))


def captured_before_it_was_asked_for(placed: Placed) -> None:
    asked, done = captured(5)
    of_payment(placed, done, asked)


def refunded_before_it_was_asked_for(placed: Placed) -> None:
    asked, done = refunded(5)
    of_payment(placed, *captured(5), done, asked)


def captured_less_than_nothing(placed: Placed) -> None:
    of_payment(placed, *captured(-5), *captured(5))


def captured_twice_and_taken_back(placed: Placed) -> None:
    asked, done = captured(5)
    of_payment(placed, asked, done, done, *captured(-5))


def more_taken_than_the_order_costs(placed: Placed) -> None:
    of_payment(placed, authorised(MUCH), *captured(MUCH), *captured(-MUCH))


def fifty_units_sent_and_unsent(placed: Placed) -> None:
    of_order(placed, shipped(50), shipped(-50))


def fifty_units_cancelled_and_not(placed: Placed) -> None:
    of_order(placed, cancelled(50), cancelled(-50))


def back_before_it_was_sent(placed: Placed) -> None:
    of_order(placed, returned(1), shipped(1))


def a_fortune_taken_off_and_put_on_again(placed: Placed) -> None:
    of_order(placed, worth(1_000_000), worth(-1_000_000))


def sent_before_anybody_promised_to_pay(placed: Placed) -> None:
    early = buy(prints=1)
    of_order(early, shipped(1), (Order.Confirmed, {}))


def in_another_currency_for_a_moment(placed: Placed) -> None:
    void = {"void_id": new_id(), "reason": ""}
    of_payment(
        placed, (Payment.VoidRequested, {**void, "currency": "USD"}), (Payment.VoidRequested, void)
    )


def paid_for_before_it_was_ordered(placed: Placed) -> None:
    own, payment_id = new_id(), new_id()
    known = order_of(placed)
    said: dict[str, Any] = {"reference": own, "description": "", "provider": "invoice"}
    forge(
        payment_id,
        Payment.kind,
        lambda version: Payment.Requested(
            originator_id=payment_id,
            originator_version=version,
            currency="EUR",
            amount_minor=known.total_minor,
            **said,
        ),
    )
    forge(
        own,
        Order.kind,
        lambda version: Order.Placed(
            originator_id=own,
            originator_version=version,
            number="LATE",
            cart_id=new_id(),
            customer_id=None,
            contact=known.contact,
            quote=known.quote,
        ),
    )


WRONGS = (
    (captured_before_it_was_promised, "money"),
    (refunded_before_it_was_captured, "money"),
    (captured_before_it_was_asked_for, "asked"),
    (refunded_before_it_was_asked_for, "asked"),
    (captured_less_than_nothing, "money"),
    (captured_twice_and_taken_back, "asked"),
    (more_taken_than_the_order_costs, "covered"),
    (fifty_units_sent_and_unsent, "units"),
    (fifty_units_cancelled_and_not, "units"),
    (back_before_it_was_sent, "units"),
    (a_fortune_taken_off_and_put_on_again, "worth"),
    (sent_before_anybody_promised_to_pay, "release"),
    (in_another_currency_for_a_moment, "belonging"),
    (paid_for_before_it_was_ordered, "belonging"),
)


def sound_at_the_end() -> bool:
    """Tells what somebody finds who looks at the last state alone."""
    examiner = Examiner()
    rows = read_sequenced(0, 10_000)
    for row in rows:
        list(examiner.examine(row))
    orders = examiner.orders.values()
    payments = examiner.payments.values()
    return (
        not any(list(counted(order)) for order in orders)
        and all(0 <= order.off <= order.total for order in orders)
        and all(order.captured <= order.total for order in orders)
        and all(each.reference in examiner.orders for each in payments)
        and all(0 <= each.refunded <= each.captured <= each.authorised for each in payments)
        and all(first.position != second.position for first, second in pairwise(rows))
    )


def head() -> int:
    sequence()
    return log_head()


def test_wrongs_that_were_put_right_are_all_found_with_their_place_and_who_did_it() -> None:
    trade()
    spans = []
    for wrong, invariant in WRONGS:
        placed, before = paid(prints=1), head()
        wrong(placed)
        spans.append((invariant, before, head()))
    trade()
    assert sound_at_the_end()
    seen = violations()
    for invariant, before, after in spans:
        here = [each for each in seen if before < (each.position or 0) <= after]
        assert invariant in {each.invariant for each in here}
        assert {each.actor for each in here} == {MALLORY}
    assert len(seen) >= len(WRONGS) >= 10


def test_the_right_to_read_is_enough() -> None:
    fifty_units_sent_and_unsent(paid(prints=1))
    live = violations()
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE examiner; GRANT USAGE ON SCHEMA es TO examiner")
        cursor.execute("GRANT SELECT ON ALL TABLES IN SCHEMA es TO examiner")
        cursor.execute("SET LOCAL ROLE examiner")
        try:
            assert violations() == live != []
        finally:
            cursor.execute("RESET ROLE")
