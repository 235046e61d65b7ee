"""Holds a stored quote against its own derivation, without the prices it was made from."""

from collections.abc import Iterator

from modules.kernel.money import allocate
from modules.pricing.contracts import Quote, QuotedDelivery, QuotedLine, Step
from modules.pricing.domain.derivation import FORMULAS, numbered, recompute

type Quoted = QuotedLine | QuotedDelivery

# Which amount a step explains. The unit price has one or two steps, and the last one counts.
ITEM_AMOUNTS = {
    "unit_price_minor": ("listed-price", "unit-repriced"),
    "subtotal_minor": ("line-subtotal", "delivery-charge", "delivery-repriced"),
    "discount_minor": ("item-discount",),
    "net_minor": ("net-as-listed", "net"),
    "tax_minor": ("tax-none", "tax-reverse-charge", "tax-of-line", "tax-share"),
    "total_minor": ("total-as-listed", "total"),
}
QUOTE_AMOUNTS = {
    "subtotal_minor": "quote-subtotal",
    "discount_minor": "quote-discount",
    "delivery_minor": "quote-delivery",
    "tax_minor": "quote-tax",
    "total_minor": "quote-total",
}
# Which amount of its lines a sum adds up.
SUMMED = {
    "quote-subtotal": "subtotal_minor",
    "quote-discount": "discount_minor",
    "quote-tax": "tax_minor",
    "quote-total": "total_minor",
    "rate-net": "net_minor",
    "rate-tax": "tax_minor",
}
# Where the shares of a spread amount are: their rule, what joins them, and what they call it.
SPREADS = {
    "discount-spread": ("discount-share", "discount", "spread_minor"),
    "discount-rate": ("discount-share", "discount", "spread_minor"),
    "tax-of-rate": ("tax-share", "tax_code", "tax_of_rate_minor"),
}
# What a line's share of a discount may be: a share of an amount, or a part taken of this line.
SHARES = ("discount-share", "discount-part", "discount-units")
PARTS = ("discount-part", "discount-units")
# What a step belongs to: the number of a discount, or the code of a rate.
BELONGING = {
    **dict.fromkeys(("discount-spread", "discount-rate", "discount-sum", *SHARES), "discount"),
    **dict.fromkeys(("tax-of-rate", "tax-share", "rate-net", "rate-tax"), "tax_code"),
}


def discrepancies(quote: Quote) -> tuple[str, ...]:
    """Returns a sentence for every amount that its derivation does not yield; none when sound.

    Each step is computed again; each amount must be what its step says; and wherever a step takes
    another amount of the quote as input, it must be that amount. Where a step cannot be read, only
    such steps are named: nothing can be held against them.
    """
    return tuple(_unreadable_steps(quote)) or (
        *_wrong_steps(quote),
        *_wrong_amounts(quote),
        *_wrong_inputs(quote),
        *_wrong_sums(quote),
        *_wrong_shares(quote),
        *_wrong_parts(quote),
    )


def items(quote: Quote) -> dict[str, Quoted]:
    """Returns the lines and the delivery by the names that steps use for them."""
    named: dict[str, Quoted] = {f"line_{n}": line for n, line in enumerate(quote.lines, start=1)}
    return named | ({"delivery": quote.delivery} if quote.delivery else {})


def _every_step(quote: Quote) -> list[Step]:
    return [*quote.steps, *(step for item in items(quote).values() for step in item.steps)]


def _unreadable_steps(quote: Quote) -> Iterator[str]:
    for step in _every_step(quote):
        if (step.rule, step.rule_version) not in FORMULAS:
            yield f"no formula {step.rule} version {step.rule_version}"
            continue
        try:
            recompute(step)
        except (KeyError, TypeError, ValueError) as error:
            yield f"{step.rule}: it cannot be computed: {error}"
        belongs = BELONGING.get(step.rule)
        if belongs and belongs not in step.inputs:
            yield f"{step.rule}: it does not say which {belongs} it is of"


def _wrong_steps(quote: Quote) -> Iterator[str]:
    for step in _every_step(quote):
        again = recompute(step)
        if again != step.amount_minor:
            yield f"{step.rule}: {step.amount_minor}, computed again {again}"


def _explained(steps: tuple[Step, ...], *rules: str) -> int | None:
    amounts = [step.amount_minor for step in steps if step.rule in rules]
    return amounts[-1] if amounts else None


