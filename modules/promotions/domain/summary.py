"""A promotion in one sentence, for the people who make them."""

from collections.abc import Sequence

from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.promotions.contracts import Rule, Tier


def summary(rule: Rule) -> str:
    """Returns what a promotion does: `10 % off prints from 3 pieces, until 31 December 2026`."""
    parts = [effect(rule), *bounds(rule)]
    if rule.needs_voucher:
        parts.append("with a voucher")
    if rule.exclusive:
        parts.append("not with other offers")
    return ", ".join(parts)


def effect(rule: Rule) -> str:
    what = subject(rule)
    match rule.kind:
        case "free-delivery":
            said = "free delivery" if what == "everything" else f"free delivery with {what}"
        case "percentage":
            said = f"{percent(rule.rate_millionths)} off {taken_off(rule, what)}"
        case "fixed":
            said = f"{amounts(rule.amounts)} off {taken_off(rule, what, each=True)}"
        case "buy-get":
            reduced = (
                "free"
                if rule.rate_millionths == 1_000_000
                else "at " + (f"{percent(rule.rate_millionths)} off")
            )
            said = f"buy {rule.buy} of {what} and get {rule.get} {reduced}, the cheapest"
        case "tiered":
            steps = "; ".join(step(tier) for tier in rule.tiers)
            said = f"off {taken_off(rule, what)}: {steps}"
    least = rule.conditions.minimum_units
    return f"{said} from {least} pieces" if least > 1 else said


def subject(rule: Rule) -> str:
    named = [path.rpartition("/")[2].replace("-", " ") for path in rule.conditions.categories]
    return listed([*named, *rule.conditions.skus]) or "everything"


def taken_off(rule: Rule, what: str, *, each: bool = False) -> str:
    if rule.target == "delivery":
        return "the delivery"
    if rule.target == "order":
        return "the order" if what == "everything" else f"orders with {what}"
    return f"each piece of {what}" if each else what


def bounds(rule: Rule) -> list[str]:
    conditions = rule.conditions
    said = []
    if conditions.minimum:
        said.append(f"from {amounts(conditions.minimum)}")
    if conditions.countries:
        said.append(f"delivered to {listed(conditions.countries)}")
    if conditions.groups:
        said.append(f"for {listed(conditions.groups)}")
    if conditions.first_order:
        said.append("on the first order")
    if conditions.valid_from:
        said.append(f"from {conditions.valid_from:%-d %B %Y}")
    if conditions.valid_until:
        said.append(f"until {conditions.valid_until:%-d %B %Y}")
    return said


def step(tier: Tier) -> str:
    off = percent(tier.rate_millionths) if tier.rate_millionths else amounts(tier.amounts)
    start = amounts(tier.from_amounts) if tier.from_amounts else f"{tier.from_units} pieces"
    return f"{off} from {start}"


def percent(rate_millionths: int) -> str:
    """Returns `12.5 %` for 125000, in whole numbers all the way."""
    whole, rest = divmod(rate_millionths, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + " %"


def amounts(found: Sequence[Money]) -> str:
    return " / ".join(written(amount) for amount in found)


def listed(words: Sequence[str]) -> str:
    return " or ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} or {words[-1]}"
