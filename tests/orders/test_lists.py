"""Finding orders: by number, by word, by view, page by page."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.checkout.commands import place_order
from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.commands import request_return
from modules.orders.contracts import OrderCounts, OrderFilter, OrderNotFound, RequestReturn
from modules.orders.selectors import order_by_number, order_counts, order_detail, orders
from modules.payments.commands import resolve_unknown
from tests.support.trade import (
    at_bank,
    begin,
    buy,
    cancel,
    checkout,
    fill_basket,
    paid,
    ship,
    some,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def found(**wanted: object) -> set[str]:
    return {each.number for each in orders(OrderFilter(**wanted)).orders}  # type: ignore[arg-type]


def test_an_order_is_found_by_its_number_however_it_is_typed() -> None:
    placed = buy(prints=1)
    for typed in (placed.number, placed.number.lower(), f" {placed.number.replace('-', ' ')} "):
        assert order_by_number(typed).id == placed.order_id
    for wrong in ("", "7K3M", "' OR 1=1 --", "\0"):
        with pytest.raises(OrderNotFound):
            order_by_number(wrong)


def test_an_unknown_order_and_a_payments_id_are_not_found() -> None:
    placed = buy(prints=1)
    for stranger in (new_id(), placed.payment_id):
        with pytest.raises(OrderNotFound):
            order_detail(stranger)


@pytest.mark.parametrize(
    "query", ["lea@example.org", "LEA@", "martin", "lea mar", "MOON-A3", "moon"]
)
def test_a_search_matches_mail_name_and_sku_by_their_beginnings(query: str) -> None:
    placed = buy(prints=1)
    assert found(query=query) == {placed.number}


@pytest.mark.parametrize("query", ["nobody", "card-1", "ea@example", "\0", "&|!():*", "' --"])
def test_a_search_for_something_else_finds_nothing_or_everything_harmlessly(query: str) -> None:
    placed = buy(prints=1)
    assert found(query=query) in (set(), {placed.number})


def test_a_search_by_number_finds_the_one() -> None:
    first, _ = buy(prints=1), buy(prints=1)
    assert found(query=first.number) == {first.number}


def declined() -> Placed:
    at_bank(step := begin(placed := buy(prints=1)), "decline")
    resolve_unknown(step.payment_id)
    return placed


def announced() -> Placed:
    ship(placed := paid(prints=1), prints=1)
    request_return(
        RequestReturn(
            order_id=placed.order_id, return_id=new_id(), lines=some(prints=1), reason="Small"
        )
    )
    return placed


def test_each_view_holds_what_it_says_and_is_counted() -> None:
    unpaid, ready, refused, coming_back = buy(prints=1), paid(prints=1), declined(), announced()
    cancel(buy(prints=1))
    assert found(view="to-ship") == found(view="to-capture") == {ready.number}
    assert found(view="returns") == {coming_back.number}
    assert found(view="problem") == {refused.number}
    assert unpaid.number in found(view="all") == found()
    assert order_counts() == OrderCounts(all=5, to_capture=1, to_ship=1, returns=1, problem=1)


def test_filters_narrow_and_never_widen() -> None:
    guest = buy(prints=1)
    customer_id = new_id()
    own = place_order(replace(checkout(fill_basket(prints=1)), customer_id=customer_id))
    assert found(customer_id=customer_id) == {own.number}
    assert found(customer_id=customer_id, query=guest.number) == set()
    assert found(customer_id=new_id()) == set()
    assert found(status="cancelled") == found(payment_status="captured") == set()
    assert found(payment_status="requested", fulfilment_status="unfulfilled") == {
        guest.number,
        own.number,
    }
    assert found(placed_from=now() + timedelta(seconds=1)) == set()
    assert found(placed_until=now() + timedelta(seconds=1)) == {guest.number, own.number}


@pytest.mark.parametrize("hours", [-23, 0, 23])
@pytest.mark.parametrize("moment", [datetime.min, datetime(2026, 1, 1), datetime.max])  # noqa: DTZ001, DTZ901
def test_moments_of_any_offset_are_understood(moment: datetime, hours: int) -> None:
    placed = buy(prints=1)
    wanted = moment.replace(tzinfo=timezone(timedelta(hours=hours)))
    later = found(placed_from=wanted)
    earlier = found(placed_until=wanted)
    assert later | earlier == {placed.number}
    assert not later & earlier


def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    numbers = [buy(prints=1).number for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while True:
        page = orders(OrderFilter(limit=2, cursor=cursor))
        seen += [each.number for each in page.orders]
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == numbers[::-1]


@pytest.mark.parametrize(
    "cursor", ["x", "%%%", "bnVsbA", "\0", "é", "WyIwMDAxLTAxLTAxVDAwOjAwOjAwIiwieCJd"]
)
def test_an_unreadable_cursor_begins_anew(cursor: str) -> None:
    placed = buy(prints=1)
    assert found(cursor=cursor) == {placed.number}


def test_a_list_takes_one_query_and_a_detail_two() -> None:
    placed = buy(prints=1)
    for ask, limit in ((lambda: orders(OrderFilter()), 1), (lambda: order_counts(), 1)):
        with CaptureQueriesContext(connection) as captured:
            ask()
        assert len(captured) == limit
    with CaptureQueriesContext(connection) as captured:
        order_detail(placed.order_id)
    assert len(captured) == 2
