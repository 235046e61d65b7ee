"""An invoice becomes orders that a basket can hold, and no unit is lost on the way."""

from datetime import datetime
from decimal import Decimal

from config.importing.reading import Line
from config.replaying.planning import consignments, order_id
from modules.carts.contracts import MAXIMUM_LINES, MAXIMUM_QUANTITY


def line(number: int, code: str, quantity: int, price: str = "2.55") -> Line:
    at = datetime.fromisoformat("2010-12-01 08:26:00")
    return Line(number, "536365", code, "", quantity, at, Decimal(price), "17850", "EIRE")


def test_an_ordinary_invoice_is_one_order_at_the_files_total() -> None:
    [order] = consignments("536365", [line(1, "85123A", 6), line(2, "71053", 6, "3.39")])
    assert order.total_minor == 6 * 255 + 6 * 339


def test_one_code_in_two_spellings_is_one_line() -> None:
    [order] = consignments("536365", [line(1, "85123A", 6), line(2, "85123a", 4)])
    assert [(each.sku, each.quantity) for each in order.lines.values()] == [("85123A", 10)]


def test_a_code_at_two_prices_is_two_orders() -> None:
    orders = consignments("536365", [line(1, "85123A", 6), line(2, "85123A", 4, "2.95")])
    assert [order.total_minor for order in orders] == [6 * 255, 4 * 295]


def test_more_units_than_a_basket_line_holds_are_several_orders() -> None:
    orders = consignments("536365", [line(1, "85123A", 2 * MAXIMUM_QUANTITY + 1)])
    assert [order.lines["85123A"].quantity for order in orders] == [
        MAXIMUM_QUANTITY,
        MAXIMUM_QUANTITY,
        1,
    ]


def test_more_codes_than_a_basket_holds_are_several_orders() -> None:
    lines = [line(n, f"{10_000 + n}", 1) for n in range(MAXIMUM_LINES + 5)]
    orders = consignments("536365", lines)
    assert [len(order.lines) for order in orders] == [MAXIMUM_LINES, 5]


def test_every_unit_of_every_line_is_in_exactly_one_order() -> None:
    lines = [line(n, f"{10_000 + n % 90}", 1 + n * 7, f"{1 + n % 3}.10") for n in range(250)]
    orders = consignments("536365", lines)
    placed = [
        source for order in orders for each in order.lines.values() for source in each.sources
    ]
    for each in lines:
        assert sum(units for source, units in placed if source is each) == each.quantity


def test_the_same_invoice_has_the_same_order_ids_every_time() -> None:
    first = consignments("536365", [line(1, "85123A", 6)])
    again = consignments("536365", [line(1, "85123A", 6)])
    assert first[0].order_id == again[0].order_id == order_id("536365", 0)
    assert order_id("536365", 1) != order_id("536366", 1)
