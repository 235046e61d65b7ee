#!/usr/bin/env python3
"""Recomputes every amount of an order from its explanation alone, and names the first that is off.

    python explain.py explanation.json

Python's standard library and this file are all it needs: no shop, no price list, no tax table.
The formulas are those of docs/guides/pricing.md, written here a second time on exact fractions.

An explanation is a list of steps, each with the name of the amount it makes. An input is a number,
or `{"of": name, "is_minor": number}`: the amount of an earlier step, which has to be that number.

Exit 0: every amount follows. Exit 1: one does not. Exit 2: the file is no explanation.
"""

import json
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

FORMAT = "counterfoil.explanation.v1"
MILLION = 1_000_000
PARTS = ("line", "share", "change", "weight")
# Which sums of the order have to name every line, and which the delivery as well.
WHOLE = {"subtotal": False, "discount": True, "tax": True, "total": True}

Inputs = dict[str, Any]


def half_up(exact: Fraction) -> int:
    """Returns the nearest whole number, halves away from zero; amounts here are never negative."""
    return int(exact + Fraction(1, 2))


def parts(i: Inputs) -> list[int]:
    """Returns the inputs that stand for lines, delivery, shares and the like, in their order."""
    names = [n for n in i if n == "delivery" or (n.partition("_")[0] in PARTS and n[-1].isdigit())]
    return [i[n] for n in sorted(names, key=lambda n: int(n.partition("_")[2] or MILLION))]


def part(i: Inputs, base: int) -> int:
    return half_up(Fraction(base * i["rate_millionths"], MILLION))


def tax(i: Inputs, base: int) -> int:
    """Returns the tax inside a base that holds it, or on top of one that does not."""
    rate = Fraction(i["tax_rate_millionths"], MILLION)
    return half_up(base - base / (1 + rate) if i["tax_included"] else base * rate)


def repriced(i: Inputs) -> int:
    """Takes home tax out of a price and puts the destination's in, rounded once."""
    home, there = (1 + Fraction(i[f"{n}_rate_millionths"], MILLION) for n in ("home", "tax"))
    return half_up(i["listed_minor"] / home * there)


def share(i: Inputs) -> int:
    """Returns one share by largest remainder: ties go to the first."""
    weights, amount = parts(i), i["spread_minor"]
    if not sum(weights):
        return 0
    exact = [Fraction(amount * weight, sum(weights)) for weight in weights]
    by_rest = sorted(range(len(exact)), key=lambda n: (int(exact[n]) - exact[n], n))
    extra = by_rest[: amount - sum(int(each) for each in exact)]
    return int(exact[i["place"] - 1]) + (i["place"] - 1 in extra)


def worth(i: Inputs) -> int:
    """The units of a line share its amount evenly; the first have the minor units left over."""
    each, rest = divmod(i["of_minor"], i["quantity"])
    if not 0 <= i["first"] <= i["first"] + i["units"] <= i["quantity"]:
        raise ValueError("more units than the line has")
    return sum(each + (n < rest) for n in range(i["first"], i["first"] + i["units"]))


SUM: Callable[[Inputs], int] = lambda i: sum(parts(i))  # noqa: E731
RULES: dict[str, Callable[[Inputs], int]] = {
    "listed-price": lambda i: int(i["listed_minor"]),
    "unit-repriced": repriced,
    "line-subtotal": lambda i: int(i["unit_minor"] * i["quantity"]),
    "delivery-charge": lambda i: int(i["charge_minor"]),
    "delivery-repriced": repriced,
    "left": lambda i: i["subtotal_minor"] - SUM(i),
    "discount-spread": lambda i: min(i["offered_minor"], SUM(i)),
    "discount-rate": lambda i: part(i, SUM(i)),
    "discount-share": share,
    "discount-part": lambda i: part(i, i["left_minor"]),
    "discount-units": lambda i: min(i["left_minor"], part(i, i["unit_minor"] * i["units"])),
    "discount-sum": SUM,
    "item-discount": SUM,
    "taxable": lambda i: int(i["subtotal_minor"] - i["discount_minor"]),
    "tax-none": lambda i: 0,
    "tax-reverse-charge": lambda i: 0,
    "tax-of-line": lambda i: tax(i, i["taxable_minor"]),
    "tax-of-rate": lambda i: tax(i, SUM(i)),
    "tax-share": share,
    "net-as-listed": lambda i: int(i["taxable_minor"]),
    "net": lambda i: int(i["total_minor"] - i["tax_minor"]),
    "total-as-listed": lambda i: int(i["taxable_minor"]),
    "total": lambda i: int(i["net_minor"] + i["tax_minor"]),
    "rate-net": SUM,
    "rate-tax": SUM,
    "quote-subtotal": SUM,
    "quote-discount": SUM,
    "quote-delivery": SUM,
    "quote-tax": SUM,
    "quote-total": SUM,
    "units-worth": worth,
    "change-worth": SUM,
    "order-due": lambda i: i["total_minor"] - SUM(i),
    "refund": lambda i: int(i["decided_minor"]),
    "refunded": SUM,
}


def problems(told: dict[str, Any]) -> Iterator[str]:
    """Yields a sentence for every amount that does not follow; the first one is the one to see."""
    made: dict[str, int] = {}
    items = {item["name"]: item for item in told["items"]}
    for step in told["steps"]:
        name, inputs = step["name"], {}
        if name in made:
            yield f"{name}: it is explained twice"
        for key, given in step["inputs"].items():
            if isinstance(given, dict):
                follows = made.get(given["of"])
                if follows != given["is_minor"]:
                    yield f"{name}: {given['is_minor']} is not {given['of']}, {follows}"
                given = follows or 0
            inputs[key] = given
        try:
            made[name] = RULES[step["rule"]](inputs)
        except (KeyError, ValueError, TypeError, ZeroDivisionError, IndexError) as error:
            yield f"{name}: {step['rule']} cannot be computed: {error}"
            continue
        if made[name] != step["amount_minor"]:
            yield f"{name}: {step['amount_minor']} is stated, {made[name]} follows"
        quantity = items.get(name.partition(".")[0], {}).get("quantity")
        if quantity not in (None, inputs.get("quantity", quantity)):
            yield f"{name}: the line has {quantity} units"
        if name in WHOLE:
            wanted = {n for n in items if WHOLE[name] or n != "delivery"}
            if {n: v.get("of") for n, v in step["inputs"].items()} != {
                n: f"{n}.{name}" for n in wanted
            }:
                yield f"{name}: it does not add up every line once"
    for name, stated in told["amounts"].items():
        if made.get(name) != stated:
            yield f"{name}: {stated} is stated, {made.get(name, 'nothing')} follows"


def main(arguments: list[str]) -> int:
    try:
        text = Path(arguments[0]).read_text() if arguments else sys.stdin.read()
        told = json.loads(text)
        if told["format"] != FORMAT:
            raise ValueError(f"it is not of the format {FORMAT}")
        first = next(problems(told), "")
        counts = f"{len(told['amounts'])} amounts follow from {len(told['steps'])} steps"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"This is no explanation that can be read: {type(error).__name__}: {error}")
        return 2
    print(first or f"All {counts}, to the minor unit.")
    return 1 if first else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
