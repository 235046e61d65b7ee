"""Asks which promotions apply to a basket, with what is known of the shopper and no more."""

from collections.abc import Callable
from dataclasses import replace

from events.privacy.secrets import subject_of
from modules.carts.contracts import Cart
from modules.checkout.funding import is_card
from modules.customers.selectors import customer_groups
from modules.kernel.clock import now
from modules.orders.selectors import has_ordered
from modules.pricing.contracts import Discount, Quote
from modules.pricing.selectors import taken_off
from modules.promotions.contracts import Decision, Offered, Piece, Shopper, Situation
from modules.promotions.selectors import decide, offers

type Price = Callable[[tuple[Discount, ...]], Quote | None]


def situation_of(
    cart: Cart,
    *,
    country: str,
    email: str,
    pieces: tuple[Piece, ...],
    shopper: Shopper | None = None,
) -> Situation:
    """Returns all that decides which promotions a basket gets; without pieces it asks nothing."""
    at = now()
    subject = subject_of(cart.customer_id, email) if cart.customer_id or email else None
    found: tuple[Offered, ...] = ()
    if pieces:
        vouchers = [code for code in cart.codes if not is_card(code)]
        found = offers(vouchers, currency=cart.currency, subject=subject, at=at)
    return Situation(
        currency=cart.currency,
        country=country,
        at=at,
        pieces=pieces,
        shopper=shopper or shopper_of(cart, found),
        offers=found,
    )


def shopper_of(cart: Cart, found: tuple[Offered, ...]) -> Shopper:
    """Looks up only what some promotion asks for."""
    if cart.customer_id is None:
        return Shopper()
    conditions = [offer.rule.conditions for offer in found]
    return Shopper(
        subject=cart.customer_id,
        groups=customer_groups(cart.customer_id) if any(c.groups for c in conditions) else (),
        first_order=any(c.first_order for c in conditions) and not has_ordered(cart.customer_id),
    )


def settled(situation: Situation, price: Price) -> tuple[Decision, Quote | None]:
    """Returns the decision and its quote; what would pass a campaign's budget is left out.

    What a promotion takes off is known only when it is priced, so that this may decide again.
    """
    while True:
        decision = decide(situation)
        quoted = price(decision.discounts)
        over = over_budget(situation, quoted) if quoted else set()
        if not over:
            return decision, quoted
        situation = replace(
            situation,
            offers=tuple(
                replace(offer, spent="its budget is used up") if offer.code in over else offer
                for offer in situation.offers
            ),
        )


def over_budget(situation: Situation, quoted: Quote) -> set[str]:
    """Returns the promotions that take more than is left of their campaign, in order of taking."""
    by_code = {offer.code: offer for offer in situation.offers}
    spent: dict[str, int] = {}
    over: set[str] = set()
    for row in taken_off(quoted):
        offer = by_code[row.code]
        if offer.left_minor is None:
            continue
        if spent.get(offer.campaign, 0) + row.amount_minor > offer.left_minor:
            over.add(offer.code)
        else:
            spent[offer.campaign] = spent.get(offer.campaign, 0) + row.amount_minor
    return over
