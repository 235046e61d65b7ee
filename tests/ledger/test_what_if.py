"""Orders under other rules: what would have come out, and nothing is written."""

from dataclasses import replace
from io import StringIO
from random import Random

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.database import fetch
from modules.kernel.money import Money
from modules.ledger.contracts import QuoteNotRepeatable, WhatIf
from modules.ledger.domain.requoting import Change, asked
from modules.ledger.repeating import amounts
from modules.ledger.selectors import what_if
from modules.pricing.contracts import ListedPrice, QuoteLine, QuoteRequest, TaxRule
from modules.pricing.selectors import quote
from tests.frontend.staff.people import signed_in, text
from tests.ledger.selling import moment, priced, sell


@given(number=st.integers(0, 100_000), included=st.booleans())
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_quote_asked_again_is_the_same_to_the_cent(number: int, included: bool) -> None:
    stored = priced(Random(number), number, included=included)
    again = quote(asked(stored))
    assert amounts(again) == amounts(stored)
    assert (again.total_minor, again.tax_minor) == (stored.total_minor, stored.tax_minor)


def test_another_rate_changes_what_is_taxed_at_it() -> None:
    stored = priced(Random(1), 1, included=False)
    other = quote(asked(stored, Change(rates={"FR-standard": 0, "FR-reduced": 0})))
    assert other.tax_minor == 0
    assert other.total_minor == stored.total_minor - stored.tax_minor


def stored() -> int:
    """How many events there are."""
    return int(fetch("SELECT count(*) FROM es.event")[0][0])


def test_a_quote_by_unknown_formulas_is_named_and_not_guessed() -> None:
    stored = priced(Random(2), 2, included=True)
    spread = next(step for step in stored.steps if step.rule == "discount-spread")
    others = tuple(step for step in stored.steps if step is not spread)
    for step in (replace(spread, inputs={}), replace(spread, rule="discount-by-magic")):
        with pytest.raises(QuoteNotRepeatable):
            asked(replace(stored, steps=(*others, step)))


def test_a_digital_line_keeps_its_net_price_under_another_rate() -> None:
    abroad = TaxRule(
        code="DE-digital",
        version=1,
        country="DE",
        tax_class="digital",
        rate_millionths=190_000,
        label="DE",
    )
    home = replace(abroad, code="FR-digital", country="FR", rate_millionths=200_000)
    listed = ListedPrice(
        sku="F",
        price=Money(1_200, "EUR"),
        compare_at=None,
        tax_class="digital",
        tax_included=True,
        price_version=1,
    )
    stored = quote(
        QuoteRequest(
            currency="EUR",
            country="DE",
            lines=(QuoteLine(sku="F", title="F", quantity=1, listed=listed),),
            delivery=None,
            tax_rules=(abroad,),
            home_tax_rules=(home,),
            quoted_at=moment(0),
        )
    )
    assert stored.total_minor == 1_190
    assert amounts(quote(asked(stored))) == amounts(stored)
    other = quote(asked(stored, Change(rates={"DE-digital": 210_000})))
    assert (other.total_minor, other.tax_minor) == (1_210, 210)


@pytest.mark.django_db
def test_no_change_makes_no_difference() -> None:
    sell(range(30))
    found = what_if(WhatIf())
    assert found.orders == ()
    assert found.unrepeatable == ()
    (total,) = found.totals
    assert (total.orders, total.differing) == (30, 0)
    assert total.total_minor == total.other_total_minor


@pytest.mark.django_db
def test_a_report_adds_up_and_writes_nothing() -> None:
    sold = sell(range(30), included=False)
    before = stored()
    found = what_if(WhatIf(rates=(("FR-standard", 190_000),), off_millionths=100_000))
    (total,) = found.totals
    assert total.total_minor == sum(each.total_minor for each in sold.values())
    saved = sum(each.total_minor - each.other_total_minor for each in found.orders)
    assert saved == total.total_minor - total.other_total_minor > 0
    assert stored() == before


@pytest.mark.django_db
def test_only_orders_of_the_time_are_asked() -> None:
    sell(range(30))
    found = what_if(WhatIf(since=moment(10), until=moment(20)))
    assert [each.orders for each in found.totals] == [10]
    assert not what_if(WhatIf(limit=5)).complete


@pytest.mark.django_db
def test_without_a_promotion_its_discount_is_paid() -> None:
    sold = sell(range(30))
    (total,) = what_if(WhatIf(without=("TEN",))).totals
    discounts = sum(each.discount_minor for each in sold.values())
    assert total.other_total_minor - total.total_minor == discounts > 0


@pytest.mark.django_db
def test_staff_and_the_command_line_ask() -> None:
    sell(range(10), included=False)
    address = "/ledger/what-if/?rates=FR-standard%3D10"
    assert "differ" in text(signed_in("staff").get(address))
    assert signed_in("staff").get("/ledger/what-if/?rates=much").status_code == 422
    assert signed_in("customer").get(address).status_code == 403
    said = StringIO()
    call_command("ledger", "what-if", "--rate", "FR-standard=10", stdout=said)
    assert "10 orders" in said.getvalue()
