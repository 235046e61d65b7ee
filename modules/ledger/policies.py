"""What the books record of facts that no event tells them.

| when                    | then                                                                |
|-------------------------|---------------------------------------------------------------------|
| a gift card is issued   | it is owed; sold: the bank has the money, with no revenue and no tax |
|                         | until it is spent; given: it is taken off what the shop earns       |
| an unused one is voided | the same the other way round                                        |

What a card pays for, and what comes back to it, are captures and refunds of its own provider, and
are booked as those.
"""

from uuid import UUID

from events.facts import subscribe
from modules.giftcards.contracts import GiftCardIssued, GiftCardVoided
from modules.kernel.identity import derived_id
from modules.ledger.domain import accounts
from modules.ledger.domain.booking import BookedLeg
from modules.ledger.recording import RecordBooking, record_booking


def owe_the_gift_card(fact: GiftCardIssued) -> None:
    booking_id = derived_id("ledger.gift-card", fact.card_id)
    book(booking_id, "Gift card sold" if fact.sold else "Gift card issued", fact, fact.amount_minor)


def owe_it_no_more(fact: GiftCardVoided) -> None:
    booking_id = derived_id("ledger.gift-card-voided", fact.card_id)
    book(booking_id, "Gift card taken back", fact, -fact.amount_minor)


def book(
    booking_id: UUID, memo: str, fact: GiftCardIssued | GiftCardVoided, owed_minor: int
) -> None:
    record_booking(
        RecordBooking(
            booking_id=booking_id,
            reason="gift-card",
            memo=memo,
            currency=fact.currency,
            legs=(
                BookedLeg(accounts.BANK if fact.sold else accounts.DISCOUNTS, owed_minor),
                BookedLeg(accounts.GIFT_CARDS, -owed_minor),
            ),
            evidence={"gift card": str(fact.card_id)},
        )
    )


subscribe(GiftCardIssued, owe_the_gift_card)
subscribe(GiftCardVoided, owe_it_no_more)
