"""The one rule that says which promotions apply to a basket, and what each takes off: pure.

Conditions look at listed prices before any discount, so that the order of promotions changes what
each takes off but never whether it applies.
"""

from collections.abc import Sequence

from modules.kernel.money import Money
from modules.kernel.wording import written
from modules.pricing.contracts import Discount
from modules.promotions.contracts import (
    Conditions,
    Decision,
    Offered,
    Piece,
    Rule,
    Situation,
    Tier,
    Verdict,
)

WHOLE = 1_000_000


def decide(situation: Situation) -> Decision:
    """Returns the discounts of the promotions that apply, in order, and a verdict on each."""
    discounts: list[Discount] = []
    verdicts: list[Verdict] = []
    taken: list[Offered] = []
    for offer in sorted(situation.offers, key=lambda each: (each.rule.priority, each.code)):
        counting = counted(offer.rule.conditions, situation.pieces)
        reason = offer.spent or refusal(offer.rule, counting, situation) or clash(offer, taken)
        given = () if reason else given_by(offer, counting, situation)
        if not reason and not given:
            reason = "there is nothing it could be taken off"
        if not reason:
            taken.append(offer)
            discounts += given
        verdicts.append(
            Verdict(
                code=offer.code,
                version=offer.version,
                label=offer.rule.label,
                applies=not reason,
                reason=reason,
                voucher=offer.voucher,
                within_reach=bool(reason and counting)
                and reason == too_little(offer.rule, counting, situation.currency),
            )
        )
    return Decision(discounts=tuple(discounts), verdicts=tuple(verdicts))


def counted(conditions: Conditions, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Returns the lines that a promotion looks at; all of them where it names none."""
    if not conditions.skus and not conditions.categories:
        return tuple(pieces)
    return tuple(
        piece
        for piece in pieces
        if piece.sku in conditions.skus
        or any(within(piece.category, path) for path in conditions.categories)
    )


def within(category: str, path: str) -> bool:
    return category == path or category.startswith(f"{path}/")


def clash(offer: Offered, taken: Sequence[Offered]) -> str:
    """Returns why an offer does not go together with what was taken before it."""
    alone = next((other for other in taken if other.rule.exclusive), None)
    if alone:
        return f"it does not go together with “{alone.rule.label}”"
    if offer.rule.exclusive and taken:
        return f"it stands alone, and “{taken[0].rule.label}” comes first"
    if any(other.code == offer.code for other in taken):
        return "it counts once"
    return ""


def refusal(rule: Rule, counting: Sequence[Piece], situation: Situation) -> str:
    """Returns the first condition that does not hold, in words; empty when all do."""
    conditions, shopper = rule.conditions, situation.shopper
    if conditions.valid_from and situation.at < conditions.valid_from:
        return f"it begins on {conditions.valid_from:%-d %B %Y}"
    if conditions.valid_until and situation.at >= conditions.valid_until:
        return f"it ended on {conditions.valid_until:%-d %B %Y at %H:%M} UTC"
    if conditions.countries and situation.country not in conditions.countries:
        return "it is not for deliveries to this country"
    if conditions.groups and not set(conditions.groups) & set(shopper.groups):
        return "it is for certain customers: sign in, if you are one"
    if conditions.first_order and not shopper.first_order:
        return "it is for the first order of a signed-in customer"
    if not counting:
        return "no piece in the basket is part of it"
    return too_little(rule, counting, situation.currency)


def too_little(rule: Rule, counting: Sequence[Piece], currency: str) -> str:
    units, goods = sum(piece.quantity for piece in counting), worth(counting)
    conditions = rule.conditions
    if units < conditions.minimum_units:
        return f"it begins at {conditions.minimum_units} pieces"
    if conditions.minimum:
        minimum = in_currency(conditions.minimum, currency)
        if minimum is None:
            return f"it is not offered in {currency}"
        if goods < minimum:
            return f"it begins at {written(Money(minimum, currency))}"
    if rule.kind == "buy-get" and units < rule.buy + rule.get:
        return f"it begins at {rule.buy + rule.get} pieces"
    if rule.kind == "tiered" and reached(rule, counting, currency) is None:
        return "its first step is not reached"
    if rule.kind == "fixed" and in_currency(rule.amounts, currency) is None:
        return f"it is not offered in {currency}"
    return ""


def worth(pieces: Sequence[Piece]) -> int:
    """Returns what lines cost as listed, in minor units."""
    return sum(piece.unit_minor * piece.quantity for piece in pieces)


def in_currency(amounts: Sequence[Money], currency: str) -> int | None:
    return next((amount.minor for amount in amounts if amount.currency == currency), None)


def reached(rule: Rule, counting: Sequence[Piece], currency: str) -> Tier | None:
    """Returns the last step of a tiered promotion that the lines reach."""
    units, goods = sum(piece.quantity for piece in counting), worth(counting)
    found = None
    for tier in rule.tiers:
        start = in_currency(tier.from_amounts, currency) if tier.from_amounts else 0
        given = tier.rate_millionths or in_currency(tier.amounts, currency) is not None
        if given and start is not None and goods >= start and units >= tier.from_units:
            found = tier
    return found


def given_by(
    offer: Offered, counting: Sequence[Piece], situation: Situation
) -> tuple[Discount, ...]:
    """Returns what a promotion whose conditions hold takes off."""
    rule, currency = offer.rule, situation.currency
    if rule.kind == "free-delivery":
        return (discount(offer, target="delivery", rate=WHOLE),)
    if rule.kind == "buy-get":
        units = cheapest(counting, rule.buy, rule.get)
        return (discount(offer, units=units, rate=rule.rate_millionths),) if units else ()
    rate, amount = rule.rate_millionths, in_currency(rule.amounts, currency) or 0
    if rule.kind == "tiered":
        tier = reached(rule, counting, currency)
        assert tier is not None
        rate, amount = tier.rate_millionths, in_currency(tier.amounts, currency) or 0
    if rule.target == "lines" and not rate:
        return tuple(
            discount(offer, skus=(piece.sku,), amount=amount * piece.quantity) for piece in counting
        )
    skus = tuple(piece.sku for piece in counting) if rule.target == "lines" else ()
    return (discount(offer, skus=skus, target=rule.target, rate=rate, amount=amount),)


def discount(
    offer: Offered,
    *,
    target: str = "lines",
    skus: tuple[str, ...] = (),
    units: tuple[tuple[str, int], ...] = (),
    rate: int = 0,
    amount: int = 0,
) -> Discount:
    return Discount(
        code=offer.code,
        code_version=offer.version,
        label=offer.rule.label,
        voucher=offer.voucher,
        target="line" if target == "lines" else "delivery" if target == "delivery" else "order",
        skus=skus,
        units=units,
        rate_millionths=rate,
        amount_minor=0 if rate else amount,
    )


def cheapest(pieces: Sequence[Piece], buy: int, get: int) -> tuple[tuple[str, int], ...]:
    """Returns the cheapest `get` of every `buy` + `get` units, so that none is bought and free."""
    free = sum(piece.quantity for piece in pieces) // (buy + get) * get
    chosen: list[tuple[str, int]] = []
    for piece in sorted(pieces, key=lambda each: (each.unit_minor, each.sku)):
        units = min(free, piece.quantity)
        if units:
            chosen.append((piece.sku, units))
        free -= units
    return tuple(chosen)
