"""The formulas of docs/guides/pricing.md, written a second time.

Shares no code with the shop, on exact fractions, so that a wrong formula there is found here.
"""

from fractions import Fraction

from modules.pricing.contracts import Step

type Inputs = dict[str, int | str]


def half_up(exact: Fraction) -> int:
    assert exact >= 0
    return int(exact + Fraction(1, 2))


def whole(inputs: Inputs, name: str) -> int:
    value = inputs[name]
    assert isinstance(value, int)
    return value


def parts(inputs: Inputs) -> list[int]:
    named = [name for name in inputs if name.split("_")[0] in {"line", "share", "delivery"}]
    in_order = sorted(named, key=lambda name: int(name.split("_")[1]) if "_" in name else 10**9)
    return [whole(inputs, name) for name in in_order]


def tax(inputs: Inputs, base: int) -> int:
    rate = Fraction(whole(inputs, "tax_rate_millionths"), 1_000_000)
    if whole(inputs, "tax_included"):
        return half_up(base - base / (1 + rate))
    return half_up(base * rate)


def share(inputs: Inputs, spread: int) -> int:
    total = whole(inputs, "weight_total_minor")
    exact = Fraction(spread * whole(inputs, "weight_minor"), total) if total else Fraction(0)
    assert whole(inputs, "extra_minor") in (0, 1)
    return int(exact) + whole(inputs, "extra_minor")


def repriced(inputs: Inputs) -> int:
    home = 1 + Fraction(whole(inputs, "home_rate_millionths"), 1_000_000)
    destination = 1 + Fraction(whole(inputs, "tax_rate_millionths"), 1_000_000)
    return half_up(whole(inputs, "listed_minor") / home * destination)


def by_hand(step: Step) -> int:
    """Returns the amount that the guide's formula makes of a step's inputs."""
    i = step.inputs
    match step.rule:
        case "listed-price":
            return whole(i, "listed_minor")
        case "unit-repriced":
            return repriced(i)
        case "line-subtotal":
            return whole(i, "unit_minor") * whole(i, "quantity")
        case "delivery-charge":
            return whole(i, "charge_minor")
        case "discount-spread":
            return min(whole(i, "offered_minor"), sum(parts(i)))
        case "discount-share":
            return share(i, whole(i, "spread_minor"))
        case "taxable":
            return whole(i, "subtotal_minor") - whole(i, "discount_minor")
        case "delivery-repriced":
            return repriced(i)
        case "discount-rate":
            return half_up(Fraction(sum(parts(i)) * whole(i, "rate_millionths"), 1_000_000))
        case "discount-part":
            return half_up(
                Fraction(whole(i, "left_minor") * whole(i, "rate_millionths"), 1_000_000)
            )
        case "discount-units":
            worth = whole(i, "unit_minor") * whole(i, "units") * whole(i, "rate_millionths")
            return min(whole(i, "left_minor"), half_up(Fraction(worth, 1_000_000)))
        case "discount-sum":
            return sum(parts(i))
        case "tax-none" | "tax-reverse-charge":
            return 0
        case "tax-of-line":
            return tax(i, whole(i, "taxable_minor"))
        case "tax-of-rate":
            return tax(i, sum(parts(i)))
        case "tax-share":
            return share(i, whole(i, "tax_of_rate_minor"))
        case "net-as-listed" | "total-as-listed":
            return whole(i, "taxable_minor")
        case "net":
            return whole(i, "total_minor") - whole(i, "tax_minor")
        case "total":
            return whole(i, "net_minor") + whole(i, "tax_minor")
        case _:
            assert step.rule == "item-discount" or step.rule.split("-")[0] in {"quote", "rate"}
            return sum(parts(i))


def largest_remainder(amount: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    exact = [Fraction(amount * weight, total) for weight in weights]
    shares = [int(each) for each in exact]
    order = sorted(range(len(weights)), key=lambda n: (shares[n] - exact[n], n))
    for n in order[: amount - sum(shares)]:
        shares[n] += 1
    return shares
