"""Stock as it was at any moment, on either clock: the book answers for every change."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from events.errors import MomentAhead, NothingRecordedYet
from events.moments import AsOf
from modules.inventory.commands import (
    adjust_stock,
    receive_stock,
    release,
    set_backorder_limit,
    ship,
)
from modules.inventory.contracts import (
    AdjustStock,
    ReceiveStock,
    Release,
    SetBackorderLimit,
    Ship,
    StockLevel,
    StockNotFound,
)
from modules.inventory.models import Movement, Stock
from modules.inventory.selectors import (
    holders,
    movements,
    stock_level,
    stock_levels,
    stock_list,
)
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from tests.inventory.goods import hold, lines, stock

pytestmark = pytest.mark.django_db


def known(moment: datetime, sku: str = "A") -> StockLevel:
    return stock_level(sku, AsOf(known_at=moment))


def test_every_kind_of_change_is_answered_for() -> None:
    order, told = new_id(), []
    steps: tuple[Callable[[], object], ...] = (
        lambda: stock("A", 10),
        lambda: hold(order, A=4),
        lambda: set_backorder_limit(SetBackorderLimit(sku="A", limit=3)),
        lambda: ship(Ship(reference=order, lines=lines(A=1))),
        lambda: release(Release(reference=order, lines=lines(A=2))),
        lambda: adjust_stock(AdjustStock(sku="A", on_hand=5, reason="loss")),
        lambda: set_backorder_limit(SetBackorderLimit(sku="A", limit=1)),
    )
    for step in steps:
        step()
        told.append((now(), stock_level("A")))
    assert [known(moment) for moment, _ in told] == [level for _, level in told]
    assert len({level for _, level in told}) == len(told)


def test_before_its_first_line_a_sku_had_no_stock() -> None:
    before = now()
    stock("A", 0)
    assert known(now()).on_hand == 0
    with pytest.raises(NothingRecordedYet, match="Ask for that moment or a later one"):
        known(before)
    with pytest.raises(StockNotFound):
        known(now(), "B")
    assert stock_levels(["A", "B"], AsOf(known_at=before)) == {}
    assert stock_list(as_of=AsOf(known_at=before)).levels == ()


def test_a_delivery_booked_late_is_absent_as_known_and_present_as_effective() -> None:
    stock("A", 5)
    arrived = now()
    noticed = now()
    receive_stock(ReceiveStock(sku="A", quantity=7, effective_at=arrived))
    assert known(noticed).on_hand == 5
    assert stock_level("A", AsOf(effective_at=noticed)).on_hand == 12
    assert stock_level("A", AsOf(known_at=noticed, effective_at=noticed)).on_hand == 5
    # The units were effective at `arrived`; a moment earlier only the first delivery was.
    earlier = AsOf(effective_at=arrived - timedelta(microseconds=1))
    assert stock_level("A", earlier).on_hand == 5


def test_a_loss_that_is_noticed_late_tells_when_it_happened() -> None:
    stock("A", 5)
    lost = now()
    adjust_stock(AdjustStock(sku="A", on_hand=3, reason="loss", effective_at=lost))
    newest = movements("A")[0]
    assert (newest.effective_at, newest.recorded_at > lost) == (lost, True)
    assert [each.quantity for each in movements("A", as_of=AsOf(effective_at=lost))] == [-2, 5]
    assert [each.quantity for each in movements("A", as_of=AsOf(known_at=lost))] == [5]


def test_nothing_is_said_to_have_happened_in_the_future() -> None:
    stock("A", 5)
    ahead = now() + timedelta(hours=1)
    with pytest.raises(MomentAhead):
        receive_stock(ReceiveStock(sku="A", quantity=1, effective_at=ahead))
    with pytest.raises(MomentAhead):
        adjust_stock(AdjustStock(sku="A", on_hand=1, reason="loss", effective_at=ahead))
    assert stock_level("A").on_hand == 5


def test_the_list_of_the_past_filters_by_what_was_free_then() -> None:
    for sku in ("PRINT-1", "PRINT-2", "CARD-1"):
        stock(sku, 3)
    then = AsOf(known_at=now())
    stock("PRINT-1", 100)
    low = stock_list("print", only="low", as_of=then, page_size=1, page=2)
    assert ([each.sku for each in low.levels], low.total, low.pages) == (["PRINT-2"], 2, 2)
    assert stock_list(only="out", as_of=then).levels == ()


def test_who_held_units_then_is_told() -> None:
    first, second = new_id(), new_id()
    stock("A", 9)
    hold(first, A=2)
    hold(second, A=3)
    then = AsOf(known_at=now())
    release(Release(reference=first))
    assert [(each.reference, each.quantity) for each in holders("A", then)] == [
        (str(first), 2),
        (str(second), 3),
    ]
    assert [each.quantity for each in holders("A", AsOf())] == [3]


def test_stock_of_before_the_book_was_complete_is_carried_over_into_it() -> None:
    stock("A", 5)
    Stock.objects.filter(sku="A").update(backorder_limit=2)
    Stock.objects.create(sku="B", on_hand=0)
    import_module("modules.inventory.migrations.0002_two_clocks").carry_over(apps, None)
    for sku in ("A", "B"):
        assert known(now(), sku) == stock_level(sku)
    assert Movement.objects.filter(reason="carried over").count() == 2
