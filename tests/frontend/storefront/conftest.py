"""A small open shop and somebody in front of it."""

import pytest
from django.core.cache import cache
from django.test import Client

from modules.catalog.commands import update_listings
from modules.catalog.contracts import UpdateListing
from modules.kernel.money import Money
from tests.frontend.storefront.shopping import Shopper
from tests.support.trade import PRICES, open_shop


@pytest.fixture
def shop(db: None) -> None:
    cache.clear()
    open_shop()
    update_listings(
        [
            UpdateListing(sku=sku, price=Money(minor, "EUR"), availability="in-stock")
            for sku, minor in PRICES.items()
        ]
    )


@pytest.fixture
def shopper(shop: None) -> Shopper:
    return Shopper(Client())
