"""What follows from facts of several modules.

| when                          | then                                                          |
|-------------------------------|---------------------------------------------------------------|
| price or availability changed | the catalogue's own copy follows, so that lists sort by them  |
| order cancelled, or not paid  | its uses of vouchers and campaigns are given back             |
| gift card's payment refunded  | so much goes back to the card                                 |
| voided, or never made         | all that is not captured goes back to the card                |
"""

from collections.abc import Sequence

from events.facts import subscribe, subscribe_to_many
from modules.catalog.commands import update_listings
from modules.catalog.contracts import UpdateListing
from modules.catalog.selectors import known_skus
from modules.giftcards.commands import return_to_gift_card
from modules.giftcards.contracts import ReturnToGiftCard
from modules.inventory.contracts import AvailabilityChanged
from modules.kernel.identity import derived_id
from modules.orders.contracts import OrderCancelled
from modules.payments.contracts import PaymentExpired, PaymentRefunded, PaymentVoided
from modules.pricing.contracts import PriceChanged
from modules.promotions.commands import return_uses


def show_the_prices(facts: Sequence[PriceChanged]) -> None:
    list_again(
        [
            UpdateListing(sku=fact.sku, price=fact.price, compare_at=fact.compare_at)
            for fact in facts
        ]
    )


def show_the_availabilities(facts: Sequence[AvailabilityChanged]) -> None:
    list_again([UpdateListing(sku=fact.sku, availability=fact.availability) for fact in facts])


def list_again(listings: Sequence[UpdateListing]) -> None:
    """Prices and stock may be known before the catalogue knows the variant; those wait for it."""
    known = known_skus([listing.sku for listing in listings])
    listed = [listing for listing in listings if listing.sku in known]
    if listed:
        update_listings(listed)


def return_the_vouchers(fact: OrderCancelled) -> None:
    return_uses(fact.order_id)


def return_the_refund(fact: PaymentRefunded) -> None:
    back = ReturnToGiftCard(
        reference=fact.payment_id, key=fact.refund_id, amount_minor=fact.amount_minor
    )
    return_to_gift_card(back)


def return_what_was_not_taken(fact: PaymentVoided | PaymentExpired) -> None:
    # Nothing had been promised where the void is of nothing, so that all of it goes back.
    amount_minor = fact.amount_minor if isinstance(fact, PaymentVoided) else None
    return_to_gift_card(
        ReturnToGiftCard(
            reference=fact.payment_id,
            key=derived_id("checkout.void", fact.payment_id),
            amount_minor=amount_minor or None,
        )
    )


subscribe(OrderCancelled, return_the_vouchers)
subscribe(PaymentRefunded, return_the_refund)
subscribe(PaymentVoided, return_what_was_not_taken)
subscribe(PaymentExpired, return_what_was_not_taken)
subscribe_to_many(PriceChanged, show_the_prices)
subscribe_to_many(AvailabilityChanged, show_the_availabilities)
