"""How each amount of a quote is computed, and how to compute it again from its steps alone.

A formula is known by name and version and never changes: a quote is stored for years, so a new way
to compute is a new version beside the old one.
"""

from collections.abc import Callable, Iterator, Mapping

from modules.kernel.money import allocate, divide_half_up
from modules.pricing.contracts import Quote, QuotedDelivery, QuotedLine, Step

type Inputs = Mapping[str, int | str]
type Quoted = QuotedLine | QuotedDelivery

WHOLE = 1_000_000
ITEM_PREFIXES = ("line_", "share_")


def number(inputs: Inputs, name: str) -> int:
    value = inputs[name]
    if not isinstance(value, int):
        raise TypeError(f"the input {name!r} of a step is a number, not {value!r}")
    return value


def numbered(inputs: Inputs) -> dict[str, int]:
    """Returns the inputs that stand for lines, delivery or shares, in the order of the quote.

    Stored quotes have their keys sorted as text (line_10 before line_2), so the order is made here.
    """
    names = [name for name in inputs if name == "delivery" or name.startswith(ITEM_PREFIXES)]
    return {name: number(inputs, name) for name in sorted(names, key=place)}


def place(name: str) -> tuple[bool, int]:
    """Orders line_1, line_2, line_10, delivery."""
    _, _, position = name.partition("_")
    return not position, int(position or 0)


def share(inputs: Inputs, spread: str) -> int:
    """Returns a part by largest remainder: whole units, plus the extra one it may have won."""
    total = number(inputs, "weight_total_minor")
    whole = number(inputs, spread) * number(inputs, "weight_minor") // total if total else 0
    return whole + number(inputs, "extra_minor")


def tax(inputs: Inputs, base: int) -> int:
    """Returns the tax inside `base` (listed with tax) or on top of it, rounded half up once."""
    rate = number(inputs, "tax_rate_millionths")
    inside = number(inputs, "tax_included")
    return divide_half_up(base * rate, WHOLE + rate if inside else WHOLE)


def repriced(inputs: Inputs) -> int:
    home = number(inputs, "home_rate_millionths")
    destination = number(inputs, "tax_rate_millionths")
    return divide_half_up(number(inputs, "listed_minor") * (WHOLE + destination), WHOLE + home)


def summed(inputs: Inputs) -> int:
    return sum(numbered(inputs).values())


FORMULAS: dict[tuple[str, int], tuple[str, Callable[[Inputs], int]]] = {
    ("listed-price", 1): ("exact", lambda i: number(i, "listed_minor")),
    ("unit-repriced", 1): ("half-up", repriced),
    ("line-subtotal", 1): ("exact", lambda i: number(i, "unit_minor") * number(i, "quantity")),
    ("delivery-charge", 1): ("exact", lambda i: number(i, "charge_minor")),
    ("discount-spread", 1): ("exact", lambda i: min(number(i, "offered_minor"), summed(i))),
    ("discount-share", 1): ("largest-remainder", lambda i: share(i, "spread_minor")),
    ("item-discount", 1): ("exact", summed),
    ("taxable", 1): ("exact", lambda i: number(i, "subtotal_minor") - number(i, "discount_minor")),
    ("tax-none", 1): ("exact", lambda i: 0),
    ("tax-of-line", 1): ("half-up", lambda i: tax(i, number(i, "taxable_minor"))),
    ("tax-of-rate", 1): ("half-up", lambda i: tax(i, summed(i))),
    ("tax-share", 1): ("largest-remainder", lambda i: share(i, "tax_of_rate_minor")),
    ("net-as-listed", 1): ("exact", lambda i: number(i, "taxable_minor")),
    ("net", 1): ("exact", lambda i: number(i, "total_minor") - number(i, "tax_minor")),
    ("total-as-listed", 1): ("exact", lambda i: number(i, "taxable_minor")),
    ("total", 1): ("exact", lambda i: number(i, "net_minor") + number(i, "tax_minor")),
    ("rate-net", 1): ("exact", summed),
    ("rate-tax", 1): ("exact", summed),
    ("quote-subtotal", 1): ("exact", summed),
    ("quote-discount", 1): ("exact", summed),
    ("quote-delivery", 1): ("exact", summed),
    ("quote-tax", 1): ("exact", summed),
    ("quote-total", 1): ("exact", summed),
}

NEWEST = dict(sorted(FORMULAS))

# Which amount a step explains. The unit price has one or two steps, and the last one counts.
ITEM_AMOUNTS = {
    "unit_price_minor": ("listed-price", "unit-repriced"),
    "subtotal_minor": ("line-subtotal", "delivery-charge"),
    "discount_minor": ("item-discount",),
    "net_minor": ("net-as-listed", "net"),
    "tax_minor": ("tax-none", "tax-of-line", "tax-share"),
    "total_minor": ("total-as-listed", "total"),
}
QUOTE_AMOUNTS = {
    "subtotal_minor": "quote-subtotal",
    "discount_minor": "quote-discount",
    "delivery_minor": "quote-delivery",
    "tax_minor": "quote-tax",
    "total_minor": "quote-total",
}


