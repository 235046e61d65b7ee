"""Tax is rounded half up, once per line; a shop may choose once per rate instead."""

import pytest

from modules.pricing.selectors import quote
from tests.pricing.baskets import basket, delivery, line, off, tax


def test_tax_on_top_is_rounded_once_per_line_not_per_unit() -> None:
    priced = quote(basket(line(1010, 10, included=False), rules=(tax(230_000),)))
    assert (priced.tax_minor, priced.total_minor) == (2323, 12423)


@pytest.mark.parametrize(("price", "tax_minor"), [(4595, 460), (4594, 459)])
def test_half_a_minor_unit_of_tax_is_rounded_up(price: int, tax_minor: int) -> None:
    assert quote(basket(line(price, included=False), rules=(tax(100_000),))).tax_minor == tax_minor


@pytest.mark.parametrize(("price", "total", "tax_minor"), [(5695, 4695, 427), (5690, 4690, 426)])
def test_tax_inside_a_price_is_taken_from_what_is_left_after_a_discount(
    price: int, total: int, tax_minor: int
) -> None:
    priced = quote(basket(line(price), rules=(tax(100_000),), discounts=(off(1000),)))
    assert (priced.total_minor, priced.tax_minor) == (total, tax_minor)
    assert priced.lines[0].net_minor == total - tax_minor


def test_a_line_is_taxed_whole_although_one_unit_would_show_another_price() -> None:
    rules = (tax(200_000),)
    assert quote(basket(line(31, 1, included=False), rules=rules)).total_minor == 37
    ten = quote(basket(line(31, 10, included=False), rules=rules)).lines[0]
    assert (ten.net_minor, ten.total_minor) == (310, 372)


def test_delivery_is_taxed_like_a_line() -> None:
    priced = quote(basket(line(1200), rules=(tax(200_000),), delivery=delivery(600)))
    assert priced.delivery is not None
    assert (priced.delivery.net_minor, priced.delivery.tax_minor) == (500, 100)
    assert (priced.tax_minor, priced.total_minor) == (300, 1800)


def test_per_total_rounds_each_rate_once_and_shares_the_tax_over_the_lines() -> None:
    lines = [line(110, sku=f"CARD-{n}", included=False) for n in range(3)]
    per_line = quote(basket(*lines, rules=(tax(50_000),)))
    per_total = quote(basket(*lines, rules=(tax(50_000),), rounding="per-total"))
    assert (per_line.rounding, per_line.tax_minor) == ("per-line", 18)
    assert (per_total.rounding, per_total.tax_minor) == ("per-total", 17)
    assert [each.tax_minor for each in per_total.lines] == [6, 6, 5]


def test_taxes_are_listed_by_rate_highest_first() -> None:
    rules = (tax(55_000, tax_class="books"), tax(200_000))
    priced = quote(basket(line(1055, tax_class="books"), line(1200), rules=rules))
    assert [(each.code, each.net_minor, each.tax_minor) for each in priced.taxes] == [
        ("FR-standard", 1000, 200),
        ("FR-books", 1000, 55),
    ]


@pytest.mark.parametrize(("currency", "price", "total"), [("JPY", 999, 1099), ("BHD", 999, 1099)])
def test_rounding_is_to_the_minor_unit_of_any_currency(
    currency: str, price: int, total: int
) -> None:
    asked = basket(
        line(price, included=False, currency=currency), rules=(tax(100_000),), currency=currency
    )
    assert quote(asked).total_minor == total
