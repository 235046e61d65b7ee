"""The staff's list with more orders than anybody reads: counts that stop, plans that last."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frontend.staff.orders import counted
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.contracts import COUNTED_TO, OrderCounts, OrderFilter
from modules.orders.listing import VIEWS, filtered
from modules.orders.models import OrderMoney, OrderRow
from modules.orders.selectors import order_counts, orders

pytestmark = pytest.mark.django_db
DONE, FEW = 3 * COUNTED_TO, 7


def row(number: int, **different: Any) -> OrderRow:
    columns: dict[str, Any] = {
        "status": "completed",
        "fulfilment_status": "delivered",
        "open_units": 0,
        **different,
    }
    return OrderRow(
        id=new_id(),
        number=f"MANY-{number}",
        email="",
        name="",
        currency="EUR",
        total_minor=100,
        due_minor=100,
        quantity=1,
        placed_at=now() - timedelta(minutes=number),
        words=f"many{number}",
        state={},
        version=1,
        **columns,
    )


@pytest.fixture
def many() -> None:
    """Orders that are over, and a few of every kind that waits for somebody."""
    waiting = {"status": "confirmed", "fulfilment_status": "unfulfilled", "open_units": 2}
    rows = [row(number) for number in range(DONE)]
    rows += [row(DONE + n, **waiting) for n in range(FEW)]
    rows += [row(DONE + FEW + n, open_returns=1) for n in range(FEW)]
    OrderRow.objects.bulk_create(rows)
    OrderMoney.objects.bulk_create(
        OrderMoney(
            order_id=each.id,
            status="authorised" if each.open_units else "captured",
            captured_minor=0,
            refunded_minor=0,
            open_minor=100,
            troubled=each.open_returns > 0,
        )
        for each in rows
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_order, orders_money")


def plan(sql: str) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        (found,) = cursor.fetchone()
    top: dict[str, Any] = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return top


def read(node: dict[str, Any]) -> float:
    """Returns how many rows the plan's scans have read, those that a filter threw away too."""
    own = 0.0
    if "Relation Name" in node:
        dropped = node.get("Rows Removed by Filter", 0)
        own = (node["Actual Rows"] + dropped) * node["Actual Loops"]
    return own + sum(read(each) for each in node.get("Plans", ()))


@pytest.mark.usefixtures("many")
def test_a_view_is_counted_no_further_than_anybody_cares() -> None:
    found = order_counts()
    assert found == OrderCounts(
        all=COUNTED_TO, to_capture=FEW, to_ship=FEW, returns=FEW, problem=FEW
    )
    assert (counted(found, "all"), counted(found, "to-ship")) == ("1,000+", str(FEW))


def test_without_orders_every_view_holds_none() -> None:
    assert order_counts() == OrderCounts(all=0, to_capture=0, to_ship=0, returns=0, problem=0)


@pytest.mark.usefixtures("many")
def test_counting_the_views_reads_what_they_hold_and_not_all_orders() -> None:
    with CaptureQueriesContext(connection) as captured:
        order_counts()
    assert read(plan(captured.captured_queries[0]["sql"])) < COUNTED_TO + 20 * FEW


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("view", sorted(VIEWS.keys() - {"all"}))
def test_a_view_that_holds_few_is_listed_without_reading_the_others(view: str) -> None:
    rows = filtered(OrderFilter(view=view)).order_by("-placed_at", "-id")[:41]
    with CaptureQueriesContext(connection) as captured:
        assert len(rows) == FEW
    assert read(plan(captured.captured_queries[0]["sql"])) < 20 * FEW


@pytest.mark.usefixtures("many")
def test_a_word_that_few_orders_have_finds_them_newest_first() -> None:
    found = orders(OrderFilter(query="many17", limit=200)).orders
    # Words are found by their beginnings: 17, 170 to 179 and 1700 to 1799.
    wanted = [17, *range(170, 180), *range(1700, 1800)]
    assert [each.number for each in found] == [f"MANY-{number}" for number in wanted]
    with CaptureQueriesContext(connection) as captured:
        assert orders(OrderFilter(query="many17 nobody")).orders == ()
    # Where nothing has the words, the list itself is not asked.
    assert len(captured) == 1


@pytest.mark.usefixtures("many")
def test_a_word_that_most_orders_have_lists_the_newest() -> None:
    page = orders(OrderFilter(query="many", limit=5))
    assert [each.number for each in page.orders] == [f"MANY-{number}" for number in range(5)]
    following = orders(OrderFilter(query="many", limit=5, cursor=page.next_cursor))
    assert following.orders[0].number == "MANY-5"
