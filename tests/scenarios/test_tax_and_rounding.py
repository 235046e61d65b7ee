"""Acceptance scenarios 1 to 11: tax and rounding."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from config.values import roundings
from modules.carts.commands import set_delivery
from modules.carts.contracts import SetDelivery
from modules.checkout.selectors import basket as basket_of_cart
from modules.kernel.money import Money
from modules.ledger.selectors import discrepancies
from modules.pricing.commands import save_tax_rules
from modules.pricing.contracts import TaxRule
from modules.pricing.selectors import quote, tax_rules
from modules.shipping.commands import save_zones
from modules.shipping.contracts import SaveRate, SaveZone
from tests.pricing.baskets import basket, delivery, line, off, tax
from tests.promotions.offering import promote
from tests.support.trade import ADDRESS, buy, fill_basket, order_of


def test_scenario_1_tax_on_top_is_rounded_once_per_line() -> None:
    priced = quote(basket(line(1010, 10, included=False), rules=(tax(230_000),)))
    assert (priced.tax_minor, priced.total_minor) == (2323, 12_423)


@pytest.mark.parametrize(("price", "tax_minor"), [(4595, 460), (4594, 459)])
def test_scenario_2_half_a_minor_unit_is_rounded_up(price: int, tax_minor: int) -> None:
    assert quote(basket(line(price, included=False), rules=(tax(100_000),))).tax_minor == tax_minor


@pytest.mark.parametrize(("price", "tax_minor"), [(5695, 427), (5690, 426)])
def test_scenario_3_the_tax_inside_is_that_of_the_discounted_price(
    price: int, tax_minor: int
) -> None:
    priced = quote(basket(line(price), rules=(tax(100_000),), discounts=(off(1000),)))
    assert (priced.total_minor, priced.tax_minor) == (price - 1000, tax_minor)


def test_scenario_5_ten_units_are_taxed_as_a_line_and_not_one_by_one() -> None:
    rules = (tax(200_000),)
    assert quote(basket(line(31, included=False), rules=rules)).total_minor == 37
    ten = quote(basket(line(31, 10, included=False), rules=rules)).lines[0]
    assert (ten.net_minor, ten.total_minor) == (310, 372)


@pytest.mark.parametrize(
    ("rounding", "shares"), [("per-line", [11, 21, 31, 41]), ("per-total", [11, 21, 30, 40])]
)
def test_scenario_6_a_percentage_is_rounded_per_line_and_the_quote_says_so(
    rounding: str, shares: list[int]
) -> None:
    lines = [line(price, sku=f"P{price}") for price in (106, 206, 306, 406)]
    rules = (tax(200_000),)
    priced = quote(basket(*lines, rules=rules, discounts=(off(rate=10),), rounding=rounding))
    assert [each.discount_minor for each in priced.lines] == shares
    assert (priced.rounding, priced.discount_minor) == (rounding, sum(shares))


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("chosen", "rounding", "taken_minor"),
    [
        ("per-line", "per-line", 37 + 6),
        ("per-total", "per-total", 42),
        ("per-total,EUR=per-line", "per-line", 37 + 6),
        ("per-line,EUR=per-total", "per-total", 42),
    ],
)
def test_scenario_6_the_shop_chooses_its_rounding_for_all_or_by_currency(
    settings: Settings, chosen: str, rounding: str, taken_minor: int
) -> None:
    settings.SHOP_ROUNDING = roundings(chosen)
    promote(rate_millionths=11_000, target="order")
    placed = buy(prints=1, cards=1)
    stored = order_of(placed).quote
    assert (stored.rounding, stored.discount_minor) == (rounding, taken_minor)
    assert list(discrepancies()) == []


@pytest.mark.parametrize("wrong", ["per-unit", "per-line,XXX=per-total", "EUR="])
def test_scenario_6_a_rounding_that_there_is_not_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="names"):
        roundings(wrong)


def test_scenario_8_goods_keep_their_price_abroad_and_digital_ones_are_priced_anew() -> None:
    german = (tax(190_000, country="DE"), tax(190_000, country="DE", tax_class="digital"))
    romanian = (tax(240_000, country="RO"), tax(240_000, country="RO", tax_class="digital"))
    lines = (line(11_900, sku="BOOK"), line(11_900, sku="FILE", tax_class="digital"))
    priced = quote(basket(*lines, rules=romanian, country="RO", home_tax_rules=german))
    assert [each.total_minor for each in priced.lines] == [11_900, 12_400]


@pytest.mark.usefixtures("shop")
def test_scenario_9_every_line_is_priced_anew_when_the_goods_go_elsewhere() -> None:
    rate = SaveRate(method_code="standard", charge=Money(600, "EUR"), days_min=2, days_max=4)
    save_zones((SaveZone(code="de", name="Germany", countries=("DE",), rates=(rate,)),))
    save_tax_rules([tax(190_000, country="DE")])
    cart = fill_basket()
    home = basket_of_cart(cart.id).quote
    set_delivery(SetDelivery(cart_id=cart.id, delivery_address=replace(ADDRESS, country="DE")))
    abroad = basket_of_cart(cart.id).quote
    assert home is not None
    assert abroad is not None
    assert {each.tax_code for each in home.lines} == {"FR-standard"}
    assert {each.tax_code for each in abroad.lines} == {"DE-standard"}


def test_scenario_10_without_a_tax_region_there_are_no_tax_lines() -> None:
    priced = quote(basket(line(1000), rules=(), country="US", delivery=delivery(500)))
    assert (priced.taxes, priced.tax_minor) == ((), 0)
    assert priced.delivery is not None
    assert priced.delivery.tax_code == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("moment", "tax_minor"),
    [
        (datetime(2022, 12, 31, 23, 59, 59, tzinfo=UTC), 2300),
        (datetime(2023, 1, 1, tzinfo=UTC), 1500),
    ],
)
def test_scenario_11_a_purchase_is_taxed_at_the_rate_of_its_day(
    moment: datetime, tax_minor: int
) -> None:
    until_2022: TaxRule = tax(230_000)
    from_2023 = replace(tax(150_000, version=2), valid_from=datetime(2023, 1, 1, tzinfo=UTC))
    save_tax_rules([until_2022, from_2023])
    priced = quote(basket(line(10_000, included=False), rules=tax_rules("FR", moment)))
    assert priced.tax_minor == tax_minor
