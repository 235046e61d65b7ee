"""Keeps the catalogue's own copy of price and availability current, so that lists sort by them."""

from events.facts import subscribe
from modules.catalog.commands import update_listing
from modules.catalog.contracts import UpdateListing, VariantNotFound
from modules.inventory.contracts import AvailabilityChanged
from modules.pricing.contracts import PriceChanged


def show_the_price(fact: PriceChanged) -> None:
    list_again(UpdateListing(sku=fact.sku, price=fact.price, compare_at=fact.compare_at))


def show_the_availability(fact: AvailabilityChanged) -> None:
    list_again(UpdateListing(sku=fact.sku, availability=fact.availability))


def list_again(listing: UpdateListing) -> None:
    try:
        update_listing(listing)
    except VariantNotFound:
        return  # Prices and stock may be known before the catalogue knows the variant.


subscribe(PriceChanged, show_the_price)
subscribe(AvailabilityChanged, show_the_availability)
