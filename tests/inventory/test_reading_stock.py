"""What staff see of the stock, page by page."""

import pytest
from django.db import connection

from modules.inventory.contracts import StockFilter
from modules.inventory.selectors import conservation, stock_list
from modules.kernel.identity import new_id
from tests.inventory.goods import hold, stock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shelf() -> None:
    for sku, units in {"PRINT-A3": 20, "PRINT-A4": 5, "CARD-1": 0, "CARD-2": 1}.items():
        stock(sku, units)
    hold(new_id(), **{"CARD-2": 1})


@pytest.mark.parametrize(
    ("only", "skus"),
    [
        ("all", ["CARD-1", "CARD-2", "PRINT-A3", "PRINT-A4"]),
        ("low", ["PRINT-A4"]),
        ("out", ["CARD-1", "CARD-2"]),
    ],
)
def test_the_list_shows_all_low_or_sold_out(only: StockFilter, skus: list[str]) -> None:
    assert [level.sku for level in stock_list(only=only).levels] == skus


def test_the_list_finds_a_part_of_a_sku() -> None:
    assert [level.sku for level in stock_list("print").levels] == ["PRINT-A3", "PRINT-A4"]


def test_a_page_past_the_end_is_the_last_one() -> None:
    page = stock_list(page=99, page_size=3)
    assert (page.page, page.pages, page.total) == (2, 2, 4)
    assert [level.sku for level in page.levels] == ["PRINT-A4"]
    assert stock_list("nothing of that name").pages == 1


def test_figures_that_disagree_with_the_book_are_found() -> None:
    assert conservation() == ()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE inventory_stock SET on_hand = on_hand + 1, received = received + 1"
            " WHERE sku = 'PRINT-A3'"
        )
        cursor.execute("UPDATE inventory_stock SET reserved = 0 WHERE sku = 'CARD-2'")
    found = {(breach.sku, breach.rule) for breach in conservation()}
    assert found == {
        ("PRINT-A3", "on hand = sum of the book"),
        ("PRINT-A3", "received = sum of the book"),
        ("CARD-2", "reserved = sum of the book"),
        ("CARD-2", "reserved = sum of reservations"),
    }
