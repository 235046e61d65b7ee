"""What the books record of facts that no event tells them.

| when                    | then                                                                |
|-------------------------|---------------------------------------------------------------------|
| staff issue a gift card | it is owed, and was given: taken off what the shop earns            |

What a card pays for, and what comes back to it, are captures and refunds of its own provider, and
are booked as those.
"""

from events.facts import subscribe
from modules.giftcards.contracts import GiftCardIssued
from modules.kernel.identity import derived_id
from modules.ledger.domain import accounts
from modules.ledger.domain.booking import BookedLeg
from modules.ledger.recording import RecordBooking, record_booking


def owe_the_gift_card(fact: GiftCardIssued) -> None:
    record_booking(
        RecordBooking(
            booking_id=derived_id("ledger.gift-card", fact.card_id),
            reason="gift-card",
            memo="Gift card issued",
            currency=fact.currency,
            legs=(
                BookedLeg(accounts.DISCOUNTS, fact.amount_minor),
                BookedLeg(accounts.GIFT_CARDS, -fact.amount_minor),
            ),
            evidence={"gift card": str(fact.card_id)},
        )
    )


subscribe(GiftCardIssued, owe_the_gift_card)
