"""Questions about gift cards; never cached."""

from collections.abc import Iterable
from uuid import UUID

from events.privacy.secrets import keyed_digest
from modules.giftcards import contracts
from modules.giftcards.contracts import GiftCardNotFound
from modules.giftcards.models import GiftCard, Movement
from modules.kernel import clock


def digest(code: str) -> bytes:
    """Returns what is kept of a code: nobody reads it back, nor finds it by trying offline."""
    return keyed_digest("gift card", code.encode())


def card_by_code(typed: str) -> contracts.GiftCard | None:
    """Returns the card that a code opens and that can pay now, however the code is typed."""
    code = "".join(letter for letter in typed.upper() if letter.isalnum())
    if not code.isascii() or not 8 <= len(code) <= 40:
        return None
    row = GiftCard.objects.filter(code_digest=digest(code)).first()
    found = row.as_contract() if row else None
    return found if found and found.balance.minor and usable(found) else None


def usable(card: contracts.GiftCard) -> bool:
    """Tells whether a card may pay: neither blocked nor over."""
    return not card.blocked and (card.valid_until is None or card.valid_until > clock.now())


def cards(ids: Iterable[UUID]) -> dict[UUID, contracts.GiftCard]:
    """Returns cards by id; one query."""
    rows = GiftCard.objects.filter(id__in=list(ids))
    return {row.id: row.as_contract() for row in rows}


def newest_cards(limit: int = 100) -> tuple[contracts.GiftCard, ...]:
    """Returns the cards issued last, newest first."""
    rows = GiftCard.objects.order_by("-issued_at", "-id")[:limit]
    return tuple(row.as_contract() for row in rows)


def movements(card_id: UUID) -> tuple[contracts.CardMovement, ...]:
    """Returns all that ever changed a card's balance, oldest first.

    Raises:
        GiftCardNotFound: there is no such card.
    """
    rows = Movement.objects.filter(card_id=card_id).order_by("recorded_at", "id")
    found = tuple(row.as_contract() for row in rows)
    if not found:
        raise GiftCardNotFound("There is no such gift card.")
    return found
