"""Units leave the house and come back; every unit is somewhere."""

import pytest

from modules.inventory.commands import restock, set_backorder_limit, ship
from modules.inventory.contracts import (
    NothingReserved,
    NotOnHand,
    Restock,
    SetBackorderLimit,
    Ship,
    StockNotFound,
)
from modules.inventory.selectors import conservation, movements, reservations
from modules.kernel.identity import new_id
from tests.inventory.goods import figures, hold, lines, stock

pytestmark = pytest.mark.django_db


def test_shipping_takes_reserved_units_out_of_the_house() -> None:
    order = new_id()
    stock("A", 5)
    hold(order, A=3)
    ship(Ship(reference=order, lines=lines(A=2)))
    assert figures("A") == (3, 1, 2)
    ship(Ship(reference=order, lines=lines(A=1)))
    assert (figures("A"), reservations("A")) == ((2, 0, 2), ())


def test_units_that_are_not_reserved_cannot_be_shipped() -> None:
    order = new_id()
    stock("A", 5)
    hold(order, A=1)
    for units in (lines(A=2), lines(B=1)):
        with pytest.raises(NothingReserved):
            ship(Ship(reference=order, lines=units))
    assert figures("A") == (5, 1, 4)


def test_backordered_units_wait_until_they_are_on_hand() -> None:
    order = new_id()
    stock("A", 1)
    set_backorder_limit(SetBackorderLimit(sku="A", limit=5))
    hold(order, A=3)
    with pytest.raises(NotOnHand):
        ship(Ship(reference=order, lines=lines(A=2)))
    stock("A", 2)
    ship(Ship(reference=order, lines=lines(A=3)))
    assert figures("A") == (0, 0, 0)


def test_returned_units_are_on_hand_and_free_again() -> None:
    order = new_id()
    stock("A", 2)
    hold(order, A=2)
    ship(Ship(reference=order, lines=lines(A=2)))
    restock(Restock(reference=order, lines=lines(A=1)))
    assert figures("A") == (1, 0, 1)
    assert [each.kind for each in movements("A")] == ["returned", "shipped", "reserved", "received"]
    assert conservation() == ()


def test_units_of_an_unknown_sku_are_not_taken_back() -> None:
    with pytest.raises(StockNotFound):
        restock(Restock(reference=new_id(), lines=lines(A=1)))


def test_the_stock_book_names_who_moved_what_and_for_which_order() -> None:
    order = new_id()
    stock("A", 2)
    hold(order, A=2)
    newest = movements("A", 1)[0]
    assert (newest.reference, newest.actor, newest.quantity) == (str(order), "system", 2)
