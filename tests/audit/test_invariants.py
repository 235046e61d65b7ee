"""Wrongs that were put right later are found where they happened, with who did it."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from events.aggregate import Event
from events.context import acting
from events.repository import load
from events.store import append, log_head, read_stream, stream_head
from modules.audit.contracts import Violation
from modules.audit.invariants import INVARIANTS, examine_log
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from modules.payments.domain.payment import Payment
from tests.audit.tampering import tamper
from tests.support.trade import (
    PRINT,
    bring_back,
    buy,
    cancel,
    cancel_some,
    deliver,
    open_shop,
    paid,
    payment_of,
    refund,
    ship,
)

pytestmark = pytest.mark.django_db

MALLORY = "staff:mallory"

type Forged = tuple[type[Event], dict[str, Any]]


@pytest.fixture(autouse=True)
def _shop() -> None:
    open_shop(units=100)


def trade() -> None:
    """Much of what can happen to orders, all of it by the rules."""
    placed = paid(prints=2, cards=1)
    deliver(placed, ship(placed, prints=1))
    cancel_some(placed, cards=1)
    deliver(placed, ship(placed, prints=1))
    bring_back(placed, prints=1)
    refund(placed, 100)
    cancel(paid(prints=1))
    cancel(buy(prints=1))
    buy(prints=1)


def forge(stream_id: UUID, kind: str, *made: Callable[[int], Event]) -> int:
    """Appends events that no aggregate would, one by one; returns the log's head before."""
    for make in made:
        head = stream_head(stream_id)
        version, previous = (head.version, head.head) if head else (0, bytes(32))
        with acting(actor=MALLORY):
            append(
                stream_id, kind, [make(version + 1)], expected_version=version, previous=previous
            )
    return log_head()


def violations() -> list[Violation]:
    return list(examine_log())


def found(invariant: str) -> list[Violation]:
    return [each for each in violations() if each.invariant == invariant]


def of_order(placed: Placed, *made: Forged) -> None:
    """Forges events of an order."""
    forge(
        placed.order_id,
        Order.kind,
        *(
            lambda version, cls=cls, said=said: cls(
                originator_id=placed.order_id, originator_version=version, **said
            )
            for cls, said in made
        ),
    )


def of_payment(placed: Placed, *made: Forged) -> None:
    """Forges events of an order's payment."""
    payment = payment_of(placed)
    common = {"reference": placed.order_id, "currency": "EUR"}
    forge(
        payment.id,
        Payment.kind,
        *(
            lambda version, cls=cls, said=said: cls(
                originator_id=payment.id, originator_version=version, **{**common, **said}
            )
            for cls, said in made
        ),
    )


def captured(amount: int, capture_id: UUID | None = None) -> list[Forged]:
    said = {"capture_id": capture_id or new_id(), "amount_minor": amount}
    return [(Payment.CaptureRequested, said), (Payment.Captured, said)]


def authorised(amount: int) -> Forged:
    said = {"attempt_id": new_id(), "provider_reference": "x", "amount_minor": amount}
    return (Payment.Authorised, said)


def shipped(units: int) -> Forged:
    return (
        Order.ParcelShipped,
        {
            "parcel_id": new_id(),
            "lines": (ValuedLine(sku=PRINT, quantity=units, value_minor=1, tax_minor=0),),
            "carrier": "",
            "tracking_number": "",
            "goods_minor": 0,
            "delivery_minor": 0,
        },
    )


def worth(amount: int) -> Forged:
    said = {"lines": (), "value_minor": amount, "tax_minor": 0, "reason": "forged"}
    return (Order.LinesCancelled, said)


def test_trade_by_the_rules_holds_every_invariant_after_every_event() -> None:
    trade()
    assert violations() == []


def captures_more_than_was_authorised(placed: Placed) -> None:
    of_payment(placed, *captured(9_000), authorised(9_000))


def refunds_more_than_was_captured(placed: Placed) -> None:
    said = {"refund_id": new_id(), "amount_minor": 5, "reason": "forged"}
    of_payment(
        placed, (Payment.RefundRequested, said), (Payment.Refunded, said), authorised(5),
        *captured(5),
    )  # fmt: skip


