"""Orders of the past in great numbers: placed, sent and paid in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from django.db import transaction

from events.bulk import Bulk, Occasion
from modules.kernel.address import Address
from modules.kernel.identity import derived_id
from modules.kernel.money import Money
from modules.orders.commands import record_past_order
from modules.orders.contracts import Contact, PastOrder, PlaceOrder
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    Quote,
    QuoteLine,
    QuoteRequest,
    TaxRule,
)
from modules.pricing.domain import derivation
from modules.pricing.selectors import quote

RATES = {"FR-standard": 200_000, "FR-reduced": 55_000}
CLASSES = {"FR-standard": "standard", "FR-reduced": "reduced"}
FIRST = datetime(2026, 10, 1, 9, tzinfo=UTC)
NOBODY = Address(name="Nobody", line1="", city="", postcode="", region="", country="FR")


def priced(dice: Random, number: int, *, included: bool) -> Quote:
    """A quote of one to three lines, often discounted, with delivery."""
    lines = tuple(
        QuoteLine(
            sku=f"S{n}",
            title=f"S{n}",
            quantity=dice.randint(1, 4),
            listed=ListedPrice(
                sku=f"S{n}",
                price=Money(dice.randint(1, 9_999), "EUR"),
                compare_at=None,
                tax_class=dice.choice(list(CLASSES.values())),
                tax_included=included,
                price_version=1,
            ),
        )
        for n in range(dice.randint(1, 3))
    )
    discount = Discount(code="TEN", code_version=1, label="Ten", amount_minor=dice.randint(1, 999))
    return quote(
        QuoteRequest(
            currency="EUR",
            country="FR",
            lines=lines,
            delivery=DeliveryCharge(
                method_code="standard",
                title="Standard",
                charge=Money(490, "EUR"),
                tax_class="standard",
                tax_included=included,
                rule="fr",
                rule_version=1,
            ),
            tax_rules=tuple(
                TaxRule(
                    code=code,
                    version=1,
                    country="FR",
                    tax_class=CLASSES[code],
                    rate_millionths=rate,
                    label=code,
                )
                for code, rate in RATES.items()
            ),
            quoted_at=moment(number),
            discounts=(discount,) if dice.random() < 0.5 else (),
        )
    )


def moment(number: int) -> datetime:
    return FIRST + timedelta(minutes=number)


def order_id(number: int) -> UUID:
    return derived_id("test.sold", number)


def sell(numbers: range, *, included: bool = True) -> dict[UUID, Quote]:
    """Records orders of these numbers, the same on every machine; returns their quotes."""
    bulk, sold = Bulk(), {}
    for number in numbers:
        found = priced(Random(number), number, included=included)
        sold[order_id(number)] = found
        record_past_order(
            bulk,
            PastOrder(
                order=PlaceOrder(
                    order_id=order_id(number),
                    number=f"N{number}",
                    cart_id=order_id(number),
                    customer_id=None,
                    contact=Contact(email="", delivery_address=NOBODY, billing_address=NOBODY),
                    quote=found,
                ),
                payment_id=derived_id("test.paid", number),
                provider="testbank",
            ),
            Occasion(
                key=derived_id("test.occasion", number),
                reason=order_id(number),
                effective_at=moment(number),
            ),
        )
    with transaction.atomic():
        bulk.store()
    return sold


@contextmanager
def rounding_down(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The bug: taxes are cut off where they should be rounded."""
    with monkeypatch.context() as bug:
        bug.setattr(derivation, "divide_half_up", lambda a, b: a // b)
        yield
