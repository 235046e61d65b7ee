"""Units are taken off before they are shipped; survivors keep their price to the minor unit."""

from typing import Any

import pytest

from modules.orders.contracts import OrderStepRefused, QuantityNotOpen
from modules.orders.domain.order import Order
from modules.orders.domain.state import ValuedLine
from tests.orders.story import (
    ALL_SHIPPED,
    CARD,
    CONFIRMED,
    PLACED,
    PRINT,
    cancelled_lines,
    confirmed,
    delivered,
    lines,
    shipped,
)
from tests.support.given import given, past

LAST_PRINT = ValuedLine(PRINT, 1, 3_333, 555)
WHOLE = (ValuedLine(PRINT, 3, 10_000, 1_667), ValuedLine(CARD, 1, 500, 83))


def whole_order_cancelled(reason: str) -> past[Order.Cancelled]:
    return past(
        Order.Cancelled,
        lines=WHOLE,
        value_minor=11_000,
        tax_minor=1_833,
        reason=reason,
    )


def test_cancelled_units_come_from_the_end_and_take_their_share() -> None:
    confirmed().when(lambda order: order.cancel_lines(lines(prints=1), "sold out")).then(
        cancelled_lines(LAST_PRINT)
    )


def test_survivors_keep_theirs_to_the_minor_unit() -> None:
    story = confirmed(cancelled_lines(LAST_PRINT), cancelled_lines(LAST_PRINT))
    line = story.aggregate.state.line(PRINT)
    assert line is not None
    assert line.value(line.shipping(1)) == 3_334
    assert story.aggregate.state.due_minor == 11_000 - 2 * 3_333


@pytest.mark.parametrize("reach", [[PLACED], [PLACED, CONFIRMED]])
def test_cancelling_the_order_takes_off_everything_with_delivery(reach: list[past[Any]]) -> None:
    story = given(Order, *reach).when(lambda order: order.cancel("changed my mind"))
    story.then(whole_order_cancelled("changed my mind"))
    assert story.aggregate.state.due_minor == 0
    assert story.aggregate.state.status == "cancelled"


def test_cancelling_the_last_lines_of_an_unshipped_order_cancels_it() -> None:
    confirmed().when(lambda order: order.cancel_lines(lines(prints=3, cards=1), "sold out")).then(
        whole_order_cancelled("sold out")
    )


def test_the_rest_of_a_partly_cancelled_order_is_cancelled_to_zero() -> None:
    story = confirmed(cancelled_lines(LAST_PRINT)).when(lambda order: order.cancel("all of it"))
    assert story.aggregate.state.due_minor == 0
    assert story.aggregate.state.cancelled_minor == 11_000


def test_scenario_77_a_partly_shipped_order_cannot_be_cancelled_as_a_whole() -> None:
    part = shipped(ValuedLine(PRINT, 1, 3_334, 556))
    confirmed(part).when(lambda order: order.cancel("too late")).then_raises(
        OrderStepRefused, "Part of it was shipped"
    )
    confirmed(part).when(lambda order: order.cancel_lines(lines(prints=3), "too many")).then_raises(
        QuantityNotOpen, "2 of MOON-A3"
    )
    confirmed(part).when(lambda order: order.cancel_lines(lines(prints=2, cards=1), "rest")).then(
        cancelled_lines(ValuedLine(PRINT, 2, 6_666, 1_111), WHOLE[1], reason="rest")
    )


@pytest.mark.parametrize("history", [[ALL_SHIPPED], [ALL_SHIPPED, delivered()]])
def test_a_shipped_order_cannot_be_cancelled(history: list[past[Any]]) -> None:
    confirmed(*history).when(lambda order: order.cancel("too late")).then_raises(OrderStepRefused)
    confirmed(*history).when(lambda order: order.cancel_lines(lines(cards=1), "x")).then_raises(
        QuantityNotOpen
    )


def test_cancelling_twice_stays_quiet() -> None:
    confirmed(whole_order_cancelled("a")).when(lambda order: order.cancel("b")).then()


def test_a_completed_order_cannot_be_cancelled() -> None:
    confirmed(ALL_SHIPPED, delivered(), past(Order.Completed)).when(
        lambda order: order.cancel_lines(lines(cards=1), "x")
    ).then_raises(OrderStepRefused)


def test_nothing_is_cancelled_by_choosing_nothing() -> None:
    confirmed().when(lambda order: order.cancel_lines((), "x")).then_raises(QuantityNotOpen)
