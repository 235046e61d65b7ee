"""Acceptance scenarios 74 and 77: giving back, and cancelling what has not left.

What is inside a parcel has left the house: its units come back by a return, which is the movement
that other shops write when units of a fulfilment are cancelled.
"""

import pytest
from django.core import mail

from events.relay import drain
from modules.checkout.contracts import Placed
from modules.inventory.selectors import movements
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import IssueDocuments
from modules.invoicing.selectors import documents_of
from modules.kernel.money import Money
from modules.orders.contracts import OrderStepRefused, QuantityNotOpen
from modules.payments.contracts import AmountRefused
from modules.pricing.commands import save_tax_rules, set_price
from modules.pricing.contracts import SetPrice
from modules.shipping.commands import save_zones
from modules.shipping.contracts import SaveRate, SaveZone
from tests.pricing.baskets import tax
from tests.support.trade import (
    PRICES,
    PRINT,
    bring_back,
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


def sent() -> Placed:
    """One unit at 10.00 plus 23 %, delivered free, paid and sent."""
    free = SaveRate(method_code="standard", charge=Money(0, "EUR"), days_min=2, days_max=4)
    save_zones((SaveZone(code="fr", name="France", countries=("FR",), rates=(free,)),))
    save_tax_rules([tax(230_000, version=2)])
    set_price(SetPrice(sku=PRINT, price=Money(1_230, "EUR")))
    placed = paid(prints=1)
    ship(placed, prints=1)
    line = order_of(placed).quote.lines[0]
    assert (line.net_minor, line.tax_minor, payment_of(placed).captured_minor) == (1000, 230, 1230)
    return placed


def credited(placed: Placed) -> list[tuple[int, int]]:
    issue_documents(IssueDocuments(order_id=placed.order_id))
    documents = documents_of(placed.order_id)
    return [(d.total_minor, d.tax_minor) for d in documents if d.kind == "credit-note"]


def test_scenario_74_a_unit_refunded_after_a_part_of_it_is_refunded_once() -> None:
    placed = sent()
    refund(placed, 500)
    with pytest.raises(AmountRefused):
        refund(placed, 1_000)
    bring_back(placed, prints=1)
    refund(placed, 730)
    assert payment_of(placed).refunded_minor == 1_230
    notes = credited(placed)
    assert [sum(column) for column in zip(*notes, strict=True)] == [1_230, 230]


@pytest.mark.parametrize("amount_minor", [0, -1])
def test_scenario_74_nothing_or_less_is_refused_and_nobody_is_written_to(amount_minor: int) -> None:
    placed = sent()
    drain()
    written = len(mail.outbox)
    with pytest.raises(AmountRefused):
        refund(placed, amount_minor)
    drain()
    assert (len(mail.outbox), payment_of(placed).refunded_minor) == (written, 0)
    assert credited(placed) == []


def test_scenario_77_an_order_of_which_a_part_was_sent_is_not_cancelled_as_a_whole() -> None:
    placed = paid(prints=3)
    ship(placed, prints=1)
    with pytest.raises(OrderStepRefused, match="Part of it was shipped"):
        cancel(placed)
    with pytest.raises(QuantityNotOpen):
        cancel_some(placed, prints=3)
    assert (stock().on_hand, stock().reserved) == (9, 2)


def test_scenario_77_the_unsent_quantity_alone_is_released() -> None:
    placed = paid(prints=3)
    ship(placed, prints=1)
    cancel_some(placed, prints=2)
    assert (stock().on_hand, stock().reserved, stock().free) == (9, 0, 9)
    last = movements(PRINT)[0]
    assert (last.kind, last.quantity) == ("released", -2)
    assert order_of(placed).due_minor == placed.total_minor - 2 * PRICES[PRINT]


def test_scenario_77_units_inside_a_parcel_come_back_with_a_movement_of_their_own() -> None:
    placed = paid(prints=3)
    ship(placed, prints=2)
    bring_back(placed, prints=1)
    last = movements(PRINT)[0]
    assert (last.kind, last.quantity) == ("returned", 1)
    assert (stock().on_hand, stock().reserved) == (9, 1)
