"""A line or the delivery while it is being priced, from its listed price to its tax rule."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from modules.pricing.contracts import (
    KEEP_NET_CLASSES,
    DeliveryCharge,
    QuoteLine,
    QuoteRefused,
    Step,
    TaxRule,
    TaxRuleMissing,
)
from modules.pricing.domain.derivation import derive

RETAXED = "Net price kept, taxed where it goes"
UNTAXED = "Net price, for a buyer who accounts for the tax"


@dataclass(slots=True, kw_only=True)
class Item:
    """A line or the delivery while it is being priced; `name` is what steps call it."""

    name: str
    rule: TaxRule | None
    unit_price: int = 0
    subtotal: int
    steps: list[Step]
    shares: list[int] = field(default_factory=list)
    taxable: int = 0
    tax: int = 0
    net: int = 0
    total: int = 0

    @property
    def left(self) -> int:
        return self.subtotal - sum(self.shares)


def rules_by_class(rules: Sequence[TaxRule], *, country: str | None) -> dict[str, TaxRule]:
    doubled = [name for name, n in Counter(rule.tax_class for rule in rules).items() if n > 1]
    foreign = [rule.country for rule in rules if country and rule.country != country]
    if doubled:
        raise QuoteRefused(f"two tax rules for the class {doubled[0]!r} at the same time")
    if foreign:
        raise QuoteRefused(f"tax rules of {foreign[0]} given for a delivery to {country}")
    return {rule.tax_class: rule for rule in rules}


def rule_for(rules: Mapping[str, TaxRule], tax_class: str) -> TaxRule | None:
    """Returns the rule of a class; None where no tax region covers the destination."""
    if not rules:
        return None
    if tax_class not in rules:
        country = next(iter(rules.values())).country
        raise TaxRuleMissing(
            f"No tax rule for the class {tax_class!r} in {country}: add one before selling there",
            tax_class=tax_class,
            country=country,
        )
    return rules[tax_class]


def line_item(
    line: QuoteLine,
    *,
    name: str,
    rule: TaxRule | None,
    home: Mapping[str, TaxRule],
    reverse: bool,
) -> Item:
    listed = line.listed
    steps = [
        derive(
            "listed-price",
            "Listed price",
            {
                "sku": line.sku,
                "price_version": listed.price_version,
                "listed_minor": listed.price.minor,
            },
        )
    ]
    if listed.tax_included and (reverse or listed.tax_class in KEEP_NET_CLASSES):
        inputs = repricing(line.sku, listed.tax_class, listed.price.minor, rule=rule, home=home)
        steps.append(derive("unit-repriced", UNTAXED if reverse else RETAXED, inputs))
    unit = steps[-1].amount_minor
    steps.append(
        derive(
            "line-subtotal",
            f"{line.quantity} × unit price",
            {"unit_minor": unit, "quantity": line.quantity},
        )
    )
    subtotal = steps[-1].amount_minor
    return Item(name=name, rule=rule, unit_price=unit, subtotal=subtotal, steps=steps)


def repricing(
    name: str,
    tax_class: str,
    listed_minor: int,
    *,
    rule: TaxRule | None,
    home: Mapping[str, TaxRule],
) -> dict[str, int | str]:
    """Returns what it takes to take home tax out of a price and put the destination's in."""
    if tax_class not in home:
        raise TaxRuleMissing(
            f"{name} keeps its net price, and no home tax rule says what that is",
            tax_class=tax_class,
        )
    return {
        "listed_minor": listed_minor,
        "home_code": home[tax_class].code,
        "home_version": home[tax_class].version,
        "home_rate_millionths": home[tax_class].rate_millionths,
        "tax_code": rule.code if rule else "",
        "tax_version": rule.version if rule else 0,
        "tax_rate_millionths": rule.rate_millionths if rule else 0,
    }


def delivery_item(
    delivery: DeliveryCharge,
    rules: Mapping[str, TaxRule],
    home: Mapping[str, TaxRule],
    *,
    reverse: bool,
) -> Item:
    steps = [
        derive(
            "delivery-charge",
            delivery.title,
            {
                "delivery_rule": delivery.rule,
                "delivery_rule_version": delivery.rule_version,
                "charge_minor": delivery.charge.minor,
            },
        )
    ]
    rule = rule_for(rules, delivery.tax_class)
    if reverse and delivery.tax_included:
        inputs = repricing(
            "Delivery", delivery.tax_class, delivery.charge.minor, rule=rule, home=home
        )
        steps.append(derive("delivery-repriced", UNTAXED, inputs))
    return Item(name="delivery", rule=rule, subtotal=steps[-1].amount_minor, steps=steps)
