"""Questions about prices and taxes, and the pure rule that makes a quote of them."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import UTC, datetime

from events.database import fetch, uncached
from modules.kernel import clock
from modules.kernel.money import Money
from modules.pricing.contracts import ListedPrice, PriceRecord, Quote, TaxRule
from modules.pricing.domain.checking import discrepancies
from modules.pricing.domain.discounting import taken_off
from modules.pricing.domain.explaining import expanded, explained
from modules.pricing.domain.quoting import quote
from modules.pricing.domain.vat import checked_vat_id, is_reverse_charge, is_vat_id
from modules.pricing.models import Price, TaxRate
from modules.pricing.wording import in_words

__all__ = [
    "checked_vat_id",
    "currencies",
    "discrepancies",
    "expanded",
    "explained",
    "in_words",
    "is_reverse_charge",
    "is_reverse_charged",
    "is_vat_id",
    "listed_prices",
    "next_price_at",
    "price_history",
    "quote",
    "taken_off",
    "tax_rules",
]


# By hand, because every basket asks it: for each SKU the newest listing that has begun.
_IN_FORCE = """
    SELECT DISTINCT ON (sku)
        sku, amount_minor, compare_at_minor, tax_class, tax_included, version
    FROM pricing_price WHERE sku = ANY (%s) AND currency = %s AND valid_from <= %s
    ORDER BY sku, valid_from DESC, version DESC
"""


def listed_prices(
    skus: Iterable[str], currency: str, at: datetime | None = None
) -> dict[str, ListedPrice]:
    """Returns the price of each SKU that has one in this currency at this moment; one query.

    Never cached: what a checkout charges is read here.
    """
    rows = fetch(_IN_FORCE, (list(skus), currency, at or clock.now()))
    return {
        sku: ListedPrice(
            sku=sku,
            price=Money(minor, currency),
            compare_at=None if compare_at is None else Money(compare_at, currency),
            tax_class=tax_class,
            tax_included=tax_included,
            price_version=version,
        )
        for sku, minor, compare_at, tax_class, tax_included, version in rows
    }


def next_price_at() -> datetime | None:
    """Returns when the next listing begins that has not been announced; it may be a moment ago."""
    rows = fetch("SELECT min(valid_from) FROM pricing_price WHERE NOT announced")
    found: datetime | None = rows[0][0]
    return found


def is_reverse_charged(quoted: Quote) -> bool:
    """Tells whether a quote is untaxed because the buyer accounts for the tax."""
    return any(s.rule == "tax-reverse-charge" for line in quoted.lines for s in line.steps)


def currencies() -> tuple[str, ...]:
    """Returns every currency that something was ever listed in, by code."""
    found = Price.objects.order_by("currency").values_list("currency", flat=True).distinct()
    return tuple(found)


def price_history(sku: str, currency: str) -> tuple[PriceRecord, ...]:
    """Returns all that was ever listed for a SKU, newest first, future prices included."""
    prices = Price.objects.filter(sku=sku, currency=currency).order_by("-valid_from", "-version")
    return tuple(price.as_record() for price in prices)


def tax_rules(
    country: str, at: datetime | None = None, *, fresh: bool = False
) -> tuple[TaxRule, ...]:
    """Returns the rule in force for each tax class; none where no tax region covers the country.

    May be some seconds old; `fresh=True` reads the table, as placing an order must.
    """
    moment = at or clock.now()
    with uncached() if fresh else nullcontext():
        # The moment stays out of the query, so that one cached answer serves every moment.
        rates = list(TaxRate.objects.filter(country=country))
    in_force: dict[str, TaxRate] = {}
    for rate in sorted(rates, key=began):
        if rate.valid_from is None or rate.valid_from <= moment:
            in_force[rate.tax_class] = rate
    return tuple(in_force[tax_class].as_rule() for tax_class in sorted(in_force))


def began(rate: TaxRate) -> tuple[datetime, int]:
    """Orders rates by their beginning, those in force since ever first."""
    return rate.valid_from or datetime.min.replace(tzinfo=UTC), rate.version
