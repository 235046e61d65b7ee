"""Questions about prices and taxes, and the pure rule that makes a quote of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from events.database import fetch, fetch_any
from modules.kernel import clock
from modules.kernel.money import Money
from modules.pricing.contracts import ListedPrice, PriceList, PriceRecord, Quote, TaxRule
from modules.pricing.domain.checking import discrepancies
from modules.pricing.domain.discounting import taken_off
from modules.pricing.domain.explaining import expanded, explained
from modules.pricing.domain.quoting import quote
from modules.pricing.domain.vat import checked_vat_id, is_reverse_charge, is_vat_id
from modules.pricing.models import Price
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
    "price_list",
    "quote",
    "taken_off",
    "tax_rules",
]


# By hand, because every basket asks it: for each SKU the newest listing that has begun.
_IN_FORCE = """
    SELECT DISTINCT ON (sku)
        sku, amount_minor, compare_at_minor, tax_class, tax_included, version
    FROM pricing_price WHERE sku IN {keys} AND currency = %s AND valid_from <= %s
    ORDER BY sku, valid_from DESC, version DESC
"""
# For each country and tax class the newest rate that has begun.
_RATES = """
    SELECT DISTINCT ON (country, tax_class)
        code, version, country, tax_class, rate_millionths, label, valid_from
    FROM pricing_taxrate WHERE country IN (%s, %s) AND (valid_from IS NULL OR valid_from <= %s)
    ORDER BY country, tax_class, valid_from DESC NULLS LAST, version DESC
"""
_BOTH = (
    f"SELECT (SELECT json_agg(listed)::text FROM ({_IN_FORCE}) AS listed),"  # noqa: S608
    f" (SELECT json_agg(rate)::text FROM ({_RATES}) AS rate)"
)


class _Listed(msgspec.Struct, frozen=True):
    sku: str
    amount_minor: int
    compare_at_minor: int | None
    tax_class: str
    tax_included: bool
    version: int

    def price(self, currency: str) -> ListedPrice:
        was = self.compare_at_minor
        return ListedPrice(
            sku=self.sku,
            price=Money(self.amount_minor, currency),
            compare_at=None if was is None else Money(was, currency),
            tax_class=self.tax_class,
            tax_included=self.tax_included,
            price_version=self.version,
        )


_LISTED = msgspec.json.Decoder(tuple[_Listed, ...])
_RULES = msgspec.json.Decoder(tuple[TaxRule, ...])


def listed_prices(
    skus: Iterable[str], currency: str, at: datetime | None = None
) -> dict[str, ListedPrice]:
    """Returns the price of each SKU that has one in this currency at this moment; one query.

    Never cached: what a checkout charges is read here.
    """
    rows = fetch_any(_IN_FORCE, list(skus), currency, at or clock.now())
    return {row[0]: _Listed(*row).price(currency) for row in rows}


def tax_rules(country: str, at: datetime | None = None) -> tuple[TaxRule, ...]:
    """Returns the rule in force for each tax class; none where no tax region covers the country.

    Never cached: asking PostgreSQL takes less than naming the question for a cache.
    """
    rows = fetch(_RATES, (country, country, at or clock.now()))
    names = ("code", "version", "country", "tax_class", "rate_millionths", "label", "valid_from")
    rules = (TaxRule(**dict(zip(names, row, strict=True))) for row in rows)
    return PriceList(listed={}, rules=tuple(rules)).rules_of(country)


def price_list(
    skus: Sequence[str], currency: str, country: str, home: str, at: datetime | None = None
) -> PriceList:
    """Returns what `listed_prices` does, and `tax_rules` of both countries, in one query."""
    moment = at or clock.now()
    [(listed, rules)] = fetch_any(_BOTH, skus, currency, moment, country, home, moment)
    return PriceList(
        listed={row.sku: row.price(currency) for row in _LISTED.decode(listed or "[]")},
        rules=_RULES.decode(rules or "[]"),
    )


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
