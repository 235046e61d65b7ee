"""Amounts are written for people: every minor unit, in the reader's way."""

import pytest
from django.template import Context, Template
from django.utils import translation

from frontend.templatetags.shop import money
from modules.kernel.money import Money, MoneyError

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "EUR", "€1,234.56"),
        (5, "EUR", "€0.05"),
        (0, "EUR", "€0.00"),
        (-1770, "EUR", "-€17.70"),
        (6900, "JPY", "JP¥6,900"),
        (6900, "BHD", f"BHD{NBSP}6.900"),
        (1, "BHD", f"BHD{NBSP}0.001"),
        (1234, "IQD", f"IQD{NBSP}1.234"),
    ],
)
def test_each_currency_shows_all_its_decimals(minor: int, currency: str, text: str) -> None:
    assert money(Money(minor, currency)) == text
    assert money(minor, currency) == text


def test_the_active_language_decides_how_an_amount_is_written() -> None:
    with translation.override("de"):
        assert money(Money(123456, "EUR")) == f"1.234,56{NBSP}€"
    with translation.override("fr"):
        assert money(Money(690, "BHD")) == f"0,690{NBSP}BHD"


def test_templates_write_money_objects_and_minor_units_alike() -> None:
    template = Template(
        '{% load shop %}{{ total|money }} {{ minor|money:"JPY" }} {{ none|money }}.'
    )
    assert template.render(Context({"total": Money(50, "EUR"), "minor": 300})) == "€0.50 JP¥300 ."


def test_a_number_without_a_known_currency_is_refused() -> None:
    with pytest.raises(MoneyError, match="not a currency"):
        money(100)
    with pytest.raises(MoneyError, match="not a currency"):
        money(100, "EURO")


def test_a_large_amount_keeps_its_last_cent() -> None:
    assert money(Money(9_007_199_254_740_993, "EUR")).endswith("409.93")
