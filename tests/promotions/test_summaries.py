"""A promotion says in plain words what it does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from modules.kernel.money import Money
from modules.promotions.contracts import Tier
from modules.promotions.selectors import summary
from tests.promotions.offering import PERCENT, euro, rule

NEW_YEARS_EVE = datetime(2026, 12, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {
                "off": 10,
                "categories": ("jackets",),
                "minimum_units": 3,
                "valid_until": NEW_YEARS_EVE,
                "exclusive": True,
            },
            "10 % off jackets from 3 pieces, until 31 December 2026, not with other offers",
        ),
        ({"rate_millionths": 125_000, "target": "order"}, "12.5 % off the order"),
        (
            {"kind": "fixed", "amounts": euro(500), "target": "order", "minimum": euro(5_000)},
            "€5.00 off the order, from €50.00",
        ),
        (
            {"kind": "fixed", "amounts": euro(200), "skus": ("MUG",), "needs_voucher": True},
            "€2.00 off each piece of MUG, with a voucher",
        ),
        (
            {"kind": "buy-get", "buy": 2, "get": 1, "off": 100, "categories": ("prints/framed",)},
            "buy 2 of framed and get 1 free, the cheapest",
        ),
        (
            {"kind": "free-delivery", "countries": ("FR", "BE"), "first_order": True},
            "free delivery, delivered to FR or BE, on the first order",
        ),
        (
            {
                "kind": "tiered",
                "tiers": (
                    Tier(from_units=3, rate_millionths=5 * PERCENT),
                    Tier(from_units=10, rate_millionths=15 * PERCENT),
                ),
                "groups": ("trade",),
            },
            "off everything: 5 % from 3 pieces; 15 % from 10 pieces, for trade",
        ),
        (
            {"kind": "buy-get", "buy": 3, "get": 2, "off": 50, "skus": ("A", "B", "C")},
            "buy 3 of A, B or C and get 2 at 50 % off, the cheapest",
        ),
        (
            {"off": 10, "categories": ("wall/fine-art",), "skus": ("A",), "minimum_units": 2},
            "10 % off fine art or A from 2 pieces",
        ),
        ({"off": 100, "minimum_units": 1}, "100 % off everything"),
        ({"rate_millionths": 1, "target": "delivery"}, "0.0001 % off the delivery"),
        (
            {"kind": "fixed", "amounts": (*euro(500), Money(800, "USD")), "target": "order"},
            "€5.00 / US$8.00 off the order",
        ),
        (
            {"kind": "fixed", "amounts": euro(500), "target": "order", "skus": ("A",)},
            "€5.00 off orders with A",
        ),
        ({"kind": "free-delivery", "skus": ("A",)}, "free delivery with A"),
        (
            {
                "kind": "tiered",
                "target": "order",
                "tiers": (Tier(from_amounts=euro(5_000), amounts=euro(500)),),
                "valid_from": NEW_YEARS_EVE,
            },
            "off the order: €5.00 from €50.00, from 31 December 2026",
        ),
    ],
)
def test_the_summary_says_what_it_does(fields: dict[str, Any], words: str) -> None:
    assert summary(rule(**fields)) == words
