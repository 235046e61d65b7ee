"""Tax rules have versions and beginnings, and what a quote cites never changes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from modules.pricing.commands import save_tax_rules
from modules.pricing.contracts import TaxRuleFixed
from modules.pricing.selectors import quote, tax_rules
from tests.pricing.baskets import basket, line, tax

pytestmark = pytest.mark.django_db

NEW_YEAR = datetime(2023, 1, 1, tzinfo=UTC)


def test_a_purchase_on_each_side_of_a_rate_change_is_taxed_at_its_own_rate() -> None:
    save_tax_rules([tax(230_000), replace(tax(150_000, version=2), valid_from=NEW_YEAR)])
    before, after = datetime(2022, 12, 31, 23, 59, tzinfo=UTC), NEW_YEAR
    taxes = [
        quote(basket(line(10_000, included=False), rules=tax_rules("FR", moment))).tax_minor
        for moment in (before, after)
    ]
    assert taxes == [2300, 1500]


def test_each_class_of_a_country_has_one_rule_at_a_time() -> None:
    save_tax_rules([tax(200_000), tax(55_000, tax_class="books"), tax(190_000, country="DE")])
    assert [rule.code for rule in tax_rules("FR")] == ["FR-books", "FR-standard"]
    assert tax_rules("US") == ()


def test_saving_the_same_rule_again_changes_nothing() -> None:
    for _ in range(2):
        save_tax_rules([tax(200_000)])
    assert tax_rules("FR") == (tax(200_000),)


def test_a_stored_version_cannot_be_given_another_rate() -> None:
    save_tax_rules([tax(200_000)])
    with pytest.raises(TaxRuleFixed, match="version 2"):
        save_tax_rules([tax(210_000)])
    assert tax_rules("FR") == (tax(200_000),)
