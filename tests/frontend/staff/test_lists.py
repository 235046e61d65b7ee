"""The list of orders, the page of the day, and stock; and what each costs in queries."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from tests.frontend.staff.people import text
from tests.support.trade import PRINT, buy, order_of, ship, stock

# Session, account and role are three of each.
LIST_QUERIES = 6
PAGE_QUERIES = 13


def test_orders_are_found_by_number_mail_name_and_sku(staff: Client, order: Placed) -> None:
    number = order_of(order).number
    for query in (number, "lea@example.org", "Martin", PRINT):
        assert number in text(staff.get("/staff/orders/", {"q": query}))
    assert "No orders here" in text(staff.get("/staff/orders/", {"q": "nobody"}))


def test_views_and_filters_are_in_the_address(staff: Client, order: Placed) -> None:
    number, unpaid = order_of(order).number, order_of(buy()).number
    to_ship = text(staff.get("/staff/orders/", {"view": "to-ship"}))
    assert number in to_ship
    assert unpaid not in to_ship
    asked = text(staff.get("/staff/orders/", {"payment": "requested", "from": "2020-01-01"}))
    assert unpaid in asked
    assert number not in asked
    unreadable = {"view": "x", "from": "never", "after": "?", "until": "2026-99-99"}
    assert number in text(staff.get("/staff/orders/", unreadable))


def test_an_order_leads_on_to_the_next_in_the_list_it_was_opened_from(staff: Client) -> None:
    oldest, other, newest = buy(prints=1), buy(cards=1), buy(prints=1)
    listed = staff.get("/staff/orders/", {"q": PRINT}).content.decode()
    address = f"/staff/orders/{newest.order_id}/?q={PRINT}"
    assert address in listed
    page = staff.get(address).content.decode()
    assert f'rel="next" href="/staff/orders/{oldest.order_id}/?q={PRINT}"' in page
    assert 'rel="prev"' not in page
    whole = staff.get(f"/staff/orders/{newest.order_id}/").content.decode()
    assert f'rel="next" href="/staff/orders/{other.order_id}/"' in whole


def test_the_day_begins_with_what_waits(staff: Client, order: Placed) -> None:
    words = text(staff.get("/staff/"))
    assert "1 To ship" in words
    assert order_of(order).number in words


def test_a_list_of_many_orders_costs_as_many_queries_as_one_of_few(
    staff: Client, order: Placed, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    staff.get("/staff/orders/")
    for _ in range(3):
        buy(cards=1)
    with django_assert_num_queries(LIST_QUERIES):
        staff.get("/staff/orders/")


def test_the_page_of_an_order_costs_a_fixed_number_of_queries(
    staff: Client, order: Placed, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ship(order, prints=1)
    with django_assert_num_queries(PAGE_QUERIES):
        staff.get(f"/staff/orders/{order.order_id}/")
    ship(order, prints=2, cards=1)
    with django_assert_num_queries(PAGE_QUERIES):
        staff.get(f"/staff/orders/{order.order_id}/")


def test_stock_is_counted_again_with_a_reason_and_taken_in(staff: Client) -> None:
    page = f"/staff/stock/{PRINT}/"
    counted = {"command_id": new_id(), "seen": "10", "on_hand": "8", "reason": "damage"}
    for _ in range(2):
        assert staff.post(f"{page}adjust/", counted).status_code == 303
    assert stock().on_hand == 8
    arrived = {"command_id": new_id(), "quantity": "5"}
    for _ in range(2):
        assert staff.post(f"{page}receive/", arrived).status_code == 303
    assert stock().on_hand == 13
    assert "damage" in text(staff.get(page))


@pytest.mark.parametrize(
    ("action", "data", "words"),
    [
        ("adjust", {"seen": "10", "on_hand": "many"}, "“many” is not a number of units"),
        ("adjust", {"seen": "9", "on_hand": "4"}, "10"),
        ("receive", {"quantity": "-1"}, "“-1” is not a number of units"),
        ("receive", {"quantity": "5", "command_id": ""}, "This form is out of date"),
    ],
)
def test_a_count_that_cannot_be_is_refused_in_words(
    staff: Client, action: str, data: dict[str, str], words: str
) -> None:
    response = staff.post(f"/staff/stock/{PRINT}/{action}/", {"command_id": new_id(), **data})
    assert response.status_code == 409
    assert words in text(response)
    assert stock().on_hand == 10
