"""Steps of an explanation in words: which numbers made an amount, and how it was rounded."""

from collections.abc import Callable, Mapping

from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.pricing.contracts import AmountOf, ExplainedStep

type Say = Callable[[str], str]


def in_words(step: ExplainedStep, currency: str) -> str:
    """Returns the right side of `amount = ...`, with amounts as people write them."""
    values = {
        name: value.is_minor if isinstance(value, AmountOf) else value
        for name, value in step.inputs.items()
    }

    def money(name: str) -> str:
        value = values.get(name, 0)
        return written(Money(value, currency)) if isinstance(value, int) else value

    said = SAYINGS.get(step.rule, plain)(values, money)
    return f"{said}, {ROUNDINGS[step.rounding]}" if step.rounding in ROUNDINGS else said


ROUNDINGS = {"half-up": "rounded half up", "largest-remainder": "by largest remainder"}


def percent(millionths: object) -> str:
    """Returns `12.5 %` for 125000, in whole numbers all the way."""
    whole, rest = divmod(int(str(millionths)), 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"


def added(values: Mapping[str, object], money: Say) -> str:
    """Returns the sum of the amounts that stand for lines, delivery, shares or changes."""
    names = [
        name
        for name in values
        if name == "delivery" or name.partition("_")[0] in ("line", "share", "change")
    ]
    return " + ".join(money(name) for name in sorted(names, key=place)) or "nothing"


def place(name: str) -> tuple[bool, int]:
    number = name.rpartition("_")[2]
    return not number.isdecimal(), int(number) if number.isdecimal() else 0


def taxed(values: Mapping[str, object], base: str) -> str:
    rate = percent(values["tax_rate_millionths"])
    return f"the {rate} that {base} holds" if values["tax_included"] else f"{rate} of {base}"


def repriced(values: Mapping[str, object], money: Say) -> str:
    home, there = percent(values["home_rate_millionths"]), percent(values["tax_rate_millionths"])
    return f"{money('listed_minor')} without the {home} it holds, with {there}"


def plain(values: Mapping[str, object], money: Say) -> str:
    return added(values, money)


SAYINGS: dict[str, Callable[[Mapping[str, object], Say], str]] = {
    "listed-price": lambda v, m: f"as listed, version {v['price_version']} of its price",
    "unit-repriced": repriced,
    "delivery-repriced": repriced,
    "line-subtotal": lambda v, m: f"{v['quantity']} × {m('unit_minor')}",
    "delivery-charge": lambda v, m: (
        f"rate {v['delivery_rule']}, version {v['delivery_rule_version']}"
    ),
    "left": lambda v, m: " − ".join((m("subtotal_minor"), *shares(v, m))),
    "discount-spread": lambda v, m: f"{m('offered_minor')}, at most {added(v, m)}; {rule(v)}",
    "discount-rate": lambda v, m: f"{percent(v['rate_millionths'])} of {added(v, m)}; {rule(v)}",
    "discount-sum": lambda v, m: f"{added(v, m)}; {rule(v)}",
    "discount-share": lambda v, m: f"its share of {m('spread_minor')}",
    "discount-part": lambda v, m: f"{percent(v['rate_millionths'])} of {m('left_minor')}",
    "discount-units": lambda v, m: (
        f"{percent(v['rate_millionths'])} of {v['units']} × {m('unit_minor')}"
    ),
    "taxable": lambda v, m: f"{m('subtotal_minor')} − {m('discount_minor')}",
    "tax-none": lambda v, m: "no tax where it goes",
    "tax-reverse-charge": lambda v, m: "none: the buyer accounts for it",
    "tax-of-line": lambda v, m: taxed(v, m("taxable_minor")),
    "tax-of-rate": lambda v, m: taxed(v, added(v, m)),
    "tax-share": lambda v, m: f"its share of {m('spread_minor')}",
    "net": lambda v, m: f"{m('total_minor')} − {m('tax_minor')}",
    "net-as-listed": lambda v, m: m("taxable_minor"),
    "total-as-listed": lambda v, m: m("taxable_minor"),
    "total": lambda v, m: f"{m('net_minor')} + {m('tax_minor')}",
    "units-worth": lambda v, m: f"{v['units']} of {v['quantity']} units worth {m('of_minor')}",
    "order-due": lambda v, m: " − ".join((m("total_minor"), *changes(v, m))),
    "refund": lambda v, m: "as decided",
}


def rule(values: Mapping[str, object]) -> str:
    said = f"rule {values['code']}, version {values['code_version']}"
    return f"{said}, voucher {values['voucher']}" if values.get("voucher") else said


def shares(values: Mapping[str, object], money: Say) -> list[str]:
    return [money(name) for name in sorted(values, key=place) if name.startswith("share_")]


def changes(values: Mapping[str, object], money: Say) -> list[str]:
    return [money(name) for name in sorted(values, key=place) if name.startswith("change_")]
