"""Asks the pricing rule again what a stored quote asked then, or something else instead.

A quote holds all that it was made of, so that neither prices nor tax tables are read. Lines keep
the unit price that they were listed at; each rate stands for a tax class of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from modules.kernel.money import Money, divide_half_up
from modules.ledger.domain.offered import discounts_of
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    Quote,
    QuotedDelivery,
    QuotedLine,
    QuoteLine,
    QuoteRequest,
    TaxRule,
)

WHOLE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Other rules than those of the time: `rates` by tax code in millionths, another rounding, so
    many millionths off all goods, and promotions (by code) that are not given."""

    rates: Mapping[str, int] = field(default_factory=dict)
    rounding: Literal["", "per-line", "per-total"] = ""
    off_millionths: int = 0
    without: frozenset[str] = frozenset()
    given: Mapping[str, tuple[Discount, ...]] = field(default_factory=dict)


UNCHANGED = Change()


def asked(quote: Quote, change: Change = UNCHANGED) -> QuoteRequest:
    """Returns the request that a quote answers, under other rules if `change` has any.

    Raises:
        QuoteNotRepeatable: it was made by formulas that this does not know.
    """
    delivery = quote.delivery
    every: list[QuotedLine | QuotedDelivery] = [*quote.lines, *([delivery] if delivery else [])]
    rates = {item.tax_code: item.tax_rate_millionths for item in every if item.tax_code}
    return QuoteRequest(
        currency=quote.currency,
        country=quote.country,
        lines=tuple(line_of(quote, line, change) for line in quote.lines),
        delivery=delivery_of(quote, delivery) if delivery else None,
        tax_rules=tuple(
            TaxRule(
                code=code,
                version=1,
                country=quote.country,
                tax_class=class_of(code),
                rate_millionths=change.rates.get(code, rate),
                label=code,
            )
            for code, rate in rates.items()
        ),
        quoted_at=quote.quoted_at,
        rounding=change.rounding or quote.rounding,  # type: ignore[arg-type]  # as it was stored
        discounts=tuple(changed(discounts_of(quote), quote, change)),
    )


def changed(offered: list[Discount], quote: Quote, change: Change) -> list[Discount]:
    """Returns a quote's discounts with those left out, exchanged and added that a change says."""
    left, found = dict(change.given), list[Discount]()
    for each in offered:
        if each.code in change.given:
            found += left.pop(each.code, ())
        elif each.code not in change.without:
            found.append(each)
    for given in left.values():
        found += given
    if change.off_millionths:
        amount = divide_half_up(quote.subtotal_minor * change.off_millionths, WHOLE)
        found.append(Discount(code="what-if", code_version=1, label="What if", amount_minor=amount))
    return found


def class_of(code: str) -> str:
    """Returns a tax class that no rule of the shop treats in a way of its own."""
    return f"rate {code}"


def line_of(quote: Quote, line: QuotedLine, change: Change) -> QuoteLine:
    rate = change.rates.get(line.tax_code, line.tax_rate_millionths)
    listed = ListedPrice(
        sku=line.sku,
        price=Money(unit_price(line, rate), quote.currency),
        compare_at=None,
        tax_class=class_of(line.tax_code),
        tax_included=quote.tax_included,
        price_version=0,
    )
    return QuoteLine(sku=line.sku, title=line.title, quantity=line.quantity, listed=listed)


def unit_price(line: QuotedLine, rate_millionths: int) -> int:
    """Returns what a unit costs: as listed, or its net price kept and taxed where it goes."""
    for step in line.steps:
        if step.rule == "unit-repriced":
            listed = int(step.inputs["listed_minor"])
            home = int(step.inputs["home_rate_millionths"])
            return divide_half_up(listed * (WHOLE + rate_millionths), WHOLE + home)
    return line.unit_price_minor


def delivery_of(quote: Quote, delivery: QuotedDelivery) -> DeliveryCharge:
    return DeliveryCharge(
        method_code=delivery.method_code,
        title=delivery.title,
        charge=Money(quote.delivery_minor, quote.currency),
        tax_class=class_of(delivery.tax_code),
        tax_included=quote.tax_included,
        rule="",
        rule_version=0,
    )
