"""How each amount of a quote is computed, and how to compute it again from its steps alone.

A formula is known by name and version and never changes: a quote is stored for years, so a new way
to compute is a new version beside the old one.
"""

from collections.abc import Callable, Mapping

from modules.kernel.money import divide_half_up
from modules.pricing.contracts import Step

type Inputs = Mapping[str, int | str]

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


def part(amount: int, inputs: Inputs) -> int:
    """Returns `rate_millionths` of an amount, rounded half up once."""
    return divide_half_up(amount * number(inputs, "rate_millionths"), WHOLE)


def part_of_units(inputs: Inputs) -> int:
    offered = part(number(inputs, "unit_minor") * number(inputs, "units"), inputs)
    return min(offered, number(inputs, "left_minor"))


def summed(inputs: Inputs) -> int:
    return sum(numbered(inputs).values())


FORMULAS: dict[tuple[str, int], tuple[str, Callable[[Inputs], int]]] = {
    ("listed-price", 1): ("exact", lambda i: number(i, "listed_minor")),
    ("unit-repriced", 1): ("half-up", repriced),
    ("line-subtotal", 1): ("exact", lambda i: number(i, "unit_minor") * number(i, "quantity")),
    ("delivery-charge", 1): ("exact", lambda i: number(i, "charge_minor")),
    ("delivery-repriced", 1): ("half-up", repriced),
    ("discount-spread", 1): ("exact", lambda i: min(number(i, "offered_minor"), summed(i))),
    ("discount-share", 1): ("largest-remainder", lambda i: share(i, "spread_minor")),
    ("discount-rate", 1): ("half-up", lambda i: part(summed(i), i)),
    ("discount-part", 1): ("half-up", lambda i: part(number(i, "left_minor"), i)),
    ("discount-units", 1): ("half-up", part_of_units),
    ("discount-sum", 1): ("exact", summed),
    ("item-discount", 1): ("exact", summed),
    ("taxable", 1): ("exact", lambda i: number(i, "subtotal_minor") - number(i, "discount_minor")),
    ("tax-none", 1): ("exact", lambda i: 0),
    ("tax-reverse-charge", 1): ("exact", lambda i: 0),
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
