"""The discounts of a stored quote as they were offered, read out of its steps."""

from dataclasses import replace

from modules.ledger.contracts import QuoteNotRepeatable
from modules.pricing.contracts import Discount, Quote, Step

# The steps that stand for a discount each: an amount that was shared, a percentage of the sum, and
# what was taken line by line.
TAKING = ("discount-spread", "discount-rate", "discount-sum")


def discounts_of(quote: Quote) -> list[Discount]:
    """Returns the discounts of a quote in the order in which they were taken.

    Raises:
        QuoteNotRepeatable: they were made by formulas that this does not know.
    """
    taken = [step for step in quote.steps if "discount" in step.inputs or step.rule in TAKING]
    try:
        taken.sort(key=lambda step: int(step.inputs["discount"]))
        offered = [discount_of(quote, step) for step in taken]
    except (KeyError, ValueError) as error:
        raise QuoteNotRepeatable(f"A discount of it lacks what it was made of: {error}.") from None
    if quote.discount_minor and not offered:
        raise QuoteNotRepeatable("It has a discount without saying where that comes from.")
    return offered


def discount_of(quote: Quote, step: Step) -> Discount:
    found = aimed(
        quote,
        step,
        Discount(
            code=str(step.inputs["code"]),
            code_version=int(step.inputs["code_version"]),
            label=step.label,
            voucher=str(step.inputs.get("voucher", "")),
        ),
    )
    match step.rule:
        case "discount-spread":
            return replace(found, amount_minor=int(step.inputs["offered_minor"]))
        case "discount-rate":
            return replace(found, rate_millionths=int(step.inputs["rate_millionths"]))
        case "discount-sum":
            return line_by_line(quote, step, found)
        case _:
            raise QuoteNotRepeatable(f"{step.label}: “{step.rule}” is no formula of today.")


def aimed(quote: Quote, step: Step, discount: Discount) -> Discount:
    """Returns a discount with its target: the items that the step names."""
    skus = {f"line_{n}": line.sku for n, line in enumerate(quote.lines, start=1)}
    parts = [name for name in step.inputs if name in skus or name == "delivery"]
    if parts == ["delivery"]:
        return replace(discount, target="delivery")
    if not parts:
        # It found nothing that it could be taken off.
        return replace(discount, target="line")
    if set(parts) == skus.keys():
        return discount
    return replace(discount, target="line", skus=tuple(skus[name] for name in parts))


def line_by_line(quote: Quote, step: Step, discount: Discount) -> Discount:
    """Adds what was taken off each item: a part of it, or a part of the price of some units."""
    number = int(step.inputs["discount"])
    items = [(line.sku, line.steps) for line in quote.lines]
    if quote.delivery:
        items.append(("", quote.delivery.steps))
    shares = [
        (sku, each)
        for sku, steps in items
        for each in steps
        if each.rule in ("discount-part", "discount-units") and each.inputs["discount"] == number
    ]
    rates = {int(each.inputs["rate_millionths"]) for _, each in shares}
    if not shares:
        return discount
    if len(rates) > 1:
        raise QuoteNotRepeatable(f"{step.label}: it is of several percentages.")
    rated = replace(discount, rate_millionths=rates.pop())
    units = tuple(
        (sku, int(each.inputs["units"])) for sku, each in shares if "units" in each.inputs
    )
    return replace(rated, target="line", skus=(), units=units) if units else rated
