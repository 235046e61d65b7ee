"""What follows from facts of several modules.

| when                          | then                                                          |
|-------------------------------|---------------------------------------------------------------|
| price or availability changed | the catalogue's own copy follows, so that lists sort by them  |
| order cancelled, or not paid  | its uses of vouchers and campaigns are given back             |
"""

from collections.abc import Sequence

from events.facts import subscribe, subscribe_to_many
from modules.catalog.commands import update_listings
from modules.catalog.contracts import UpdateListing
from modules.catalog.selectors import known_skus
from modules.inventory.contracts import AvailabilityChanged
from modules.orders.contracts import OrderCancelled
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


subscribe(OrderCancelled, return_the_vouchers)
subscribe_to_many(PriceChanged, show_the_prices)
subscribe_to_many(AvailabilityChanged, show_the_availabilities)
