"""Shoppers choose the currency they count in; prices are listed in each, never converted."""

from modules.kernel.money import Money
from modules.pricing.commands import set_price
from modules.pricing.contracts import SetPrice
from tests.frontend.storefront.shopping import Shopper, text
from tests.support.trade import PRINT


def choose(shopper: Shopper, currency: str) -> None:
    shopper.client.post("/currency/", {"currency": currency})


def test_a_basket_filled_after_choosing_is_counted_in_that_currency(shopper: Shopper) -> None:
    set_price(SetPrice(sku=PRINT, price=Money(4_200, "JPY")))
    choose(shopper, "JPY")
    shopper.add(quantity=2)
    page = text(shopper.client.get("/cart/"))
    assert "Subtotal JP¥8,400" in page or "Subtotal ¥8,400" in page
    assert "Prices in JPY" in page


def test_choosing_later_counts_the_basket_anew_without_telling_of_changed_prices(
    shopper: Shopper,
) -> None:
    set_price(SetPrice(sku=PRINT, price=Money(3_000, "GBP")))
    shopper.add()
    choose(shopper, "GBP")
    page = text(shopper.client.get("/cart/"))
    assert "Subtotal £30.00" in page
    assert "has changed" not in page


def test_a_piece_without_a_price_in_the_currency_says_so(shopper: Shopper) -> None:
    shopper.add()
    choose(shopper, "GBP")
    assert "no price in this currency" in text(shopper.client.get("/cart/"))


def test_a_currency_that_the_shop_does_not_have_changes_nothing(shopper: Shopper) -> None:
    choose(shopper, "XXX")
    assert "Prices in EUR" in text(shopper.client.get("/cart/"))
