"""An amount off is shared over what it applies to, to the minor unit, and never beyond it."""

import pytest

from modules.pricing.contracts import QuoteRefused
from modules.pricing.selectors import quote
from tests.pricing.baskets import basket, delivery, line, off, tax

TAX = (tax(200_000),)


def test_an_order_discount_is_shared_by_largest_remainder_ties_to_the_first_line() -> None:
    lines = [line(200, sku=f"CARD-{n}") for n in range(3)]
    priced = quote(basket(*lines, rules=TAX, discounts=(off(400),)))
    assert [each.discount_minor for each in priced.lines] == [134, 133, 133]
    assert (priced.discount_minor, priced.total_minor) == (400, 200)


def test_a_discount_larger_than_the_goods_makes_them_free_and_leaves_delivery() -> None:
    priced = quote(
        basket(line(10_000), rules=TAX, delivery=delivery(490), discounts=(off(20_000),))
    )
    assert (priced.discount_minor, priced.lines[0].total_minor) == (10_000, 0)
    assert priced.total_minor == priced.delivery_minor == 490


def test_a_line_that_is_free_already_gets_no_share() -> None:
    priced = quote(basket(line(0), line(500), rules=TAX, discounts=(off(100),)))
    assert [each.discount_minor for each in priced.lines] == [0, 100]


def test_a_basket_worth_nothing_takes_no_discount_and_divides_by_nothing() -> None:
    for rounding in ("per-line", "per-total"):
        priced = quote(basket(line(0, 3), rules=TAX, discounts=(off(100),), rounding=rounding))
        assert (priced.discount_minor, priced.total_minor) == (0, 0)


def test_a_second_discount_applies_to_what_the_first_one_left() -> None:
    jackets = line(10_000, 7, sku="JACKET")
    discounts = (off(14_000, target="line", sku="JACKET"), off(5_000))
    priced = quote(basket(jackets, rules=TAX, discounts=discounts))
    assert (priced.discount_minor, priced.total_minor) == (19_000, 51_000)


def test_a_line_discount_leaves_the_other_lines_alone() -> None:
    lines = (line(1_000, sku="A"), line(1_000, sku="B"))
    priced = quote(basket(*lines, rules=TAX, discounts=(off(300, target="line", sku="B"),)))
    assert [each.discount_minor for each in priced.lines] == [0, 300]


def test_a_discount_for_a_line_that_is_gone_is_gone_too() -> None:
    priced = quote(basket(line(1_000), rules=TAX, discounts=(off(300, target="line", sku="B"),)))
    assert priced.discount_minor == 0


def test_free_delivery_takes_its_tax_along() -> None:
    priced = quote(
        basket(
            line(1_200), rules=TAX, delivery=delivery(600), discounts=(off(600, target="delivery"),)
        )
    )
    assert priced.delivery is not None
    assert (priced.delivery.total_minor, priced.delivery.tax_minor) == (0, 0)
    assert (priced.delivery_minor, priced.discount_minor, priced.total_minor) == (600, 600, 1_200)


def test_a_negative_discount_is_refused() -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(100), rules=TAX, discounts=(off(-1),)))


def test_no_units_of_a_line_are_an_offer_of_nothing() -> None:
    none = off(rate=50, target="line", units=(("PRINT-A3", 0),))
    priced = quote(basket(line(500, 2), rules=TAX, discounts=(none,)))
    assert (priced.discount_minor, priced.total_minor) == (0, 1_000)