def captures_what_nobody_asked_for(placed: Placed) -> None:
    said = {"capture_id": new_id(), "amount_minor": 1}
    of_payment(placed, authorised(2), (Payment.Captured, said))


def captures_twice(placed: Placed) -> None:
    twice = captured(1, new_id())
    of_payment(placed, authorised(2), *twice, twice[1])


def takes_more_than_the_order_costs(placed: Placed) -> None:
    of_payment(placed, authorised(100_000), *captured(100_000))


def speaks_of_another_currency(placed: Placed) -> None:
    said = {"void_id": new_id(), "reason": "", "currency": "USD"}
    of_payment(placed, (Payment.VoidRequested, said))


def ships_what_was_never_ordered(placed: Placed) -> None:
    of_order(placed, shipped(50), shipped(-50))


def ships_what_was_cancelled(placed: Placed) -> None:
    cancel(placed)
    of_order(placed, shipped(0))


def takes_off_more_than_the_order_costs(placed: Placed) -> None:
    of_order(placed, worth(1_000_000), worth(-1_000_000))


def places_the_order_again(placed: Placed) -> None:
    first = read_stream(placed.order_id)[0].event
    forge(
        placed.order_id, Order.kind,
        lambda version: type(first)(
            **{name: getattr(first, name) for name in first.__struct_fields__}
            | {"originator_version": version}
        ),
    )  # fmt: skip


def quotes_a_total_that_is_not_the_sum(placed: Placed) -> None:
    order, own = load(Order, placed.order_id), new_id()
    forge(
        own, Order.kind,
        lambda version: Order.Placed(
            originator_id=own, originator_version=version, number="X", cart_id=new_id(),
            customer_id=None, contact=order.contact,
            quote=replace(order.quote, total_minor=order.quote.total_minor + 1),
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "invariant"),
    [
        (captures_more_than_was_authorised, "money"),
        (refunds_more_than_was_captured, "money"),
        (captures_what_nobody_asked_for, "asked"),
        (captures_twice, "asked"),
        (takes_more_than_the_order_costs, "covered"),
        (speaks_of_another_currency, "belonging"),
        (ships_what_was_never_ordered, "units"),
        (ships_what_was_cancelled, "release"),
        (takes_off_more_than_the_order_costs, "worth"),
        (places_the_order_again, "beginning"),
        (quotes_a_total_that_is_not_the_sum, "total"),
        (quotes_a_total_that_is_not_the_sum, "derivation"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_wrong_is_found_where_it_happened_with_who_did_it(
    wrong: Callable[[Placed], None], invariant: str
) -> None:
    trade()
    placed = paid(prints=1)
    assert violations() == []
    before = log_head()
    wrong(placed)
    trade()
    seen = found(invariant)
    assert seen
    assert {each.actor for each in seen} == {MALLORY}
    assert all(each.position > before for each in seen)
    assert set(INVARIANTS) >= {each.invariant for each in violations()}


def test_an_edited_event_breaks_the_chain_where_it_stands() -> None:
    placed = paid(prints=1)
    tamper(
        "UPDATE es.event SET actor = 'nobody' WHERE stream_id = %s AND version = 2",
        placed.order_id,
    )
    [seen] = [each for each in found("chain") if each.stream_id == placed.order_id]
    assert seen.version == 2


def test_the_command_names_them_and_fails() -> None:
    placed = paid(prints=1)
    said = StringIO()
    call_command("audit", "invariants", stdout=said)
    assert "All held after every event." in said.getvalue()
    ships_what_was_never_ordered(placed)
    with pytest.raises(CommandError, match="did not hold"):
        call_command("audit", "invariants", stdout=said)
    assert MALLORY in said.getvalue()
    machine = StringIO()
    with pytest.raises(CommandError):
        call_command("audit", "invariants", "--json", stdout=machine)
    assert json.loads(machine.getvalue())[0]["invariant"] == "units"
