"""The basket from outside: what it refuses, in which words, and to whom it belongs."""

import pytest
from django.test import Client

from frontend.storefront.shopper import COOKIE
from modules.carts.selectors import cart_by_token
from tests.frontend.storefront.shopping import HTMX, Shopper, text
from tests.support.trade import PRINT


def test_a_guest_needs_no_session(shopper: Shopper) -> None:
    shopper.add()
    assert set(shopper.client.cookies) == {COOKIE}
    assert shopper.client.cookies[COOKIE]["httponly"]


def test_more_than_there_is_can_be_noted_but_the_page_says_how_many_there_are(
    shopper: Shopper,
) -> None:
    answer = shopper.add(quantity=12, **HTMX)
    assert "Only 10 can be ordered at the moment." in text(answer)
    page = text(shopper.client.get("/cart/"))
    assert "Only 10" in page


def test_what_the_shop_never_sold_is_refused_in_words(shopper: Shopper) -> None:
    answer = shopper.add("NO-SUCH-SKU")
    assert answer.status_code == 409
    assert "This piece is no longer on sale." in text(answer)


@pytest.mark.parametrize("quantity", ["0", "-3", "1.5", "many", "", "9" * 40])
def test_a_quantity_that_is_none_is_refused_in_words(shopper: Shopper, quantity: str) -> None:
    answer = shopper.add(quantity=quantity)
    assert answer.status_code == 409
    assert "quantity" in text(answer).lower()


def test_a_removed_line_can_be_put_back(shopper: Shopper) -> None:
    shopper.add(quantity=2)
    answer = shopper.client.post("/cart/remove/", {"sku": PRINT}, headers=HTMX)
    assert "Removed from your basket." in text(answer)
    assert "Undo" in text(answer)
    assert 'name="quantity" value="2"' in answer.content.decode()


def test_a_basket_that_is_gone_reads_as_empty_and_says_why(shopper: Shopper) -> None:
    shopper.client.cookies[COOKIE] = "long-gone"
    page = text(shopper.client.get("/cart/"))
    assert "Your basket is empty" in page
    assert "nobody touched it for 60 days" in page
    assert shopper.client.post("/cart/change/", {"sku": PRINT, "quantity": 3}).status_code == 303


def test_a_basket_that_was_ordered_reads_as_empty_and_the_next_one_is_new(shopper: Shopper) -> None:
    shopper.add()
    old = shopper.client.cookies[COOKIE].value
    shopper.order()
    page = text(shopper.client.get("/cart/"))
    assert "Your basket is empty" in page
    assert "What was in it is ordered. See your order." in page
    shopper.add()
    new = shopper.client.cookies[COOKIE].value
    assert new != old
    assert cart_by_token(new).quantity == 1


def test_a_browser_without_the_cookie_sees_nobodys_basket(shopper: Shopper) -> None:
    shopper.add()
    assert "Your basket is empty" in text(Client().get("/cart/"))
