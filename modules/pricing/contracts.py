"""Prices, taxes and quotes: what a basket costs, and why.

A **quote** is the answer of one pure rule to (lines, prices, destination, time, tax table). It is
stored whole inside the order and never recomputed. Every amount carries its **derivation**: the
steps, with rule, inputs and rounding, from which it can be computed again by hand.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from modules.kernel.money import Money
from modules.pricing.errors import PriceNotFound as PriceNotFound
from modules.pricing.errors import PriceRefused as PriceRefused
from modules.pricing.errors import QuoteRefused as QuoteRefused
from modules.pricing.errors import TaxRuleFixed as TaxRuleFixed
from modules.pricing.errors import TaxRuleMissing as TaxRuleMissing
from modules.pricing.errors import VatIdRefused as VatIdRefused


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
    """A rate for a tax class in a country; `rate_millionths` 200000 is 20 %.

    In force from `valid_from` (None: since ever) until the next rule of its country and class.
    """

    code: str
    version: int
    country: str
    tax_class: str
    rate_millionths: int
    label: str
    valid_from: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices by SKU and the tax rules in force in some countries, read at one moment."""

    listed: dict[str, ListedPrice]
    rules: tuple[TaxRule, ...]

    def rules_of(self, country: str) -> tuple[TaxRule, ...]:
        """Returns a country's rules by tax class."""
        found = (rule for rule in self.rules if rule.country == country)
        return tuple(sorted(found, key=lambda rule: rule.tax_class))


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
class Discount:
    """What a promotion takes off, already decided; `code` at `code_version` names its rule.

    `target`: `order` means every line, `line` those named by `sku` or `skus`, `delivery` the
    delivery charge; an order discount never reduces delivery. How much is one of three: an
    `amount_minor` as listed, shared in proportion to what is left of the targets' value; with
    `rate_millionths` (250000 is 25 %) that part of what is left of each; with `units` that part
    of the unit price of so many units of a SKU. What exceeds the value is dropped. `voucher` is
    the code that brought it, if one did.
    """

    code: str
    code_version: int
    label: str
    amount_minor: int = 0
    target: Literal["order", "line", "delivery"] = "order"
    sku: str = ""
    skus: tuple[str, ...] = ()
    rate_millionths: int = 0
    units: tuple[tuple[str, int], ...] = ()
    voucher: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteRequest:
    """Everything a quote depends on. Two equal requests have equal quotes.

    `country` is where the goods go. `tax_rules` are that country's; none at all means that no tax
    region covers it (an export), and then tax is zero. `home_tax_rules` are the rules that prices
    listed with tax were made with; lines of a class in `KEEP_NET_CLASSES` need them, and all of
    them where the buyer accounts for the tax (`reverse_charge`): then home tax comes out of every
    price and no tax goes in.
    """

    currency: str
    country: str
    lines: tuple[QuoteLine, ...]
    delivery: DeliveryCharge | None
    tax_rules: tuple[TaxRule, ...]
    quoted_at: datetime
    rounding: Literal["per-line", "per-total"] = "per-line"
    discounts: tuple[Discount, ...] = ()
    home_tax_rules: tuple[TaxRule, ...] = ()
    reverse_charge: bool = False


# What an invoice without tax has to say (Directive 2006/112/EC, articles 138, 196 and 226).
REVERSE_CHARGE = "Reverse charge: the buyer accounts for the VAT"

# Lines of these tax classes keep their net price abroad: home tax comes out, the destination's
# goes in (supplies by electronic means, Directive 2006/112/EC, article 58). All other lines keep
# the listed price wherever they go, and the tax inside it is the destination's.
KEEP_NET_CLASSES = frozenset({"digital"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a derivation: `rule` at `rule_version` made `amount_minor` out of `inputs`.

    `inputs` holds integers (minor units, quantities, millionths) and names, enough to recompute.
    `rule` names a formula of docs/guides/pricing.md; `rounding` is exact, half-up or
    largest-remainder.
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
    """What a basket costs. `total_minor` = sum of line totals + delivery total, exactly.

    `subtotal_minor` and `delivery_minor` are as listed and before discounts; `discount_minor` is
    all that was taken off both. So total = subtotal + delivery - discount, plus tax when prices
    are listed without it. `tax_minor` is the tax in (or on) the total, delivery's included.
    """

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
class TakenOff:
    """What one promotion took off a quote, all its parts together; `voucher` may be empty."""

    code: str
    version: int
    label: str
    voucher: str
    amount_minor: int


# What a downloaded explanation says it is; `explain.py` reads no other.
EXPLANATION_FORMAT = "counterfoil.explanation.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountOf:
    """An input that is the amount of another step; `is_minor` is what it was taken to be."""

    of: str
    is_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedStep:
    """A step with the `name` of the amount it makes, such as `line_1.tax` or `total`."""

    name: str
    rule: str
    rule_version: int
    label: str
    rounding: str
    inputs: dict[str, int | str | AmountOf]
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedItem:
    """A line (`line_1`, `line_2` ...) or the `delivery`, whose quantity is None."""

    name: str
    title: str
    sku: str
    quantity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Every amount of an order or a quote with the steps that lead to it, each after its inputs.

    `amounts` are the amounts as the order states them, by the names of their steps.
    `docs/guides/pricing.md` has the formulas; `explain.py` computes all of it again.
    """

    order: str
    currency: str
    decimals: int
    items: tuple[ExplainedItem, ...]
    amounts: dict[str, int]
    steps: tuple[ExplainedStep, ...]


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
class PriceRecord:
    """One entry of a SKU's price history, newest first; `recorded_at` may be after `valid_from`."""

    version: int
    price: Money
    compare_at: Money | None
    tax_class: str
    tax_included: bool
    valid_from: datetime
    recorded_at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged:
    """Fact: a SKU is listed at another price."""

    sku: str
    price: Money
    compare_at: Money | None
