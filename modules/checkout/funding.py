"""Which gift cards of a basket pay how much of it; the rest is paid the way the shopper chooses."""

from uuid import UUID

from modules.carts.contracts import Cart
from modules.checkout.contracts import AppliedCard
from modules.giftcards.contracts import GiftCard
from modules.giftcards.selectors import cards, usable
from modules.kernel.money import Money

# How a gift card stands among a basket's codes; nobody can type this, for a code has no colon.
PREFIX = "gift:"


def as_entered(card: GiftCard) -> str:
    return f"{PREFIX}{card.id}"


def is_card(code: str) -> bool:
    return code.startswith(PREFIX)


def applied_cards(cart: Cart, total_minor: int) -> tuple[AppliedCard, ...]:
    """Returns what each entered gift card pays, in the order of entering; no query without any."""
    ids = [UUID(code.removeprefix(PREFIX)) for code in cart.codes if is_card(code)]
    found = cards(ids) if ids else {}
    applied: list[AppliedCard] = []
    left = total_minor
    for card_id in ids:
        card = found.get(card_id)
        if card is None:
            continue
        problem = why_not(card, cart.currency)
        used = 0 if problem else min(left, card.balance.minor)
        left -= used
        applied.append(
            AppliedCard(
                card_id=card.id,
                code=as_entered(card),
                hint=card.hint,
                balance=card.balance,
                used=Money(used, cart.currency),
                problem=problem,
            )
        )
    return tuple(applied)


def why_not(card: GiftCard, currency: str) -> str:
    if not usable(card):
        return "it cannot be used any more"
    if card.balance.currency != currency:
        return f"it is in {card.balance.currency}"
    return "" if card.balance.minor else "it is used up"
