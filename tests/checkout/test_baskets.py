"""What a basket shows: today's prices and stock, what is wrong, and what is still missing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from modules.carts.commands import set_delivery
from modules.carts.contracts import SetDelivery
from modules.catalog.commands import withdraw_product
from modules.catalog.contracts import BrowseRequest
from modules.catalog.selectors import browse
from modules.checkout.selectors import basket, empty_basket, review
from modules.inventory.commands import adjust_stock
from modules.inventory.contracts import AdjustStock
from modules.kernel.money import Money
from modules.pricing.commands import set_price
from modules.pricing.contracts import SetPrice
from tests.support.trade import ADDRESS, DELIVERY, PRICES, PRINT, buy, fill_basket

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


def count(units: int) -> None:
    adjust_stock(AdjustStock(sku=PRINT, on_hand=units, reason="count"))


def test_a_basket_is_priced_with_its_delivery() -> None:
    shown = basket(fill_basket(prints=2, cards=1).id)
    assert shown.quote is not None
    assert shown.goods == Money(2 * PRICES[PRINT] + 500, "EUR")
    assert shown.quote.total_minor == shown.goods.minor + DELIVERY
    assert (shown.quantity, shown.orderable, shown.notes) == (3, True, ())


def test_a_price_that_moved_is_said_and_used() -> None:
    cart = fill_basket(prints=1)
    set_price(SetPrice(sku=PRINT, price=Money(4_000, "EUR")))
    shown = basket(cart.id)
    assert shown.notes == ("The price of Moon has changed from €33.33 to €40.00.",)
    assert shown.goods.minor == 4_000


@pytest.mark.parametrize(("left", "words"), [(1, "Only 1 can be ordered"), (0, "sold out")])
def test_a_line_that_cannot_be_had_says_what_to_do(left: int, words: str) -> None:
    cart = fill_basket(prints=2, cards=1)
    count(left)
    shown = basket(cart.id)
    problems = {line.sku: line.problem for line in shown.lines}
    assert words in problems[PRINT]
    assert not shown.orderable


def test_a_withdrawn_piece_cannot_be_ordered() -> None:
    cart = fill_basket(prints=1)
    withdraw_product("moon")
    (line,) = basket(cart.id).lines
    assert "no longer on sale" in line.problem


def test_checkout_says_what_is_missing_until_nothing_is() -> None:
    cart = fill_basket(prints=1)
    assert set(review(cart.id).missing) == {"email", "delivery_address", "method_code"}
    set_delivery(
        SetDelivery(
            cart_id=cart.id,
            email="lea@example.org",
            delivery_address=ADDRESS,
            method_code="standard",
        )
    )
    shown = review(cart.id)
    assert shown.missing == {}
    assert [option.method_code for option in shown.delivery_options] == ["standard"]
    assert [method.code for method in shown.payment_methods] == ["testbank", "invoice"]


def test_a_basket_and_its_review_take_a_bounded_number_of_queries() -> None:
    cart = fill_basket()
    for ask in (basket, review):
        with CaptureQueriesContext(connection) as captured:
            ask(cart.id)
        assert len(captured) <= 12


def test_nobodys_basket_takes_none() -> None:
    with CaptureQueriesContext(connection) as captured:
        assert empty_basket("EUR").lines == ()
    assert len(captured) == 0


def test_the_catalogue_lists_what_prices_and_stock_say() -> None:
    set_price(SetPrice(sku=PRINT, price=Money(1, "EUR")))
    (card,) = browse(BrowseRequest(currency="EUR")).products
    assert card.price == Money(1, "EUR")
    buy(prints=9)
    count(9)
    adjust_stock(AdjustStock(sku="CARD-1", on_hand=0, reason="loss"))
    (card,) = browse(BrowseRequest(currency="EUR")).products
    assert card.availability == "sold-out"
