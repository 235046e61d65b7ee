"""What cannot be priced is refused before anything is computed."""

import pytest

from modules.pricing.contracts import QuoteRefused
from modules.pricing.domain.quoting import MAXIMUM_MINOR, MAXIMUM_QUANTITY
from modules.pricing.selectors import quote
from tests.pricing.baskets import basket, delivery, line, tax

TAX = (tax(200_000),)


@pytest.mark.parametrize("quantity", [0, -1, 1.5, 10**9, float("nan"), True, "2"])
def test_only_a_sensible_whole_quantity_has_a_price(quantity: int) -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(100, quantity), rules=TAX))


@pytest.mark.parametrize("minor", [-1, 10**14])
def test_a_price_below_zero_or_beyond_all_measure_is_refused(minor: int) -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(minor), rules=TAX))


def test_a_price_in_another_currency_is_refused() -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(100, currency="USD"), rules=TAX))
    with pytest.raises(QuoteRefused):
        quote(basket(line(100), rules=TAX, delivery=delivery(100, currency="USD")))


def test_prices_with_and_without_tax_do_not_share_a_basket() -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(100), line(100, included=False), rules=TAX))


def test_two_rules_for_one_class_are_refused() -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(100), rules=(tax(200_000), tax(100_000, version=2))))


def test_an_empty_basket_costs_nothing() -> None:
    assert quote(basket(rules=TAX)).total_minor == 0


def test_rules_of_another_country_than_the_delivery_s_are_refused_by_name() -> None:
    rules = (tax(200_000), tax(190_000, country="DE", tax_class="books"))
    with pytest.raises(QuoteRefused, match=r"^tax rules of DE given for a delivery to FR$"):
        quote(basket(line(100), rules=rules))


def test_a_quantity_beyond_its_limit_is_refused_with_the_limit_and_the_line() -> None:
    assert quote(basket(line(1, MAXIMUM_QUANTITY), rules=TAX)).total_minor == MAXIMUM_QUANTITY
    with pytest.raises(QuoteRefused) as refused:
        quote(basket(line(1, MAXIMUM_QUANTITY + 1), rules=TAX))
    assert str(refused.value) == f"PRINT-A3: order between 1 and {MAXIMUM_QUANTITY} units"
    assert refused.value.fields == {"sku": "PRINT-A3"}


def test_a_price_at_its_limit_is_taken_and_one_beyond_is_refused() -> None:
    assert quote(basket(line(MAXIMUM_MINOR), rules=TAX)).total_minor == MAXIMUM_MINOR
    said = f"^PRINT-A3: a price lies between 0 and {MAXIMUM_MINOR} minor units$"
    with pytest.raises(QuoteRefused, match=said):
        quote(basket(line(MAXIMUM_MINOR + 1), rules=TAX))


def test_a_mixture_of_prices_with_and_without_tax_is_called_that() -> None:
    said = "^Prices with tax and prices without cannot share a basket$"
    with pytest.raises(QuoteRefused, match=said):
        quote(basket(line(100), rules=TAX, delivery=delivery(490, included=False)))
