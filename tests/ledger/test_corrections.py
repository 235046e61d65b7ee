"""By what an order is corrected whose quote was wrong: the right books less the others."""

from typing import Any

import pytest

from modules.ledger.domain.correcting import correction
from modules.pricing.contracts import Quote
from modules.pricing.selectors import quote
from tests.pricing.baskets import basket, delivery, line, off, tax

ALL = {"A": 3, "B": 1}


def priced(rate_millionths: int = 200_000, **changes: Any) -> Quote:
    """Three A at 10.00 without tax, one B at 5.00, delivery at 6.00."""
    lines = (line(1_000, 3, sku="A", included=False), line(500, sku="B", included=False))
    asked = {"rules": (tax(rate_millionths),), "delivery": delivery(600, included=False)}
    return quote(basket(*lines, **{**asked, **changes}))


def test_a_right_order_needs_no_correction() -> None:
    assert correction(priced(), priced(), ALL) == {}


def test_who_paid_too_much_is_owed_it() -> None:
    assert correction(priced(), priced(100_000), ALL) == {
        "receivable": -410,
        "tax:FR-standard:20": 820,
        "tax:FR-standard:10": -410,
    }


def test_what_somebody_paid_too_little_the_shop_bears() -> None:
    found = correction(priced(100_000), priced(), ALL)
    assert found == {"rounding": 410, "tax:FR-standard:10": 410, "tax:FR-standard:20": -820}


def test_only_what_was_not_cancelled_is_corrected() -> None:
    # Two of three A are kept, and the delivery.
    assert correction(priced(), priced(100_000), {"A": 2}) == {
        "receivable": -260,
        "tax:FR-standard:20": 520,
        "tax:FR-standard:10": -260,
    }
    assert correction(priced(), priced(100_000), {"A": 0, "B": 0}) == {}
    assert correction(priced(), priced(100_000), {}) == {}


def test_a_discount_that_was_forgotten_is_owed_with_its_tax() -> None:
    assert correction(priced(), priced(discounts=(off(410),)), ALL) == {
        "receivable": -492,
        "discounts": 410,
        "tax:FR-standard:20": 82,
    }


@pytest.mark.parametrize("rounding", ["per-line", "per-total"])
def test_a_correction_balances(rounding: str) -> None:
    found = correction(priced(193_300, rounding=rounding), priced(200_100), ALL)
    assert found
    assert sum(found.values()) == 0
