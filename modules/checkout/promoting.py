"""Asks which promotions apply to a basket, with what is known of the shopper and no more."""

from events.privacy.secrets import subject_of
from modules.carts.contracts import Cart
from modules.customers.selectors import customer_groups
from modules.kernel.clock import now
from modules.orders.selectors import has_ordered
from modules.promotions.contracts import Decision, Offered, Piece, Shopper, Situation
from modules.promotions.selectors import decide, offers


def decide_for(
    cart: Cart, *, country: str, email: str, pieces: tuple[Piece, ...], fresh: bool
) -> Decision:
    """Returns the discounts of a basket and a verdict on every promotion that was looked at."""
    if not pieces:
        return Decision(discounts=(), verdicts=())
    at = now()
    subject = subject_of(cart.customer_id, email) if cart.customer_id or email else None
    found = offers(cart.codes, currency=cart.currency, subject=subject, at=at, fresh=fresh)
    return decide(
        Situation(
            currency=cart.currency,
            country=country,
            at=at,
            pieces=pieces,
            shopper=shopper_of(cart, found),
            offers=found,
        )
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
