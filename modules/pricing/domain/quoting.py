"""The one rule that says what a basket costs: pure, so that the same question has one answer.

Rounding policy: tax is rounded half up once per line (`per-line`), or once per rate over the whole
quote and then spread by largest remainder (`per-total`). Delivery is rounded like a line.
Price policy: a listed price is the same in every country; lines of `KEEP_NET_CLASSES` keep their
net price instead. docs/guides/pricing.md tells both with examples.
"""

from modules.kernel.money import allocate
from modules.pricing.contracts import Discount, Quote, QuoteRefused, QuoteRequest, Step, TaxRule
from modules.pricing.domain.assembly import assembled
from modules.pricing.domain.derivation import derive
from modules.pricing.domain.items import (
    Item,
    delivery_item,
    line_item,
    rule_for,
    rules_by_class,
)

MAXIMUM_QUANTITY = 1_000_000
MAXIMUM_MINOR = 10**13


def quote(request: QuoteRequest) -> Quote:
    """Prices a basket; equal requests have equal quotes, to the last step.

    Raises:
        TaxRuleMissing: the destination has taxes but none for the class of a line.
        QuoteRefused: quantities, amounts, currencies or listings that cannot be priced together.
    """
    check(request)
    rules = rules_by_class(request.tax_rules, country=request.country)
    home = rules_by_class(request.home_tax_rules, country=None)
    lines = [
        line_item(line, name=f"line_{n}", rule=rule_for(rules, line.listed.tax_class), home=home)
        for n, line in enumerate(request.lines, start=1)
    ]
    delivery = delivery_item(request.delivery, rules) if request.delivery else None
    every = [*lines, *([delivery] if delivery else [])]
    steps = [
        spread(discount, number=number, items=targets(discount, request, lines, delivery))
        for number, discount in enumerate(request.discounts, start=1)
    ]
    for item in every:
        settle_discount(item)
    included = tax_included(request)
    if request.rounding == "per-total":
        steps += tax_per_total(every, included=included)
    else:
        tax_per_line(every, included=included)
    for item in every:
        close(item, included=included)
    return assembled(request, lines, delivery, steps, included=included)


def check(request: QuoteRequest) -> None:
    """Refuses what cannot be priced, naming the line, before anything is computed."""
    for line in request.lines:
        if type(line.quantity) is not int or not 1 <= line.quantity <= MAXIMUM_QUANTITY:
            raise QuoteRefused(
                f"{line.sku}: order between 1 and {MAXIMUM_QUANTITY} units", sku=line.sku
            )
    prices = [(line.sku, line.listed.price) for line in request.lines]
    if request.delivery:
        prices.append((request.delivery.method_code, request.delivery.charge))
    for name, price in prices:
        if price.currency != request.currency:
            raise QuoteRefused(
                f"{name} is priced in {price.currency}, the basket in {request.currency}"
            )
        if not 0 <= price.minor <= MAXIMUM_MINOR:
            raise QuoteRefused(f"{name}: a price lies between 0 and {MAXIMUM_MINOR} minor units")
    for discount in request.discounts:
        if discount.amount_minor < 0:
            raise QuoteRefused(f"{discount.code}: a discount cannot be negative")


def tax_included(request: QuoteRequest) -> bool:
    """Returns whether the basket's prices hold their tax; a mixture has no readable total."""
    listings = {line.listed.tax_included for line in request.lines}
    if request.delivery:
        listings.add(request.delivery.tax_included)
    if len(listings) > 1:
        raise QuoteRefused("Prices with tax and prices without cannot share a basket")
    return listings != {False}


def targets(
    discount: Discount, request: QuoteRequest, lines: list[Item], delivery: Item | None
) -> list[Item]:
    if discount.target == "delivery":
        return [delivery] if delivery else []
    if discount.target == "order":
        return lines
    pairs = zip(request.lines, lines, strict=True)
    return [item for line, item in pairs if line.sku == discount.sku]


