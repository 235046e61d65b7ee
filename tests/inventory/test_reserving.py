"""Promising units to an order: all or none, never twice, never more than there are."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.inventory.commands import (
    confirm_reservation,
    release,
    release_expired,
    reserve,
    set_backorder_limit,
)
from modules.inventory.contracts import (
    NothingReserved,
    OutOfStock,
    Release,
    Reserve,
    SetBackorderLimit,
    StockLine,
    StockNotFound,
    StockRefused,
)
from modules.inventory.selectors import conservation, movements, reservations
from modules.kernel import clock
from modules.kernel.identity import new_id
from tests.inventory.goods import figures, hold, level, lines, stock

pytestmark = pytest.mark.django_db


def test_reserved_units_are_no_longer_free() -> None:
    stock("A", 5)
    hold(new_id(), A=2)
    assert figures("A") == (5, 2, 3)


def test_an_order_for_units_that_somebody_else_took_is_refused_by_name() -> None:
    stock("A", 5)
    stock("B", 5)
    hold(new_id(), A=2)
    with pytest.raises(OutOfStock, match="A: 5 wanted, 3 left") as refusal:
        hold(new_id(), B=1, A=5)
    assert refusal.value.fields["sku"] == "A"
    assert refusal.value.fields["shortages"] == [{"sku": "A", "requested": 5, "available": 3}]
    assert figures("B") == (5, 0, 5)


def test_the_same_sku_on_two_lines_adds_up() -> None:
    stock("A", 3)
    twice = (StockLine(sku="A", quantity=2), StockLine(sku="A", quantity=2))
    with pytest.raises(OutOfStock):
        reserve(Reserve(reference=new_id(), lines=twice, expires_at=None))
    reserve(Reserve(reference=new_id(), lines=twice[:1], expires_at=None))
    assert figures("A") == (3, 2, 1)


def test_ones_own_reservation_does_not_stand_in_the_way() -> None:
    order = new_id()
    stock("A", 5)
    hold(order, A=5)
    hold(order, A=5)
    assert figures("A") == (5, 5, 0)
    with pytest.raises(OutOfStock):
        hold(new_id(), A=1)


def test_reserving_again_replaces_what_was_held() -> None:
    order = new_id()
    stock("A", 5)
    stock("B", 5)
    hold(order, A=2, B=1)
    hold(order, A=1)
    assert (figures("A"), figures("B")) == ((5, 1, 4), (5, 0, 5))
    assert [(each.reference, each.quantity) for each in reservations("A")] == [(order, 1)]
    assert reservations("B") == ()
    assert [(each.kind, each.quantity) for each in movements("B")][:1] == [("released", -1)]


def test_a_negative_threshold_accepts_backorders_down_to_its_limit() -> None:
    stock("A", 0)
    set_backorder_limit(SetBackorderLimit(sku="A", limit=2))
    assert level("A").availability == "backorder"
    hold(new_id(), A=2)
    assert figures("A") == (0, 2, -2)
    with pytest.raises(OutOfStock):
        hold(new_id(), A=1)


def test_a_sku_without_stock_record_is_not_found_rather_than_sold_out() -> None:
    with pytest.raises(StockNotFound):
        hold(new_id(), A=1)


@pytest.mark.parametrize("quantity", [0, -1, 2**40, 1.0])
def test_only_sensible_whole_quantities_are_reserved(quantity: int) -> None:
    stock("A", 5)
    with pytest.raises(StockRefused):
        hold(new_id(), A=quantity)


def test_released_units_are_free_again_partly_or_all() -> None:
    order = new_id()
    stock("A", 5)
    hold(order, A=3)
    release(Release(reference=order, lines=lines(A=1)))
    assert figures("A") == (5, 2, 3)
    release(Release(reference=order))
    assert figures("A") == (5, 0, 5)


def test_an_order_that_never_held_stock_releases_none_when_cancelled() -> None:
    stock("A", 5)
    release(Release(reference=new_id()))
    assert (figures("A"), len(movements("A"))) == ((5, 0, 5), 1)


def test_more_units_than_are_held_cannot_be_released() -> None:
    order = new_id()
    stock("A", 5)
    hold(order, A=1)
    with pytest.raises(NothingReserved):
        release(Release(reference=order, lines=lines(A=2)))
    assert figures("A") == (5, 1, 4)


def test_an_expired_reservation_is_released_and_a_confirmed_one_kept() -> None:
    stock("A", 5)
    late, confirmed, endless = new_id(), new_id(), new_id()
    now = clock.now()
    for order in (late, confirmed):
        reserve(Reserve(reference=order, lines=lines(A=1), expires_at=now))
    hold(endless, A=1)
    assert confirm_reservation(confirmed)
    assert release_expired(now - timedelta(seconds=1)) == ()
    assert release_expired(now) == (late,)
    assert release_expired(now) == ()
    assert figures("A") == (5, 2, 3)
    assert not confirm_reservation(late)


def test_many_expired_orders_are_released_together() -> None:
    stock("A", 20)
    stock("B", 20)
    now = clock.now()
    orders = [new_id() for _ in range(5)]
    for order in orders:
        reserve(Reserve(reference=order, lines=lines(A=2, B=1), expires_at=now))
    assert release_expired(now) == tuple(sorted(orders))
    assert (figures("A"), figures("B")) == ((20, 0, 20), (20, 0, 20))
    assert conservation() == ()


def test_reserving_a_basket_of_any_size_takes_two_statements() -> None:
    skus = {f"SKU{n}": 1 for n in range(20)}
    for sku in skus:
        stock(sku, 5)
    with CaptureQueriesContext(connection) as queries:
        hold(new_id(), **skus)
    touching = [query for query in queries if "inventory_" in query["sql"]]
    assert len(touching) == 2
