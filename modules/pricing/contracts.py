"""Prices, taxes and quotes: what a basket costs, and why.

A **quote** is the answer of one pure rule to (lines, prices, destination, time, tax table). It is
stored whole inside the order and never recomputed. Every amount carries its **derivation**: the
steps, with rule, inputs and rounding, from which it can be computed again by hand.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from modules.kernel.errors import Conflict, NotFound
from modules.kernel.money import Money


class PriceNotFound(NotFound):
    """No price in this currency at this time; fields: `sku`, `currency`."""

    code = "price-not-found"


class TaxRuleMissing(Conflict):
    """The shop has no tax rule for a class in a country it delivers to."""

    code = "tax-rule-missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPrice:
    """What one unit of a SKU costs now, as listed (with tax when `tax_included`)."""

    sku: str
    price: Money
    compare_at: Money | None
    tax_class: str
    tax_included: bool
    price_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """A rate for a tax class in a country; `rate_millionths` 200000 is 20 %."""

    code: str
    version: int
    country: str
    tax_class: str
    rate_millionths: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """What is asked of a line: so many units of a SKU at this listed price."""

    sku: str
    title: str
    quantity: int
    listed: ListedPrice


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryCharge:
    """The delivery option to price; its tax class is taxed like a line."""

    method_code: str
    title: str
    charge: Money
    tax_class: str
    tax_included: bool
    rule: str
    rule_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """Everything a quote depends on. Two equal requests have equal quotes."""

    currency: str
    country: str
    lines: tuple[QuoteLine, ...]
    delivery: DeliveryCharge | None
    tax_rules: tuple[TaxRule, ...]
    quoted_at: datetime
    rounding: Literal["per-line", "per-total"] = "per-line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a derivation: `rule` at `rule_version` made `amount_minor` out of `inputs`.

    `inputs` holds integers (minor units, quantities, millionths) and names, enough to recompute.
    """

    rule: str
    rule_version: int
    label: str
    inputs: dict[str, int | str]
    rounding: str
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedLine:
    """A priced line. `total_minor` = what the shopper pays for it, tax included.

    `subtotal_minor` is listed price times quantity (with or without tax, as listed);
    `discount_minor` >= 0 is taken off it; net + tax = total.
    """

    sku: str
    title: str
    quantity: int
    unit_price_minor: int
    subtotal_minor: int
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    tax_code: str
    tax_rate_millionths: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedDelivery:
    """The priced delivery option; net + tax = total."""

    method_code: str
    title: str
    discount_minor: int
    net_minor: int
    tax_minor: int
    total_minor: int
    tax_code: str
    tax_rate_millionths: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """The tax of one rate over the whole quote."""

    code: str
    label: str
    rate_millionths: int
    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a basket costs. `total_minor` = sum of line totals + delivery total, exactly."""

    currency: str
    country: str
    tax_included: bool
    rounding: str
    lines: tuple[QuotedLine, ...]
    delivery: QuotedDelivery | None
    taxes: tuple[TaxTotal, ...]
    subtotal_minor: int
    discount_minor: int
    delivery_minor: int
    tax_minor: int
    total_minor: int
    steps: tuple[Step, ...]
    quoted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPrice:
    """Lists a price from now on (or from `valid_from`); earlier prices stay on record."""

    sku: str
    price: Money
    tax_class: str = "standard"
    tax_included: bool = True
    compare_at: Money | None = None
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged:
    """Fact: a SKU is listed at another price."""

    sku: str
    price: Money
    compare_at: Money | None