def spread(discount: Discount, *, number: int, items: list[Item]) -> Step:
    """Takes a discount off its items in proportion to what is left of their value."""
    weights: dict[str, int | str] = {item.name: item.left for item in items}
    step = derive(
        "discount-spread",
        discount.label,
        {
            "discount": number,
            "code": discount.code,
            "code_version": discount.code_version,
            "offered_minor": discount.amount_minor,
            **weights,
        },
    )
    total = sum(item.left for item in items)
    for item, amount in zip(
        items, allocate(step.amount_minor, [item.left for item in items]), strict=True
    ):
        whole = step.amount_minor * item.left // total if total else 0
        item.steps.append(
            derive(
                "discount-share",
                discount.label,
                {
                    "discount": number,
                    "spread_minor": step.amount_minor,
                    "weight_minor": item.left,
                    "weight_total_minor": total,
                    "extra_minor": amount - whole,
                },
            )
        )
        item.shares.append(amount)
    return step


def settle_discount(item: Item) -> None:
    shares: dict[str, int | str] = {
        f"share_{n}": amount for n, amount in enumerate(item.shares, start=1)
    }
    discount = derive("item-discount", "Discounts", shares)
    taxable = derive(
        "taxable",
        "After discounts",
        {"subtotal_minor": item.subtotal, "discount_minor": discount.amount_minor},
    )
    item.steps += [discount, taxable]
    item.taxable = taxable.amount_minor


def tax_inputs(rule: TaxRule, *, included: bool) -> dict[str, int | str]:
    return {
        "tax_code": rule.code,
        "tax_version": rule.version,
        "tax_rate_millionths": rule.rate_millionths,
        "tax_included": int(included),
    }


def tax_per_line(items: list[Item], *, included: bool) -> None:
    for item in items:
        if item.rule is None:
            step = untaxed()
        else:
            inputs = tax_inputs(item.rule, included=included) | {"taxable_minor": item.taxable}
            step = derive("tax-of-line", item.rule.label, inputs)
        item.steps.append(step)
        item.tax = step.amount_minor


def untaxed() -> Step:
    return derive("tax-none", "No tax region covers the destination", {})


def tax_per_total(items: list[Item], *, included: bool) -> list[Step]:
    """Rounds the tax of each rate once, and gives every item its share; returns the totals."""
    groups: dict[str, list[Item]] = {}
    for item in items:
        if item.rule is None:
            item.steps.append(untaxed())
        else:
            groups.setdefault(item.rule.code, []).append(item)
    return [share_tax(group, included=included) for group in groups.values()]


def share_tax(group: list[Item], *, included: bool) -> Step:
    rule = group[0].rule
    assert rule is not None
    bases: dict[str, int | str] = {item.name: item.taxable for item in group}
    step = derive("tax-of-rate", rule.label, tax_inputs(rule, included=included) | bases)
    weights = [item.taxable for item in group]
    total = sum(weights)
    for item, amount in zip(group, allocate(step.amount_minor, weights), strict=True):
        inputs: dict[str, int | str] = {
            "tax_code": rule.code,
            "tax_of_rate_minor": step.amount_minor,
            "weight_minor": item.taxable,
            "weight_total_minor": total,
            "extra_minor": amount - (step.amount_minor * item.taxable // total if total else 0),
        }
        item.steps.append(derive("tax-share", rule.label, inputs))
        item.tax = amount
    return step


def close(item: Item, *, included: bool) -> None:
    """Adds the last two steps: what is paid and what of it is not tax."""
    taxable: dict[str, int | str] = {"taxable_minor": item.taxable}
    if included:
        total = derive("total-as-listed", "To pay", taxable)
        net = derive(
            "net",
            "Without tax",
            {"total_minor": total.amount_minor, "tax_minor": item.tax},
        )
    else:
        net = derive("net-as-listed", "Without tax", taxable)
        total = derive("total", "To pay", {"net_minor": net.amount_minor, "tax_minor": item.tax})
    item.steps += [total, net] if included else [net, total]
    item.net, item.total = net.amount_minor, total.amount_minor
