"""Wrongs that were put right later are found where they happened, with who did it."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from events.repository import load
from events.store import log_head, read_stream
from modules.audit.invariants import INVARIANTS
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.orders.domain.order import Order
from modules.payments.domain.payment import Payment
from tests.audit.forging import (
    MALLORY,
    authorised,
    captured,
    forge,
    found,
    of_order,
    of_payment,
    shipped,
    trade,
    violations,
    worth,
)
from tests.audit.tampering import tamper
from tests.support.trade import (
    cancel,
    open_shop,
    paid,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shop() -> None:
    open_shop(units=100)


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
