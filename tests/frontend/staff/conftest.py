"""A small open shop, a colleague of the staff and an order that is paid."""

import pytest
from django.test import Client

from modules.checkout.contracts import Placed
from tests.frontend.staff.people import Desk, signed_in
from tests.support.trade import open_shop, paid


@pytest.fixture
def shop(db: None) -> None:
    open_shop()


@pytest.fixture
def staff(shop: None) -> Client:
    return signed_in("staff")


@pytest.fixture
def order(shop: None) -> Placed:
    return paid()


@pytest.fixture
def desk(staff: Client, order: Placed) -> Desk:
    return Desk(staff, order.order_id)
