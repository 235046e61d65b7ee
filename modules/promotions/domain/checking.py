"""What cannot be meant as a promotion is refused when it is saved, naming the field."""

from collections.abc import Iterable, Sequence

from modules.kernel.money import Money
from modules.promotions.contracts import PromotionRefused, Rule, Tier

WHOLE = 1_000_000
# Addresses beside those of promotions.
TAKEN = ("new", "try", "campaigns")


def refuse_nonsense(rule: Rule) -> None:
    """Raises: PromotionRefused: a field that contradicts the others, or lies out of bounds."""
    if not rule.label.strip() or len(rule.label) > 100:
        raise refused("label", "give it a name of 1 to 100 letters, as shoppers shall see it")
    if not 0 <= rule.priority <= 1000:
        raise refused("priority", "choose a priority from 0 (tried first) to 1000")
    if rule.kind in ("percentage", "buy-get") and not 0 < rule.rate_millionths <= WHOLE:
        raise refused("rate", "choose a percentage above 0 and up to 100")
    if rule.kind == "fixed":
        check_amounts("amounts", rule.amounts)
    if rule.kind == "buy-get" and not (1 <= rule.buy <= 1000 and 1 <= rule.get <= 1000):
        raise refused("buy", "say how many are bought and how many of them are reduced, 1 to 1000")
    if rule.kind in ("buy-get", "tiered") and rule.target == "delivery":
        raise refused("target", "this kind is taken off pieces, not off the delivery")
    if rule.kind == "tiered":
        check_tiers(rule.tiers)
    check_conditions(rule)


def refuse_code(code: str) -> None:
    """Raises: PromotionRefused: what orders could not cite and no address could name."""
    if not code.replace("-", "").isalnum() or not code.isascii() or len(code) > 64:
        raise refused("code", "use letters, digits and hyphens in the code, at most 64")
    if code in TAKEN:
        raise refused("code", "choose another code: this one is an address of the shop")


def check_tiers(tiers: Sequence[Tier]) -> None:
    if not tiers:
        raise refused("tiers", "give at least one step")
    for tier in tiers:
        if bool(tier.rate_millionths) == bool(tier.amounts):
            raise refused("tiers", "each step takes off either a percentage or an amount")
        if not 0 <= tier.rate_millionths <= WHOLE or tier.from_units < 0:
            raise refused("tiers", "a step begins at 0 pieces or more and takes off up to 100 %")
        if tier.amounts:
            check_amounts("tiers", tier.amounts)
    units = [tier.from_units for tier in tiers]
    if units != sorted(units) or not in_order(tiers):
        raise refused("tiers", "put the steps in order, the smallest first")


def in_order(tiers: Sequence[Tier]) -> bool:
    starts: dict[str, int] = {}
    for tier in tiers:
        for amount in tier.from_amounts:
            if amount.minor < starts.get(amount.currency, 0):
                return False
            starts[amount.currency] = amount.minor
    return True


def check_conditions(rule: Rule) -> None:
    conditions = rule.conditions
    if conditions.minimum:
        check_amounts("minimum", conditions.minimum)
    if not 0 <= conditions.minimum_units <= 100_000:
        raise refused("minimum_units", "choose a number of pieces from 0 to 100000")
    begins, ends = conditions.valid_from, conditions.valid_until
    if begins and ends and ends <= begins:
        raise refused("valid_until", "it would end before it begins: choose a later end")
    if any(len(code) != 2 or not code.isupper() for code in conditions.countries):
        raise refused("countries", "write countries as two capital letters, such as FR")


def check_amounts(name: str, amounts: Iterable[Money]) -> None:
    amounts = list(amounts)
    currencies = [amount.currency for amount in amounts]
    if not amounts or len(set(currencies)) != len(currencies):
        raise refused(name, "give one amount for each currency")
    if any(not 0 < amount.minor < 10**11 for amount in amounts):
        raise refused(name, "an amount is above zero")


def refused(field: str, what: str) -> PromotionRefused:
    return PromotionRefused(f"{what[:1].upper()}{what[1:]}.", field=field)
