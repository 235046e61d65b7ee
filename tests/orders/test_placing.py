"""An order begins with its whole quote, and waits for the money."""

import pytest

from modules.orders.contracts import OrderStepRefused, QuoteUnsound
from modules.orders.domain.order import Order
from modules.pricing.contracts import Quote
from tests.orders.story import (
    CART,
    CONFIRMED,
    CONTACT,
    PLACED,
    PRINT,
    confirmed,
    quote,
    quoted_line,
)
from tests.support.given import AN_ID, given, past


def place(the_quote: Quote) -> Order:
    return Order.place(
        AN_ID,
        number="7K3M-9QXA",
        cart_id=CART,
        customer_id=None,
        contact=CONTACT,
        quote=the_quote,
    )


def test_an_order_is_placed_with_its_whole_quote() -> None:
    given(Order).when(lambda _: place(quote())).then(PLACED)


@pytest.mark.parametrize(
    "unsound",
    [
        quote(total_minor=11_001),
        quote(lines=()),
        quote(quoted_line(PRINT, 1, 100, 17), quoted_line(PRINT, 1, 100, 17)),
    ],
    ids=["a cent too many", "nothing in it", "a SKU twice"],
)
def test_a_quote_that_does_not_add_up_is_refused(unsound: Quote) -> None:
    given(Order).when(lambda _: place(unsound)).then_raises(QuoteUnsound)


def test_an_order_is_confirmed_once() -> None:
    given(Order, PLACED).when(lambda order: order.confirm()).then(CONFIRMED)
    confirmed().when(lambda order: order.confirm()).then()


def test_a_cancelled_order_cannot_be_confirmed() -> None:
    cancelled = past(Order.Cancelled, lines=(), value_minor=0, tax_minor=0, reason="late")
    given(Order, PLACED, cancelled).when(lambda order: order.confirm()).then_raises(
        OrderStepRefused, "7K3M-9QXA"
    )


def test_a_placed_order_allows_cancelling_and_nothing_to_ship() -> None:
    assert given(Order, PLACED).aggregate.state.allowed == {"cancel", "cancel-lines"}
    assert confirmed().aggregate.state.allowed == {"ship", "cancel", "cancel-lines"}
