"""Shipped units come back: announced first, then received."""

from uuid import UUID

from modules.orders.contracts import OrderStepRefused, QuantityNotOpen
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from tests.orders.story import (
    ALL_SHIPPED,
    PRINT,
    RETURN,
    SECOND_RETURN,
    confirmed,
    lines,
)
from tests.support.given import past

ANNOUNCED = past(Order.ReturnRequested, return_id=RETURN, lines=lines(prints=1), reason="too small")
RECEIVED = past(
    Order.ReturnReceived,
    return_id=RETURN,
    lines=(ValuedLine(PRINT, 1, 3_334, 556),),
    restock=True,
    value_minor=3_334,
    tax_minor=556,
)


def test_shipped_units_can_be_returned() -> None:
    confirmed(ALL_SHIPPED).when(
        lambda order: order.request_return(RETURN, lines(prints=1), "too small")
    ).then(ANNOUNCED)


def test_the_same_return_again_stays_quiet() -> None:
    confirmed(ALL_SHIPPED, ANNOUNCED).when(
        lambda order: order.request_return(RETURN, lines(prints=1), "too small")
    ).then()
    confirmed(ALL_SHIPPED, ANNOUNCED, RECEIVED).when(
        lambda order: order.receive_return(RETURN, restock=True)
    ).then()


def test_a_return_id_with_other_contents_is_refused() -> None:
    confirmed(ALL_SHIPPED, ANNOUNCED).when(
        lambda order: order.request_return(RETURN, lines(prints=2), "too small")
    ).then_raises(OrderStepRefused)


def test_units_on_their_way_back_cannot_be_returned_again() -> None:
    confirmed(ALL_SHIPPED, ANNOUNCED).when(
        lambda order: order.request_return(SECOND_RETURN, lines(prints=3), "all")
    ).then_raises(QuantityNotOpen, "2 of MOON-A3")


def test_nothing_is_returned_that_was_not_shipped() -> None:
    confirmed().when(
        lambda order: order.request_return(RETURN, lines(prints=1), "never came")
    ).then_raises(QuantityNotOpen)


def test_a_received_return_is_worth_what_was_paid_for_its_units() -> None:
    confirmed(ALL_SHIPPED, ANNOUNCED).when(
        lambda order: order.receive_return(RETURN, restock=True)
    ).then(RECEIVED)


def test_all_units_returned_one_by_one_are_worth_the_line() -> None:
    order = confirmed(ALL_SHIPPED).aggregate
    for number in range(3):
        return_id = UUID(int=number)
        order.request_return(return_id, lines(prints=1), "too small")
        order.receive_return(return_id, restock=False)
    assert sum(each.value_minor for each in order.state.returns) == 10_000


def test_a_return_nobody_announced_cannot_be_received() -> None:
    confirmed(ALL_SHIPPED).when(
        lambda order: order.receive_return(RETURN, restock=True)
    ).then_raises(OrderStepRefused)
