"""What crossing a border does to a price: goods keep it, digital supplies keep their net price."""

import pytest

from modules.pricing.contracts import QuoteRefused, TaxRuleMissing
from modules.pricing.selectors import quote
from tests.pricing.baskets import basket, delivery, line, tax

GERMANY = (tax(190_000, country="DE"), tax(190_000, country="DE", tax_class="digital"))
ROMANIA = (tax(240_000, country="RO"), tax(240_000, country="RO", tax_class="digital"))


def test_goods_keep_their_listed_price_and_hold_the_tax_of_their_destination() -> None:
    priced = quote(basket(line(11_900), rules=ROMANIA, country="RO", home_tax_rules=GERMANY))
    assert priced.total_minor == 11_900
    assert priced.lines[0].tax_minor == 2_303


def test_a_digital_article_keeps_its_net_price_and_is_taxed_where_it_goes() -> None:
    priced = quote(
        basket(
            line(11_900, tax_class="digital"), rules=ROMANIA, country="RO", home_tax_rules=GERMANY
        )
    )
    assert (priced.lines[0].unit_price_minor, priced.total_minor) == (12_400, 12_400)
    assert (priced.lines[0].net_minor, priced.tax_minor) == (10_000, 2_400)


def test_a_digital_article_is_never_repriced_by_a_guess() -> None:
    with pytest.raises(TaxRuleMissing) as refusal:
        quote(basket(line(11_900, tax_class="digital"), rules=ROMANIA, country="RO"))
    assert refusal.value.fields == {"tax_class": "digital"}


def test_a_delivery_whose_buyer_owes_the_tax_is_never_repriced_by_a_guess() -> None:
    home = (tax(190_000, country="DE", tax_class="books"),)
    books = line(1_190, tax_class="books")
    with pytest.raises(TaxRuleMissing) as refusal:
        quote(basket(books, delivery=delivery(490), home_tax_rules=home, reverse_charge=True))
    assert str(refusal.value).startswith("Delivery keeps its net price, and no home tax rule says")


def test_every_line_and_delivery_is_priced_anew_when_the_destination_changes() -> None:
    lines = (line(2_000, included=False), line(500, 3, included=False))
    charge = delivery(500, included=False)
    at_home = quote(basket(*lines, rules=GERMANY, country="DE", delivery=charge))
    abroad = quote(basket(*lines, rules=ROMANIA, country="RO", delivery=charge))
    assert [each.tax_minor for each in at_home.lines] == [380, 285]
    assert [each.tax_minor for each in abroad.lines] == [480, 360]
    assert (at_home.total_minor, abroad.total_minor) == (4_760, 4_960)


def test_where_no_tax_region_reaches_all_tax_lines_disappear() -> None:
    lines, charge = (line(2_000, included=False),), delivery(500, included=False)
    exported = quote(basket(*lines, rules=(), country="US", delivery=charge))
    assert exported.delivery is not None
    assert (exported.taxes, exported.tax_minor, exported.delivery.tax_minor) == ((), 0, 0)
    assert exported.total_minor == 2_500


def test_exported_goods_keep_their_listed_price_and_exported_digital_loses_its_tax() -> None:
    exported = quote(
        basket(
            line(11_900), line(11_900, tax_class="digital"), country="US", home_tax_rules=GERMANY
        )
    )
    assert [each.total_minor for each in exported.lines] == [11_900, 10_000]
    assert exported.tax_minor == 0


def test_a_taxed_country_without_a_rule_for_a_class_is_refused_not_taxed_at_zero() -> None:
    with pytest.raises(TaxRuleMissing) as refusal:
        quote(basket(line(100, tax_class="books"), rules=(tax(200_000),)))
    assert refusal.value.fields == {"tax_class": "books", "country": "FR"}


def test_the_rules_of_another_country_are_never_applied() -> None:
    with pytest.raises(QuoteRefused):
        quote(basket(line(100), rules=GERMANY, country="FR"))