def _wrong_amounts(quote: Quote) -> Iterator[str]:
    for name, item in items(quote).items():
        for amount, rules in ITEM_AMOUNTS.items():
            stated = getattr(item, amount, None)
            if stated is not None and stated != _explained(item.steps, *rules):
                yield f"{name}: {amount} {stated} is not what its steps say"
    for amount, rule in QUOTE_AMOUNTS.items():
        if getattr(quote, amount) != _explained(quote.steps, rule):
            yield f"{amount} {getattr(quote, amount)} is not what its steps say"
    for rate in quote.taxes:
        steps = tuple(step for step in quote.steps if step.inputs.get("tax_code") == rate.code)
        if (rate.net_minor, rate.tax_minor) != (
            _explained(steps, "rate-net"),
            _explained(steps, "rate-tax"),
        ):
            yield f"the tax at {rate.code} is not what its steps say"
        stated_rate = (rate.rate_millionths, int(quote.tax_included))
        for step in steps:
            used = (step.inputs.get("tax_rate_millionths"), step.inputs.get("tax_included"))
            if used not in ((None, None), stated_rate):
                yield f"{step.rule}: it used another rate than {rate.code}"


def _wrong_inputs(quote: Quote) -> Iterator[str]:
    """Compares what a step of a line took as input with what earlier steps of it gave."""
    for name, item in items(quote).items():
        known: dict[str, int | str | None] = {
            "unit_minor": _explained(item.steps, *ITEM_AMOUNTS["unit_price_minor"]),
            "quantity": getattr(item, "quantity", None),
            "taxable_minor": _explained(item.steps, "taxable"),
            "tax_code": item.tax_code,
            "tax_rate_millionths": item.tax_rate_millionths,
            "tax_included": int(quote.tax_included),
            **{amount: _explained(item.steps, *rules) for amount, rules in ITEM_AMOUNTS.items()},
        }
        for step in item.steps:
            for input_name in known.keys() & step.inputs.keys():
                if step.inputs[input_name] != known[input_name]:
                    yield f"{name}: {step.rule} took a {input_name} that is not the line's"
        shares = [step.amount_minor for step in item.steps if step.rule in SHARES]
        taken = [step for step in item.steps if step.rule == "item-discount"]
        if [list(numbered(step.inputs).values()) for step in taken] != [shares]:
            yield f"{name}: its discount is not the sum of its shares"


def _wrong_sums(quote: Quote) -> Iterator[str]:
    """Compares the quote's sums with its lines."""
    named = items(quote)
    for step in quote.steps:
        if step.rule not in SUMMED:
            continue
        parts = numbered(step.inputs)
        if parts != {name: getattr(named.get(name), SUMMED[step.rule], None) for name in parts}:
            yield f"{step.rule}: it adds up amounts that are not the lines'"
        members = set(named)
        if step.rule in {"rate-net", "rate-tax"}:
            code = step.inputs["tax_code"]
            members = {name for name, item in named.items() if item.tax_code == code}
        elif step.rule == "quote-subtotal":
            members = set(named) - {"delivery"}
        if parts.keys() != members:
            yield f"{step.rule}: it leaves out a line"
    codes = {item.tax_code for item in named.values() if item.tax_code}
    if codes != {rate.code for rate in quote.taxes}:
        yield "a line is taxed at a rate that the quote does not list"


def _wrong_shares(quote: Quote) -> Iterator[str]:
    """Compares every spread amount with its shares, and finds shares of nothing."""
    left = {
        (name, n)
        for name, item in items(quote).items()
        for n, step in enumerate(item.steps)
        if step.rule in {share for share, _, _ in SPREADS.values()}
    }
    for spread in quote.steps:
        if spread.rule not in SPREADS:
            continue
        rule, key, spread_name = SPREADS[spread.rule]
        weights = numbered(spread.inputs)
        shares = allocate(spread.amount_minor, list(weights.values()))
        for (name, weight), amount in zip(weights.items(), shares, strict=True):
            item = items(quote).get(name)
            wanted = {
                key: spread.inputs[key],
                spread_name: spread.amount_minor,
                "weight_minor": weight,
                "weight_total_minor": sum(weights.values()),
            }
            found = [
                (name, n)
                for n, step in enumerate(item.steps if item else ())
                if (step.rule, step.amount_minor) == (rule, amount)
                and wanted.items() <= step.inputs.items()
            ]
            left -= set(found)
            if len(found) != 1:
                yield f"{name}: its share of {spread.label} is not that of the largest remainder"
    yield from (f"{name}: a share of nothing that was spread" for name, _ in sorted(left))


def _wrong_parts(quote: Quote) -> Iterator[str]:
    """Compares what a discount took with its parts, and each part with what was left to take."""
    found: dict[int | str, dict[str, int]] = {}
    for name, item in items(quote).items():
        left = _explained(item.steps, *ITEM_AMOUNTS["subtotal_minor"]) or 0
        for step in item.steps:
            if step.rule in PARTS:
                found.setdefault(step.inputs["discount"], {})[name] = step.amount_minor
                if step.inputs.get("left_minor") != left:
                    yield f"{name}: {step.rule} took a part of what was not left"
            if step.rule in SHARES:
                left -= step.amount_minor
    sums = {
        step.inputs["discount"]: numbered(step.inputs)
        for step in quote.steps
        if step.rule == "discount-sum"
    }
    if {number: parts for number, parts in sums.items() if parts} != found:
        yield "a discount is not the sum of its parts"
