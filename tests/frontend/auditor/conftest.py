"""An auditor and an order that is partly shipped."""

import pytest
from django.test import Client

from modules.checkout.contracts import Placed
from tests.frontend.staff.people import signed_in
from tests.support.trade import open_shop, paid, ship


@pytest.fixture
def order(db: None) -> Placed:
    open_shop()
    placed = paid()
    ship(placed, prints=1)
    return placed


@pytest.fixture
def auditor(order: Placed) -> Client:
    return signed_in("auditor")
