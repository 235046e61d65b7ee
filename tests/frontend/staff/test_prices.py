"""Staff find an article, see what it costs and ever cost, and set its price."""

from datetime import timedelta

import pytest
from django.test import Client

from modules.kernel import clock
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.pricing.commands import set_price
from modules.pricing.contracts import ListedPrice, PriceRecord, SetPrice
from modules.pricing.selectors import listed_prices, price_history
from tests.frontend.staff.people import Page, field, text
from tests.support.trade import CARD, PRINT

ADDRESS = f"/staff/products/{PRINT}/"


def listed(currency: str = "EUR") -> ListedPrice:
    return listed_prices([PRINT], currency)[PRINT]


def history() -> tuple[PriceRecord, ...]:
    return price_history(PRINT, "EUR")


def send(client: Client, **data: object) -> Page:
    sent = {"currency": "EUR", "seen": "1", "command_id": new_id(), **data}
    return client.post(f"{ADDRESS}price/", sent)


def test_the_list_shows_what_each_article_costs_in_each_currency(staff: Client) -> None:
    set_price(SetPrice(sku=PRINT, price=Money(3_000, "GBP")))
    words = text(staff.get("/staff/products/"))
    assert "2 articles" in words
    assert f"{PRINT} Moon {PRINT} yes €33.33 £30.00" in words
    assert f"{CARD} Moon {CARD} yes €5.00 none" in words


@pytest.mark.parametrize(("query", "count"), [("moon-a", 1), ("MOON", 2), ("sun", 0)])
def test_articles_are_found_by_sku_and_title(staff: Client, query: str, count: int) -> None:
    assert f"{count} article" in text(staff.get("/staff/products/", {"q": query}))


def test_a_price_is_set_and_the_one_before_stays_on_record(staff: Client) -> None:
    assert send(staff, price="29.90", compare_at="33.33").status_code == 303
    assert (listed().price, listed().compare_at) == (Money(2_990, "EUR"), Money(3_333, "EUR"))
    page = text(staff.get(ADDRESS))
    assert "€29.90 €33.33 Sascha" in page
    assert [each.price.minor for each in history()] == [2_990, 3_333]


def test_a_price_is_set_ahead(staff: Client) -> None:
    later = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    assert send(staff, price="40.00", valid_from=later).status_code == 303
    assert listed().price.minor == 3_333
    assert history()[0].price.minor == 4_000


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"price": "29,90"}, "'29,90' is not an amount; write it like 12.90"),
        ({"price": "1.999"}, "EUR has 2 decimals"),
        ({"price": ""}, "write it like 12.90"),
        ({"price": "-1"}, "cannot be negative"),
        ({"price": "40.00", "compare_at": "30.00"}, "cannot be lower than the price"),
        ({"price": "40.00", "valid_from": "soon"}, "“soon” is not a time"),
        ({"price": "40.00", "currency": "XXX"}, "This form is out of date"),
        ({"price": "40.00", "command_id": ""}, "This form is out of date"),
    ],
)
def test_a_price_that_cannot_be_is_refused_in_words(
    staff: Client, typed: dict[str, str], words: str
) -> None:
    response = send(staff, **typed)
    assert response.status_code == 409
    assert words in text(response)
    assert listed().price.minor == 3_333
    if "currency" not in typed:
        assert field(response, "price") == typed["price"]


def test_a_form_sent_twice_sets_one_price(staff: Client) -> None:
    command_id = new_id()
    answers = [send(staff, price="29.90", command_id=command_id).status_code for _ in range(2)]
    assert answers == [303, 303]
    assert len(history()) == 2


def test_two_people_at_once_do_not_overwrite_each_other(staff: Client) -> None:
    send(staff, price="29.90")
    response = send(staff, price="31.00")
    assert response.status_code == 409
    assert "Sascha set this price to €29.90 since you opened the page" in text(response)
    assert field(response, "price") == "31.00"
    assert listed().price.minor == 2_990
