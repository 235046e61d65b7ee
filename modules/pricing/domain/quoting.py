"""The one rule that says what a basket costs: pure, so that the same question has one answer.

Rounding policy: tax is rounded half up once per line (`per-line`), or once per rate over the whole
quote and then spread by largest remainder (`per-total`). Delivery is rounded like a line.
Price policy: a listed price is the same in every country; lines of `KEEP_NET_CLASSES` keep their
net price instead. docs/guides/pricing.md tells both with examples.
"""

from modules.kernel.money import allocate
from modules.pricing.contracts import (
    REVERSE_CHARGE,
    Quote,
    QuoteRefused,
    QuoteRequest,
    Step,
    TaxRule,
)
from modules.pricing.domain.assembly import assembled
from modules.pricing.domain.derivation import derive
from modules.pricing.domain.discounting import refuse_unsound, settle, take_off
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
    rules = (
        {} if request.reverse_charge else rules_by_class(request.tax_rules, country=request.country)
    )
    home = rules_by_class(request.home_tax_rules, country=None)
    lines = [
        line_item(
            line,
            name=f"line_{n}",
            rule=rule_for(rules, line.listed.tax_class),
            home=home,
            reverse=request.reverse_charge,
        )
        for n, line in enumerate(request.lines, start=1)
    ]
    delivery = None
    if request.delivery:
        delivery = delivery_item(request.delivery, rules, home, reverse=request.reverse_charge)
    every = [*lines, *([delivery] if delivery else [])]
    steps = take_off(request, lines, delivery)
    for item in every:
        settle(item)
    included = tax_included(request)
    if request.reverse_charge:
        for item in every:
            item.steps.append(derive("tax-reverse-charge", REVERSE_CHARGE, {}))
    elif request.rounding == "per-total":
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
        refuse_unsound(discount)


def tax_included(request: QuoteRequest) -> bool:
    """Returns whether the basket's prices hold their tax; a mixture has no readable total."""
    listings = {line.listed.tax_included for line in request.lines}
    if request.delivery:
        listings.add(request.delivery.tax_included)
    if len(listings) > 1:
        raise QuoteRefused("Prices with tax and prices without cannot share a basket")
    return listings != {False}


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
