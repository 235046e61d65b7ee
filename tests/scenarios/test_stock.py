"""Acceptance scenarios 37 to 47: stock, as a shopper's orders meet it. Scenario 42, five orders at
once, is in tests/inventory/test_many_at_once.py; 44 is in tests/orders/test_process.py."""

from datetime import timedelta
from uuid import UUID

import pytest

from modules.carts.commands import add_line
from modules.carts.contracts import AddLine
from modules.checkout.commands import place_order
from modules.inventory.commands import (
    adjust_stock,
    receive_stock,
    release_expired,
    reserve,
    set_backorder_limit,
)
from modules.inventory.contracts import (
    AdjustStock,
    NotOnHand,
    OutOfStock,
    ReceiveStock,
    Reserve,
    SetBackorderLimit,
    StockHeld,
    StockLine,
)
from modules.inventory.selectors import movements, reservations
from modules.kernel import clock
from modules.orders.commands import expire_unpaid
from tests.support.trade import (
    PRICES,
    PRINT,
    buy,
    cancel,
    checkout,
    fill_basket,
    open_shop,
    order_of,
    paid,
    ship,
    stock,
)

pytestmark = pytest.mark.django_db


def figures() -> tuple[int, int, int]:
    level = stock()
    return level.on_hand, level.reserved, level.free


def held_for(order_id: UUID) -> int:
    return sum(each.quantity for each in reservations(PRINT) if each.reference == order_id)


def count(on_hand: int) -> None:
    adjust_stock(AdjustStock(sku=PRINT, on_hand=on_hand, reason="count"))


def test_scenario_37_units_that_went_meanwhile_refuse_the_order_and_name_the_piece() -> None:
    open_shop(units=5)
    reviewed = checkout(fill_basket(prints=5))
    buy(prints=2)
    with pytest.raises(OutOfStock, match="Moon: Only 3 can be ordered"):
        place_order(reviewed)
    assert figures() == (5, 2, 3)


def test_scenario_38_a_piece_added_twice_adds_up_and_cannot_exceed_stock() -> None:
    open_shop(units=5)
    cart = fill_basket(prints=3)
    reviewed = checkout(cart)
    add_line(AddLine(cart_id=cart.id, sku=PRINT, quantity=3, unit_price_minor=PRICES[PRINT]))
    with pytest.raises(OutOfStock):
        place_order(checkout(cart, order_id=reviewed.order_id))
    twice = (StockLine(sku=PRINT, quantity=3), StockLine(sku=PRINT, quantity=3))
    with pytest.raises(OutOfStock, match="6 wanted, 5 left"):
        reserve(Reserve(reference=reviewed.order_id, lines=twice, expires_at=None))
    assert figures() == (5, 0, 5)


def test_scenario_39_ones_own_reservation_does_not_block_and_another_s_does() -> None:
    open_shop(units=5)
    other = checkout(fill_basket(prints=1))
    assert order_of(paid(prints=5)).status == "confirmed"
    with pytest.raises(OutOfStock):
        place_order(other)
    assert figures() == (5, 5, 0)


def test_scenario_40_reserving_again_updates_and_does_not_double() -> None:
    open_shop(units=5)
    message = checkout(fill_basket(prints=2))
    for _ in range(2):
        place_order(message)
    assert held_for(message.order_id) == 2
    three = (StockLine(sku=PRINT, quantity=3),)
    reserve(Reserve(reference=message.order_id, lines=three, expires_at=None))
    assert (held_for(message.order_id), figures()) == (3, (5, 3, 2))


def test_scenario_40_a_reservation_ends_when_it_expires_and_when_its_order_is_sent() -> None:
    open_shop(units=5)
    expired, sent = buy(prints=2), paid(prints=2)
    assert release_expired(clock.now() + timedelta(days=30)) == (expired.order_id,)
    ship(sent, prints=2)
    assert (held_for(expired.order_id), held_for(sent.order_id)) == (0, 0)
    assert figures() == (3, 0, 3)


def test_scenario_45_an_order_whose_stock_is_released_already_releases_none() -> None:
    open_shop(units=5)
    placed = buy(prints=2)
    release_expired(clock.now() + timedelta(days=30))
    booked = len(movements(PRINT))
    expire_unpaid(placed.order_id)
    assert order_of(placed).status == "cancelled"
    assert (len(movements(PRINT)), figures()) == (booked, (5, 0, 5))


def test_scenario_46_backorders_are_taken_to_the_limit_and_wait_for_their_units() -> None:
    open_shop(units=0)
    set_backorder_limit(SetBackorderLimit(sku=PRINT, limit=2))
    placed = paid(prints=2)
    with pytest.raises(OutOfStock):
        buy(prints=1)
    with pytest.raises(NotOnHand):
        ship(placed, prints=1)
    receive_stock(ReceiveStock(sku=PRINT, quantity=2))
    ship(placed, prints=2)
    assert figures() == (0, 0, 0)


def test_scenario_47_fewer_than_are_on_hold_are_not_counted_until_the_order_is_cancelled() -> None:
    open_shop(units=5)
    placed = paid(prints=4)
    with pytest.raises(StockHeld):
        count(2)
    assert figures() == (5, 4, 1)
    cancel(placed)
    count(2)
    assert figures() == (2, 0, 2)
