"""Takes discounts off lines and delivery, one after the other, each from what the last one left.

A fixed amount is shared by largest remainder. A percentage is rounded half up once per line, or,
where the shop rounds `per-total`, once on the sum and then shared.
"""

from collections.abc import Sequence

from modules.kernel.money import allocate
from modules.pricing.contracts import (
    Discount,
    Quote,
    QuoteRefused,
    QuoteRequest,
    Step,
    TakenOff,
)
from modules.pricing.domain.derivation import WHOLE, derive
from modules.pricing.domain.items import Item

type Inputs = dict[str, int | str]

# The steps of a quote that stand for a discount each.
TAKING = ("discount-spread", "discount-rate", "discount-sum")


def refuse_unsound(discount: Discount) -> None:
    """Raises: QuoteRefused: an amount below zero, or a rate that is no part of a whole."""
    if discount.amount_minor < 0 or any(units < 0 for _, units in discount.units):
        raise QuoteRefused(f"{discount.code}: a discount cannot be negative")
    if not 0 <= discount.rate_millionths <= WHOLE:
        raise QuoteRefused(f"{discount.code}: a discount lies between 0 and 100 %")
    if discount.units and discount.target != "line":
        raise QuoteRefused(f"{discount.code}: units are taken off lines only")


def take_off(request: QuoteRequest, lines: Sequence[Item], delivery: Item | None) -> list[Step]:
    """Takes every discount off its items in the order given; returns a step for each of them."""
    return [
        taken(discount, request, number, targets(discount, request, lines, delivery))
        for number, discount in enumerate(request.discounts, start=1)
    ]


def targets(
    discount: Discount, request: QuoteRequest, lines: Sequence[Item], delivery: Item | None
) -> list[Item]:
    if discount.target == "delivery":
        return [delivery] if delivery else []
    if discount.target == "order":
        return list(lines)
    wanted = {discount.sku, *discount.skus, *(sku for sku, _ in discount.units)}
    pairs = zip(request.lines, lines, strict=True)
    return [item for line, item in pairs if line.sku in wanted]


def taken(discount: Discount, request: QuoteRequest, number: int, items: list[Item]) -> Step:
    about: Inputs = {
        "discount": number,
        "code": discount.code,
        "code_version": discount.code_version,
    }
    if discount.voucher:
        about["voucher"] = discount.voucher
    if discount.units:
        return by_units(discount, request, about, items)
    if discount.rate_millionths and request.rounding == "per-line":
        return by_parts(discount, about, items)
    weights: Inputs = {item.name: item.left for item in items}
    if discount.rate_millionths:
        about["rate_millionths"] = discount.rate_millionths
        return shared(
            discount, number, items, derive("discount-rate", discount.label, about | weights)
        )
    about["offered_minor"] = discount.amount_minor
    return shared(
        discount, number, items, derive("discount-spread", discount.label, about | weights)
    )


def shared(discount: Discount, number: int, items: list[Item], step: Step) -> Step:
    """Shares an amount over the items in proportion to what is left of their value."""
    weights = [item.left for item in items]
    total = sum(weights)
    for item, amount in zip(items, allocate(step.amount_minor, weights), strict=True):
        whole = step.amount_minor * item.left // total if total else 0
        inputs: Inputs = {
            "discount": number,
            "spread_minor": step.amount_minor,
            "weight_minor": item.left,
            "weight_total_minor": total,
            "extra_minor": amount - whole,
        }
        keep(item, derive("discount-share", discount.label, inputs))
    return step


def by_parts(discount: Discount, about: Inputs, items: list[Item]) -> Step:
    """Takes the same part of what is left of each item, rounded once for each."""
    for item in items:
        inputs: Inputs = {
            "discount": about["discount"],
            "left_minor": item.left,
            "rate_millionths": discount.rate_millionths,
        }
        keep(item, derive("discount-part", discount.label, inputs))
    return derive("discount-sum", discount.label, about | last_shares(items))


def by_units(discount: Discount, request: QuoteRequest, about: Inputs, items: list[Item]) -> Step:
    """Takes a part of the price of some units of each item."""
    skus = {f"line_{n}": line.sku for n, line in enumerate(request.lines, start=1)}
    units = dict(discount.units)
    for item in items:
        inputs: Inputs = {
            "discount": about["discount"],
            "unit_minor": item.unit_price,
            "units": units[skus[item.name]],
            "rate_millionths": discount.rate_millionths,
            "left_minor": item.left,
        }
        keep(item, derive("discount-units", discount.label, inputs))
    return derive("discount-sum", discount.label, about | last_shares(items))


def keep(item: Item, step: Step) -> None:
    item.steps.append(step)
    item.shares.append(step.amount_minor)


def last_shares(items: list[Item]) -> Inputs:
    return {item.name: item.shares[-1] for item in items}


def settle(item: Item) -> None:
    """Adds the steps that sum an item's shares up and say what is left to be taxed."""
    shares: Inputs = {f"share_{n}": amount for n, amount in enumerate(item.shares, start=1)}
    discount = derive("item-discount", "Discounts", shares)
    taxable = derive(
        "taxable",
        "After discounts",
        {"subtotal_minor": item.subtotal, "discount_minor": discount.amount_minor},
    )
    item.steps += [discount, taxable]
    item.taxable = taxable.amount_minor


def taken_off(quote: Quote) -> tuple[TakenOff, ...]:
    """Returns what each promotion took off a quote, in the order in which it did."""
    rows: dict[tuple[str, int, str], TakenOff] = {}
    for step in quote.steps:
        if step.rule not in TAKING:
            continue
        code, version = str(step.inputs["code"]), int(step.inputs["code_version"])
        voucher = str(step.inputs.get("voucher", ""))
        before = rows.get((code, version, voucher))
        rows[code, version, voucher] = TakenOff(
            code=code,
            version=version,
            label=step.label,
            voucher=voucher,
            amount_minor=step.amount_minor + (before.amount_minor if before else 0),
        )
    return tuple(row for row in rows.values() if row.amount_minor)
