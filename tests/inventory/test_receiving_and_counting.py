"""Units arrive, are counted and corrected; what is promised stays covered."""

import pytest

from modules.inventory.commands import (
    adjust_stock,
    receive_stocks,
    release,
    set_backorder_limit,
)
from modules.inventory.contracts import (
    AdjustStock,
    ReceiveStock,
    Release,
    SetBackorderLimit,
    StockChanged,
    StockHeld,
    StockNotFound,
    StockRefused,
)
from modules.inventory.selectors import movements, stock_levels
from modules.kernel.identity import new_id
from tests.inventory.goods import figures, hold, level, stock

pytestmark = pytest.mark.django_db


def test_arrived_units_are_on_hand_and_free() -> None:
    stock("A", 5)
    stock("A", 3)
    assert figures("A") == (8, 0, 8)


def test_a_new_sku_may_start_with_nothing(crossings: list[tuple[str, str]]) -> None:
    stock("A", 0)
    assert level("A").availability == "sold-out"
    assert crossings == [("A", "sold-out")]
    assert [(each.kind, each.quantity) for each in movements("A")] == [("opened", 0)]


def test_deliveries_of_one_sku_in_one_message_add_up() -> None:
    receive_stocks([ReceiveStock(sku="A", quantity=2), ReceiveStock(sku="A", quantity=3)])
    assert figures("A") == (5, 0, 5)
    assert len(movements("A")) == 2


@pytest.mark.parametrize("quantity", [-1, 2**40, 1.5, True])
def test_only_sensible_whole_quantities_arrive(quantity: int) -> None:
    with pytest.raises(StockRefused):
        receive_stocks(
            [ReceiveStock(sku="A", quantity=1), ReceiveStock(sku="B", quantity=quantity)]
        )
    assert stock_levels(["A", "B"]) == {}


def test_a_count_sets_what_is_on_hand_and_is_written_down_with_its_reason() -> None:
    stock("A", 5)
    adjust_stock(AdjustStock(sku="A", on_hand=3, reason="damage", note="water"))
    assert figures("A") == (3, 0, 3)
    newest = movements("A")[0]
    assert (newest.kind, newest.quantity, newest.reason) == ("adjusted", -2, "damage: water")


def test_a_count_that_finds_what_was_known_stays_quiet() -> None:
    stock("A", 5)
    adjust_stock(AdjustStock(sku="A", on_hand=5, reason="count"))
    assert len(movements("A")) == 1


def test_a_count_based_on_an_outdated_figure_is_refused() -> None:
    stock("A", 5)
    with pytest.raises(StockChanged):
        adjust_stock(AdjustStock(sku="A", on_hand=4, reason="count", expected_on_hand=6))
    assert figures("A") == (5, 0, 5)


def test_fewer_units_than_are_promised_cannot_be_counted_until_orders_are_cancelled() -> None:
    order = new_id()
    stock("A", 5)
    hold(order, A=4)
    with pytest.raises(StockHeld):
        adjust_stock(AdjustStock(sku="A", on_hand=2, reason="count"))
    release(Release(reference=order))
    adjust_stock(AdjustStock(sku="A", on_hand=2, reason="count"))
    assert figures("A") == (2, 0, 2)


def test_a_backorder_limit_cannot_fall_below_what_is_sold_already() -> None:
    stock("A", 0)
    set_backorder_limit(SetBackorderLimit(sku="A", limit=3))
    hold(new_id(), A=2)
    with pytest.raises(StockHeld):
        set_backorder_limit(SetBackorderLimit(sku="A", limit=1))
    set_backorder_limit(SetBackorderLimit(sku="A", limit=2))
    assert level("A").available == 0


def test_stock_nobody_received_cannot_be_counted() -> None:
    with pytest.raises(StockNotFound):
        adjust_stock(AdjustStock(sku="A", on_hand=2, reason="count"))
    with pytest.raises(StockNotFound):
        set_backorder_limit(SetBackorderLimit(sku="A", limit=2))


def test_crossing_from_one_availability_to_another_is_told_once(
    crossings: list[tuple[str, str]],
) -> None:
    stock("A", 10)
    stock("A", 10)
    adjust_stock(AdjustStock(sku="A", on_hand=5, reason="count"))
    adjust_stock(AdjustStock(sku="A", on_hand=4, reason="count"))
    adjust_stock(AdjustStock(sku="A", on_hand=0, reason="count"))
    set_backorder_limit(SetBackorderLimit(sku="A", limit=1))
    assert [availability for _, availability in crossings] == [
        "in-stock",
        "low",
        "sold-out",
        "backorder",
    ]