def derive(rule: str, label: str, inputs: dict[str, int | str]) -> Step:
    """Computes an amount by the newest version of a formula and keeps how it was done."""
    version = NEWEST[rule]
    rounding, formula = FORMULAS[rule, version]
    return Step(
        rule=rule,
        rule_version=version,
        label=label,
        inputs=inputs,
        rounding=rounding,
        amount_minor=formula(inputs),
    )


def recompute(step: Step) -> int:
    """Returns what the step's formula makes of its inputs, in minor units.

    Raises:
        KeyError: the formula or one of its inputs is unknown.
    """
    _, formula = FORMULAS[step.rule, step.rule_version]
    return formula(step.inputs)


def discrepancies(quote: Quote) -> tuple[str, ...]:
    """Returns a sentence for every amount that its derivation does not yield; none when sound.

    Each step is computed again; each amount must be what its step says; and wherever a step takes
    another amount of the quote as input, it must be that amount.
    """
    return (
        *_wrong_steps(quote),
        *_wrong_amounts(quote),
        *_wrong_inputs(quote),
        *_wrong_sums(quote),
    )


def items(quote: Quote) -> dict[str, Quoted]:
    """Returns the lines and the delivery by the names that steps use for them."""
    named: dict[str, Quoted] = {f"line_{n}": line for n, line in enumerate(quote.lines, start=1)}
    return named | ({"delivery": quote.delivery} if quote.delivery else {})


def _wrong_steps(quote: Quote) -> Iterator[str]:
    everything = [*quote.steps, *(step for item in items(quote).values() for step in item.steps)]
    for step in everything:
        if (step.rule, step.rule_version) not in FORMULAS:
            yield f"no formula {step.rule} version {step.rule_version}"
        elif recompute(step) != step.amount_minor:
            yield f"{step.rule}: {step.amount_minor}, computed again {recompute(step)}"


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


def _wrong_inputs(quote: Quote) -> Iterator[str]:
    """Compares what a step of a line took as input with what earlier steps of it gave."""
    for name, item in items(quote).items():
        known: dict[str, int | None] = {
            "unit_minor": _explained(item.steps, *ITEM_AMOUNTS["unit_price_minor"]),
            "quantity": getattr(item, "quantity", None),
            "taxable_minor": _explained(item.steps, "taxable"),
            **{amount: _explained(item.steps, *rules) for amount, rules in ITEM_AMOUNTS.items()},
        }
        for step in item.steps:
            for input_name in known.keys() & step.inputs.keys():
                if step.inputs[input_name] != known[input_name]:
                    yield f"{name}: {step.rule} took a {input_name} that is not the line's"
        shares = [step.amount_minor for step in item.steps if step.rule == "discount-share"]
        taken = [step for step in item.steps if step.rule == "item-discount"]
        if [list(numbered(step.inputs).values()) for step in taken] != [shares]:
            yield f"{name}: its discount is not the sum of its shares"


def _wrong_sums(quote: Quote) -> Iterator[str]:
    """Compares the quote's sums with its lines, and every spread amount with its shares."""
    amounts = {
        "quote-tax": "tax_minor",
        "quote-total": "total_minor",
        "quote-discount": "discount_minor",
        "rate-net": "net_minor",
        "rate-tax": "tax_minor",
        "quote-subtotal": "subtotal_minor",
    }
    named = items(quote)
    for step in quote.steps:
        parts = numbered(step.inputs)
        if step.rule in amounts:
            wanted = {name: getattr(named.get(name), amounts[step.rule], None) for name in parts}
            if wanted != parts:
                yield f"{step.rule}: it adds up amounts that are not the lines'"
        spread = {"discount-spread": "discount-share", "tax-of-rate": "tax-share"}.get(step.rule)
        if spread:
            shares = _shares(named, spread, step)
            if shares and shares != allocate(step.amount_minor, list(parts.values())):
                yield f"{step.rule}: the shares are not those of the largest remainder"
    complete = {"quote-tax", "quote-total", "quote-discount"}
    if any(
        step.rule in complete and len(numbered(step.inputs)) != len(named) for step in quote.steps
    ):
        yield "a sum leaves out a line"


def _shares(named: dict[str, Quoted], rule: str, spread: Step) -> list[int]:
    """Returns the shares that the lines of a spread amount carry, in its order."""
    key = "discount" if rule == "discount-share" else "tax_code"
    return [
        step.amount_minor
        for name in numbered(spread.inputs)
        if name in named
        for step in named[name].steps
        if step.rule == rule and step.inputs.get(key) == spread.inputs[key]
    ]
